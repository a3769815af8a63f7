"""The comment of a preview: whole on every forge, and harmless whoever made the document."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.forge import MARKER_ROOM
from reconciler.forge.bitbucket import Bitbucket
from reconciler.forge.gitea import Gitea
from reconciler.forge.github import GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.model import Plan
from reconciler.report import (
    LIMITS,
    SMALLEST,
    Apart,
    PreviewFacts,
    failed_preview,
    plan_as_json,
    preview_of,
    untrusted_preview,
)
from tests.builders import a_create, a_plan, a_task, an_error

FACTS = PreviewFacts(title="environment production", commit="c" * 40, digest="d" * 64)


def test_the_forges_limits_are_the_documents() -> None:
    """What is said twice is the same."""
    for forge in (GitHub, GitLab, Gitea, Bitbucket):
        assert forge.limit == LIMITS[forge.name]
        assert forge.limit - MARKER_ROOM >= SMALLEST


def test_the_verdict_comes_first() -> None:
    """Then counts; then how, folded."""
    (page,) = preview_of(a_plan(), FACTS).pages()

    assert page.startswith(
        "## Plan: environment production\n\n🔷 **3 to register, 1 to activate**"
    )
    assert page.count("<details>") == page.count("</details>") > 0
    assert page.rstrip().endswith("commit `cccccccccccc` · plan `dddddddddddd`")


def test_what_is_not_the_requests_is_counted_and_last() -> None:
    """With why it is there."""
    apart = Apart("somebody moved it", a_plan().actions[:1])
    (page,) = preview_of(Plan(()), FACTS, apart=[apart]).pages()

    assert "✅ **No changes**" in page
    assert "_1 more step of an apply is not this request's doing, and listed last._" in page
    assert page.index("1 not of this request: somebody moved it") > page.index("listed last")


@pytest.mark.parametrize("name", [*LIMITS])
def test_large_plans_stay_whole_within_limits(name: str) -> None:
    """Folds and fences are closed in every page; what does not fit is said in the first."""
    plan = Plan(tuple(a_create(a_task(f"etl.{'x' * 150}.{at}")) for at in range(6_000)))
    pages = preview_of(plan, FACTS).pages(LIMITS[name])

    assert len(pages) <= 5
    for page in pages:
        assert len(page.encode()) <= LIMITS[name]
        assert page.count("<details>") == page.count("</details>")
        assert len(re.findall(r"^```", page, re.MULTILINE)) % 2 == 0
    assert ("too long to be told in full" in pages[0]) == (LIMITS[name] * 5 < 1_500_000)


def test_errors_are_told_with_their_places() -> None:
    """One line each."""
    (page,) = failed_preview([an_error(line=3), an_error("no such thing", line=9)], FACTS).pages()

    assert "⛔ **This cannot be planned: 2 problems**" in page
    assert "> - etl.yaml:3: unknown field" in page
    assert "> - etl.yaml:9: no such thing" in page


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            found += _paths(inner, (*path, key))
    return found


DOCUMENT = json.loads(plan_as_json(a_plan()))
PATHS = [path for path in _paths(DOCUMENT) if path]


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.sampled_from(PATHS), JSON, st.text(max_size=200))
def test_any_document_gives_a_comment(path: tuple[Any, ...], value: Any, text: str) -> None:
    """Whatever stands in the place of anything in it."""
    document = json.loads(json.dumps(DOCUMENT))
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value

    pages = untrusted_preview(document, text, FACTS).pages(SMALLEST)

    assert pages
    assert all(len(page.encode()) <= SMALLEST for page in pages)
