"""A snapshot as a file: JSON, in which messages are outlines and base64."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityMetadata
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from google.protobuf.message import DecodeError, Message

from reconciler.errors import ConfigError
from reconciler.model import Head, Hold, Inventory, Kind, Owned, Resource, ResourceId, outlined
from reconciler.remote.late import LateBundler
from reconciler.remote.snapshot import Offline, Snapshot
from reconciler.storage import PinnedFiles

FORMAT = "1.0"
_MESSAGES: Mapping[Kind, type[Message]] = {
    Kind.PROJECT: Project,
    Kind.TASK: CompiledTask,
    Kind.WORKFLOW: CompiledWorkflowClosure,
    Kind.LAUNCH_PLAN: LaunchPlan,
    Kind.ATTRIBUTES: MatchingAttributes,
    Kind.NAMED_ENTITY: NamedEntityMetadata,
}


def read_offline(path: Path, cache: Path | None = None) -> Offline:
    """Plan against the snapshot in a file.

    Args:
        cache: Where packages that are fetched are kept.

    Raises: ConfigError for a file that is none.
    """
    return Offline(
        read_snapshot(path),
        bundler=LateBundler(cache),
        fetcher=PinnedFiles(cache),
        clock=lambda: datetime.now(UTC),
    )


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write it as JSON. Raises: OSError."""
    rows = [*map(_row, snapshot.resources.values())]
    active = [_row(one) for found in snapshot.active.values() for one in found]
    head = snapshot.head
    document = {
        "format_version": FORMAT,
        "type": "snapshot",
        "at": snapshot.at.astimezone(UTC).isoformat(),
        "about": snapshot.about,
        "domains": list(snapshot.domains),
        "resources": rows,
        "active": active,
        "latest": [[_id(name), _id(one)] for name, one in snapshot.latest.items()],
        "ledger": {
            "serial": head.serial,
            "digest": head.digest.hex(),
            "commit": head.commit,
            "owned": [[_id(one.id), one.digest.hex(), one.active] for one in head.inventory],
            "holds": [
                [_id(one.id), one.actor, one.reason, one.version, one.until] for one in head.holds
            ],
            "others": [
                [str(place[0].slug), *place[1:], who] for place, who in snapshot.owners.items()
            ],
        },
    }
    path.write_text(json.dumps(document, indent=1, sort_keys=True), encoding="utf-8")


def read_snapshot(path: Path) -> Snapshot:
    """Read one that was written here.

    Raises: ConfigError for a file that is none, or of another version.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["type"] != "snapshot" or found["format_version"].split(".")[0] != "1":
            raise ConfigError(f"{path} is no snapshot that this version reads")
        resources = [_resource(row) for row in found["resources"]]
        active: dict[ResourceId, tuple[Resource, ...]] = {}
        for row in found["active"]:
            one = _resource(row)
            active[one.id.activation] = (*active.get(one.id.activation, ()), one)
        ledger = found["ledger"]
        owned = [
            Owned(_read_id(id), bytes.fromhex(digest), version)
            for id, digest, version in ledger["owned"]
        ]
        return Snapshot(
            at=datetime.fromisoformat(found["at"]),
            about=found["about"],
            domains=tuple(found["domains"]),
            resources={one.id: one for one in resources},
            active=active,
            latest={_read_id(name): _read_id(one) for name, one in found["latest"]},
            head=Head(
                serial=ledger["serial"],
                digest=bytes.fromhex(ledger["digest"]),
                commit=ledger["commit"],
                inventory=Inventory({one.place: one for one in owned}),
                holds=tuple(Hold(_read_id(id), *rest) for id, *rest in ledger["holds"]),
            ),
            owners={
                (_KINDS[kind], project, domain, name, facet): who
                for kind, project, domain, name, facet, who in ledger["others"]
            },
        )
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, DecodeError) as error:
        raise ConfigError(f"{path} is no snapshot: {type(error).__name__} {error}") from None


_KINDS = {kind.slug: kind for kind in Kind}


def _row(one: Resource) -> dict[str, Any]:
    row: dict[str, Any] = {"id": _id(one.id), "complete": one.complete}
    spec = one.spec
    if spec is not None:
        row["digest"] = one.digest.hex()
        text = outlined(spec).SerializeToString(deterministic=True)
        row["outline"] = base64.b64encode(text).decode()
    if one.since is not None:
        row["since"] = one.since
    return row


def _resource(row: Mapping[str, Any]) -> Resource:
    id = _read_id(row["id"])
    bare = Resource(id, complete=bool(row["complete"]), since=row.get("since"))
    if "outline" not in row:
        return bare
    spec = _MESSAGES[id.kind]()
    spec.ParseFromString(base64.b64decode(row["outline"]))
    return bare.outlined_by(spec, bytes.fromhex(row["digest"]))


def _id(id: ResourceId) -> list[str]:
    return [id.kind.slug, id.project, id.domain, id.name, id.version, id.facet]


def _read_id(parts: Sequence[str]) -> ResourceId:
    kind, project, domain, name, version, facet = parts
    return ResourceId(_KINDS[kind], project, domain, name, version, facet)
