"""What somebody means by a name."""

import pytest

from reconciler.errors import ConfigError, LedgerError
from reconciler.model import Kind, ResourceId
from reconciler.plan import named
from tests.builders import an_id

TASK = an_id(Kind.TASK, "etl.extract")
PLAN = an_id(Kind.LAUNCH_PLAN, "etl.daily")
SWITCH = an_id(Kind.ACTIVATION, "etl.daily")
STAGED = an_id(Kind.TASK, "etl.extract", domain="staging")


def meant(*names: str, ids: tuple[ResourceId, ...] = (TASK, PLAN, SWITCH)) -> list[ResourceId]:
    return named(names, ids, what="ours")


def test_a_name_means_everything_of_that_name() -> None:
    """A launch plan and its switch are one thing to people."""
    assert meant("etl.daily") == [PLAN, SWITCH]
    assert meant("flytesnacks/development/etl.extract") == [TASK]


def test_a_kind_keeps_to_it() -> None:
    """As --target has it."""
    assert meant("task:etl.*") == [TASK]
    assert meant("launchplan:*") == [PLAN, SWITCH]


def test_a_name_at_several_places_has_to_be_said_where() -> None:
    """A glob means all of them."""
    with pytest.raises(LedgerError, match=r"may be any of flytesnacks/development/etl\.extract, "):
        meant("etl.extract", ids=(TASK, STAGED))
    assert meant("etl.extrac?", ids=(TASK, STAGED)) == [TASK, STAGED]
    assert meant("flytesnacks/staging/etl.extract", ids=(TASK, STAGED)) == [STAGED]


def test_what_means_nothing_is_an_error() -> None:
    """Even beside something that does."""
    with pytest.raises(LedgerError, match=r"etl\.nightly names nothing that is ours"):
        meant("etl.daily", "etl.nightly")
    with pytest.raises(ConfigError, match="is no kind"):
        meant("recipe:etl.daily")
