"""The flags that overrule guards are those that the guards name."""

import click
import pytest

from reconciler.cli import apply, plan
from reconciler.cli.planning import planning_options
from reconciler.model import Guard, PlanOptions


@pytest.mark.parametrize("command", [plan.command, apply.command], ids=["plan", "apply"])
@pytest.mark.parametrize("guard", [guard for guard in Guard if guard.flag])
def test_every_flag_that_an_obstacle_names_exists(command: click.Command, guard: Guard) -> None:
    """A hint that names no option would be no way out."""
    options = {name for one in command.params for name in one.opts}

    assert guard.flag in options


@pytest.mark.parametrize("guard", [guard for guard in Guard if guard.flag.startswith("--allow")])
def test_a_flag_overrules_the_guard_that_names_it(guard: Guard) -> None:
    """And no other one."""
    allowed: list[frozenset[str]] = []

    @planning_options
    def command(planning: PlanOptions) -> None:
        allowed.append(planning.allow)

    click.command()(command).main([guard.flag], standalone_mode=False)

    assert allowed == [{guard.value}]
