"""Defaults and overrides: which documents, and what becomes of them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest import Task
from reconciler.manifest.reader import read
from reconciler.manifest.rules import Matcher, Rule, apply_rules
from tests.manifest.settings import loaded, refused, workspace

PLAN = """\
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: weather, domain: development, name: daily}
spec:
  workflow: daily
  schedule: {cron: "0 6 * * *"}
  labels: {team: data}
  state: active
"""


def one(path: Path, environment: str = "") -> Any:
    manifest: Any
    (manifest,) = loaded(path, environment)
    return manifest.spec


@pytest.mark.parametrize(
    ("match", "state"),
    [
        ("{}", "inactive"),
        ("{kind: LaunchPlan}", "inactive"),
        ("{kind: [Package, LaunchPlan]}", "inactive"),
        ("{kind: 'Launch*'}", "inactive"),
        ("{kind: '*n', id: 'Workflow/**'}", "active"),
        ("{id: weather/development/daily}", "inactive"),
        ("{id: LaunchPlan/weather/*/daily}", "inactive"),
        ("{id: weather/development/hourly}", "active"),
        ("{name: 'd*'}", "inactive"),
        ("{name: 'D*'}", "active"),
        ("{labels: {team: data}}", "inactive"),
        ("{labels: {team: [ml, 'da*']}}", "inactive"),
        ("{labels: {team: data, owner: x}}", "active"),
        ("{project: weather, domain: production}", "active"),
    ],
)
def test_a_rule_is_about_what_matches(tmp_path: Path, match: str, state: str) -> None:
    """By id, kind, name, place and labels, globs everywhere; all of what is said must match."""
    path = workspace(
        tmp_path,
        f"""\
        environments:
          dev: {{overrides: [{{match: {match}, set: {{spec: {{state: inactive}}}}}}]}}
        """,
        PLAN,
    )

    assert one(path, "dev").state == state
    assert one(path).state == "active"


def test_mappings_merge_and_null_takes_away(tmp_path: Path) -> None:
    """Everything else replaces what is there."""
    path = workspace(
        tmp_path,
        """\
        environments:
          dev:
            overrides:
              - match: {kind: LaunchPlan}
                set: {spec: {labels: {tier: low}, schedule: null}}
        """,
        PLAN,
    )

    assert one(path, "dev").labels == {"team": "data", "tier": "low"}
    assert one(path, "dev").schedule is None


def test_documents_win_over_defaults(tmp_path: Path) -> None:
    """Key by key; and of two defaults the later one wins."""
    path = workspace(
        tmp_path,
        """\
        defaults:
          - match: {project: "wea*"}
            set: {spec: {retries: 1, container: {env: {A: first, B: first}}}}
          - match: {kind: Task}
            set: {spec: {retries: 2, container: {image: other, env: {B: second}}}}
        """,
    )

    spec = one(path)

    assert spec.retries == 2
    assert spec.container.image == "acme/etl:1"
    assert {one.name: one.value for one in spec.container.env} == {"A": "first", "B": "second"}


def test_what_is_wrong_in_a_rule_is_told_at_its_line(tmp_path: Path) -> None:
    """In the workspace file, where it can be mended."""
    path = workspace(
        tmp_path,
        """\
        variables: {n: {type: string, default: many}}
        defaults:
          - match: {kind: Task}
            set: {spec: {retries: "${var.n}"}}
        """,
    )

    assert refused(path) == [
        "reconciler.yaml:9:29: error: spec.retries: expected a whole number, "
        "found the text 'many' [wrong-type]"
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{match: {kind: Task}, set: {spec: {retrys: 1}}}", "did you mean retries?"),
        ("{match: {kind: Tsak}, set: {spec: {retries: 1}}}", "kind Tsak (did you mean Task"),
        ("{match: {}, set: {metadata: {name: x}}}", "no kind that this is about has name in its"),
        ("{match: {}, set: {}}", "nothing is said"),
        ("{match: {}, set: {spec: {}}}", "must not be empty"),
        ("{set: {spec: {retries: 1}}}", "lacks match"),
    ],
)
def test_a_rule_that_can_mean_nothing_is_refused(tmp_path: Path, rule: str, message: str) -> None:
    """Even if it matches nothing yet."""
    (problem,) = refused(workspace(tmp_path, f"defaults: [{rule}]"))

    assert message in problem


def test_origins_tell_who_said_it(tmp_path: Path) -> None:
    """A default's line is in the workspace file, the document's own in its own."""
    path = workspace(
        tmp_path, "defaults: [{match: {kind: Task}, set: {spec: {container: {env: {A: b}}}}}]"
    )

    (task,) = loaded(path)

    assert isinstance(task, Task)
    assert task.origin_of("spec", "container", "image").file.endswith("m.yaml")
    assert task.origin_of("spec", "container", "env").file.endswith("reconciler.yaml")
    assert task.origin_of("spec", "container", "env", "A").file.endswith("reconciler.yaml")


TREES = st.recursive(
    st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3)


def layered(value: Any, **layers: list[Any]) -> Any:
    ((document, _),) = read(b"a: b", "x", [])
    rules = {
        name: [Rule(Matcher(), said, document, (), name) for said in layers.get(name, [])]
        for name in ("defaults", "overrides")
    }
    return apply_rules(value, document, **rules)[0]


@given(MAPPINGS, MAPPINGS)
@settings(derandomize=True, max_examples=200)
def test_a_default_is_an_override_the_other_way_round(one: Any, other: Any) -> None:
    """What lies over something is the same as that lying under it."""
    assert layered(one, defaults=[other]) == layered(other, overrides=[one])


@given(MAPPINGS, MAPPINGS, MAPPINGS)
@settings(derandomize=True, max_examples=200)
def test_merging_changes_nothing_that_it_is_given(one: Any, first: Any, second: Any) -> None:
    """And merging twice is merging once."""
    before = repr((one, first, second))
    once = layered(one, overrides=[first, second])

    assert repr((one, first, second)) == before
    assert layered(once, overrides=[second]) == once
