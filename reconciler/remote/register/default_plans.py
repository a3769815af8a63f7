"""Launch plans as flytekit makes them, without its memory of what it made before.

flytekit keeps the first default launch plan of each name for the whole process, and writes fixed
inputs into the caller's own object; here every one is derived from what is at hand.
"""

import copy
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from reconciler.errors import ConfigError


def default_launch_plan(workflow: Any) -> Any:
    """The launch plan of a workflow's own name: its signature's defaults, and nothing fixed."""
    from flytekit.core.context_manager import FlyteContextManager, FlyteEntities
    from flytekit.core.interface import transform_inputs_to_parameters
    from flytekit.core.launch_plan import LaunchPlan
    from flytekit.models.literals import LiteralMap

    context = FlyteContextManager.current_context()
    parameters = transform_inputs_to_parameters(context, workflow.python_interface)
    _check_nowhere_local(workflow.name, parameters.to_flyte_idl())
    options = workflow.default_options
    found = LaunchPlan(
        name=workflow.name,
        workflow=workflow,
        parameters=parameters,
        fixed_inputs=LiteralMap(literals={}),
        labels=options.labels if options is not None else None,
        annotations=options.annotations if options is not None else None,
    )
    # It puts itself among what the user's own modules define, where it does not belong.
    entities = FlyteEntities.entities
    if entities and entities[-1] is found:
        entities.pop()
    return found


def with_literals(plan: Any) -> Any:
    """A copy of a launch plan with its fixed Python values as literals."""
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.core.promise import translate_inputs_to_literals
    from flytekit.models.literals import LiteralMap

    found = copy.copy(plan)
    if plan.raw_fixed_inputs:
        literals = translate_inputs_to_literals(
            FlyteContextManager.current_context(),
            incoming_values=dict(plan.raw_fixed_inputs),
            flyte_interface_types=plan.workflow.interface.inputs,
            native_types=plan.workflow.python_interface.inputs,
        )
        found._fixed_inputs = LiteralMap(literals=literals)
    for part in (found.parameters, found.fixed_inputs):
        _check_nowhere_local(plan.name, part.to_flyte_idl())
    return found


def _check_nowhere_local(name: str, message: Message) -> None:
    """Refuse inputs that are files of this machine, which no container would find."""
    for uri in _addresses(message):
        if "://" not in uri or uri.startswith("file://"):
            raise ConfigError(
                f"launch plan {name} has an input that lies on this machine ({uri}); upload it "
                "first and give its address"
            )


def _addresses(message: Message) -> Iterator[str]:
    for descriptor, value in message.ListFields():
        if descriptor.name == "uri" and isinstance(value, str):
            yield value
        inner = descriptor.message_type
        if inner is None:
            continue
        if inner.GetOptions().map_entry:
            values: Any = value.values()
        else:
            values = value if descriptor.is_repeated else (value,)
        for item in values:
            if isinstance(item, Message):
                yield from _addresses(item)
