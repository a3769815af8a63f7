"""Manifests in one form, meaning what they meant."""

import random
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError
from reconciler.manifest.formatting import format_text
from reconciler.manifest.reader import read

ROOT = Path(__file__).parent.parent.parent.parent


def formatted(text: str) -> str:
    """Format a text, and see that formatting it again changes nothing."""
    once = format_text(text.encode(), "m.yaml")
    assert format_text(once.encode(), "m.yaml") == once
    return once


def values(text: str) -> list[Any]:
    return [value for _, value in read(text.encode(), "m.yaml", [])]


MESSY = """\
# about the file

kind: Task    # what it is
apiVersion: reconciler/v1
spec:
    # how often
    retries: 3


    container:
          command: [a,
             b]   # two
          # the image
          image: "x:1"
          env:
            B: c
            A: d
          # the end of the container
    description: >
        folded
          more

        text
    tags:
    - a
    # second
    -   b: 1
        c: 2
metadata: {name: a, project: p}
# the end
"""
TIDY = """\
# about the file

apiVersion: reconciler/v1
kind: Task    # what it is
metadata: {name: a, project: p}
spec:
  description: >
    folded
      more

    text

  container:
    # the image
    image: "x:1"
    command: [a,
      b]   # two
    env:
      B: c
      A: d
    # the end of the container
  # how often
  retries: 3
  tags:
    - a
    # second
    - b: 1
      c: 2
# the end
"""


def test_keys_are_ordered_and_comments_move_along() -> None:
    """Names that people chose stay in their order; what is in brackets stays as it is."""
    assert formatted(MESSY) == TIDY


def test_what_is_in_form_stays_as_it_is() -> None:
    """Byte for byte: of every example, and of every document that the pages show."""
    shown = {
        f"{path} {number}": text
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
        for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", path.read_text(), re.S))
        if "apiVersion" in text
    }
    files = sorted((ROOT / "examples/manifests").rglob("*.yaml"))
    shown |= {str(path): path.read_text() for path in files}

    assert [name for name, text in shown.items() if formatted(text) != text] == []


def test_what_is_shared_stands_before_what_concludes() -> None:
    """Whom a launch plan runs as is less than what it does, and more than its state."""
    text = "kind: LaunchPlan\nspec:\n  state: active\n  runAs: {}\n  schedule: {}\n"

    assert formatted(text).split("\n")[2:5] == ["  schedule: {}", "  runAs: {}", "  state: active"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("a: 1", "a: 1\n"),
        ("a: 1   \n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("---\na: 1\n---\n\nb: 2\n", "---\na: 1\n---\nb: 2\n"),
        ("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n  - - 1\n    - 2\n", "a:\n  - - 1\n    - 2\n"),
        ("kind: Nothing\napiVersion: x\n", "apiVersion: x\nkind: Nothing\n"),
        ("a:   'x'\n", "a: 'x'\n"),
        ("a:\n    b: {c: d}\n    e:\n", "a:\n  b: {c: d}\n  e:\n"),
        ("a: |\n      x\n        y\n      z\n", "a: |\n  x\n    y\n  z\n"),
        ("a: 'x\n\n      y'\n", "a: 'x\n\n  y'\n"),
        ("a: [\n    1, # one\n    2\n  ]\n", "a: [\n  1, # one\n  2\n]\n"),
        ("# only a comment\n\n\n", "# only a comment\n"),
        ("", ""),
        (
            "a:\n  # inside\n  b: 1\n  # last\n# out\nc: 2\n",
            "a:\n  # inside\n  b: 1\n  # last\n# out\nc: 2\n",
        ),
        ("a: # behind\n  b: 1\n", "a:  # behind\n  b: 1\n"),
    ],
)
def test_small_things_are_evened_out(text: str, made: str) -> None:
    """Blanks, ends of lines, levels."""
    assert formatted(text) == made


@pytest.mark.parametrize(
    "text",
    [
        "spec: &a {x: 1}\nkind: *a\n",
        "kind: !!str x\napiVersion: y\n",
        "? [a]\n: b\n",
        "kind: |2\n    x\napiVersion: y\n",
        "kind: |+\n  x\n\n\napiVersion: y\n",
        "--- # comment\nkind: a\napiVersion: b\n",
        "%YAML 1.2\n---\nkind: a\napiVersion: b\n",
        "-\n  kind: a\n",
        "kind: a\napiVersion: b\n...\n",
    ],
)
def test_what_is_unusual_is_left_as_it_is(text: str) -> None:
    """Rather than being guessed at; and a file of such and others is half formatted."""
    assert formatted(text) == text


def test_documents_of_a_file_are_formatted_each_by_itself() -> None:
    """An unusual one keeps none of the others from it."""
    text = (
        "kind: Task\napiVersion: a\n---\nkind: &x y\napiVersion: *x\n---\nkind: b\napiVersion: c\n"
    )

    assert formatted(text) == (
        "apiVersion: a\nkind: Task\n---\nkind: &x y\napiVersion: *x\n---\napiVersion: c\nkind: b\n"
    )


def test_what_is_no_yaml_is_an_error() -> None:
    """With its place; what is only no manifest is formatted all the same."""
    with pytest.raises(ManifestError, match=r"m.yaml:2:1"):
        formatted("a: [")
    assert formatted("spec: x\nkind: 5\n") == "kind: 5\nspec: x\n"
    assert formatted("a: 1\na: 2\n") == "a: 1\na: 2\n"


SCALARS = (
    st.integers(-5, 5)
    | st.booleans()
    | st.none()
    | st.text("ab #:-'\"\n{}[]|>&*!%@`,?~017é\t\\", max_size=12)
    | st.sampled_from(["no", "1:30", "0o7", "1e3", "${var.x}", "# x", "a # b", "- a", "a: b"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["image", "env", "inputs", "b c", "retries", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
DOCUMENTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["Task", "Workflow", "LaunchPlan", "Workspace", "Other"])},
    optional={
        "spec": TREES,
        "metadata": st.dictionaries(st.sampled_from(["name", "domain", "project"]), SCALARS),
        "apiVersion": st.just("reconciler/v1"),
        "forEach": TREES,
    },
)


@given(
    DOCUMENTS, st.integers(0, 2**31), st.sampled_from([2, 4, 6]), st.sampled_from([None, False])
)
@settings(derandomize=True, max_examples=400, deadline=None)
def test_meaning_and_comments_never_change(
    document: dict[str, Any], seed: int, indent: int, flow: bool | None
) -> None:
    """However a document was written, and wherever its comments stand."""
    written = yaml.dump(
        document,
        indent=indent,
        default_flow_style=flow,
        width=30,
        allow_unicode=True,
        sort_keys=False,
    )
    text = _commented(written, random.Random(seed))
    if not values(text):
        return  # two keys alike, or what our YAML does not have

    made = formatted(text)

    assert repr(_sorted(values(made))) == repr(_sorted(values(text)))
    assert Counter(_comments(made)) == Counter(_comments(text))


def _commented(text: str, chance: random.Random) -> str:
    """Put comments and blank lines where they change nothing."""
    lines = text.splitlines()
    for _ in range(chance.randrange(5)):
        at = chance.randrange(len(lines) + 1)
        mark = f"# comment {chance.randrange(1000)}"
        tried = list(lines)
        kind = chance.randrange(4)
        if kind == 0 and at < len(lines):
            tried[at] += f"  {mark}"
        elif kind == 1:
            tried.insert(at, "")
        else:
            tried.insert(at, " " * chance.randrange(8) + mark)
        if repr(values("\n".join(tried))) == repr(values("\n".join(lines))):
            lines = tried
    return "\n".join(lines) + "\n"


def _comments(text: str) -> list[str]:
    return [
        part for line in text.splitlines() if "# comment" in line for part in line.split("#")[1:]
    ]


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _sorted(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return repr(value)


def test_empty_lines_at_the_end_cost_nothing() -> None:
    """However many there are."""
    started = time.process_time()
    assert formatted("kind: Task\n" + "\n" * 100_000) == "kind: Task\n"
    assert time.process_time() - started < 1
