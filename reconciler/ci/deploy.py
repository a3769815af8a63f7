"""Try a request out: what it would register, registered in a domain where nothing runs by itself.

The plan of the request is taken as it is and moved: its new versions get the preview domain and a
version that says whose they are (`deploy_mark`); what refers to one of them refers to the moved
one, and whatever else it refers to stays where it is, for a workflow may run tasks of another
domain. So nothing is bound, packaged or compared twice, and only what changes is there.

Nothing there starts by itself: launch plans carry no schedule and no notifications, and none is
switched on. Attributes, projects, descriptions of names and backfills are not tried out.
"""

import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.ci.deploy_mark import LABEL, Mark
from reconciler.errors import ConfigError
from reconciler.model import (
    Action,
    Bundle,
    Kind,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Verb,
    bundles_in,
    identifiers,
    rewrite_texts,
)
from reconciler.report import Trial

_TYPES = {
    Kind.TASK: ResourceType.TASK,
    Kind.WORKFLOW: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN: ResourceType.LAUNCH_PLAN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPlace:
    """Where it goes: `project` "" leaves each thing in its own."""

    domain: str
    project: str = ""

    def of(self, id: ResourceId) -> tuple[str, str]:
        """Project and domain in which a thing is tried out."""
        return self.project or id.project, self.domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Launchable:
    """A launch plan of a preview: `name` as reviewers know it, and the inputs that it asks for."""

    name: str
    id: ResourceId
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What is to be registered for a request, and what can be launched then."""

    plan: Plan
    launchables: tuple[Launchable, ...]

    @property
    def names(self) -> Collection[ResourceId]:
        """The names, as named entities, under which something is registered."""
        return {one.id.named_entity for one in self.plan if one.id.kind in _TYPES}


def deployment(
    plan: Plan,
    own: Collection[ResourceId],
    *,
    mark: Mark,
    place: PreviewPlace,
    facts: Mapping[str, str],
) -> Deployment:
    """Move what a request registers into a preview domain.

    Args:
        plan: All of it, as it was planned.
        own: Which of its steps are the request's own; what these need comes with them.
        facts: What launch plans say of it as annotations: repository, request, commit.

    Raises: ConfigError if the place is one that the plan itself writes to, or if two things
        would be one there.
    """
    created = {one.id: one for one in plan if _is_tried(one)}
    wanted = _with_needs([id for id in created if id in own], created)
    moved: dict[ResourceId, ResourceId] = {}
    sources: dict[ResourceId, ResourceId] = {}
    for id in wanted:
        project, domain = place.of(id)
        if (project, domain) == id.scope:
            raise ConfigError(
                f"{id} is of {project}/{domain} already, so that is no place to preview it; "
                "name a domain in `preview:` of reconciler.yaml where nothing else is"
            )
        there = replace(id, project=project, domain=domain, version=f"{id.version}{mark.suffix}")
        if there in sources:
            raise ConfigError(
                f"{sources[there]} and {id} would be one thing in {project}/{domain}; leave "
                "`project` out of `preview:`, so that each stays in its own"
            )
        moved[id], sources[there] = there, id
    move = _Move(moved, mark, place, facts)
    actions: list[Action] = []
    uploads: set[ResourceId] = set()
    for action in plan:
        if action.id in moved:
            actions += move.action(action, uploads)
    return Deployment(plan=Plan(tuple(actions)), launchables=tuple(_launchables(actions, sources)))


def _is_tried(action: Action) -> bool:
    # What is made for a backfill launches production's own launch plans.
    is_made = action.verb is Verb.CREATE and action.reason is not Reason.GENERATED
    return is_made and action.id.kind in _TYPES


def _with_needs(
    ids: Sequence[ResourceId], created: Mapping[ResourceId, Action]
) -> Collection[ResourceId]:
    """These, and what they need that is not registered yet."""
    found: dict[ResourceId, None] = {}
    queue = list(ids)
    while queue:
        id = queue.pop()
        if id not in found:
            found[id] = None
            queue += (need for need in created[id].needs if need in created)
    return found


class _Move:
    """How one thing becomes its own preview."""

    def __init__(
        self,
        moved: Mapping[ResourceId, ResourceId],
        mark: Mark,
        place: PreviewPlace,
        facts: Mapping[str, str],
    ) -> None:
        self._moved = moved
        self._mark = mark
        self._place = place
        self._facts = facts

    def action(self, action: Action, uploads: set[ResourceId]) -> Iterator[Action]:
        """The step in the preview domain, after the uploads that nobody else brings."""
        resource = action.after
        assert resource is not None
        id = self._moved[action.id]
        bundles = {one.token: self._bundle(one) for one in resource.bundles}
        after = replace(
            resource,
            id=id,
            spec=self._message(resource.spec, bundles),
            request=self._message(resource.request, bundles),
            bundles=tuple(bundles.values()),
            content_addressed=False,
        )
        sent = bundles_in(after.request, after.bundles) if after.request is not None else ()
        for bundle in sent:
            if bundle.id not in uploads:
                uploads.add(bundle.id)
                why = f"runs in {id}"
                yield Action(Verb.UPLOAD, bundle.id, Reason.NEEDED, why, bundle=bundle)
        needs = {self._moved[need] for need in action.needs if need in self._moved}
        yield Action(
            Verb.CREATE,
            id,
            Reason.ABSENT,
            f"previews {action.id}",
            after=after,
            needs=tuple(sorted({*needs, *(bundle.id for bundle in sent)})),
        )

    def _bundle(self, bundle: Bundle) -> Bundle:
        # Where it was uploaded for others is theirs: a preview leaves their folders alone.
        project, domain = self._place.of(bundle.id)
        return replace(bundle, project=project, domain=domain)

    def _message(self, found: Any, bundles: Mapping[str, Bundle]) -> Any:
        if found is None:
            return None
        message = type(found)()
        message.CopyFrom(found)
        for one in identifiers(message):
            there = self._there(one)
            if there is not None:
                one.project, one.domain = there.project, there.domain
                one.version = there.version
        if bundles:
            rewrite_texts(message, lambda text: _replaced(text, bundles))
        self._mark_it(message)
        return message

    def _there(self, one: Any) -> ResourceId | None:
        for kind, type in _TYPES.items():
            # References inside of specs may leave out what they are to.
            if one.resource_type in (0, type) and one.version and one.name:
                there = self._moved.get(
                    ResourceId(kind, one.project, one.domain, one.name, one.version)
                )
                if there is not None:
                    return there
        return None

    def _mark_it(self, message: Any) -> None:
        """Say whose it is, and let nothing start or be sent by itself."""
        name = type(message).DESCRIPTOR.name
        spec = message.spec if name == "LaunchPlan" else message
        if name in ("LaunchPlan", "LaunchPlanSpec"):
            spec.entity_metadata.ClearField("schedule")
            spec.entity_metadata.ClearField("notifications")
            spec.labels.values[LABEL] = f"pr-{self._mark.number}"
            for key, value in self._facts.items():
                spec.annotations.values[f"{LABEL}-{key}"] = value
        elif name in ("TaskSpec", "WorkflowSpec"):
            said = spec.description.short_description
            word = f"Preview of request {self._mark.number} at {self._mark.commit}"
            spec.description.short_description = f"{word}: {said}"[:255] if said else word


def _replaced(text: str, bundles: Mapping[str, Bundle]) -> str:
    for token, bundle in bundles.items():
        text = text.replace(token, bundle.token)
    return text


def _launchables(
    actions: Sequence[Action], sources: Mapping[ResourceId, ResourceId]
) -> Iterator[Launchable]:
    for action in actions:
        if action.id.kind is Kind.LAUNCH_PLAN and action.after is not None:
            source = sources[action.id]
            yield Launchable(
                name=f"{source.project}/{source.domain}/{source.name}",
                id=action.id,
                inputs=tuple(_required(action.after)),
            )


def _required(launch_plan: Resource) -> Iterator[str]:
    spec: Any = launch_plan.spec
    for name, parameter in sorted(spec.closure.expected_inputs.parameters.items()):
        if parameter.WhichOneof("behavior") != "default":
            yield name


def launch_command(one: Launchable, *, endpoint: str) -> str:
    """The command line that launches it; inputs that must be given stand there to be filled in."""
    place = f"{one.id.project}/{one.id.domain}/{one.id.name}@{one.id.version}"
    words = ["reconciler", "launch", place, "--admin", endpoint]
    for name in one.inputs:
        words += ["-i", f"{name}=…"]
    return shlex.join(words)


def trials(
    made: Deployment, *, endpoint: str, page_of: Callable[[ResourceId], str]
) -> tuple[Trial, ...]:
    """What a reviewer needs to try it out: a page and a command for each launch plan.

    Args:
        endpoint: Of the Admin, as `--admin` takes it.
        page_of: Gives the page of a launch plan in the console.
    """
    return tuple(
        Trial(
            name=one.name,
            page=page_of(one.id),
            command=launch_command(one, endpoint=endpoint),
        )
        for one in made.launchables
    )
