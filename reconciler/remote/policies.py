"""A plan and the policies at hand → the plan with what they say of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from reconciler.model import Plan, Policy, Verdict
from reconciler.policy import completed, evaluate
from reconciler.report import policy_document

# Who speaks of neither asks for nothing that is whole.
_WHOLE = re.compile(r"\b(object|images)\b")


def judge(
    plan: Plan,
    policies: Sequence[Policy],
    *,
    shown: Plan | None = None,
    now: datetime,
    environment: str = "",
    workspace: str = "",
    reveal: Sequence[str] = (),
) -> Plan:
    """Ask policies about a plan; nothing is asked of one that does nothing.

    Args:
        shown: The same plan without sensitive values, which is all that policies see.
        now: The time that they are told; with a time zone.
        reveal: Paths of values that they may see although they tend to hold secrets.

    Returns: the plan with `verdicts`, whatever it had before.
    """
    if not policies or not plan.actions:
        return replace(plan, verdicts=()) if plan.verdicts else plan
    looked_into = any(_WHOLE.search(f"{one.source} {one.when} {one.message}") for one in policies)
    document = policy_document(
        replace(shown or plan, verdicts=()), reveal=reveal, objects=looked_into
    )
    verdicts = evaluate(policies, document, now=now, environment=environment, workspace=workspace)
    return replace(plan, verdicts=verdicts)


def judge_document(
    document: Mapping[str, Any],
    policies: Sequence[Policy],
    *,
    now: datetime,
    environment: str = "",
    workspace: str = "",
) -> tuple[Verdict, ...]:
    """Ask policies about a plan's JSON, whoever printed that; what it leaves out is nothing."""
    return evaluate(
        policies, completed(document), now=now, environment=environment, workspace=workspace
    )
