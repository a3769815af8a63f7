"""What drifted, in every form, from reports made by hand."""

import json
from datetime import UTC, datetime

from reconciler.model import (
    Change,
    Drift,
    DriftKind,
    DriftReport,
    Kind,
    Left,
    Origin,
    ResourceId,
)
from reconciler.report import (
    drift_as_json,
    drift_as_markdown,
    drift_as_suite,
    drift_as_text,
    drifts_as_prometheus,
    suites_as_junit,
)
from tests.builders import an_id

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
MOVED = Drift(
    DriftKind.ACTIVATED,
    an_id(Kind.ACTIVATION, "daily"),
    "launch plan flytesnacks/development/daily: we left v2 active, somebody made v1 active",
    left="v2",
    live="v1",
    wanted="v2",
    origin=Origin("daily.yaml", 31, 1),
    since=datetime(2026, 11, 25, 23, 58, 10, tzinfo=UTC),
    entry=Left(42, datetime(2026, 11, 20, 6, 14, tzinfo=UTC), "alice", "3f9a1c2b77aa00"),
)
CHANGED = Drift(
    DriftKind.ATTRIBUTES_CHANGED,
    ResourceId(Kind.ATTRIBUTES, "flytesnacks", "development", facet="executionQueue"),
    "executionQueue of domain flytesnacks/development: somebody changed the attributes",
    changes=(Change("tags[0]", "cpu", "gpu"),),
)
REPORT = DriftReport((MOVED, CHANGED), compared=312, at=AT)
QUIET = DriftReport((), compared=312, at=AT)

TEXT = """\
Another version was activated (1)
  ~ launch plan flytesnacks/development/daily: we left v2 active, somebody made v1 active
      left so by #42 of alice on 2026-11-20 06:14 UTC, commit 3f9a1c2b77aa
      Flyte Admin switched it on 2026-11-25 23:58:10 UTC
      declared in daily.yaml:31:1
  `apply --overwrite-moved NAME` takes it back, `hold NAME` leaves it, or declare what is active

Attributes were changed (1)
  ~ executionQueue of domain flytesnacks/development: somebody changed the attributes
        ~ tags[0]: "cpu" → "gpu"
  `apply` sets what is declared, or declare what is there

Drift: 1 activated, 1 attributes-changed, of 312 compared.
"""


def test_text_says_what_when_and_what_to_do() -> None:
    """Kind by kind, with what is known of each."""
    assert drift_as_text(REPORT) == TEXT
    assert drift_as_text(QUIET).startswith("No drift.")


def test_json_holds_all_of_it() -> None:
    """And every kind is counted."""
    document = json.loads(drift_as_json(REPORT))

    first = document["drifts"][0]
    assert (first["drift"], first["left"], first["live"], first["wanted"]) == (
        "activated",
        "v2",
        "v1",
        "v2",
    )
    assert first["entry"] == {
        "serial": 42,
        "time": "2026-11-20T06:14:00+00:00",
        "actor": "alice",
        "commit": "3f9a1c2b77aa00",
    }
    assert document["summary"]["activated"] == 1
    assert document["summary"].keys() == {str(kind) for kind in DriftKind}


def test_a_comment_names_each_thing() -> None:
    """With what changed folded below."""
    (page,) = drift_as_markdown(REPORT)

    assert page.startswith("<!-- reconciler -->\n## Drift\n")
    assert "**Another version was activated** (1)" in page
    assert "<details>" in page


def test_many_are_split_into_several_comments() -> None:
    """None longer than a forge takes."""
    many = DriftReport((MOVED,) * 500, compared=500, at=AT)

    pages = drift_as_markdown(many, limit=16_000)

    assert len(pages) > 1
    assert all(len(page.encode()) <= 16_000 for page in pages)


def test_junit_fails_for_each_and_passes_for_none() -> None:
    """So a dashboard of tests shows drift as red."""
    red, green = (suites_as_junit([drift_as_suite(one)]) for one in (REPORT, QUIET))

    assert 'tests="2" failures="2"' in red
    assert 'tests="1" failures="0"' in green


def test_labels_of_metrics_are_escaped() -> None:
    """Whatever a workspace is called."""
    text = drifts_as_prometheus([('a"b\\c\n', "", REPORT)])

    assert r'reconciler_drift{workspace="a\"b\\c\n",environment="",kind="activated"} 1' in text
    assert text.count("\nreconciler_drift{") == len(DriftKind)


def test_values_that_tend_to_be_secret_are_masked() -> None:
    """In documents; the live side was never marked sensitive by anyone."""
    change = Change("container.env[0].value", "hunter2", "swordfish")
    leaky = DriftReport(
        (Drift(DriftKind.ATTRIBUTES_CHANGED, CHANGED.id, "changed", changes=(change,)),), 1, AT
    )

    assert "hunter2" not in drift_as_json(leaky) + "".join(drift_as_markdown(leaky))
