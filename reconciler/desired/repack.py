"""A package written again, so that the same content is the same files, whoever packaged it.

flytekit's own archives never are the same twice: times, owners, the order of maps and of upstream
ids, and the folder that dynamic and eager tasks were packaged in differ from run to run. Names
still put what others refer to first, so other tools can register what is written here.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.message import Message

from reconciler.desired.entity import KINDS
from reconciler.desired.ids import is_own
from reconciler.desired.member import Member
from reconciler.desired.package import Contents, references
from reconciler.desired.package_images import read_settings
from reconciler.desired.stable import stable_bytes
from reconciler.model import CycleError, Kind, gzipped, in_order, rewrite_texts

_NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}
# Where code is in a container, if the settings do not say: flytekit's own default.
_ROOT = "/root"


def entity_files(contents: Contents) -> Mapping[str, bytes]:
    """Name → bytes of the files that say what `contents` says, in their order."""
    members = _ordered(contents.members)
    width = len(str(max(len(members) - 1, 0)))
    return {
        f"{index:0{width}}_{_as_file(member.name)}_{_NUMBERS[member.kind]}.pb": _bytes(member.spec)
        for index, member in enumerate(members)
    }


def _ordered(members: tuple[Member, ...]) -> list[Member]:
    by_name = {(member.kind, member.name): member.file for member in members}
    needs = {member.file: [*_needed(member, by_name)] for member in members}
    by_file = {member.file: member for member in members}

    def place(file: str) -> tuple[int, str]:
        return by_file[file].kind.rank, by_file[file].name

    try:
        return [by_file[file] for file in in_order(by_file, needs, key=place)]
    except CycleError:
        # Binding will say so; for writing any order does.
        return sorted(members, key=lambda member: (member.kind.rank, member.name))


def _needed(member: Member, by_name: Mapping[tuple[Kind, str], str]) -> Iterator[str]:
    for id in references(member):
        kind = KINDS.get(id.resource_type)
        if kind is not None and is_own(id) and (kind, id.name) in by_name:
            yield by_name[kind, id.name]


def _as_file(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)


def _bytes(spec: Message) -> bytes:
    copy = type(spec)()
    copy.CopyFrom(spec)
    rewrite_texts(copy, _at_home)
    return stable_bytes(copy)


def _at_home(text: str) -> str:
    """flytekit's settings, their source folder where it is once they are read: in a container."""
    settings = read_settings(text)
    if settings is None or "source_root" not in settings:
        return text
    fast: Any = settings.get("fast_serialization_settings")
    home = fast.get("destination_dir") if isinstance(fast, dict) else None
    settings["source_root"] = home or _ROOT
    data = json.dumps(settings, sort_keys=True).encode()
    return base64.b64encode(gzipped(data)).decode()
