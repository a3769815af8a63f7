"""Plans what a program registers, and carries it out: the corridor of `apply`, once more."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import TaskTemplate

from reconciler import pipeline
from reconciler.desired import Member, Registration, declared
from reconciler.errors import ApplyRefusedError, RegistrationConflictError, RegistrationError
from reconciler.model import (
    ApplyReport,
    Kind,
    Plan,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.ports import Bundler, Clock, Reader
from reconciler.remote.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow, RemoteEntity
from reconciler.remote.register.result import Fate, Registered, failures_of, fates_of

_MESSAGES = {Kind.TASK: Task, Kind.WORKFLOW: Workflow, Kind.LAUNCH_PLAN: LaunchPlan}


class Applying(Protocol):
    """Carries out a plan, as `Remote.apply` does."""

    def __call__(self, plan: Plan) -> ApplyReport: ...


class Registrar:
    """Registers what is handed over, on one connection.

    Args:
        entity: Makes the object for one version, of which the message may be known.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        bundler: Bundler,
        clock: Clock,
        apply: Applying,
        entity: "MakeEntity",
    ) -> None:
        self._reader = reader
        self._bundler = bundler
        self._clock = clock
        self._apply = apply
        self._entity = entity

    def plan(self, registration: Registration) -> tuple[str, Plan]:
        """The version that all will have, and what registers it. Nothing is written.

        Raises: ManifestError for what Admin would refuse; AdminError or UnreachableError if
            something could not be read.
        """
        version = registration.settled_version
        declaration = declared(registration, version)
        return version, pipeline.plan_declared(
            declaration, self._reader, bundler=self._bundler, now=self._clock.now()
        )

    def register(
        self,
        registration: Registration,
        *,
        version: str,
        plan: Plan,
        python_interface: Callable[[Member], Any | None] = lambda member: None,
    ) -> Registered:
        """Carry out what `plan` planned.

        Raises: RegistrationConflictError before anything is written; ApplyRefusedError for what
            cannot be applied; RegistrationError if some of it failed.
        """
        report = self._applied(plan)
        ids = {registration.id_of(one, version): one for one in registration.members}
        created = {one.id: one.after for one in plan if one.verb is Verb.CREATE}
        fates = fates_of(iter(ids), report)
        entities = tuple(
            self._made(id, member, created.get(id), python_interface(member))
            for id, member in ids.items()
            if fates[id] is not Fate.FAILED
        )
        return _checked(Registered(version, plan, report, fates, entities))

    def register_planned(self, plan: Plan, ids: Sequence[ResourceId]) -> Registered:
        """Carry out a plan of manifests; `ids` are the versions that they declare.

        Raises: as `register`.
        """
        report = self._applied(plan)
        created = {one.id: one.after for one in plan if one.verb is Verb.CREATE}
        fates = fates_of(iter(ids), report)
        entities = tuple(
            self._entity(id, message=_message(created.get(id)))
            for id in ids
            if fates[id] is not Fate.FAILED
        )
        versions = {id.version for id in ids}
        version = versions.pop() if len(versions) == 1 else ""
        return _checked(Registered(version, plan, report, fates, entities))

    def _applied(self, plan: Plan) -> ApplyReport:
        if plan.conflicts:
            raise RegistrationConflictError([str(one) for one in plan.conflicts], plan)
        if plan.obstacles:
            raise ApplyRefusedError("; ".join(str(one) for one in plan.obstacles))
        return self._apply(plan) if plan.actions else ApplyReport(())

    def _made(
        self, id: ResourceId, member: Member, created: Resource | None, python_interface: Any
    ) -> RemoteEntity:
        template = member.spec.template if member.kind is Kind.TASK else None
        interface = member.spec.template.interface if member.kind is Kind.WORKFLOW else None
        return self._entity(
            id,
            message=_message(created),
            template=template,
            interface=interface,
            python_interface=python_interface,
        )


class MakeEntity(Protocol):
    """Makes the object for one version (see `entities`)."""

    def __call__(
        self,
        id: ResourceId,
        *,
        message: Any | None = None,
        template: TaskTemplate | None = None,
        interface: TypedInterface | None = None,
        python_interface: Any | None = None,
    ) -> RemoteEntity: ...


def entity_maker(
    load: Callable[[ResourceId], Any], refer: Callable[[ResourceId], Any]
) -> MakeEntity:
    """What makes objects that read from Admin what they do not know."""

    def make(
        id: ResourceId,
        *,
        message: Any | None = None,
        template: TaskTemplate | None = None,
        interface: TypedInterface | None = None,
        python_interface: Any | None = None,
    ) -> RemoteEntity:
        said = {"message": message, "load": load, "python_interface": python_interface}
        if id.kind is Kind.TASK:
            return FlyteTask(id, template=template, **said)
        if id.kind is Kind.WORKFLOW:
            return FlyteWorkflow(id, interface=interface, refer=refer, **said)
        return FlyteLaunchPlan(id, refer=refer, **said)

    return make


def _message(created: Resource | None) -> Any | None:
    """What Admin now answers for a version that was just created, as far as it matters.

    None if only Admin can say: where code lies, and when it was created.
    """
    if created is None or created.bundles or created.spec is None:
        return None
    if created.id.kind is Kind.LAUNCH_PLAN:
        return created.spec
    found = _MESSAGES[created.id.kind](id=created.id.to_identifier())
    if created.id.kind is Kind.TASK:
        found.closure.compiled_task.CopyFrom(created.spec)
    else:
        found.closure.compiled_workflow.CopyFrom(created.spec)
    return found


def _checked(registered: Registered) -> Registered:
    failures = failures_of(registered.report)
    if failures:
        raise RegistrationError(failures, registered)
    return registered


def versions_in(resources: Iterator[Resource]) -> tuple[ResourceId, ...]:
    """The ids of those that have versions, in the order of kinds."""
    return tuple(sorted(one.id for one in resources if one.id.kind.versioned))
