"""What `Remote.register_…` do: objects or packages in, a plan or what came of it out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from reconciler.admin import SystemClock
from reconciler.desired import Member, PackageError, Registration, read_package
from reconciler.errors import BundleError
from reconciler.manifest import Manifest
from reconciler.model import Bundle, CodeArchive, CodeFolder, Kind, Plan
from reconciler.remote.entities import RemoteEntity
from reconciler.remote.register.image_specs import build_images
from reconciler.remote.register.known import KnowingReader
from reconciler.remote.register.pickled import pickled, resolved_by_name
from reconciler.remote.register.reachable import untouched
from reconciler.remote.register.registrar import Registrar, versions_in
from reconciler.remote.register.result import Registered
from reconciler.remote.register.serialised import serialised

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote

# Objects are changed while they are written down, and threads may share them.
_writing = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How objects are to be registered.

    `version` is empty for that of the content; `folder` is code that goes along, unpacked to
    `destination`; `activate` asks for the launch plans among the objects themselves, `pickles`
    for objects by value. `default_launch_plans` and `options` are as `serialised` takes them.
    """

    project: str
    domain: str
    version: str = ""
    default_launch_plans: bool = True
    options: Any | None = None
    folder: CodeFolder | None = None
    destination: str = "."
    activate: bool | None = None
    pickles: bool = False
    dry_run: bool = False


def register_objects(
    remote: "Remote", objects: Sequence[Any], settings: Any, wish: Wish
) -> Plan | tuple[Registered, list[RemoteEntity]]:
    """Register flytekit's objects; in a dry run return the plan.

    Args:
        settings: As `settings_for` gives them.

    Returns: all that came of it, and the entity of each object in their order.
    """
    name = objects[0].name if len(objects) == 1 else f"{len(objects)} objects"
    with _writing, untouched(objects):
        if wish.pickles:
            resolved_by_name(objects)
        written = serialised(
            objects,
            settings,
            default_launch_plans=wish.default_launch_plans,
            options=wish.options,
        )
        bundle = _bundle(remote, name, objects, written.members, wish)
    own = [written.of[id(one)] for one in objects]
    active = set(written.wanted_active)
    if wish.activate is not None:
        asked = {one.name for one in own if one.kind is Kind.LAUNCH_PLAN}
        active = active | asked if wish.activate else active - asked
    registration = Registration(
        wish.project,
        wish.domain,
        written.members,
        version=wish.version,
        bundle=bundle,
        destination=wish.destination,
        active=frozenset(active),
        origins=written.origins,
        settings=True,
    )
    interfaces = {id(written.of[id(one)]): one.python_interface for one in objects}

    def before() -> None:
        with _writing, untouched(objects):
            build_images(objects, settings)

    def interface(member: Member) -> Any | None:
        return interfaces.get(id(member))

    found = _registered(remote, registration, wish, before, interface)
    if isinstance(found, Plan):
        return found
    return found, [found.find(one.kind, one.name) for one in own]


def register_package(remote: "Remote", path: Path, wish: Wish) -> Plan | Registered:
    """Register what `pyflyte package` or `pyflyte serialize` wrote.

    Raises: BundleError with all that is wrong with it.
    """
    try:
        contents = read_package(path)
    except PackageError as error:
        raise BundleError([f"{path}: {one}" for one in error.problems]) from error
    bundle = None
    if contents.code is not None:
        source = CodeArchive(str(path), contents.code.member, contents.code.known_as)
        bundle = Bundle(wish.project, wish.domain, path.name, contents.code.code, source)
    registration = Registration(
        wish.project,
        wish.domain,
        contents.members,
        version=wish.version,
        bundle=bundle,
        destination=wish.destination,
    )
    return _registered(remote, registration, wish)


def register_manifests(
    remote: "Remote", manifests: Sequence[Manifest], *, dry_run: bool
) -> Plan | Registered:
    """Register what manifests declare, and all else that they say. No ledger is kept."""
    plan = remote.plan(manifests)
    if dry_run:
        return plan
    desired = remote.validate(manifests)
    ids = versions_in(iter(desired))
    return registrar_of(remote).register_planned(plan, ids)


def registrar_of(remote: "Remote") -> Registrar:
    """What registers on a connection."""

    def apply(plan: Plan) -> Any:
        report = remote.apply(plan)
        remote._known.add(
            one.action.after
            for one in report.outcomes
            if one.applied and one.action.after is not None
        )
        return report

    return Registrar(
        KnowingReader(remote._connection.reader, remote._known),
        bundler=remote._bundler,
        clock=SystemClock(),
        apply=apply,
        entity=remote._entities(),
    )


def _registered(
    remote: "Remote",
    registration: Registration,
    wish: Wish,
    before: Callable[[], None] = lambda: None,
    interface: Callable[[Member], Any | None] = lambda member: None,
) -> Plan | Registered:
    registrar = registrar_of(remote)
    version, plan = registrar.plan(registration)
    if wish.dry_run:
        return plan
    if not plan.conflicts:
        before()
    return registrar.register(registration, version=version, plan=plan, python_interface=interface)


def _bundle(
    remote: "Remote", name: str, objects: Sequence[Any], members: Sequence[Member], wish: Wish
) -> Bundle | None:
    if wish.pickles:
        code, source = pickled(objects, members)
        return Bundle(wish.project, wish.domain, name, code, source)
    if wish.folder is None:
        return None
    code = remote._bundler.code(wish.folder)
    return Bundle(wish.project, wish.domain, name, code, wish.folder)
