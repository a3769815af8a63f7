"""What a manifest wants to be different about the members of a package.

Done before anything is counted or compared: a version is of what will be sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TypeVar

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.identifier_pb2 import Identifier

from reconciler.desired.entity import AUTO
from reconciler.desired.ids import is_own
from reconciler.desired.launch_plan import add_notifications, add_schedule
from reconciler.desired.member import Member
from reconciler.desired.package import references
from reconciler.desired.package_images import (
    change_images,
    image_names,
    images_of,
    open_name,
    set_primary_image,
)
from reconciler.desired.problems import Problems
from reconciler.desired.security import add_run_as
from reconciler.manifest import LaunchPlanChanges, Package, ReferenceChanges, TaskChanges, said
from reconciler.model import Kind

C = TypeVar("C")


def changed(members: Sequence[Member], package: Package, problems: Problems) -> tuple[Member, ...]:
    """Return the members as `package` wants them; what it says of nothing there is a problem."""
    overrides = package.spec.overrides
    launch_plans = {one.name for one in members if one.kind is Kind.LAUNCH_PLAN}
    tasks = {one.name for one in members if one.kind is Kind.TASK}
    _check_names(package, "launchPlans", overrides.launch_plans, launch_plans, problems)
    _check_names(package, "tasks", overrides.tasks, tasks, problems)
    images = _Images(package, problems)
    pinned = _References(package, problems)
    result = tuple(
        _changed(member, package, images, pinned, problems)
        if _may_change(member, package)
        else member
        for member in members
    )
    images.check(result)
    pinned.check()
    return result


def called_here(package: Package) -> Mapping[str, str]:
    """Projects and domains that the package's references are sent to, as the environment calls
    them, each with the manifest's own word for it; those that are called the same left out."""
    names = (
        name
        for change in package.spec.overrides.references.values()
        for name in (change.project, change.domain)
        if name is not None
    )
    return {name: said(name) for name in names if said(name) != name}


def in_own_words(members: Sequence[Member], package: Package) -> tuple[Member, ...]:
    """The members with the manifest's own words for other places: the same everywhere."""
    words = called_here(package)
    return tuple(_worded(member, words) for member in members) if words else tuple(members)


def _worded(member: Member, words: Mapping[str, str]) -> Member:
    spec = type(member.spec)()
    spec.CopyFrom(member.spec)
    for identifier in references(replace(member, spec=spec)):
        identifier.project = words.get(identifier.project, identifier.project)
        identifier.domain = words.get(identifier.domain, identifier.domain)
    return replace(member, spec=spec)


def fitting(patterns: Mapping[str, C], name: str) -> list[tuple[str, C]]:
    """What is said of `name`: that of globs, longer ones later, and last what names it."""
    found = [(key, one) for key, one in patterns.items() if key != name and _fits(key, name)]
    found.sort(key=lambda one: (len(one[0]), one[0]))
    if name in patterns:
        found.append((name, patterns[name]))
    return found


def is_glob(name: str) -> bool:
    """Tell whether a name in a manifest stands for several."""
    return any(letter in name for letter in "*?[")


def _fits(pattern: str, name: str) -> bool:
    return is_glob(pattern) and fnmatchcase(name, pattern)


def _may_change(member: Member, package: Package) -> bool:
    overrides = package.spec.overrides
    match member.kind:
        case Kind.LAUNCH_PLAN:
            return bool(overrides.launch_plans or overrides.references)
        case Kind.TASK:
            return bool(overrides.tasks or overrides.images) or _speaks_of_images(member)
    return bool(overrides.images or overrides.references) or _speaks_of_images(member)


def _speaks_of_images(member: Member) -> bool:
    return b"${image." in member.spec.SerializeToString()


def _changed(
    member: Member,
    package: Package,
    images: "_Images",
    pinned: "_References",
    problems: Problems,
) -> Member:
    spec = type(member.spec)()
    spec.CopyFrom(member.spec)
    overrides = package.spec.overrides
    if member.kind is Kind.LAUNCH_PLAN:
        for _, launch_plan in fitting(overrides.launch_plans, member.name):
            _change_launch_plan(spec.spec, launch_plan)
    else:
        change_images(spec, images.change)
    if member.kind is Kind.TASK:
        for key, task in fitting(overrides.tasks, member.name):
            for problem in _change_task(spec, task, named=key == member.name):
                origin = package.origin_of("spec", "overrides", "tasks", key)
                problems.error("bad-override", f"{member.kind} {member.name}: {problem}", origin)
    result = replace(member, spec=spec)
    pinned.change(result)
    return result


def _change_launch_plan(spec: LaunchPlanSpec, wanted: LaunchPlanChanges) -> None:
    if wanted.unscheduled or wanted.schedule is not None:
        spec.entity_metadata.ClearField("schedule")
        spec.entity_metadata.SetInParent()
    if wanted.schedule is not None:
        add_schedule(spec, wanted.schedule)
    if wanted.notifications is not None:
        del spec.entity_metadata.notifications[:]
        add_notifications(spec, wanted.notifications)
    if wanted.labels:
        spec.labels.values.update(wanted.labels)
    if wanted.annotations:
        spec.annotations.values.update(wanted.annotations)
    if wanted.run_as is not None:
        add_run_as(spec.security_context, wanted.run_as)
    if wanted.output_location is not None:
        spec.raw_output_data_config.output_location_prefix = wanted.output_location
    if wanted.max_parallelism is not None:
        spec.max_parallelism = wanted.max_parallelism


def _change_task(spec: TaskSpec, wanted: TaskChanges, *, named: bool) -> Iterator[str]:
    """Change a task in place; what cannot be is told only of a task that is meant by name."""
    template = spec.template
    if wanted.tags:
        template.metadata.tags.update(wanted.tags)
    if wanted.labels:
        if template.HasField("k8s_pod"):
            template.k8s_pod.metadata.labels.update(wanted.labels)
        elif named:
            yield "has no pod of its own to label; label its launch plans, or give it tags"
    if wanted.image is not None and not set_primary_image(template, wanted.image) and named:
        yield "runs in no container whose image could be replaced"


class _References:
    """Puts other places and versions into what members refer to outright. Keeps count as well."""

    def __init__(self, package: Package, problems: Problems) -> None:
        self._package = package
        self._problems = problems
        self._wanted = package.spec.overrides.references
        self._seen: set[str] = set()
        self._used: set[str] = set()

    def change(self, member: Member) -> None:
        """Works in place. What leaves its version open is the package's own, and stays."""
        if not self._wanted:
            return
        for identifier in references(member):
            if is_own(identifier):
                continue
            self._seen.add(identifier.name)
            for key, wanted in fitting(self._wanted, identifier.name):
                self._used.add(key)
                _point_elsewhere(identifier, wanted)

    def check(self) -> None:
        """Tell of what was said of no reference."""
        for key in self._wanted:
            if key not in self._used:
                self._problems.error(
                    "unknown-reference",
                    f"nothing in the package refers to {key} with a version",
                    self._package.origin_of("spec", "overrides", "references", key),
                    hint=f"it refers to {', '.join(sorted(self._seen)) or 'nothing'} so",
                )


def _point_elsewhere(identifier: Identifier, wanted: ReferenceChanges) -> None:
    if wanted.project is not None:
        identifier.project = wanted.project
    if wanted.domain is not None:
        identifier.domain = wanted.domain
    if wanted.version is not None:
        # Left open, it is filled in with the package's own.
        identifier.version = "" if wanted.version == AUTO else wanted.version


class _Images:
    """Replaces images as a manifest says, and keeps count of what it says of which."""

    def __init__(self, package: Package, problems: Problems) -> None:
        self._package = package
        self._problems = problems
        self._wanted = package.spec.overrides.images
        self._seen: set[str] = set()
        self._used: set[str] = set()

    def change(self, image: str) -> str:
        self._seen.add(image)
        key = next((name for name in image_names(image) if name in self._wanted), None)
        if key is None:
            # What the package leaves open, the workspace may know.
            return self._package.images.get(open_name(image), image)
        self._used.add(key)
        return self._wanted[key]

    def check(self, members: Sequence[Member]) -> None:
        """Tell of what was said of no image, and of images that are still to be named."""
        for key in self._wanted:
            if key not in self._used:
                self._problems.error(
                    "unknown-image",
                    f"nothing in the package uses an image {key}",
                    self._package.origin_of("spec", "overrides", "images", key),
                    hint=f"it uses {', '.join(sorted(self._seen)) or 'none'}",
                )
        left: set[str] = set()
        for member in members:
            if member.kind is not Kind.LAUNCH_PLAN and _speaks_of_images(member):
                left |= {name for image in images_of(member.spec) if (name := open_name(image))}
        for name in sorted(left):
            self._problems.error(
                "unknown-image",
                f"the package leaves image {name} to be named",
                self._package.origin_of("spec", "overrides"),
                hint=f"write overrides: {{images: {{{name}: …}}}}, or declare it in the workspace",
            )


def _check_names(
    package: Package, key: str, said: Mapping[str, object], names: set[str], problems: Problems
) -> None:
    for name in said:
        if name in names or any(_fits(name, one) for one in names):
            continue
        near = get_close_matches(name, sorted(names), n=1)
        what = "launch plan" if key == "launchPlans" else "task"
        problems.error(
            f"unknown-{what.replace(' ', '-')}",
            f"the package holds no {what} {name}",
            package.origin_of("spec", "overrides", key, name),
            hint=f"did you mean {near[0]}?" if near else f"it holds {', '.join(sorted(names))}",
        )
