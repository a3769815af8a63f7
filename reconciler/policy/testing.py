"""Policies on trial: a plan, what they should say of it, and what they did say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from reconciler.model import Origin, Policy, Trial, Verdict
from reconciler.policy.asking import MEMORY, answers, evaluate, where

NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""What time it is in a case that does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A verdict that there should be; what is "" may be anything.

    Attributes: `object` is a glob of addresses; `message` a part of what is said.
    """

    policy: str
    ruling: str = ""
    object: str = ""
    message: str = ""

    def fits(self, verdict: Verdict) -> bool:
        """Whether this is the verdict that there should be."""
        return (
            self.policy == verdict.policy
            and self.ruling in ("", verdict.ruling.value)
            and (not self.object or fnmatchcase(verdict.address, self.object))
            and self.message in verdict.message
        )

    def __str__(self) -> str:
        parts = (self.ruling, f"of {self.object}" if self.object else "", self.message)
        return " ".join((self.policy, *(part for part in parts if part)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCase:
    """One plan, and all that policies should say of it: no more and no less.

    Attributes: `document` may leave out whatever a plan says of itself but the address of each
    step; `params` are laid over those of each policy.
    """

    name: str
    document: Mapping[str, Any]
    expected: Sequence[Expected]
    origin: Origin
    now: datetime = NO_DAY
    environment: str = ""
    workspace: str = ""
    params: Mapping[str, Any] | None = None


def run_case(policies: Sequence[Policy], case: PolicyCase) -> Trial:
    """Judge the case's plan, and compare.

    Shape: a problem for each verdict that nobody expected, and for each expectation that no
        verdict meets.
    """
    given = [
        replace(one, params={**one.params, **(case.params or {})}, exemptions=())
        for one in policies
    ]
    verdicts = evaluate(
        given,
        completed(case.document),
        now=case.now,
        environment=case.environment,
        workspace=case.workspace,
    )
    met = {
        at
        for at, expected in enumerate(case.expected)
        if any(expected.fits(verdict) for verdict in verdicts)
    }
    problems = [
        f"not said: {expected}" for at, expected in enumerate(case.expected) if at not in met
    ]
    problems += [
        f"not expected: {_told(verdict)}"
        for verdict in verdicts
        if not any(expected.fits(verdict) for expected in case.expected)
    ]
    return Trial(case.name, case.origin, tuple(problems))


def run_rego_tests(policy: Policy, tests: Sequence[tuple[str, str]]) -> Sequence[Trial]:
    """Run the `test_` rules of Rego modules that lie beside a policy.

    Args:
        tests: File and source of each module with tests.
    """
    job = {
        "path": where(),
        "memory": MEMORY,
        "document": completed({}),
        "now": NO_DAY.isoformat(),
        "environment": "",
        "workspace": "",
    }
    ((_, answer),) = answers([policy], job, tests={0: tests})
    if "error" in answer:
        origin = Origin(tests[0][0] if tests else policy.origin.file, answer.get("line") or 0)
        return [Trial(policy.name, origin, (answer["error"],))]
    return [
        Trial(
            one["test"],
            Origin(one["file"], one["line"]),
            (one["error"],) if one["error"] else (),
        )
        for one in answer["findings"]
    ]


def completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's document with all that it leaves out: as if nothing else happened."""
    body: dict[str, Any] = {
        "format_version": "1.0",
        "type": "plan",
        "applicable": True,
        "effects": [],
        "actions": [],
        "conflicts": [],
        "warnings": [],
        "obstacles": [],
        "unchanged": {},
        "summary": {},
        **document,
    }
    body["actions"] = [_step(step) for step in body["actions"]]
    return body


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    address = str(step.get("address", ""))
    kind, _, place = address.partition(":")
    place, _, facet = place.partition("#")
    path, at, version = place.rpartition("@")
    parts = (path if at else place).split("/", 2)
    project, domain, name = (*parts, None, None, None)[:3]
    return {
        "kind": kind,
        "project": project,
        "domain": domain,
        "name": name,
        "version": version if at else None,
        **({"facet": facet} if facet else {}),
        "verb": "create",
        "reason": "absent",
        "why": "",
        "changes": [],
        "depends_on": [],
        "origin": None,
        "object": None,
        **step,
    }


def _told(verdict: Verdict) -> str:
    where = f" of {verdict.address}" if verdict.address else ""
    return f"{verdict.policy} {verdict.ruling}{where}: {verdict.message}"
