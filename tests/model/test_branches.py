"""An execution as a tree, and what changed between two looks at it."""

from dataclasses import replace

import pytest

from reconciler.model import Branch, moves

LEAF = Branch("e/n0", "n0", "RUNNING")
TREE = Branch("e", "e", "RUNNING", children=(LEAF,))


def test_a_first_look_finds_everything_new() -> None:
    """From the top down."""
    assert [(one.branch.path, one.before) for one in moves(None, TREE)] == [
        ("e", ""),
        ("e/n0", ""),
    ]


def test_nothing_moved() -> None:
    """Only phases count: what runs longer has not moved."""
    assert moves(TREE, replace(TREE, children=(replace(LEAF, reason="pulls"),))) == []


def test_an_execution_ends_after_its_nodes() -> None:
    """Whatever order they were read in."""
    done = replace(TREE, phase="FAILED", children=(replace(LEAF, phase="FAILED"),))

    assert [(one.branch.path, one.before) for one in moves(TREE, done)] == [
        ("e/n0", "RUNNING"),
        ("e", "RUNNING"),
    ]


@pytest.mark.parametrize(
    ("phase", "ended", "wrong"),
    [
        ("RUNNING", False, False),
        ("FAILING", False, False),
        ("SUCCEEDED", True, False),
        ("RECOVERED", True, False),
        ("SKIPPED", True, False),
        ("FAILED", True, True),
        ("ABORTED", True, True),
        ("TIMED_OUT", True, True),
    ],
)
def test_ends(phase: str, ended: bool, wrong: bool) -> None:
    """RECOVERED is one: its outputs are there."""
    branch = replace(LEAF, phase=phase)

    assert (branch.has_ended, branch.went_wrong) == (ended, wrong)
