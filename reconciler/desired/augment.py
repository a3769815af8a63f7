"""Launch plans as Admin will hold them: its server completes the default inputs.

The embedded Admin has its own account of this rule, on purpose; both are held to recordings.
"""

from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanSpec
from flyteidl.core.interface_pb2 import TypedInterface

from reconciler.model import ResourceId


def augmented(id: ResourceId, spec: LaunchPlanSpec, interface: TypedInterface) -> LaunchPlan:
    """Return the message that Admin hashes for this launch plan.

    Each input of the workflow that is neither given a default nor fixed becomes a required
    parameter; what was submitted is kept as it is, also where the input is fixed too.

    Source: flyteadmin launch_plan_manager (default input augmentation), admin-contract 3.5.
    """
    launch_plan = LaunchPlan(id=id.to_identifier(), spec=spec)
    parameters = launch_plan.closure.expected_inputs
    variables = interface.inputs.variables
    for name in variables:
        variable = variables[name]
        if name in spec.default_inputs.parameters:
            parameters.parameters[name].CopyFrom(spec.default_inputs.parameters[name])
        elif name not in spec.fixed_inputs.literals:
            parameter = parameters.parameters[name]
            # Only these two are copied: artifact fields of the variable are not.
            if variable.HasField("type"):
                parameter.var.type.CopyFrom(variable.type)
            parameter.var.description = variable.description
            parameter.required = True
    # Admin's read-back has the message even where it is empty.
    parameters.SetInParent()
    launch_plan.spec.default_inputs.CopyFrom(parameters)
    if interface.HasField("outputs"):
        launch_plan.closure.expected_outputs.CopyFrom(interface.outputs)
    return launch_plan
