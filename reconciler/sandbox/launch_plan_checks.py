"""What makes a launch plan's spec fit its workflow: inputs, schedule, notifications.

Maps are looked at by name where Admin looks in random order; that it stops after the first time
among the literals is not copied.

Source: flyteadmin/pkg/manager/impl/validation/launch_plan_validator.go.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flyteidl.core import interface_pb2, types_pb2
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from reconciler.compiler import (
    CompilerPanicError,
    RecursiveSchemaError,
    castable,
    go_text,
    literal_type,
)
from reconciler.cron import CronPanicError, CronSyntaxError
from reconciler.cron import parse as parse_cron
from reconciler.sandbox.errors import Panic, internal, invalid
from reconciler.sandbox.executions.inputs import check_literal_type
from reconciler.sandbox.literals import check_datetime, check_literals
from reconciler.sandbox.names import check_labels
from reconciler.sandbox.notifications import check_notifications

_DEFAULT_INPUTS = "default_inputs"
_FIXED_INPUTS = "fixed_inputs"


def check_spec(spec: Any, interface: Any, *, artifacts: bool) -> None:
    """Check a LaunchPlanSpec and spell out its free inputs in `default_inputs`.

    Args:
        spec: Changed in place.
        interface: The workflow's TypedInterface, as submitted.
        artifacts: Whether queries for artifacts are allowed as defaults.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    check_labels(spec.labels.values)
    check_literals(spec.fixed_inputs.literals, _FIXED_INPUTS)
    _check_parameters(spec.default_inputs.parameters, artifacts=artifacts)
    free = free_inputs(spec, interface)
    schedule = spec.entity_metadata.schedule
    _check_schedule(schedule, free.parameters)
    spec.default_inputs.CopyFrom(free)
    if spec.HasField("entity_metadata"):
        check_notifications(spec.entity_metadata.notifications)
        if spec.entity_metadata.HasField("launch_conditions"):
            found = _any_text(spec.entity_metadata.launch_conditions)
            raise invalid(f"Launch condition must be empty, found {found}")


def _any_text(packed: Any) -> str:
    """Return an Any in Go's text form: opened if its type is known and its bytes are one."""
    try:
        descriptor = descriptor_pool.Default().FindMessageTypeByName(packed.TypeName())
        message = message_factory.GetMessageClass(descriptor).FromString(packed.value)
    except (KeyError, DecodeError):
        return go_text(packed)
    return f"[{packed.type_url}]:{{{go_text(message)}}}"


def free_inputs(spec: Any, interface: Any) -> Any:
    """Return the ParameterMap of the workflow's inputs that the launch plan leaves open.

    What has a parameter keeps it; what is neither so nor fixed becomes a required one.

    Raises:
        Refusal: INVALID_ARGUMENT: an input the workflow does not have, or of another type.
    """
    parameters, literals = spec.default_inputs.parameters, spec.fixed_inputs.literals
    if not interface.HasField("inputs"):
        if parameters:
            raise _expected_none("default", len(parameters))
        if literals:
            raise _expected_none("fixed", len(literals))
        return interface_pb2.ParameterMap()
    variables = interface.inputs.variables
    for name in sorted(parameters):
        _check_parameter_fits(name, parameters[name], variables)
    for name in sorted(literals):
        _check_literal_fits(name, literals[name], variables)
    free = interface_pb2.ParameterMap()
    for name in sorted(variables):
        if name in parameters:
            free.parameters[name].CopyFrom(parameters[name])
        elif name not in literals:
            parameter, variable = free.parameters[name], variables[name]
            parameter.required = True
            parameter.var.description = variable.description
            if variable.HasField("type"):
                parameter.var.type.CopyFrom(variable.type)
    return free


def _check_parameters(parameters: Mapping[str, Any], *, artifacts: bool) -> None:
    for name in sorted(parameters):
        if parameters[name].WhichOneof("behavior") == "artifact_query" and not artifacts:
            raise invalid(f"artifact mode not enabled but query found {_DEFAULT_INPUTS} {name}")
    for name in sorted(parameters):
        _check_parameter(name, parameters[name])


def _check_parameter(name: str, parameter: Any) -> None:
    if not name:
        raise invalid(f"missing key in {_DEFAULT_INPUTS}")
    if not (parameter.HasField("var") and parameter.var.HasField("type")):
        raise invalid(
            f"The Variable component of the Parameter {name} in {_DEFAULT_INPUTS} either is "
            "missing, or has a missing Type"
        )
    has_default = parameter.HasField("default")
    if not (has_default or parameter.required or parameter.HasField("artifact_query")):
        raise invalid(
            f"Invalid variable {name} in {_DEFAULT_INPUTS} - variable has neither default, nor "
            "is required. One must be specified"
        )
    if not has_default:
        return
    wanted, given = parameter.var.type, _type_of(name, parameter.default)
    if not _fits(given, wanted):
        raise invalid(
            f"Type mismatch for Parameter {name} in {_DEFAULT_INPUTS} has type "
            f"{go_text(wanted)}, expected {go_text(given)}"
        )
    if wanted.simple == types_pb2.DATETIME and wanted.WhichOneof("type") == "simple":
        primitive = parameter.default.scalar.primitive
        if not primitive.HasField("datetime"):
            raise invalid("proto:\u00a0invalid nil Timestamp")
        check_datetime(primitive.datetime)


def _check_parameter_fits(name: str, parameter: Any, variables: Mapping[str, Any]) -> None:
    if name not in variables:
        raise invalid(f"unexpected default_input {name}")
    given, wanted = parameter.var.type, variables[name].type
    if not _fits(given, wanted):
        raise invalid(
            f"invalid default_input wrong type {name}, expected {go_text(given)}, "
            f"got {go_text(wanted)} instead"
        )


def _check_literal_fits(name: str, literal: Any, variables: Mapping[str, Any]) -> None:
    if name not in variables:
        raise invalid(f"unexpected fixed_input {name}")
    given, wanted = _type_of(name, literal), variables[name].type
    if not _fits(given, wanted):
        raise invalid(
            f"invalid fixed_input wrong type {name}, expected {go_text(wanted)}, "
            f"got {go_text(given)} instead"
        )


def _type_of(name: str, literal: Any) -> Any:
    with _go_trouble():
        found = literal_type(literal)
    check_literal_type(found, name=name)
    return found


def _fits(given: Any, wanted: Any) -> bool:
    with _go_trouble():
        return castable(given, wanted)


@contextmanager
def _go_trouble() -> Iterator[None]:
    """Turn what makes Admin panic, or never answer, into an answer."""
    try:
        yield
    except CompilerPanicError as exc:
        raise Panic(str(exc)) from exc
    except RecursiveSchemaError as exc:
        raise internal(str(exc)) from exc


def _expected_none(kind: str, count: int) -> Exception:
    return invalid(f"invalid launch plan {kind} inputs, expected none but found {count}")


def _check_schedule(schedule: Any, free: Mapping[str, Any]) -> None:
    kind = schedule.WhichOneof("ScheduleExpression")
    if kind is None or (kind == "cron_expression" and not schedule.cron_expression):
        return
    kickoff = schedule.kickoff_time_input_arg
    for name in sorted(free):
        if free[name].required and name != kickoff:
            raise invalid(
                "Cannot create a launch plan with a schedule if there is an unbound required "
                f"input. [{name}] is required"
            )
    if kickoff:
        _check_kickoff(kickoff, free)
    if kind == "cron_expression":
        _check_cron(schedule.cron_expression)
    elif kind == "cron_schedule" and schedule.cron_schedule.schedule:
        _check_cron(schedule.cron_schedule.schedule)


def _check_kickoff(kickoff: str, free: Mapping[str, Any]) -> None:
    if kickoff not in free:
        raise invalid(
            "Cannot create a schedule with a KickoffTimeInputArg that does not point to a free "
            f"input. [{kickoff}] is not free or does not exist."
        )
    type = free[kickoff].var.type
    if type.simple != types_pb2.DATETIME:
        raise invalid(
            "KickoffTimeInputArg must reference a datetime input. "
            f"[{kickoff}] is a [{go_text(type)}]"
        )


def _check_cron(text: str) -> None:
    try:
        parse_cron(text)
    except CronSyntaxError as exc:
        raise invalid(f"Invalid cron expression: {exc}") from None
    except CronPanicError as exc:
        raise Panic(str(exc)) from exc
