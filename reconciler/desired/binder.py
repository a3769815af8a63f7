"""Bind one entity after another: references, spec, version, canonical form."""

from collections.abc import Iterable, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, cast

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from google.protobuf.message import Message

from reconciler.compiler import (
    CompilationError,
    CompilerCrashError,
    CompilerPanicError,
    compile_task,
    compile_workflow,
    identity,
)
from reconciler.desired.augment import augmented
from reconciler.desired.bound import Bound, Shelf
from reconciler.desired.code import Bundles
from reconciler.desired.entity import ACTIVE, AUTO, LATEST, Entity, Pointer
from reconciler.desired.findings import Findings
from reconciler.desired.ids import Pins, fill, settle
from reconciler.desired.launch_plan import launch_plan_spec
from reconciler.desired.lint import launch_plan_lint, task_lint, workflow_lint
from reconciler.desired.member import Member
from reconciler.desired.needs import Index, admin_id
from reconciler.desired.problems import Problems
from reconciler.desired.recall import Recall, Recalled, key_of
from reconciler.desired.refusals import launch_plan_refusals, task_refusals
from reconciler.desired.switches import Switches
from reconciler.desired.task import task_spec
from reconciler.desired.versions import Spoken, content_version
from reconciler.desired.workflow import workflow_spec
from reconciler.manifest import LaunchPlan, Task, Workflow
from reconciler.model import (
    Bundle,
    Found,
    Kind,
    Packed,
    Resource,
    ResourceId,
    without_json,
)

# Admin reads no request beyond 4 MiB; what the ids around a spec add is counted generously.
MAX_REQUEST_BYTES = (4 << 20) - 4096
# Stands for the version of a thing whose version is still to be computed from its content.
_UNVERSIONED = "-"
_NO_PINS: Pins = MappingProxyType({})
# What an entity refers to, and what each reference is bound to, in its own order.
_Targets = Sequence[tuple[Pointer, Bound]]


class Binder:
    """Turns entities into resources, in the order of their dependencies.

    After the last `bind`, and `finish`: `resources` are all that could be bound, `needs` what
    each needs of the others. What could not be bound has left its reasons in `problems`, or is
    among `unchecked`: without Admin nobody knows what it refers to.
    """

    def __init__(
        self,
        index: Index,
        found: Found | None,
        bundles: Bundles,
        problems: Problems,
        recall: Recall | None = None,
    ) -> None:
        self.resources: list[Resource] = []
        self.needs: dict[ResourceId, set[ResourceId]] = {}
        self.unchecked: dict[Entity, None] = {}
        self._index = index
        self._found = found
        self._bundles = bundles
        self._code: dict[bytes, tuple[Bundle, ...]] = {}
        self._problems = problems
        self._findings = Findings(problems)
        self._bound: dict[Entity, Bound] = {}
        self._ids: dict[ResourceId, Entity] = {}
        self._switches = Switches(index, problems)
        self._spoken = Spoken(index.entities)
        self._recall = recall
        self._words = self._spoken.decides
        self._keys: dict[Bound, bytes | None] = {}
        # By identity, as the compiler looks them up.
        self._tasks = Shelf(lambda held: held.template if isinstance(held, Bound) else held)
        self._launch_plans = Shelf(lambda bound: bound.as_interface)
        for resource in found.versions.values() if found else ():
            bound = Bound(resource)
            if resource.id.kind is Kind.TASK:
                self._tasks.put(identity(bound.template.id), bound)
            elif resource.id.kind is Kind.LAUNCH_PLAN:
                self._launch_plans.put(identity(resource.id.to_identifier()), bound)
            for template in bound.tasks:
                self._tasks.put(identity(template.id), template)

    def bind(self, entity: Entity) -> None:
        """Bind `entity`, unless something it refers to is missing or itself faulty."""
        declared = [self._index.declared(pointer) for pointer in entity.pointers]
        found = [
            (pointer, self._target(pointer, other))
            for pointer, other in zip(entity.pointers, declared, strict=True)
        ]
        targets = [(pointer, target) for pointer, target in found if target is not None]
        if len(targets) < len(found):
            if self._found is None and self._is_open(found, declared):
                self.unchecked[entity] = None
            return
        if entity.is_switch:
            self._switches.only(entity, targets)
            return
        errors = len(self._problems.errors)
        self._recalled(entity, targets)
        bound = self._bound.get(entity)
        if bound is None or len(self._problems.errors) > errors:
            return
        self.needs[bound.id] = {
            target.id for (_, target), other in zip(targets, declared, strict=True) if other
        }
        if entity.place.kind is Kind.LAUNCH_PLAN:
            self._switches.declare(entity, bound.id, needs={bound.id})

    def finish(self) -> None:
        """Add and tell what only shows when all is bound."""
        self.resources += self._switches.resources
        self.needs |= self._switches.needs
        self._findings.tell_needless(self._bound)

    # References

    def refer(self, pointer: Pointer) -> Bound | None:
        """What a pointer of no entity means, or None as `_target` says; after `finish`."""
        return self._target(pointer, self._index.declared(pointer))

    def found(self, id: ResourceId) -> Resource:
        """What Admin holds under an id that `refer` gave."""
        assert self._found is not None
        return self._found.versions[id]

    def _target(self, pointer: Pointer, declared: Entity | None) -> Bound | None:
        """What a pointer means, or None with the reason told (or told before, or open offline)."""
        if declared is not None:
            return self._bound.get(declared)
        if pointer.version is None or pointer.word == AUTO:
            self._undeclared(pointer)
            return None
        if self._found is None:
            return None
        if (pointer.place.project, pointer.place.domain) in self._found.unread:
            return None  # nobody may look: what refers to it is left out, and the plan says so
        id = self._admin_id(pointer)
        resource = self._found.versions.get(id) if id else None
        if resource is None:
            what = f"{pointer.place} has no {pointer.version} version"
            if pointer.word not in (LATEST, ACTIVE):
                what = f"there is no {admin_id(pointer)}"
            self._problems.error(
                "unknown-reference", f"{what} in Admin, nor in this set", pointer.origin
            )
            return None
        if pointer.place.kind is Kind.WORKFLOW and not resource.complete and pointer.embeds:
            message = f"Admin holds {resource.id} but cannot give its content"
            self._problems.error("unreadable-reference", message, pointer.origin)
            return None
        return Bound(resource)

    def _is_open(
        self, found: Sequence[tuple[Pointer, Bound | None]], declared: Sequence[Entity | None]
    ) -> bool:
        """Whether all that is missing is what only Admin could tell, which was not asked."""
        return all(
            not (pointer.version is None or pointer.word == AUTO)
            if other is None
            else other in self.unchecked
            for (pointer, target), other in zip(found, declared, strict=True)
            if target is None
        )

    def _undeclared(self, pointer: Pointer) -> None:
        place = pointer.place
        versions = sorted(entity.version for entity in self._index.at(place))
        if versions:
            message = f"{place} is declared in several versions: {', '.join(versions)}"
            self._problems.error(
                "ambiguous-reference", message, pointer.origin, hint="say which version is meant"
            )
            return
        near = self._index.near(place)
        hint = f"did you mean {near}?" if near else "declare it, or give the version Admin holds"
        self._problems.error(
            "unknown-reference", f"{place} is not declared in this set", pointer.origin, hint=hint
        )

    def _admin_id(self, pointer: Pointer) -> ResourceId | None:
        assert self._found is not None
        id = admin_id(pointer)
        match pointer.word:
            case "latest":
                return self._found.latest.get(id)
            case "active":
                active = self._found.active.get(id.activation, ())
                return active[0] if len(active) == 1 else None
        return id

    # One kind after the other

    def _recalled(self, entity: Entity, targets: _Targets) -> None:
        """Bind as before where all is as before, or else anew."""
        if self._recall is None:
            self._anew(entity, targets)
            return
        source = entity.source
        runs_from = self._bundles.of(source) if isinstance(source, Task) else None
        key = key_of(
            entity,
            targets,
            known=self._keys,
            ours=self._ids,
            words=self._words,
            code=runs_from,
        )
        kind = entity.place.kind
        known = self._recall.find(key, kind) if key else None
        if known is None:
            told = len(self._problems.found)
            self._anew(entity, targets)
        else:
            id = entity.place.at(known.version)
            code: tuple[Bundle, ...] = (runs_from.bundle,) if runs_from else ()
            if kind is Kind.WORKFLOW and self._code:
                code = self._with_code_of(known.spec.message.tasks, code)
            if self._is_only(entity, id):
                self._keep(entity, id, known.spec, known.request, code)
        bound = self._bound.get(entity)
        if bound is None:
            return
        self._keys[bound] = key
        if key and known is None and len(self._problems.found) == told:
            at_rest = bound.resource.at_rest
            if at_rest is not None:
                self._recall.keep(key, Recalled(bound.id.version, *at_rest))

    def _anew(self, entity: Entity, targets: _Targets) -> None:
        match entity.place.kind:
            case Kind.TASK:
                self._task(entity)
            case Kind.WORKFLOW:
                self._workflow(entity, targets)
            case Kind.LAUNCH_PLAN:
                self._launch_plan(entity, targets)

    def _task(self, entity: Entity) -> None:
        source = entity.source
        errors = len(self._problems.errors)
        if isinstance(source, Member):
            spec = _filled(source.spec, self._draft_id(entity))
            code = self._bundles.fill(spec.template, entity)
        else:
            assert isinstance(source, Task)
            spec = task_spec(source, self._problems)
            code = self._bundles.run(source, spec.template)
        if len(self._problems.errors) > errors:
            return
        id = self._settled(entity, spec, code)
        if id is None:
            return
        spec.template.id.CopyFrom(id.to_identifier())
        if self._findings.tell(
            entity, chain(task_refusals(spec.template), task_lint(spec.template))
        ):
            return
        try:
            compile_task(spec.template)
        except CompilationError as error:
            self._findings.tell_faults(entity, error)
            return
        self._keep(entity, id, CompiledTask(template=spec.template), spec, code)

    def _workflow(self, entity: Entity, targets: _Targets) -> None:
        source = entity.source
        errors = len(self._problems.errors)
        code: tuple[Bundle, ...] = ()
        if isinstance(source, Member):
            spec = _filled(source.spec, self._draft_id(entity), _pins(targets))
            code = self._bundles.fill(spec, entity)
        else:
            assert isinstance(source, Workflow)
            by_path = {pointer.path: target for pointer, target in targets}
            spec = workflow_spec(source, by_path, self._problems)
        if len(self._problems.errors) > errors:
            return
        id = self._settled(entity, spec, code)
        if id is None:
            return
        if entity.version == AUTO and isinstance(source, Member):
            # Sub-workflows that are registered nowhere have no version but their parent's.
            settle(spec, draft=_UNVERSIONED, version=id.version)
        spec.template.id.CopyFrom(id.to_identifier())
        closure = self._compiled(entity, spec)
        if closure is None or self._findings.tell(entity, workflow_lint(closure)):
            return
        code = self._with_code_of(closure.tasks, code)
        self._keep(entity, id, closure, spec, code)

    def _compiled(self, entity: Entity, spec: WorkflowSpec) -> CompiledWorkflowClosure | None:
        try:
            return compile_workflow(
                spec.template,
                spec.sub_workflows,
                tasks=self._tasks,
                launch_plans=self._launch_plans,
            )
        except CompilationError as error:
            self._findings.tell_faults(entity, error)
        except (CompilerPanicError, CompilerCrashError) as error:
            message = f"{entity.place} would crash Admin's compiler: {error}"
            self._problems.error("compiler-crash", message, entity.origin)
        return None

    def _launch_plan(self, entity: Entity, targets: _Targets) -> None:
        ((_, workflow),) = targets
        source = entity.source
        errors = len(self._problems.errors)
        if isinstance(source, Member):
            spec = _filled(source.spec, self._draft_id(entity), _pins(targets)).spec
        else:
            assert isinstance(source, LaunchPlan)
            spec = launch_plan_spec(source, workflow.id, workflow.interface, self._problems)
        if len(self._problems.errors) > errors:
            return
        findings = chain(
            launch_plan_refusals(spec, workflow.interface),
            launch_plan_lint(spec, active=entity.state == "active"),
        )
        if self._findings.tell(entity, findings):
            return
        id = self._settled(entity, spec)
        if id is None:
            return
        launch_plan = augmented(id, spec, workflow.interface)
        self._keep(entity, id, launch_plan, spec)

    # Versions and keeping

    def _draft_id(self, entity: Entity) -> ResourceId:
        place = entity.place
        version = entity.kept or entity.version
        if version == AUTO:
            version = _UNVERSIONED
        return ResourceId(place.kind, place.project, place.domain, place.name, version)

    def _settled(
        self, entity: Entity, spec: Message, code: Sequence[Bundle] = ()
    ) -> ResourceId | None:
        """The id with its final version; None if another entity claims it or it is too large."""
        place = entity.place
        if problem := without_json(spec, spans=isinstance(entity.source, Member)):
            self._problems.error("not-json", f"{place}: {problem}", entity.origin)
            return None
        version = entity.kept or entity.version
        if version == AUTO:
            version = content_version(entity, spec, code, self._spoken)
        id = place.at(version)
        if not self._is_only(entity, id):
            return None
        size = spec.ByteSize()
        if size > MAX_REQUEST_BYTES:
            self._problems.error(
                "oversized",
                f"{id} takes {size:,} bytes, and Admin reads at most 4 MiB",
                entity.origin,
                hint="move what is large out of the spec, for instance into a file input",
            )
            return None
        return id

    def _is_only(self, entity: Entity, id: ResourceId) -> bool:
        """Claim an id; if another entity has it already, that is told."""
        other = self._ids.setdefault(id, entity)
        if other is entity:
            return True
        self._problems.error(
            "duplicate", f"{id} is declared twice", entity.origin, hint=f"first: {other.origin}"
        )
        return False

    def _keep(
        self,
        entity: Entity,
        id: ResourceId,
        spec: Message | Packed,
        request: Message | Packed,
        code: tuple[Bundle, ...] = (),
    ) -> None:
        resource = Resource(
            id,
            spec=cast(Message, spec),
            request=cast(Message, request),
            origin=entity.origin,
            content_addressed=entity.content_addressed and not entity.kept,
            bundles=code,
        )
        self.resources.append(resource)
        self._bound[entity] = bound = Bound(resource)
        key = identity(id.to_identifier())
        if id.kind is Kind.TASK:
            self._tasks.put(key, bound)
            if code:
                self._code[key] = code
        elif id.kind is Kind.LAUNCH_PLAN:
            self._launch_plans.put(key, bound)

    def _with_code_of(self, tasks: Iterable[Any], code: tuple[Bundle, ...]) -> tuple[Bundle, ...]:
        """The bundles of a workflow's own messages and of the tasks inside it, each once."""
        if not self._code:
            return code
        inside = (self._code.get(identity(task.template.id), ()) for task in tasks)
        return tuple(dict.fromkeys((*code, *(one for some in inside for one in some))))


def _filled(spec: Any, id: ResourceId, pins: Pins = _NO_PINS) -> Any:
    copy = type(spec)()
    copy.CopyFrom(spec)
    fill(copy, project=id.project, domain=id.domain, version=id.version, pins=pins)
    return copy


def _pins(targets: _Targets) -> Pins:
    """The versions of those that do not share the referrer's."""
    return {
        (id.resource_type, id.project, id.domain, id.name): id.version
        for pointer, target in targets
        if pointer.word == AUTO
        for id in (target.id.to_identifier(),)
    }
