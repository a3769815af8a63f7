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


def for_readers(plan: "Plan", unit: "Unit | None" = None) -> "Plan":
    """A plan as it may be printed as text."""
    if not _is_kept():
        return plan
    from reconciler.report import for_document

    return for_document(plan, _reveal(unit))


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
