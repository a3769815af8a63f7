"""Launch plans in the words of manifests, and back: nothing is lost on the way."""

from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanSpec
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType, SimpleType
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.launch_plan import launch_plan_spec
from reconciler.desired.problems import Problems
from reconciler.manifest import LaunchPlan as Manifest
from reconciler.manifest import load_text, to_yaml
from reconciler.model import Kind, Resource, ResourceId
from reconciler.remote.estate.launch_plans import launch_plan_document

ID = ResourceId(Kind.LAUNCH_PLAN, "p", "d", "etl.daily", "v1")
WORKFLOW = ResourceId(Kind.WORKFLOW, "p", "d", "etl", "v1")
HABITS = (
    "entity_metadata",
    "default_inputs",
    "fixed_inputs",
    "labels",
    "annotations",
    "raw_output_data_config",
)
WORDS = st.text("abc:/- '#$no", min_size=1, max_size=8).filter(lambda text: text.strip())
NAMES = st.text("abc", min_size=1, max_size=3)
VALUES = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.text("ab1.:-$ {}", max_size=6),
    st.lists(st.integers(-9, 9), max_size=3),
)


def literal(value: Any) -> Literal:
    found = Literal()
    match value:
        case bool():
            found.scalar.primitive.boolean = value
        case int():
            found.scalar.primitive.integer = value
        case float():
            found.scalar.primitive.float_value = value
        case str():
            found.scalar.primitive.string_value = value
        case list():
            found.collection.SetInParent()
            found.collection.literals.extend(map(literal, value))
    return found


def type_of(value: Any) -> LiteralType:
    if isinstance(value, list):
        return LiteralType(collection_type=LiteralType(simple=SimpleType.INTEGER))
    simple = {bool: "BOOLEAN", int: "INTEGER", float: "FLOAT", str: "STRING"}[type(value)]
    return LiteralType(simple=SimpleType.Value(simple))


@st.composite
def specs(draw: Any) -> tuple[LaunchPlanSpec, TypedInterface]:
    """A launch plan as somebody may have registered it, and the interface of its workflow."""
    spec, interface = LaunchPlanSpec(), TypedInterface()
    spec.workflow_id.CopyFrom(WORKFLOW.to_identifier())
    for name, value in draw(st.dictionaries(NAMES, VALUES, max_size=3)).items():
        variable = interface.inputs.variables[name]
        variable.type.CopyFrom(type_of(value))
        variable.description = name
        if draw(st.booleans()):
            spec.fixed_inputs.literals[name].CopyFrom(literal(value))
        else:
            spec.default_inputs.parameters[name].var.CopyFrom(variable)
            spec.default_inputs.parameters[name].default.CopyFrom(literal(value))
    schedule = spec.entity_metadata.schedule
    match draw(st.sampled_from(("none", "cron", "offset", "rate", "deprecated"))):
        case "cron":
            schedule.cron_schedule.schedule = "0 6 * * *"
        case "offset":
            schedule.cron_schedule.schedule = "0 6 * * *"
            schedule.cron_schedule.offset = "PT1H"
        case "rate":
            schedule.rate.value = draw(st.integers(1, 99))
            schedule.rate.unit = draw(st.sampled_from((0, 1, 2)))
        case "deprecated":
            schedule.cron_expression = "0 6 * * *"
        case _:
            spec.entity_metadata.ClearField("schedule")
    for address in draw(st.lists(WORDS, max_size=2)):
        notification = spec.entity_metadata.notifications.add()
        notification.phases.extend(draw(st.lists(st.sampled_from((4, 6, 7, 8)), max_size=2)))
        if draw(st.booleans()):
            notification.email.recipients_email.append(address)
    spec.labels.values.update(draw(st.dictionaries(NAMES, NAMES, max_size=2)))
    spec.annotations.values.update(draw(st.dictionaries(NAMES, WORDS, max_size=2)))
    for name in draw(st.lists(NAMES, max_size=2)):
        spec.envs.values.add(key=name, value=draw(WORDS))
    spec.max_parallelism = draw(st.integers(0, 3))
    spec.overwrite_cache = draw(st.booleans())
    if draw(st.booleans()):
        spec.interruptible.value = draw(st.booleans())
    if draw(st.booleans()):
        spec.security_context.run_as.k8s_service_account = draw(NAMES)
    if draw(st.booleans()):
        spec.security_context.secrets.add(key=draw(NAMES), group="g")
    if draw(st.booleans()):
        spec.auth_role.kubernetes_service_account = draw(NAMES)
    if draw(st.booleans()):
        spec.raw_output_data_config.output_location_prefix = f"s3://{draw(NAMES)}"
    if draw(st.booleans()):
        spec.cluster_assignment.cluster_pool_name = draw(NAMES)
    if draw(st.booleans()):
        spec.concurrency_policy.max = draw(st.integers(0, 3))
        spec.concurrency_policy.behavior = draw(st.sampled_from((0, 1)))
    for field in draw(st.lists(st.sampled_from(HABITS))):
        getattr(spec, field).SetInParent()
    return spec, interface


@given(specs())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_document_means_what_was_registered(made: tuple[LaunchPlanSpec, TypedInterface]) -> None:
    """Whatever is there and whatever is missing, message for message."""
    spec, interface = made
    found = Resource(ID, spec=LaunchPlan(id=ID.to_identifier(), spec=spec))

    document = launch_plan_document(found, active=True)

    assert document is not None
    (manifest,) = load_text(to_yaml([document]), called="made")
    assert isinstance(manifest, Manifest)
    problems = Problems()
    meant = launch_plan_spec(manifest, WORKFLOW, interface, problems)
    assert not problems.errors
    assert meant == spec
    assert manifest.spec.state == "active"


def test_a_version_that_is_a_word_cannot_be_said() -> None:
    """`latest` would mean something else in a manifest; so it stays in a package."""
    found = Resource(ID.at("latest"), spec=LaunchPlan(id=ID.to_identifier()))

    assert launch_plan_document(found, active=False) is None
