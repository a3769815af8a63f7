"""A tree on a terminal: what it shows, and how it stays short."""

import io
from dataclasses import replace

import pytest

from reconciler.model import Branch, Log, Moved
from reconciler.report import errors_as_text, move_line, tree_lines, watching_view

SECOND = 10**9
ROOT = Branch(
    "e",
    "e",
    "RUNNING",
    runs="etl@v1",
    started=0,
    reason="waits for signal go",
    children=(
        Branch(
            "e/n0", "n0", "SUCCEEDED", runs="extract", started=0, ended=3 * SECOND, cache="hit"
        ),
        Branch(
            "e/n1",
            "n1",
            "RUNNING",
            runs="workflow inner",
            started=3 * SECOND,
            children=(
                Branch(
                    "e/n1/n0",
                    "n0",
                    "FAILED",
                    runs="load",
                    attempts=2,
                    started=4 * SECOND,
                    ended=5 * SECOND,
                    error="Traceback (most recent call last):\n  File x\nMemoryError: too much",
                    logs=(Log("Pod", "https://logs.example/1"),),
                ),
            ),
        ),
        Branch("e/n2", "n2", "QUEUED", runs="report"),
    ),
)


def test_a_tree_is_a_line_a_branch() -> None:
    """Phase, time, and what a person would ask next."""
    assert tree_lines(ROOT, now=63 * SECOND) == [
        "● e  etl@v1  running  1m3s  waits for signal go",
        "├─ ✓ n0  extract  succeeded  3.0s  (cached)",
        "├─ ● n1  workflow inner  running  1m",
        "│  └─ ✗ n0  load  failed  1.0s  attempt 2  MemoryError: too much",
        "└─ ○ n2  report  queued",
    ]


def test_a_tree_that_is_too_long_counts_what_is_done() -> None:
    """What runs and what failed stays; if even that is too much, the end is cut."""
    done = tuple(Branch(f"e/{n}", str(n), "SUCCEEDED") for n in range(50))
    tall = replace(ROOT, children=(*done, *ROOT.children[1:]))

    lines = tree_lines(tall, now=0, most=10)

    assert len(lines) == 5
    assert lines[-1] == "└─ ✓ 50 done"
    assert tree_lines(tall, now=0, most=3)[-1] == "…"


def test_names_cannot_move_the_cursor() -> None:
    """Whatever a server calls a node is one line."""
    evil = replace(ROOT, children=(Branch("e/x", "x\n\x1b[2J", "RUNNING"),))

    assert "\x1b" not in "".join(tree_lines(evil, now=0))
    assert len(tree_lines(evil, now=0)) == 2


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("e", "e  etl@v1  running"),
        ("e/n0", "n0  extract  succeeded  after 3.0s"),
        ("e/n1/n0", "n1/n0  load  failed  after 1.0s: MemoryError: too much"),
    ],
)
def test_changes_as_lines(path: str, line: str) -> None:
    """Each by its path within the execution."""
    branch = next(one for one in ROOT.walk() if one.path == path)

    assert move_line(Moved(branch, "QUEUED"), ROOT, now=63 * SECOND) == line


def test_errors_are_told_where_they_began() -> None:
    """Not again for everything around them; with the logs, and of long ones the end."""
    inner = ROOT.children[1].children[0]
    long = replace(inner, error="\n".join(f"line {n}" for n in range(20)))
    failed = replace(
        ROOT,
        phase="FAILED",
        error="node n1 failed",
        children=(replace(ROOT.children[1], phase="FAILED", children=(long,)),),
    )

    text = errors_as_text(failed).splitlines()

    assert text[0] == "failed: n1/n0  load"
    assert text[1] == "  … 8 lines before"
    assert text[-2:] == ["  line 19", "  Pod: https://logs.example/1"]
    assert "node n1 failed" not in "\n".join(text)
    assert errors_as_text(replace(failed, children=())).splitlines()[1] == "  node n1 failed"


def test_lines_tell_only_what_moved() -> None:
    """The same tree twice is told once."""
    stream = io.StringIO()
    with watching_view(stream, live=False, color=False) as shown:
        shown.show(ROOT, 0)
        shown.show(ROOT, SECOND)
        shown.show(replace(ROOT, phase="FAILED"), 2 * SECOND)

    assert len(stream.getvalue().splitlines()) == 6


def test_the_live_tree_stays_when_it_is_over() -> None:
    """Redrawn in place meanwhile, whole at the end."""
    stream = io.StringIO()
    with watching_view(stream, live=True, color=False) as shown:
        shown.show(ROOT, 0)
        shown.show(replace(ROOT, phase="SUCCEEDED", ended=SECOND), SECOND)

    assert (
        stream.getvalue()
        .rstrip()
        .endswith(
            "\n".join(tree_lines(replace(ROOT, phase="SUCCEEDED", ended=SECOND), now=SECOND))
        )
    )
