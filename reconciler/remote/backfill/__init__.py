"""Backfills beyond one plan and one apply: going on until all is done, and flytekit's own way."""

from reconciler.remote.backfill.declaring import declared_backfill, told_without_file
from reconciler.remote.backfill.rounds import Progress, go_on

__all__ = ["Progress", "declared_backfill", "go_on", "told_without_file"]
