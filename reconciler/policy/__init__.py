"""Policies over a plan → verdicts: CEL and Rego, evaluated where they can do no harm."""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for

if TYPE_CHECKING:
    from reconciler.policy.asking import MEMORY, Ruling, Verdict, evaluate, unapproved
    from reconciler.policy.testing import (
        NO_DAY,
        Expected,
        PolicyCase,
        completed,
        run_case,
        run_rego_tests,
    )
else:
    # Without policies a plan takes none of these, and the process that judges only its own.
    __getattr__ = opened_for(
        __name__,
        {
            "asking": ("MEMORY", "Ruling", "Verdict", "evaluate", "unapproved"),
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
