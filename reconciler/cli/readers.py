"""Who reads what is printed as text: a person who may see everything, or whoever reads a log.

What a pipeline prints is kept, and more people read it than may read Flyte Admin. So there a text
is masked as documents are; at a terminal only what the workspace calls sensitive is.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from reconciler.cli.terminal import in_automation

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit
    from reconciler.model import DriftReport, Plan
    from reconciler.report import Masks


def masks_for(plan: "Plan", unit: "Unit | None" = None) -> "Masks | None":
    """What a plan is masked with when it is printed as text; None for a person at a terminal."""
    if not _is_kept():
        return None
    from reconciler.report import Masks

    return Masks.of(plan, _reveal(unit))


def drift_for_readers(report: "DriftReport", unit: "Unit | None" = None) -> "DriftReport":
    """What drifted, as it may be printed as text."""
    if not _is_kept():
        return report
    from reconciler.report import drift_for_documents

    return drift_for_documents(report, _reveal(unit))


def _is_kept() -> bool:
    """Whether what is printed is kept: in any pipeline, and of `ci …` wherever that runs."""
    context = click.get_current_context(silent=True)
    group = context.parent if context is not None else None
    return in_automation(os.environ) or (group is not None and group.info_name == "ci")


def _reveal(unit: "Unit | None") -> Sequence[str]:
    return unit.workspace.revealed if unit is not None and unit.workspace else ()
