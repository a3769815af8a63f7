"""A saved plan is the plan, whatever a plan can hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model import CodeArchive, CodeFolder, Conflict, Diagnostic, Plan
from reconciler.planfile import About, save
from tests.planfile.builders import BUNDLE, TASK, a_plan, saved
from tests.planfile.filled import SOURCES, filled, laid_open


@pytest.mark.parametrize("source", SOURCES)
def test_no_field_is_forgotten(source: type) -> None:
    """Whatever is added to a plan, or to anything in it, is carried; this notices if it is not."""
    plan = filled(Plan, source=source)

    found = saved(plan)

    assert laid_open(found.opened({})) == laid_open(plan)
    assert laid_open(found.shown) == laid_open(plan)


def test_what_it_was_made_from_comes_back() -> None:
    """Every field of it."""
    about = About(
        endpoint="flyte:443",
        tool_version="1.0",
        manifests_digest=b"m" * 32,
        environment="production",
        workspace="shop",
        listed="teams/shop",
        home=("platform", "production", "shop.production"),
        commit="c" * 40,
        planned_at=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
        variables={"tag": "1.5", "sizes": [1, 2]},
    )

    assert save(a_plan(), about).about == about


def test_two_savings_of_one_plan_are_two_plans() -> None:
    """A saved plan is known by its digest and runs once; the same changes later are another."""
    about = About(endpoint="e", tool_version="1")

    assert save(a_plan(), about).digest != save(a_plan(), about).digest


def test_the_digest_is_golden() -> None:
    """It does not change with the versions of what this is built on."""
    assert saved().digest.hex() == (
        "b09b0dc2dbe320fff9ab9c4124cdb721332fc7b0ece77523b8908081c1ee5228"
    )


@pytest.mark.parametrize(
    "plan",
    [Plan((), conflicts=(Conflict(TASK, ()),)), Plan((), obstacles=(Diagnostic("c", "m"),))],
)
def test_a_plan_that_cannot_be_applied_is_not_saved(plan: Plan) -> None:
    """It would only be found out later."""
    with pytest.raises(ValueError, match="not saved"):
        saved(plan)


def test_paths_are_those_of_any_checkout(tmp_path: Path) -> None:
    """What lies where the plan was made is named from there; the rest keeps its place."""
    inside, outside = str(tmp_path / "src" / "code"), str(tmp_path.parent / "code")
    plan = filled(Plan)
    action = plan.actions[0]
    object.__setattr__(action.bundle.source, "root", inside)
    object.__setattr__(action.after.bundles[0].source, "root", outside)
    object.__setattr__(action.after.origin, "file", str(tmp_path / "etl.yaml"))

    (found,) = saved(plan, folder=tmp_path).opened({}).actions

    assert found.bundle is not None
    assert found.after is not None
    assert isinstance(found.bundle.source, CodeFolder)
    assert isinstance(found.after.bundles[0].source, CodeFolder)
    assert found.bundle.source.root == "src/code"
    assert found.after.bundles[0].source.root == outside
    assert found.after.origin is not None
    assert found.after.origin.file == "etl.yaml"


def test_packages_are_fetched_again() -> None:
    """Where a package lay in the cache of one machine is no place on another."""
    plan = filled(Plan, source=CodeArchive)
    asked = []

    def fetch(url: str, sha256: str) -> Path:
        asked.append((url, sha256))
        return Path("here.tgz")

    (found,) = saved(plan).opened({}, fetch=fetch).actions

    assert found.bundle is not None
    assert isinstance(found.bundle.source, CodeArchive)
    assert found.bundle.source.package == "here.tgz"
    source = plan.actions[0].bundle.source
    assert (source.url, source.sha256) in asked
    # Code in a folder is nothing to be fetched.
    assert saved().opened({}, fetch=fetch).actions[0].bundle == BUNDLE
