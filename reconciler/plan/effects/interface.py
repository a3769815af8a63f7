"""How a launch plan can be called now and will be, and which changes of that break a caller.

A caller gives inputs by name and takes outputs by name. So taking an input away, wanting one more
or narrowing its type breaks; offering more does not.
"""

from collections.abc import Callable, Iterator

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.interface_pb2 import Parameter
from flyteidl.core.types_pb2 import LiteralType

from reconciler.model import InterfaceChange, Side, describe

Castable = Callable[[LiteralType, LiteralType], bool]
"""Whether a value of the first type may be bound where the second is wanted, as Admin judges."""


def interface_changes(
    before: LaunchPlan, after: LaunchPlan, castable: Castable
) -> tuple[InterfaceChange, ...]:
    """Return every input and output that is not what it was, inputs first, by name."""
    return (*_inputs(before, after, castable), *_outputs(before, after, castable))


def is_required(parameter: Parameter) -> bool:
    """Whether a caller has to give it: it has no default, of whatever kind."""
    behavior = parameter.WhichOneof("behavior")
    return behavior is None or (behavior == "required" and parameter.required)


def _inputs(
    before: LaunchPlan, after: LaunchPlan, castable: Castable
) -> Iterator[InterfaceChange]:
    old = before.closure.expected_inputs.parameters
    new = after.closure.expected_inputs.parameters
    for name in sorted({*old, *new}):
        was = old.get(name)
        will = new.get(name)
        if was is None and will is not None:
            required = is_required(will)
            why = "new and required" if required else "new, with a default"
            yield _change(Side.INPUT, name, None, will.var.type, breaking=required, why=why)
        elif will is None and was is not None:
            fixed = name in after.spec.fixed_inputs.literals
            why = "fixed now, so no caller may give it" if fixed else "gone"
            yield _change(Side.INPUT, name, was.var.type, None, breaking=True, why=why)
        elif was is not None and will is not None:
            yield from _input(name, was, will, castable)


def _input(
    name: str, was: Parameter, will: Parameter, castable: Castable
) -> Iterator[InterfaceChange]:
    reasons, breaking = [], False
    if was.var.type != will.var.type:
        fits = castable(was.var.type, will.var.type)
        if not fits:
            breaking = True
            reasons.append("what callers give does not fit")
        elif describe(was.var.type) != describe(will.var.type):
            reasons.append("what callers give still fits")
    if is_required(will) and not is_required(was):
        breaking = True
        reasons.append("required now")
    elif is_required(was) and not is_required(will):
        reasons.append("has a default now")
    if reasons:
        why = "; ".join(reasons)
        yield _change(Side.INPUT, name, was.var.type, will.var.type, breaking=breaking, why=why)


def _outputs(
    before: LaunchPlan, after: LaunchPlan, castable: Castable
) -> Iterator[InterfaceChange]:
    old = before.closure.expected_outputs.variables
    new = after.closure.expected_outputs.variables
    for name in sorted({*old, *new}):
        if name not in old:
            yield _change(Side.OUTPUT, name, None, new[name].type, breaking=False, why="new")
        elif name not in new:
            yield _change(Side.OUTPUT, name, old[name].type, None, breaking=True, why="gone")
        elif old[name].type != new[name].type:
            was, will = old[name].type, new[name].type
            fits = castable(will, was)
            if fits and describe(was) == describe(will):
                continue
            why = "still fits where it is used" if fits else "does not fit where it is used"
            yield _change(Side.OUTPUT, name, was, will, breaking=not fits, why=why)


def _change(
    side: Side,
    name: str,
    before: LiteralType | None,
    after: LiteralType | None,
    *,
    breaking: bool,
    why: str,
) -> InterfaceChange:
    was = describe(before) if before is not None else None
    will = describe(after) if after is not None else None
    return InterfaceChange(side, name, was, will, breaking=breaking, why=why)
