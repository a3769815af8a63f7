"""Policies over a plan → verdicts: CEL and Rego, evaluated where they can do no harm."""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.model import Ruling, Verdict, unapproved

if TYPE_CHECKING:
    from reconciler.policy.asking import MEMORY, evaluate
    from reconciler.policy.testing import (
        NO_DAY,
        Expected,
        PolicyCase,
        completed,
        run_case,
        run_rego_tests,
    )
else:
    # Without policies a plan takes none of these.
    __getattr__ = opened_for(
        __name__,
        {
            "asking": ("MEMORY", "evaluate"),
            "testing": (
                *("NO_DAY", "Expected", "PolicyCase"),
                *("completed", "run_case", "run_rego_tests"),
            ),
        },
    )

__all__ = [
    "MEMORY",
    "NO_DAY",
    "Expected",
    "PolicyCase",
    "Ruling",
    "Verdict",
    "completed",
    "evaluate",
    "run_case",
    "run_rego_tests",
    "unapproved",
]
