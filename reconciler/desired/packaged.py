"""A Package manifest → the entities that its archive holds."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reconciler.desired.entity import AUTO, Entity, Place, RunsFrom
from reconciler.desired.findings import excuses, severities
from reconciler.desired.ids import is_own
from reconciler.desired.member import Fetched, Member
from reconciler.desired.member_pointers import member_pointers
from reconciler.desired.package import (
    Contents,
    PackageError,
    package_version,
    read_package,
)
from reconciler.desired.package_changes import called_here, changed, fitting, in_own_words, is_glob
from reconciler.desired.package_images import looks_up_children
from reconciler.desired.problems import Problems
from reconciler.errors import FetchError
from reconciler.manifest import Package
from reconciler.model import Bundle, CodeArchive, Diagnostic, Kind, Origin

_UNMANAGED = "unmanaged"


def packaged(package: Package, problems: Problems, fetched: Fetched) -> Iterator[Entity]:
    """Yield every entity of a package; of one that cannot be used none, and why."""
    origin = package.origin_of("spec", "source")
    try:
        source = _file(package, fetched)
        read = read_package(source)
    except (PackageError, FetchError) as error:
        told = error.problems if isinstance(error, PackageError) else (str(error),)
        hint = "`reconciler build` makes it" if package.spec.build else ""
        problems.found += (
            Diagnostic("bad-package", f"package {package.spec.source}: {problem}", origin, hint)
            for problem in told
        )
        return
    members = changed(read.members, package, problems)
    destination = package.spec.destination
    code = _code(package, source, read)
    has_own = package.spec.versions == "own"
    if has_own:
        members = _versioned(package, members, problems)
        version = ""
    elif package.spec.versions == "perEntity":
        _check_per_entity(package, members, problems)
        version = AUTO
    elif package.spec.version == AUTO:
        contents = Contents(in_own_words(members, package), read.code)
        version = package_version(contents, destination=destination)
    else:
        version = package.spec.version
    states = _states(package, members, problems)
    workflows = {member.name for member in members if member.kind is Kind.WORKFLOW}
    excused, graver = excuses(package), severities(package)
    for member in members:
        metadata = package.metadata
        registered = workflows if version == AUTO else set()
        own_version = str(member.id.version) if has_own else version
        yield Entity(
            place=Place(member.kind, metadata.project, metadata.domain, member.name),
            version=own_version,
            content_addressed=package.spec.version == AUTO and not has_own,
            source=member,
            origin=_said_at(package, member) or origin,
            pointers=tuple(
                member_pointers(
                    member,
                    (metadata.project, metadata.domain),
                    version=own_version,
                    origin=origin,
                    registered=registered,
                    own=package.said_in,
                    words=called_here(package),
                )
            ),
            state=states.get(member.name, _UNMANAGED)
            if member.kind is Kind.LAUNCH_PLAN
            else _UNMANAGED,
            code=code,
            destination=destination,
            excuses=excused,
            severities=graver,
            said_in=package.said_in,
        )


def _said_at(package: Package, member: Member) -> Origin | None:
    """Where the manifest itself says something of a launch plan: there what is wrong is mended."""
    said = package.spec.overrides.launch_plans
    if member.kind is not Kind.LAUNCH_PLAN or not said:
        return None
    keys = fitting(said, member.name)
    if not keys:
        return None
    return package.origin_of("spec", "overrides", "launchPlans", keys[-1][0])


def _code(package: Package, source: Path, contents: Contents) -> RunsFrom | None:
    if contents.code is None:
        return None
    project, domain, name = package.place
    url, sha256 = package.spec.location if package.spec.is_remote else ("", "")
    member, known_as = contents.code.member, contents.code.known_as
    archive = CodeArchive(str(source), member, known_as, url, sha256)
    bundle = Bundle(project, domain, name, contents.code.code, archive)
    return RunsFrom(bundle, package.spec.destination)


def _file(package: Package, fetched: Fetched) -> Path:
    if not package.spec.is_remote:
        return Path(package.origin.file).parent / package.spec.source
    found = fetched.get(package.spec.source)
    if found is None:
        raise PackageError(["is not here, and nobody was asked to fetch it"])
    if isinstance(found, FetchError):
        raise found
    return found


def _check_per_entity(package: Package, members: Sequence[Member], problems: Problems) -> None:
    """Refuse versions that tasks would not find their children under."""
    parents = [
        member.name
        for member in members
        if member.kind is Kind.TASK and looks_up_children(member.spec.template)
    ]
    if parents:
        problems.error(
            "per-entity-children",
            "dynamic and eager tasks look for what they start under their own version, which "
            f"nothing else would have: {', '.join(parents)}",
            package.origin_of("spec", "versions"),
            hint="leave versions out, or move these tasks into a package of their own",
        )


def _versioned(
    package: Package, members: Sequence[Member], problems: Problems
) -> tuple[Member, ...]:
    """Those members that say their version; of the others it is told that they do not."""
    silent = [member.name for member in members if is_own(member.id)]
    if silent:
        problems.error(
            "no-own-version",
            f"these say no version of their own: {', '.join(silent)}",
            package.origin_of("spec", "versions"),
            hint="leave versions out, or write the package by `reconciler export`",
        )
    return tuple(member for member in members if not is_own(member.id))


def _states(package: Package, members: Sequence[Member], problems: Problems) -> Mapping[str, str]:
    """State by launch plan; globs pass over those that every workflow has by default."""
    launch_plans = {one.name: one for one in members if one.kind is Kind.LAUNCH_PLAN}
    states: dict[str, str] = {}
    used: set[str] = set()
    for name, member in launch_plans.items():
        for key, state in fitting(package.spec.activation, name):
            if key == name or not _is_default(member):
                states[name] = state
                used.add(key)
    for key in package.spec.activation:
        if key in used:
            continue
        what = "no launch plan that fits" if is_glob(key) else "no launch plan"
        names = sorted(name for name, one in launch_plans.items() if not _is_default(one))
        problems.error(
            "unknown-launch-plan",
            f"the package holds {what} {key}",
            package.origin_of("spec", "activation", key),
            hint=f"it holds {', '.join(names or sorted(launch_plans)) or 'none'}",
        )
    return states


def _is_default(member: Member) -> bool:
    """Tell whether flytekit made this launch plan for a workflow, unasked."""
    spec = member.spec.spec
    return (
        member.name == spec.workflow_id.name
        and not spec.entity_metadata.HasField("schedule")
        and not spec.fixed_inputs.literals
    )
