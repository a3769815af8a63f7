"""What policies say of a plan, and what becomes of those that cannot say it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.model import Exemption, Origin, Policy, Ruling, Verdict
from reconciler.policy import asking, completed, evaluate, unapproved

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
TASK = "task:acme/production/etl.load@v1"


def document(**also: Any) -> dict[str, Any]:
    origin = {"file": "manifests/etl.yaml", "line": 7, "column": 3}
    step = {
        "address": TASK,
        "origin": origin,
        "object": {"template": {"container": {"image": "ghcr.io/acme/etl:1"}}},
    }
    return completed({"actions": [step], **also})


def cel(expression: str, **also: Any) -> Policy:
    given: dict[str, Any] = {"name": "some", "origin": Origin("policies/some.yaml", 6, 3), **also}
    return Policy(engine="cel", source=expression, lines={"expression": 6, "when": 5}, **given)


def rego(source: str, **also: Any) -> Policy:
    given: dict[str, Any] = {"name": "some", "origin": Origin("policies/some.rego", 1), **also}
    return Policy(engine="rego", source=source, **given)


def verdicts(*policies: Policy, **also: Any) -> tuple[Verdict, ...]:
    return evaluate(policies, document(), now=NOW, **also)


def test_a_finding_carries_object_and_line() -> None:
    """What is denied names the step, where the manifests say it, and where the policy is."""
    (found,) = verdicts(cel("true", message="${images[0]} is not good"))

    assert found == Verdict(
        "some",
        Ruling.DENY,
        "ghcr.io/acme/etl:1 is not good",
        address=TASK,
        origin=Origin("manifests/etl.yaml", 7, 3),
        source=Origin("policies/some.yaml", 6, 3),
    )


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("false", []),
        ("true", ["some"]),
        ("'no'", ["no"]),
        ("['a', 'b']", ["a", "b"]),
        ("[{'message': 'm', 'object': 'project:acme'}]", ["m"]),
        ("step.kind == 'task' && step.name == 'etl.load'", ["some"]),
        ("now.getHours('Europe/Berlin') == 11", ["some"]),
        ("environment == 'production' && workspace == 'w'", ["some"]),
        ("quantity('500m') == 0.5 && quantity('4Gi') == 4294967296.0", ["some"]),
        ("glob(step.name, 'etl.*') && params.most == 3", ["some"]),
        ("object.?nothing.?at.?all.orValue('') == ''", ["some"]),
        ("size(plan.actions) == 1 && effect == null", ["some"]),
    ],
)
def test_cel_sees_the_plan(expression: str, said: list[str]) -> None:
    """A bool, a text, a list of texts or of objects; over step, object, plan, params and now."""
    found = verdicts(cel(expression, params={"most": 3}), environment="production", workspace="w")

    assert [one.message for one in found] == said


def test_rego_sees_the_same_and_rules_by_its_rules() -> None:
    """deny, warn and require_approval; once of the plan, or of each step."""
    source = """
package some

deny contains {"message": "no", "object": step.address} if {
  some step in input.plan.actions
  startswith(step.name, input.params.prefix)
}
warn contains "hm" if input.environment == "production"
require_approval if input.now_ns > 0
"""
    found = verdicts(rego(source, params={"prefix": "etl."}), environment="production")

    assert [(one.ruling, one.message, one.address) for one in found] == [
        (Ruling.DENY, "no", TASK),
        (Ruling.WARN, "hm", ""),
        (Ruling.APPROVAL, "require_approval", ""),
    ]
    (each,) = verdicts(
        rego('package a\neach := "step"\ndeny contains input.images[0] if input.step.verb')
    )
    assert (each.message, each.address) == ("ghcr.io/acme/etl:1", TASK)


@pytest.mark.parametrize(
    ("policy", "why", "line"),
    [
        (cel("step.verb ==\n  && nosuch(3)"), "Syntax error", 7),
        (cel("\n  nosuch(3)"), "undeclared reference to 'nosuch'", 7),
        (cel("step.nosuch == 1"), "Key not found", 6),
        (cel("1"), "the number 1", 6),
        (cel("true", when="3"), "not a bool", 5),
        (rego("package a\nx := 1"), "none of the rules", 1),
        (rego("package a\ndeny contains 1 if {"), "unclosed", 2),
        (rego('package a\n\ndeny contains "x" if nosuch(3)'), "no function nosuch", 3),
        (rego('package a\ndeny contains "x" if to_number("a") == 1'), "", 1),
        (rego("package a\ndeny contains x if {\n x := opa.runtime()\n}"), "no environment", 3),
        (
            rego('package a\ndeny contains x if {\n x := http.send({"url": "http://x"})\n}'),
            "no network",
            3,
        ),
        (rego("deny contains 1 if true"), "begins with its package", 1),
    ],
)
def test_a_policy_that_breaks_denies(policy: Policy, why: str, line: int) -> None:
    """Whatever is wrong with a policy, the plan is refused, and the policy's line is named."""
    (found,) = verdicts(policy)

    assert found.broken
    assert found.refuses
    assert why in found.message
    assert found.origin == Origin(policy.origin.file, line or policy.origin.line)


def test_others_are_judged_beside_a_broken_one() -> None:
    """One policy that breaks, or never ends, takes none of the others with it."""
    endless = "package a\n\ndeny contains x if {\n" + "".join(
        f"  some x{at} in numbers.range(1, 100000)\n" for at in range(4)
    )
    slow = rego(endless + "  x := x0 * x1 * x2 * x3\n  x < 0\n}", name="slow", timeout=0.3)

    found = verdicts(cel("true", name="first"), slow, cel("true", name="last"))

    assert [(one.policy, one.broken) for one in found] == [
        ("first", False),
        ("slow", True),
        ("last", False),
    ]
    assert "longer than 0.3 s" in found[1].message


_DOUBLED = "['xxxxxxxxxxxxxxxx']" + ".map(c, c+c+c+c+c+c+c+c)" * 9


@pytest.mark.parametrize(
    "greedy",
    [
        cel(f"size(({_DOUBLED})[0]) < 0"),
        rego("package a\ndeny contains count(numbers.range(1, 30000000)) if true"),
    ],
    ids=["cel", "rego"],
)
def test_memory_is_bounded(greedy: Policy) -> None:
    """A policy that takes too much is ended, and denies."""
    (found,) = verdicts(greedy, memory=200 << 20)

    assert found.broken
    assert "memory" in found.message


def test_nothing_can_be_opened_while_policies_are_judged(tmp_path: Path) -> None:
    """The process gives up files, sockets and processes before a policy runs."""
    import subprocess
    import sys

    script = f"""
import runpy, socket, subprocess
worker = runpy.run_path({asking.__file__.replace("asking.py", "worker.py")!r})
worker["_give_up"](1 << 30)
for attempt in (
    lambda: open({str(tmp_path / "file")!r}, "w"),
    lambda: socket.socket(),
    lambda: subprocess.run(["true"]),
):
    try:
        attempt()
    except OSError:
        continue
    raise SystemExit("it could")
"""
    ended = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_policies_see_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is there any in their process: a secret of ours is nowhere in it."""
    monkeypatch.setenv("DEPLOY_TOKEN", "s3cr3t")

    assert "DEPLOY_TOKEN" not in asking._environment()


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language that is not installed denies, and the message says what to install."""
    monkeypatch.setitem(asking._EXTRAS, "cel", ("no_such_module", "policy-cel"))

    (found,) = verdicts(cel("false"))

    assert found.refuses
    assert "pip install 'flyte-reconciler[policy-cel]'" in found.message


def test_severity_is_overridden() -> None:
    """The workspace may take all that a policy finds for something else."""
    (found,) = verdicts(cel("true", severity=Ruling.WARN))

    assert (found.ruling, found.refuses) == (Ruling.WARN, False)


def exemption(**also: Any) -> Exemption:
    given = {"policy": "*", "object": "acme/production/etl.*", "reason": "legacy", "until": None}
    return Exemption(**{**given, **also}, origin=Origin("reconciler.yaml", 12, 9))


@pytest.mark.parametrize(
    ("given", "excused"),
    [
        ({}, True),
        ({"object": "etl.load"}, True),
        ({"object": TASK}, True),
        ({"object": "acme/development/*"}, False),
        ({"policy": "other"}, False),
        ({"until": date(2026, 11, 25)}, True),
        ({"until": date(2026, 11, 24)}, False),
    ],
)
def test_exemptions_are_of_objects_and_end(given: dict[str, Any], excused: bool) -> None:
    """What is exempt is shown and does not count; on the day after its last one it does again."""
    found = verdicts(cel("true", exemptions=(exemption(**given),)))

    assert found[0].counts is not excused
    assert ("legacy" in found[0].excused) is excused
    over = [one for one in found if one.policy == "expired-exemption"]
    assert len(over) == (given.get("until") == date(2026, 11, 24))


def test_no_exemption_covers_what_is_broken() -> None:
    """A policy that has not looked has found nothing that could be exempt."""
    (found,) = verdicts(cel("nosuch", exemptions=(exemption(object="*"),)))

    assert found.refuses


def test_approvals_are_asked_for_by_name() -> None:
    """Each policy that waits is named once, until somebody approves it."""
    found = verdicts(
        cel("['a', 'b']", ruling=Ruling.APPROVAL), cel("true", name="no"), cel("false", name="x")
    )

    assert list(unapproved(found, ())) == ["some"]
    assert list(unapproved(found, ["some"])) == []


def test_one_module_that_is_broken_breaks_who_imports_it() -> None:
    """Rego modules of a folder are joined to those that refer to them, and to no others."""
    others = (("lib.rego", "package lib\nbad if {"), ("more.rego", "package more\nok := 1"))
    alone = rego('package a\ndeny contains "x" if data.more.ok == 1', modules=others)
    with_it = rego('package a\nimport data.lib\ndeny contains "x" if lib.bad', modules=others)

    assert [one.message for one in verdicts(alone)] == ["x"]
    assert verdicts(with_it)[0].broken
