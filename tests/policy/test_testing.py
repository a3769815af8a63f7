"""Trials of policies: what is expected, no more and no less."""

from reconciler.model import Origin, Policy
from reconciler.policy import Expected, PolicyCase, completed, run_case, run_rego_tests

HERE = Origin("some_test.yaml", 5)
POLICY = Policy(
    name="some",
    engine="cel",
    source="step.name == params.bad",
    message="${step.name} is bad",
    origin=Origin("some.yaml", 3),
)
DOCUMENT = {
    "actions": [{"address": "task:p/d/a.b@v@1"}, {"address": "task:p/d/c@1", "verb": "update"}]
}


def problems(*expected: Expected) -> tuple[str, ...]:
    case = PolicyCase(
        name="a", document=DOCUMENT, expected=expected, origin=HERE, params={"bad": "c"}
    )
    return run_case([POLICY], case).problems


def test_what_is_left_out_of_a_plan_is_completed() -> None:
    """A step is known by its address; whatever else counts can be said."""
    first, second = completed(DOCUMENT)["actions"]

    assert (first["kind"], first["project"], first["name"]) == ("task", "p", "a.b@v")
    assert (first["version"], first["verb"], second["verb"]) == ("1", "create", "update")
    (row,) = completed({"actions": [{"address": "attribute:p/d#taskResources"}]})["actions"]
    assert (row["domain"], row["name"], row["facet"]) == ("d", None, "taskResources")


def test_every_verdict_is_expected_and_every_expectation_met() -> None:
    """Policy, ruling, object and message; what is not said may be anything."""
    assert problems(Expected(policy="some")) == ()
    assert (
        problems(Expected(policy="some", ruling="deny", object="task:*/c@*", message="bad")) == ()
    )
    assert problems() == ("not expected: some deny of task:p/d/c@1: c is bad",)
    assert problems(Expected(policy="some"), Expected(policy="some", ruling="warn")) == (
        "not said: some warn",
    )


def test_rego_tests_pass_fail_and_break() -> None:
    """Each `test_` rule by its line; what the interpreter cannot do is said, and fails."""
    policy = Policy(
        name="own",
        engine="rego",
        source='package own\n\ndeny contains upper("x") if input.on\nno if input.off\n',
        origin=Origin("own.rego", 1),
    )
    tests = (
        "package own_test\n\n"
        'test_a if { data.own.no with input as {"off": true} }\n'
        'test_b if { data.own.no with input as {"off": false} }\n'
    )

    passed, failed = run_rego_tests(policy, [("own_test.rego", tests)])

    assert (passed.name, passed.origin.line, passed.passed) == ("test_a", 3, True)
    assert (failed.name, failed.origin.line, failed.passed) == ("test_b", 4, False)
