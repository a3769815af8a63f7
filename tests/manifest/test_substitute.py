"""References in scalars."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest import Task
from reconciler.manifest.substitute import Known, Unresolved, resolve_text
from tests.manifest.settings import TASK, loaded, refused, workspace

KNOWN = Known(
    {
        "var": {"n": 3, "x": 0.5, "on": True, "name": "eu", "big": 2.0, "list": [1, {"a": "b"}]},
        "env": {"HOME": "/root"},
        "each": {"key": "a", "value": {"bucket": "s3://b"}},
    }
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${var.n}", 3),
        ("${var.on}", True),
        ("${var.list}", [1, {"a": "b"}]),
        ("${var.list[1].a}", "b"),
        ("${each.value.bucket}/x", "s3://b/x"),
        ("${var.name}-${var.n}", "eu-3"),
        ("${var.on} ${var.x} ${var.big}", "true 0.5 2"),
        ("$${var.name}", "${var.name}"),
        ("$$${var.name}", "$${var.name}"),
        ("a $ b $5 {c}", "a $ b $5 {c}"),
        ("$HOME ${env.HOME}", "$HOME /root"),
    ],
)
def test_a_reference_alone_keeps_its_type(text: str, value: Any) -> None:
    """Inside a longer text it becomes text, and `$${` stands for `${`."""
    assert resolve_text(text, KNOWN)[0] == value


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${var.nmae}", "${var.nmae} names nothing", "did you mean name?"),
        ("${HOME}", "${HOME} is no reference", "for the text itself write $${"),
        ("${vars.n}", "${vars.n} is no reference", "${var.NAME}"),
        ("a ${var.n", "`${` without its `}`", "write $${"),
        ("a ${var.list}", "${var.list} is a list, which cannot be part of a text", "alone"),
        ("${var.list[2]}", "the list has 2 items", ""),
        ("${var.name.x}", "what comes before x is no mapping", ""),
        ("${each.value.buckte}", "there is no buckte", "did you mean bucket?"),
        ("${var[0]}", "${var[0]} is no reference", ""),
        ("${}", "${} is no reference", ""),
    ],
)
def test_what_names_nothing_is_refused(text: str, message: str, hint: str) -> None:
    """Never passed on as it is: a slip would become part of a version."""
    with pytest.raises(Unresolved) as caught:
        resolve_text(text, KNOWN)

    assert message in str(caught.value)
    assert hint in caught.value.hint


@given(st.text(alphabet="ab$ {}.\n", max_size=30))
@settings(derandomize=True, max_examples=300)
def test_escaped_text_comes_back(text: str) -> None:
    """Whatever a text says, with `${` written `$${` it says it again."""
    escaped = text.replace("${", "$${")

    assert resolve_text(escaped, KNOWN)[0] == text


def test_types_are_checked_at_the_manifests_line(tmp_path: Path) -> None:
    """A value that does not fit is told where the reference stands."""
    path = workspace(
        tmp_path,
        "variables: {n: {type: string, default: many}, m: {type: int, default: 7}}",
        TASK + '  retries: "${var.n}"\n  cache: {version: "${var.m}"}\n  timeout: "${var.x}"\n',
    )

    assert refused(path) == [
        "m.yaml:8:12: error: ${var.x} names nothing (there are n, m) [unknown-reference]"
    ]

    path = workspace(
        tmp_path,
        "variables: {n: {type: string, default: many}, m: {type: int, default: 7}}",
        TASK + '  retries: "${var.n}"\n  cache: {version: "${var.m}"}\n',
    )
    assert refused(path) == [
        "m.yaml:6:12: error: spec.retries: expected a whole number, found the text 'many' "
        "[wrong-type]",
        "m.yaml:7:20: error: spec.cache.version: expected a text, found the number 7 "
        '(a text that looks like this needs quotes: "7") [wrong-type]',
    ]


def test_positions_survive(tmp_path: Path) -> None:
    """Also inside of a list that a reference brought."""
    path = workspace(
        tmp_path,
        "variables: {args: {type: 'list[string]', default: [a, b]}}",
        TASK.replace('{image: "acme/etl:1"}', "\n    image: x\n    args: ${var.args}"),
    )

    (task,) = loaded(path)

    assert isinstance(task, Task)
    assert task.spec.container is not None
    assert task.spec.container.args == ("a", "b")
    assert task.origin_of("spec", "container", "args", 1).line == 7


def test_keys_hold_no_references(tmp_path: Path) -> None:
    """A key that looks like one is an error, not a name."""
    path = workspace(
        tmp_path,
        "variables: {n: {type: string, default: A}}",
        TASK.replace('"acme/etl:1"}', 'x, env: {"${var.n}": b, "${c}": d}}'),
    )

    assert any("the key ${var.n} holds a reference" in problem for problem in refused(path))


def test_a_reference_without_a_workspace_says_so(tmp_path: Path) -> None:
    """Variables are declared somewhere, and there is nowhere."""
    from reconciler.errors import ManifestError
    from reconciler.manifest import load

    (tmp_path / "a.yaml").write_text(TASK + "  retries: ${var.n}\n")
    with pytest.raises(ManifestError, match=r"declared in reconciler.yaml, and there is none"):
        load([tmp_path / "a.yaml"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: {b: ${var.x}, c: d}", "1:8: error: a reference inside of brackets needs quotes "),
        ("a: [x${var.x}]", "1:6: error: a reference inside of brackets needs quotes "),
    ],
)
def test_brackets_end_a_plain_reference(text: str, problem: str) -> None:
    """YAML's own rule, told with the way out."""
    from reconciler.manifest.reader import read
    from reconciler.model import Diagnostic

    problems: list[Diagnostic] = []
    assert list(read(text.encode(), "m.yaml", problems)) == []

    assert str(problems[0]).startswith(f"m.yaml:{problem}")
    assert problems[0].hint == 'write "${var.x}"'
