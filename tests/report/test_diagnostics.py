"""Problems as lines that editors jump to, and as one document."""

import json

from reconciler.model import Diagnostic
from reconciler.report import (
    diagnostics_as_json,
    diagnostics_as_text,
    error_as_text,
    errors_as_json,
)
from tests.builders import a_warning, an_error


def test_problems_are_sorted_by_place_and_counted() -> None:
    """All of them at once, one line each; the count is of errors only."""
    problems = [an_error(file="b.yaml"), an_error(file="a.yaml", line=9), a_warning(file="a.yaml")]

    assert diagnostics_as_text(problems).splitlines() == [
        "a.yaml:7:3: warning: the tag is mutable [mutable-tag]",
        "a.yaml:9:3: error: unknown field (did you mean image?) [unknown-field]",
        "b.yaml:1:3: error: unknown field (did you mean image?) [unknown-field]",
        "2 errors in 2 files.",
    ]


def test_one_problem_is_not_counted() -> None:
    """A count of one says nothing."""
    assert len(diagnostics_as_text([an_error()]).splitlines()) == 1
    assert diagnostics_as_text([]) == ""


def test_problem_stays_on_its_line() -> None:
    """Messages of others may have newlines; a problem is one line all the same."""
    assert "\n" not in diagnostics_as_text([an_error("first\nsecond\x1b[2J")]).strip()


def test_error_indents_what_follows_its_first_line() -> None:
    """The first line carries the word; nothing after it looks like another error."""
    assert error_as_text("one\ntwo\nthree") == "Error: one\n  two\n  three\n"


def test_validation_document_says_whether_it_is_valid() -> None:
    """Warnings do not make a set invalid."""
    warned = json.loads(diagnostics_as_json([a_warning()]))
    wrong = json.loads(diagnostics_as_json([a_warning(), an_error()]))

    assert (warned["valid"], warned["error_count"], warned["warning_count"]) == (True, 0, 1)
    assert (wrong["valid"], wrong["error_count"], wrong["warning_count"]) == (False, 1, 1)
    assert wrong["diagnostics"][0] == {
        "code": "unknown-field",
        "severity": "error",
        "message": "unknown field",
        "hint": "did you mean image?",
        "origin": {"file": "etl.yaml", "line": 1, "column": 3},
    }


def test_problem_of_no_place_has_no_origin() -> None:
    """Null, rather than a made-up place."""
    document = json.loads(errors_as_json([Diagnostic("unreachable", "nobody answers")]))

    assert document["type"] == "error"
    assert document["diagnostics"][0]["origin"] is None
    assert document["diagnostics"][0]["hint"] is None
