"""Which ledger is meant: the workspace's; or, with nothing but an endpoint, the one that fits."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from reconciler.cli.choice import Choice
from reconciler.cli.options import say
from reconciler.cli.session import Unit, find_unit, home_of
from reconciler.errors import ConfigError, LedgerError
from reconciler.remote import Home, Remote

Command = TypeVar("Command", bound=Callable[..., Any])


def unit_for(chosen: Choice, place: str | None) -> Unit:
    """The workspace of this folder, or none; with `place`, only that of the ledger.

    Args:
        place: What `--ledger` says.

    Raises: ConfigError for a place that is none; and as `find_unit`.
    """
    if place is None:
        return find_unit(chosen)
    parts = place.split("/")
    if len(parts) != 3 or not all(parts):
        raise ConfigError(f"--ledger {place}: write project/domain/workspace")
    return Unit(choice=chosen, at=Home(*parts))


def with_ledger(remote: Remote, unit: Unit, names: Sequence[str] = ()) -> Unit:
    """The unit with its ledger, which is looked for if there is no workspace here.

    Args:
        names: Launch plans that the ledger has to own.

    Raises: ConfigError for a workspace without a ledger; LedgerError if no ledger, or several,
        can be meant.
    """
    if unit.home is not None or unit.workspace is not None:
        home_of(unit)
        return unit
    homes = remote.find_ledgers()
    if not homes:
        raise LedgerError("there is no reconciler.yaml here, and Flyte Admin holds no ledger")
    fitting = [home for home in homes if remote.ledger_of(home).owns_switches(names)]
    if len(fitting) == 1:
        say(f"Ledger: {fitting[0]}")
        return replace(unit, at=fitting[0])
    wanted = f" that owns {', '.join(names)}" if names else ""
    if not fitting:
        known = ", ".join(map(str, homes))
        raise LedgerError(f"there is no ledger{wanted}; there are {known}")
    several = ", ".join(map(str, fitting))
    raise LedgerError(f"there are several ledgers{wanted}: {several}; name one by --ledger")
