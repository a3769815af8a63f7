"""Bad days as texts: what they mean, and what is said of those that mean nothing."""

import pytest

from reconciler.sandbox.faults import FaultsError, Latency, Rule, parse_faults
from reconciler.sandbox.faults.latency import Shape


def test_a_text_says_everything_a_rule_can() -> None:
    """Keys are the fields of a rule; chances are numbers or percentages."""
    faults = parse_faults(
        "seed=42, latency=20ms~5ms@50%, unavailable=0.05, exhausted=1%, deadline=0.5%,"
        "lost_answer=0.02, duplicate=0.01, shift_pages=10%, expire_tokens=100,"
        "deny_project=risk|fraud, torn_activation=.1"
    )

    assert faults.seed == 42
    assert faults.rules == (
        Rule(
            latency=Latency(Shape.NORMAL, 0.02, 0.005, chance=0.5),
            unavailable=0.05,
            exhausted=0.01,
            deadline=0.005,
            lost_answer=0.02,
            duplicate=0.01,
            shift_pages=0.1,
            expire_tokens=100,
            deny_project=("risk", "fraud"),
            torn_activation=0.1,
        ),
    )


def test_rules_are_for_some_methods() -> None:
    """One rule each between semicolons; without `methods` it is for all."""
    faults = parse_faults("methods=Create*|Update*,lost_answer=0.1;latency=1ms;")

    assert [rule.methods for rule in faults.rules] == [("Create*", "Update*"), ("*",)]
    concerned = faults.rules[0].concerns
    assert concerned("/flyteidl.service.AdminService/CreateTask")
    assert not concerned("/flyteidl.service.AdminService/GetTask")


def test_methods_may_name_their_service() -> None:
    """For those that only the service tells apart from others."""
    (rule,) = parse_faults("methods=SignalService/*,unavailable=1").rules

    assert rule.concerns("/flyteidl.service.SignalService/ListSignals")
    assert not rule.concerns("/flyteidl.service.AdminService/ListTasks")


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("20ms", Latency(Shape.FIXED, 0.02)),
        ("1.5s", Latency(Shape.FIXED, 1.5)),
        ("250us..2m", Latency(Shape.UNIFORM, 0.00025, 120)),
        ("exp:20ms@5%", Latency(Shape.EXPONENTIAL, 0.02, chance=0.05)),
    ],
)
def test_latency_has_shapes(text: str, latency: Latency) -> None:
    """Always the same, around a mean, between two, or with a long tail."""
    assert parse_faults(f"latency={text}").rules[0].latency == latency


@pytest.mark.parametrize(
    ("latency", "quarters"),
    [
        (Latency(Shape.FIXED, 2.0), [2.0, 2.0, 2.0]),
        (Latency(Shape.UNIFORM, 1.0, 3.0), [1.5, 2.0, 2.5]),
        (Latency(Shape.NORMAL, 2.0, 1.0), [1.326, 2.0, 2.674]),
        (Latency(Shape.NORMAL, 0.5, 1.0), [0.0, 0.5, 1.174]),
        (Latency(Shape.NORMAL, 2.0, 0.0), [2.0, 2.0, 2.0]),
        (Latency(Shape.EXPONENTIAL, 1.0), [0.288, 0.693, 1.386]),
    ],
)
def test_delays_follow_their_distribution(latency: Latency, quarters: list[float]) -> None:
    """Quartiles, by the textbook; none is negative."""
    delays = [latency.delay(quarter) for quarter in (0.25, 0.5, 0.75)]

    assert delays == pytest.approx(quarters, abs=0.001)


def test_an_empty_text_is_a_good_day() -> None:
    """No rules: nothing happens but what is scripted."""
    assert parse_faults("").rules == ()
    assert parse_faults("seed=5").rules == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unavailible=0.1", "unknown unavailible; did you mean unavailable?"),
        ("frobnicate=1", "unknown frobnicate; known are methods, latency, unavailable, "),
        ("unavailable=2", "unavailable=2: expected a chance, for instance 0.05 or 5%"),
        ("unavailable=nan", "expected a chance"),
        ("unavailable", "'unavailable' is not key=value"),
        ("unavailable=", "'unavailable=' is not key=value"),
        ("seed=x", "expected a whole number"),
        ("seed=1;seed=2", "the seed is said twice"),
        ("duplicate=0.1,duplicate=0.2", "duplicate is said twice in one rule"),
        ("latency=20", "'20' is no duration in us, ms, s or m"),
        ("latency=5ms..1ms", "from the smaller to the larger"),
        ("methods=CreateTsk,unavailable=1", "unknown CreateTsk; did you mean CreateTask?"),
        ("methods=Create*", "says nothing that befalls it"),
        ("expire_tokens=0.5", "expected a whole number"),
    ],
)
def test_what_means_nothing_is_refused(text: str, message: str) -> None:
    """With what was expected, so that a typo is not a good day."""
    with pytest.raises(FaultsError) as caught:
        parse_faults(text)

    assert message in str(caught.value)
    assert str(caught.value).startswith("chaos: ")
