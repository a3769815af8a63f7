"""Entities handed over as messages, under one version → what they declare.

What a program registers is no manifest and no package, but it is bound, versioned, compared and
planned like the members of one: the same words leave the same things open.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flyteidl.admin.task_pb2 import TaskSpec

from reconciler.desired.bind import Declaration
from reconciler.desired.entity import Entity, Place, RunsFrom
from reconciler.desired.member import Member
from reconciler.desired.member_pointers import member_pointers
from reconciler.desired.package import Contents, PackagedCode, package_version
from reconciler.desired.package_images import looks_up_children, read_settings
from reconciler.model import Bundle, Kind, Origin, ResourceId, gzipped, rewrite_texts

_ACTIVE, _UNMANAGED = "active", "unmanaged"


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered in one project and domain under one version.

    `members` leave their own identifiers and those of their neighbours blank, and each kind and
    name is there once; `version` is theirs, empty for that of all their content; `bundle` is the
    code that they run where they leave its address open, and `destination` where a container
    unpacks it. `active` are names of launch plans of which this version is to be the active one;
    `origins` say where members were defined. `settings` asks for the place and version in the
    settings of tasks that start others, where these leave them blank: else what they start is
    looked for where they run, which may be another project.
    """

    project: str
    domain: str
    members: tuple[Member, ...]
    version: str = ""
    bundle: Bundle | None = None
    destination: str = "."
    active: frozenset[str] = frozenset()
    origins: Mapping[tuple[Kind, str], Origin] = field(default_factory=dict)
    settings: bool = False

    @property
    def settled_version(self) -> str:
        """The version, computed from the content if none is said: the same on every machine."""
        if self.version:
            return self.version
        code = PackagedCode("", self.bundle.code) if self.bundle is not None else None
        return package_version(Contents(self.members, code), destination=self.destination)

    def id_of(self, member: Member, version: str) -> ResourceId:
        """Who a member is, once it is registered."""
        return ResourceId(member.kind, self.project, self.domain, member.name, version)


def declared(registration: Registration, version: str) -> Declaration:
    """What a registration declares, nothing bound yet.

    Args:
        version: As `settled_version` gives it, which costs.
    """
    within = (registration.project, registration.domain)
    bundle = registration.bundle
    code = RunsFrom(bundle, registration.destination) if bundle is not None else None
    members = registration.members
    if registration.settings:
        place = {"project": within[0], "domain": within[1], "version": version}
        members = tuple(_placed(member, place) for member in members)
    return Declaration(
        (),
        tuple(_entity(member, registration, version, within, code) for member in members),
        (),
    )


def _entity(
    member: Member,
    registration: Registration,
    version: str,
    within: tuple[str, str],
    code: RunsFrom | None,
) -> Entity:
    origin = registration.origins.get((member.kind, member.name), Origin(member.file))
    is_active = member.kind is Kind.LAUNCH_PLAN and member.name in registration.active
    return Entity(
        place=Place(member.kind, *within, member.name),
        version=version,
        content_addressed=not registration.version,
        source=member,
        origin=origin,
        pointers=tuple(member_pointers(member, within, version=version, origin=origin)),
        state=_ACTIVE if is_active else _UNMANAGED,
        code=code,
        destination=registration.destination,
    )


def _placed(member: Member, place: Mapping[str, str]) -> Member:
    if member.kind is not Kind.TASK or not looks_up_children(member.spec.template):
        return member
    spec = TaskSpec()
    spec.CopyFrom(member.spec)
    rewrite_texts(spec, lambda text: _placed_settings(text, place))
    return replace(member, spec=spec)


def _placed_settings(text: str, place: Mapping[str, str]) -> str:
    """flytekit's serialised settings with the place where they have none; other texts as is."""
    settings = read_settings(text)
    if settings is None:
        return text
    said = {key: settings.get(key) or value for key, value in place.items()}
    return base64.b64encode(gzipped(json.dumps({**settings, **said}).encode())).decode()
