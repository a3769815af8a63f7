"""Policies as files: what a workspace names, how it is laid over, and what is wrong with it."""

from datetime import date
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load_workspace, read_policies, workspace_policies
from reconciler.model import Diagnostic, Policy, Ruling

ONE = """\
apiVersion: reconciler/v1
kind: Policy
metadata: {name: NAME}
spec:
  when: step.verb == "create"
  deny: |
    step.kind == "task"
  message: no
"""
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [manifests]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two policies in CEL, one in Rego and its library, and tests."""
    monkeypatch.chdir(tmp_path)
    policies = tmp_path / "policies"
    (policies / "more").mkdir(parents=True)
    (policies / "a.yaml").write_text(ONE.replace("NAME", "first"))
    (policies / "more" / "b.yml").write_text(ONE.replace("NAME", "second"))
    (policies / "big_plans.rego").write_text("package big\n\ndeny if input.plan.actions[60]\n")
    (policies / "lib.rego").write_text("package lib\n\nmost := 3\n")
    (policies / "a_test.yaml").write_text("kind: PolicyTest\n")
    (policies / "lib_test.rego").write_text("package lib_test\n")
    return tmp_path


def found(folder: Path, spec: str, environment: str = "") -> dict[str, Policy]:
    (folder / "reconciler.yaml").write_text(WORKSPACE + spec)
    workspace = load_workspace("reconciler.yaml")
    return {one.name: one for one in workspace_policies(workspace, environment)}


def problems(folder: Path, spec: str) -> list[str]:
    with pytest.raises(ManifestError) as raised:
        found(folder, spec)
    return [str(one) for one in raised.value.diagnostics]


def test_a_folder_holds_cel_and_rego_and_tests_apart(folder: Path) -> None:
    """Every file at any depth; a module without rules is a library, tests are none of them."""
    policies = found(folder, "  policies: [{path: policies}]\n")

    assert list(policies) == ["first", "big-plans", "second"]
    first = policies["first"]
    assert (first.engine, first.ruling, first.when) == (
        "cel",
        Ruling.DENY,
        'step.verb == "create"',
    )
    assert first.lines == {"when": 5, "expression": 7, "message": 8}
    assert str(first.origin) == "policies/a.yaml:6:3"
    assert [file for file, _ in policies["big-plans"].modules] == ["policies/lib.rego"]


def test_an_environment_is_laid_over_the_workspace(folder: Path) -> None:
    """`with` key by key, exemptions besides, the rest in its place; other paths besides."""
    spec = """\
  policies:
    - path: policies
      with: {a: 1, b: 1}
      timeout: 5s
      exemptions: [{object: x, reason: old}]
  environments:
    production:
      policies:
        - path: ./policies
          only: [first]
          with: {b: 2}
          severity: require-approval
          exemptions: [{object: y, reason: new, until: 2027-01-31, policy: first}]
"""
    assert found(folder, spec)["second"].params == {"a": 1, "b": 1}
    (policy,) = found(folder, spec, "production").values()

    assert policy.params == {"a": 1, "b": 2}
    assert (policy.severity, policy.timeout) == (Ruling.APPROVAL, 5.0)
    assert [(one.object, one.until) for one in policy.exemptions] == [
        ("x", None),
        ("y", date(2027, 1, 31)),
    ]


def test_included_files_name_their_own_folders(folder: Path) -> None:
    """A path of an included workspace file is relative to that."""
    (folder / "shared").mkdir()
    (folder / "policies").rename(folder / "shared" / "policies")
    (folder / "shared" / "base.yaml").write_text(WORKSPACE + "  policies: [{path: policies}]\n")

    policies = found(folder, "  include: [shared/base.yaml]\n")

    assert str(policies["first"].origin) == "shared/policies/a.yaml:6:3"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("[{path: nowhere}]", "reconciler.yaml:6:15: error: there is no nowhere"),
        ("[{path: policies, only: [frist]}]", "policies has no policy frist"),
        ("[{path: policies}, {path: policies/a.yaml}]", "there are two policies first"),
    ],
)
def test_what_is_not_there_is_told(folder: Path, spec: str, said: str) -> None:
    """With the line of the workspace, or of the policy."""
    assert any(said in one for one in problems(folder, f"  policies: {spec}\n"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  deny: |", "  warn: 'true'\n  deny: |", "say one of deny, requireApproval and warn"),
        ("  when:", "  whem:", "whem"),
        ("kind: Policy", "kind: Task", "Policy"),
    ],
)
def test_what_is_no_policy_is_told(folder: Path, before: str, after: str, said: str) -> None:
    """Every problem of every file, as for manifests."""
    file = folder / "policies" / "a.yaml"
    file.write_text(file.read_text().replace(before, after))
    wrong: list[Diagnostic] = []

    list(read_policies(file, wrong))

    assert wrong
    assert said in str(wrong[0])
