"""A registered launch plan, as it was when it was read."""

from collections.abc import Callable
from typing import Any

from flyteidl.admin.launch_plan_pb2 import ACTIVE, LaunchPlanSpec
from flyteidl.admin.schedule_pb2 import Schedule
from flyteidl.core.interface_pb2 import ParameterMap, TypedInterface
from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.model import Kind, ResourceId
from reconciler.remote.entities.entity import RemoteEntity
from reconciler.remote.entities.lazy import LazyEntity


class FlyteLaunchPlan(RemoteEntity):
    """A registered launch plan; `message` is an admin.LaunchPlan.

    Whether it is active is as of the reading: fetch it anew to know it now.
    """

    kind = Kind.LAUNCH_PLAN

    def __init__(
        self,
        *args: Any,
        refer: Callable[[ResourceId], LazyEntity[Any]] | None = None,
        **said: Any,
    ) -> None:
        super().__init__(*args, **said)
        self._refer = refer

    @property
    def spec(self) -> LaunchPlanSpec:
        found: LaunchPlanSpec = self.message.spec
        return found

    @property
    def interface(self) -> TypedInterface:
        """The inputs that are left to say, those with a default too, and the outputs."""
        closure, interface = self.message.closure, TypedInterface()
        interface.inputs.SetInParent()
        for name, parameter in closure.expected_inputs.parameters.items():
            interface.inputs.variables[name].CopyFrom(parameter.var)
        interface.outputs.CopyFrom(closure.expected_outputs)
        return interface

    @property
    def expected_inputs(self) -> ParameterMap:
        """The inputs that are left to say, with their defaults or that they are required."""
        found: ParameterMap = self.message.closure.expected_inputs
        return found

    @property
    def fixed_inputs(self) -> LiteralMap:
        """The inputs that nobody who launches it can say."""
        found: LiteralMap = self.spec.fixed_inputs
        return found

    @property
    def default_inputs(self) -> ParameterMap:
        found: ParameterMap = self.spec.default_inputs
        return found

    @property
    def workflow_id(self) -> ResourceId:
        return ResourceId.from_identifier(self.spec.workflow_id, Kind.WORKFLOW)

    @property
    def workflow(self) -> LazyEntity[Any]:
        """What it launches, fetched once something of it is asked."""
        assert self._refer is not None, "what is fetched knows how to fetch more"
        return self._refer(self.workflow_id)

    @property
    def is_active(self) -> bool:
        return bool(self.message.closure.state == ACTIVE)

    @property
    def schedule(self) -> Schedule | None:
        """When it fires; None if it never does by itself."""
        found: Schedule = self.spec.entity_metadata.schedule
        return found if found.WhichOneof("ScheduleExpression") is not None else None

    @property
    def is_scheduled(self) -> bool:
        return self.schedule is not None
