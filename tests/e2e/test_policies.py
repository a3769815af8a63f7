"""Policies from the command line: plans are judged, and judged again when they are applied."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  policies:
    - path: policies
"""
DIGESTS = """\
apiVersion: reconciler/v1
kind: Policy
metadata: {name: digests}
spec:
  RULING: images.filter(i, !i.contains("@sha256:")).map(i, i + " has no digest")
"""


@pytest.fixture
def workspace(here: Path, etl: Path) -> Path:
    """A workspace with one policy, which denies what it is about to do."""
    (here / "policies").mkdir()
    write(here)
    file = here / "reconciler.yaml"
    file.write_text(WORKSPACE)
    return file


def write(here: Path, ruling: str = "deny") -> None:
    (here / "policies" / "digests.yaml").write_text(DIGESTS.replace("RULING", ruling))


SAID = "ghcr.io/acme/etl:1.4 has no digest"


def test_every_output_of_a_plan_tells(cli: Cli, admin: Between, workspace: Path) -> None:
    """With object and line, and the exit is 3: in text, JSON, Markdown and JUnit."""
    text = cli("plan")
    assert text.code == 3
    assert f"etl.yaml:1:1: denied: task:flytesnacks/development/etl.extract: {SAID}" in text.out

    document = json.loads(cli("plan", "--json").out)
    (verdict,) = document["verdicts"]
    assert verdict["policy"] == "digests"
    assert verdict["ruling"] == "deny"
    assert verdict["object"].startswith("task:flytesnacks/development/etl.extract@")
    assert verdict["origin"] == {"file": "etl.yaml", "line": 1, "column": 1}
    assert verdict["source"] == {"file": "policies/digests.yaml", "line": 5, "column": 3}

    markdown = cli("plan", "--format", "markdown")
    assert markdown.code == 3
    assert "**Policies: 1 denied**" in markdown.out
    assert SAID in markdown.out

    junit = ElementTree.fromstring(cli("plan", "--format", "junit").out)
    failures = [one for one in junit.iter("testcase") if one.find("failure") is not None]
    assert [one.get("classname") for one in failures] == ["policy.digests"]
    assert admin.writes == 0


def test_what_is_denied_is_not_applied(cli: Cli, admin: Between, workspace: Path) -> None:
    """Nothing is written, and no flag lets it through."""
    applied = cli("apply", "--auto-approve", "--approve", "digests")

    assert (applied.code, admin.writes) == (3, 0)
    assert SAID in applied.err


def test_a_saved_plan_is_judged_by_the_policies_at_hand(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """What was said when it was planned counts for nothing, one way or the other."""
    write(here, "warn")
    assert cli("plan", "--out", "etl.plan").code == 0
    write(here, "deny")

    refused = cli("apply", "etl.plan")
    assert (refused.code, admin.writes) == (3, 0)
    assert SAID in refused.err

    write(here, "warn")
    applied = cli("apply", "etl.plan")
    assert applied.code == 0, applied.err
    assert f"warning: task:flytesnacks/development/etl.extract: {SAID}" in applied.out


def test_a_plan_that_is_denied_can_be_saved(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """A freeze ends, and the plan made in it can be applied then."""
    assert cli("plan", "--out", "etl.plan").code == 3
    write(here, "warn")

    assert cli("apply", "etl.plan").code == 0


def test_approval_is_by_name(cli: Cli, admin: Between, workspace: Path, here: Path) -> None:
    """A plan says that it waits; an apply goes on only where the policy is named."""
    write(here, "requireApproval")
    planned = cli("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "needs approval" in planned.out

    refused = cli("apply", "--auto-approve")
    assert (refused.code, admin.writes) == (3, 0)
    assert "--approve digests" in refused.err
    assert cli("apply", "--auto-approve", "--approve", "others").code == 3

    applied = cli("apply", "--auto-approve", "--approve", "digests")
    assert applied.code == 0, applied.err
    assert "Approved: digests" in applied.err


def test_a_broken_policy_fails_closed(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """With file and line, in plan and apply."""
    write(here, "warn")
    policy = here / "policies" / "digests.yaml"
    policy.write_text(policy.read_text().replace("images.filter", "nosuch.filter"))

    planned, applied = cli("plan"), cli("apply", "--auto-approve")

    assert (planned.code, applied.code, admin.writes) == (3, 3, 0)
    assert "policies/digests.yaml:5: denied: the policy cannot be evaluated" in planned.out
    assert "undeclared reference to 'nosuch'" in applied.err


def test_environments_say_what_policies_are_given(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """Parameters key by key, how grave it is, and who is exempt, over what the workspace says."""
    (here / "policies" / "digests.yaml").write_text(
        DIGESTS.replace(
            'RULING: images.filter(i, !i.contains("@sha256:")).map(i, i + " has no digest")',
            "deny: step.kind == params.kind && environment != params.but",
        )
    )
    workspace.write_text(
        WORKSPACE
        + """\
      with: {kind: task, but: nowhere}
  environments:
    free:
      policies:
        - {path: ./policies, with: {but: free}}
    told:
      policies:
        - {path: policies, severity: warn}
    spared:
      policies:
        - path: policies
          exemptions:
            - {object: flytesnacks/development/etl.*, reason: until the move, until: 2999-12-31}
    strict: {}
"""
    )

    codes = {name: cli("plan", "-e", name).code for name in ("free", "told", "spared", "strict")}

    assert codes == {"free": 0, "told": 0, "spared": 0, "strict": 3}
    assert "exempt: until the move, until 2999-12-31" in cli("plan", "-e", "spared").out
    listed = json.loads(cli("policy", "ls", "-e", "free", "--json").out)
    assert listed["policies"][0]["params"] == {"kind": "task", "but": "free"}


def test_policies_of_another_checkout_count(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """So that a pull request cannot take away what it is judged by."""
    base = here / "base"
    (base / "policies").mkdir(parents=True)
    (base / "policies" / "digests.yaml").write_text(DIGESTS.replace("RULING", "deny"))
    (base / "reconciler.yaml").write_text(WORKSPACE)
    workspace.write_text(WORKSPACE.split("  policies:")[0])

    assert cli("plan").code == 0
    assert cli("plan", "--policies-from", "base").code == 3
    assert cli("apply", "--auto-approve", "--policies-from", "base").code == 3
    assert admin.writes == 0


def test_secrets_are_masked_before_policies_see_them(
    cli: Cli, admin: Between, workspace: Path, here: Path, etl: Path
) -> None:
    """Values of variables of the environment are not for policies, nor for what they print."""
    etl.write_text(
        etl.read_text().replace('image: "ghcr', 'env: {TOKEN_OF: hunter2hunter2}, image: "ghcr')
    )
    (here / "policies" / "digests.yaml").write_text(
        DIGESTS.replace(
            'RULING: images.filter(i, !i.contains("@sha256:")).map(i, i + " has no digest")',
            "warn: object.?template.?container.?env.orValue([]).map(e, e.key + ' ' + e.value)",
        )
    )
    planned = cli("plan", "--format", "markdown")

    assert planned.code == 0, planned.err
    assert "TOKEN&#95;OF" in planned.out
    assert "hunter2" not in planned.out
    assert "hunter2" not in cli("policy", "input").out


def test_a_plan_is_judged_apart(cli: Cli, admin: Between, workspace: Path, here: Path) -> None:
    """`policy input` prints what policies see, and `policy eval` judges that."""
    (here / "plan.json").write_text(cli("policy", "input").out)

    judged = cli("policy", "eval", "plan.json")
    assert judged.code == 3
    assert SAID in judged.out
    document = json.loads(cli("policy", "eval", "plan.json", "--json").out)
    assert document["refused"] is True
    write(here, "warn")
    assert cli("policy", "eval", "plan.json", "--policies", "policies/digests.yaml").code == 0


def test_tests_of_policies_pass_and_fail(cli: Cli, workspace: Path, here: Path) -> None:
    """Exit 1 where what is said is not what was expected, each with its line; JSON and JUnit."""
    (here / "policies" / "digests_test.yaml").write_text(
        """\
apiVersion: reconciler/v1
kind: PolicyTest
spec:
  cases:
    - name: good
      manifests: [../etl.yaml]
      expect:
        - {policy: digests, ruling: deny, object: "task:*", message: has no digest}
    - name: bad
      plan: {actions: [{address: "project:acme"}]}
      expect:
        - {policy: digests, ruling: warn}
"""
    )
    (here / "policies" / "own.rego").write_text('package own\n\ndeny contains "x" if input.on\n')
    (here / "policies" / "own_test.rego").write_text(
        "package own_test\n\n"
        'test_on if { count(data.own.deny) == 1 with input as {"on": true} }\n'
        'test_off if { count(data.own.deny) == 1 with input as {"on": false} }\n'
    )

    tested = cli("policy", "test")

    assert tested.code == 1
    assert "policies/digests_test.yaml:9:7: failed: bad" in tested.out
    assert "not said: digests warn" in tested.out
    assert "policies/own_test.rego:4: failed: test_off" in tested.out
    assert "2 of 4 passed." in tested.out
    document = json.loads(cli("policy", "test", "--json").out)
    assert (document["passed"], document["failed"]) == (2, 2)
    junit = ElementTree.fromstring(cli("policy", "test", "--format", "junit").out)
    assert len(junit.findall(".//failure")) == 2
    assert cli("policy", "test", "policies/own_test.rego").code == 1


EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SCHEDULES = """\
apiVersion: reconciler/v1
kind: PolicyTest
spec:
  cases:
    - name: a schedule in development is denied
      with: {domains: [development]}
      manifests: [../manifests/*.yaml]
      expect:
        - policy: no-schedule-in-development
          ruling: deny
          object: activation:weather/development/weather.every-morning
          message: "cron '0 6 * * *'"
    - name: elsewhere it is not
      with: {domains: [staging]}
      manifests: [../manifests/*.yaml]
      admin: [../manifests/project.yaml]
      expect: []
"""


def test_the_starter_library_passes_its_tests(cli: Cli, here: Path) -> None:
    """What users copy does what its tests say, wherever it is copied to."""
    shutil.copytree(EXAMPLES / "policies", here / "copied")

    tested = cli("policy", "test", here / "copied")

    assert tested.code == 0, tested.out + tested.err


def test_the_starter_library_judges_real_manifests(cli: Cli, here: Path) -> None:
    """And not only plans that are written for it."""
    (here / "whole").mkdir()
    (here / "manifests").mkdir()
    for name in ("project", "tasks", "workflows", "launch-plans"):
        shutil.copy(EXAMPLES / f"manifests/{name}.yaml", here / "manifests")
    shutil.copy(EXAMPLES / "policies/cel/schedules.yaml", here / "whole")
    (here / "whole/schedules_test.yaml").write_text(SCHEDULES)

    tested = cli("policy", "test", here / "whole")

    assert tested.code == 0, tested.out + tested.err


def test_no_policies_load_nothing(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan without policies starts no process and needs no library."""
    import subprocess

    workspace.write_text(WORKSPACE.split("  policies:")[0])

    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert cli("plan").code == 0
