"""What else of ours has left the manifests: names to archive and attributes to delete, if asked.

Both are opt-in, for neither does anything by being there. A name is archived once no version of
it is declared and none is active; what we own of it is forgotten then, so that no later plan
looks at it again. If it comes back to the manifests, it is taken out of the archive.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityMetadata,
)

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
    Inventory,
    Kind,
    ObservedState,
    Owned,
    Plan,
    PlanOptions,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Verb,
    place_of,
)
from reconciler.plan.attributes import delete
from reconciler.plan.compare import compare

_GONE = "no longer in the manifests"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What is ours and no longer declared.

    Attributes: `names` to archive, with what we own of each; `rows` of attributes; `back` are
    names that we archived and that are declared again; `kept` counts rows that nobody asked to
    delete.
    """

    names: Mapping[ResourceId, tuple[Owned, ...]] = field(default_factory=dict)
    rows: tuple[Owned, ...] = ()
    back: tuple[Owned, ...] = ()
    kept: int = 0

    @property
    def ids(self) -> Iterator[ResourceId]:
        """All that must be read before it is known what to do."""
        for name in self.names:
            yield name
            if name.facet == Kind.LAUNCH_PLAN.slug:
                yield ResourceId(Kind.ACTIVATION, name.project, name.domain, name.name)
        yield from (owned.id for owned in (*self.rows, *self.back))

    def within(self, observed: ObservedState) -> "Leftovers":
        """Without what lies in scopes that could not be read."""
        unread = observed.unread
        if not unread:
            return self
        return Leftovers(
            {name: owned for name, owned in self.names.items() if name.scope not in unread},
            tuple(owned for owned in self.rows if owned.id.scope not in unread),
            tuple(owned for owned in self.back if owned.id.scope not in unread),
            self.kept,
        )


def left_over(desired: DesiredState, inventory: Inventory, options: PlanOptions) -> Leftovers:
    """Find what has left the manifests, as far as `options` say that it is to be retired."""
    rows = [
        owned
        for owned in inventory
        if owned.id.kind is Kind.ATTRIBUTES and owned.id not in desired.resources
    ]
    deletes = options.prune and options.prune_attributes
    names: dict[ResourceId, tuple[Owned, ...]] = {}
    if options.prune and options.prune_names:
        names = _left_names(desired, inventory)
    return Leftovers(
        names,
        tuple(sorted(rows, key=lambda owned: owned.id)) if deletes else (),
        tuple(_back(desired, inventory)),
        0 if deletes else len(rows),
    )


def deletions(left: Leftovers, observed: ObservedState) -> tuple[list[Action], list[Diagnostic]]:
    """The steps that delete rows, and what is said of those that stay."""
    actions: list[Action] = []
    said: list[Diagnostic] = []
    for owned in left.rows:
        found = observed.find(owned.id)
        if found is None:
            actions.append(_forget(owned, "gone from Admin, and " + _GONE))
        elif owned.is_as_left(found):
            actions.append(delete(found, Reason.UNWANTED, _GONE))
        else:
            said.append(
                _warning(
                    "moved-by-hand",
                    f"{owned.id} is {_GONE} and stays as it is: somebody has changed it since",
                    "delete it by hand, declare it, or reconciler forget it",
                )
            )
    if left.kept:
        rows = "1 row" if left.kept == 1 else f"{left.kept} rows"
        said.append(
            _warning(
                "left-set",
                f"{rows} of attributes of ours left the manifests and stay set",
                "--prune-attributes deletes them",
            )
        )
    return actions, said


def with_archived(plan: Plan, left: Leftovers, observed: ObservedState) -> Plan:
    """Add the steps that put names away, or take them out again. Last: they decide nothing."""
    off = {action.id for action in plan if action.verb is Verb.DEACTIVATE}
    steps = [step for name in left.names for step in _put_away(name, left, observed, off)]
    for owned in left.back:
        found = observed.find(owned.id)
        if found is not None and _is_archived(found) and owned.is_as_left(found):
            steps.append(_marked(found, Verb.UNARCHIVE, "in the manifests again"))
    return replace(plan, actions=(*plan.actions, *steps)) if steps else plan


def _left_names(
    desired: DesiredState, inventory: Inventory
) -> dict[ResourceId, tuple[Owned, ...]]:
    declared = {_name(id) for id in desired.resources if _has_name(id)}
    ours: defaultdict[ResourceId, list[Owned]] = defaultdict(list)
    for owned in inventory:
        if _has_name(owned.id):
            ours[_name(owned.id)].append(owned)
    return {
        name: tuple(sorted(some, key=lambda owned: owned.id))
        for name, some in sorted(ours.items())
        # What was put away before is not ours any more but for its name.
        if name not in declared and any(owned.id.kind.versioned for owned in some)
    }


def _back(desired: DesiredState, inventory: Inventory) -> Iterator[Owned]:
    """Names that a former apply put away (no version is ours any more), and that are declared."""
    known = {owned.id: owned for owned in inventory if owned.id.kind is Kind.NAMED_ENTITY}
    if not known:
        return
    for id in desired.resources:
        if not id.kind.versioned or place_of(id) in inventory.entries:
            continue
        name = id.named_entity
        if name in known and name not in desired.resources:
            yield known[name]


def _put_away(
    name: ResourceId, left: Leftovers, observed: ObservedState, off: Collection[ResourceId]
) -> Sequence[Action]:
    found = observed.find(name)
    needs: tuple[ResourceId, ...] = ()
    if name.facet == Kind.LAUNCH_PLAN.slug:
        switch = ResourceId(Kind.ACTIVATION, name.project, name.domain, name.name)
        active = observed.find(switch)
        if switch in off:
            needs = (switch,)
        elif active is not None and active.active:
            return ()
    # A switch that is thrown in this very plan stays ours: it is off.
    ours = [owned for owned in left.names[name] if owned.id not in off and owned.id != name]
    forgotten = [_forget(owned, "its name is put away") for owned in ours]
    if found is None or _is_archived(found):
        return [replace(step, needs=needs) for step in forgotten]
    step = replace(_marked(found, Verb.ARCHIVE, _GONE), needs=needs)
    return [step, *(replace(one, needs=(name,)) for one in forgotten)]


def _marked(found: Resource, verb: Verb, why: str) -> Action:
    metadata: Any = NamedEntityMetadata()
    metadata.CopyFrom(found.spec)
    metadata.state = NAMED_ENTITY_ARCHIVED if verb is Verb.ARCHIVE else NAMED_ENTITY_ACTIVE
    after = Resource(found.id, spec=metadata)
    return Action(
        verb=verb,
        id=found.id,
        reason=Reason.UNWANTED if verb is Verb.ARCHIVE else Reason.ARCHIVED,
        why=why,
        changes=compare(found, after),
        before=found,
        after=after,
    )


def _forget(owned: Owned, why: str) -> Action:
    active = (owned.active,) if owned.active else ()
    return Action(
        verb=Verb.FORGET,
        id=owned.id,
        reason=Reason.UNWANTED,
        why=why,
        before=Resource(owned.id, active=active),
    )


def _is_archived(found: Resource) -> bool:
    spec: Any = found.spec
    return bool(spec is not None and spec.state == NAMED_ENTITY_ARCHIVED)


def _has_name(id: ResourceId) -> bool:
    return id.kind.versioned or id.kind in (Kind.ACTIVATION, Kind.NAMED_ENTITY)


def _name(id: ResourceId) -> ResourceId:
    if id.kind is Kind.NAMED_ENTITY:
        return id
    return id.at("-").named_entity if id.kind is Kind.ACTIVATION else id.named_entity


def _warning(code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, hint=hint, severity=Severity.WARNING)
