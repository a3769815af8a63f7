"""The difference inside of what runs, without what differs only because it has another version."""

from flyteidl.core.literals_pb2 import KeyValuePair
from flyteidl.core.workflow_pb2 import Node
from google.protobuf.json_format import ParseDict

from reconciler.model import Bundle, Change, Code, CodeFolder, ImageChange, Kind, Part, Resource
from tests.builders import a_task, an_id
from tests.plan.effects.runs import a_caller, a_closure, a_plan_of, the_effect

PATH = "flytesnacks/development"


def run(version: str, *tasks: Resource, **fields: object) -> tuple[Resource, Resource]:
    """A launch plan and its workflow, of one version."""
    return a_plan_of(version, **fields), a_closure(version, *tasks)  # type: ignore[arg-type]


def parts(before: tuple[Resource, ...], after: tuple[Resource, ...]) -> dict[str, Part]:
    """What differs, by kind and last name."""
    old, *left = before
    new, *right = after
    effect = the_effect(old, new, *left, *right)
    return {f"{part.kind} {part.path.rsplit('/', 1)[-1]}": part for part in effect.parts}


def test_new_versions_of_the_same_are_no_difference() -> None:
    """Every id and every reference moves on, and nothing is told."""
    before = run("v1", a_task("etl.extract", "v1"), a_task("etl.load", "v1"))
    after = run("v2", a_task("etl.extract", "v2"), a_task("etl.load", "v2"))

    assert parts(before, after) == {}


def test_an_image_is_told_with_its_task() -> None:
    """And as a change of it."""
    old = run("v1", a_task("etl.extract", "v1", image="etl:1"), a_task("etl.load", "v1"))
    new = run("v2", a_task("etl.extract", "v2", image="etl:2"), a_task("etl.load", "v2"))

    effect = the_effect(old[0], new[0], old[1], new[1])

    assert effect.images == (ImageChange(f"{PATH}/etl.extract", "", "etl:1", "etl:2"),)
    (part,) = effect.parts
    assert part.path == f"{PATH}/etl.extract"
    assert (part.before, part.after) == ("v1", "v2")
    assert part.changes == (Change("container.image", "etl:1", "etl:2"),)


def test_images_of_pods_are_told_by_container() -> None:
    """Wherever a container stands."""

    def pod(version: str, image: str) -> Resource:
        task = a_task("etl.extract", version)
        template = task.spec.template  # type: ignore[union-attr]
        template.ClearField("container")
        spec = {
            "containers": [
                {"name": "side", "image": "side:1"},
                {"name": "main", "image": image, "env": [{"name": "A", "value": "1"}]},
            ]
        }
        ParseDict(spec, template.k8s_pod.pod_spec)
        return task

    old, new = run("v1", pod("v1", "etl:1")), run("v2", pod("v2", "etl:2"))

    effect = the_effect(old[0], new[0], old[1], new[1])

    assert effect.images == (ImageChange(f"{PATH}/etl.extract", "main", "etl:1", "etl:2"),)
    assert effect.parts[0].changes == (
        Change("k8sPod.podSpec.containers[main].image", "etl:1", "etl:2"),
    )


def test_items_are_told_by_their_names() -> None:
    """What is put in front of others moves none of them."""
    old = a_task("etl.extract", "v1", cpu="500m", env={"LEVEL": "info", "MODE": "fast"})
    new = a_task("etl.extract", "v2", cpu="1", env={"MODE": "safe", "LEVEL": "info"})
    new.spec.template.container.env.insert(0, KeyValuePair(key="A.B]", value="x"))  # type: ignore[union-attr]

    (part,) = parts(run("v1", old), run("v2", new)).values()

    assert part.changes == (
        Change('container.env["A.B]"]', None, {"value": "x"}),
        Change("container.env[MODE].value", "fast", "safe"),
        Change("container.resources.requests[CPU].value", "500m", "1"),
    )


def test_nodes_are_told_by_their_names() -> None:
    """A node in front of the others is one difference."""
    extract, load = a_task("etl.extract", "v1"), a_task("etl.load", "v1")
    check = a_task("etl.check", "v2")
    before = run("v1", extract, load)
    after = run("v2", check, a_task("etl.extract", "v2"), a_task("etl.load", "v2"))
    # As Admin compiles them; nobody wrote these.
    after[1].spec.primary.template.nodes.append(Node(id="start-node"))  # type: ignore[union-attr]

    found = parts(before, after)

    assert set(found) == {"workflow etl.daily", "task etl.check"}
    (change,) = found["workflow etl.daily"].changes
    assert change.path == "nodes[check]"
    assert change.before is None
    assert found["task etl.check"] == Part(Kind.TASK, f"{PATH}/etl.check", "", "v2")


def test_inputs_of_the_launch_plan_are_told_by_value() -> None:
    """Without the wrappings of literals."""
    before = a_plan_of("v1", fixed={"region": "eu"}, defaults={"units": "metric"})
    after = a_plan_of("v2", fixed={"region": "us"}, defaults={"units": "imperial"})

    (part,) = the_effect(before, after, a_closure("v1"), a_closure("v2")).parts

    assert part.kind is Kind.LAUNCH_PLAN
    assert part.changes == (
        Change("defaultInputs.parameters.units.default.scalar", "metric", "imperial"),
        Change("fixedInputs.literals.region.scalar", "eu", "us"),
    )


def test_types_of_ports_are_told_in_words() -> None:
    """As manifests write them."""
    old = a_task("etl.extract", "v1", inputs=("day",))
    new = a_task("etl.extract", "v2", inputs=("day", "region"))

    (part,) = parts(run("v1", old), run("v2", new)).values()

    assert part.changes == (Change("interface.inputs[region]", None, "str"),)


def test_sub_workflows_and_launch_plans_inside_are_parts() -> None:
    """Down to the tasks of the launch plan that a node starts, where those were read."""
    inner = {
        version: a_plan_of(version, name="inner", workflow="inner") for version in ("v1", "v2")
    }
    insides = [
        a_closure("v1", a_task("deep", "v1", image="deep:1"), name="inner"),
        a_closure("v2", a_task("deep", "v2", image="deep:2"), name="inner"),
    ]
    callers = [a_caller(inner[v], name="etl.daily", version=v) for v in ("v1", "v2")]

    known = the_effect(a_plan_of("v1"), a_plan_of("v2"), *inner.values(), *insides, *callers)
    unknown = the_effect(a_plan_of("v1"), a_plan_of("v2"), *inner.values(), *callers)

    assert [image.task for image in known.images] == [f"{PATH}/deep"]
    (part,) = unknown.parts
    assert (part.kind, part.path, part.unread) == (Kind.WORKFLOW, f"{PATH}/inner", True)
    assert unknown.notes == (f"not compared: workflow {PATH}/inner@v2",)


def test_code_is_told_by_its_digest() -> None:
    """Whether it lies somewhere already or is about to be uploaded."""
    bundle = Bundle("flytesnacks", "development", "src", Code("ab" * 32, 1, 10), CodeFolder("src"))
    lies = f"s3://bucket/x/flytesnacks/development/{'cd' * 32}/code.tar.gz"
    old, new = a_task("etl.extract", "v1"), a_task("etl.extract", "v2")
    old.spec.template.container.args.extend(["--from", lies])  # type: ignore[union-attr]
    new.spec.template.container.args.extend(["--from", bundle.token])  # type: ignore[union-attr]
    before, after = run("v1", old), run("v2", new)
    with_code = Resource(after[1].id, spec=after[1].spec, bundles=(bundle,))

    (part,) = parts(before, (after[0], with_code)).values()

    assert part.changes == (
        Change("container.args[1]", "code cdcdcdcdcdcd…", "code abababababab…"),
    )


def test_what_was_uploaded_already_is_no_difference() -> None:
    """The same code at an address and as a token."""
    bundle = Bundle("flytesnacks", "development", "src", Code("ab" * 32, 1, 10), CodeFolder("src"))
    lies = f"s3://bucket/x/flytesnacks/development/{'ab' * 32}/code.tar.gz"
    old, new = a_task("etl.extract", "v1"), a_task("etl.extract", "v2")
    old.spec.template.container.args.append(lies)  # type: ignore[union-attr]
    new.spec.template.container.args.append(bundle.token)  # type: ignore[union-attr]
    before, after = run("v1", old), run("v2", new)
    with_code = Resource(after[1].id, spec=after[1].spec, bundles=(bundle,))

    assert parts(before, (after[0], with_code)) == {}


def test_two_versions_of_one_task_are_compared_each_with_its_own() -> None:
    """What is on both sides is one; the others are paired in their order."""
    shared = a_task("etl.extract", "v0")
    before = run("v1", shared, a_task("etl.extract", "v1", image="etl:1"))
    after = run("v2", shared, a_task("etl.extract", "v2", image="etl:2"))

    (part,) = parts(before, after).values()

    assert (part.before, part.after) == ("v1", "v2")


def test_a_first_version_has_nothing_to_be_compared_with() -> None:
    """No parts, no interface, and no word about it."""
    effect = the_effect(None, a_plan_of("v1", required={"day": "str"}), a_closure("v1"))

    assert (effect.active_before, effect.active_after) == ((), "v1")
    assert (effect.parts, effect.interface, effect.notes) == ((), (), ())


def test_the_id_of_an_effect_is_the_activation() -> None:
    """So that a step and its effect are found by each other."""
    assert the_effect(None, a_plan_of("v1")).id == an_id(Kind.ACTIVATION, "etl.daily")
