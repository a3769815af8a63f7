"""One environment of a preview: what was planned for it, or why nothing could be."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from reconciler.ci.own import MOVED, PENDING, Shares, divide
from reconciler.ci.steps import step_digests
from reconciler.model import Diagnostic, Head, Plan
from reconciler.report import Apart, Preview, PreviewFacts, Trial, failed_preview, preview_of

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What came of planning one environment of one workspace.

    Attributes:
        key: What its comment is called: the workspace and the environment.
        title: The same for people, "" where there is only one.
        plan: None if there is none; then `problems` say why.
        shown: The plan, without what the workspace marks as sensitive.
        code: How `plan` exits.
        head: Of the ledger; an empty one without.
        changed: The files that the request touches, None if that is not known.
        commit: What was planned; `at` when.
        remarks: What a reviewer has to know beside the plan.
        trials: What is registered for the request, to be tried out.
        age: Of the snapshot that it was planned against, in words; "" for Flyte Admin itself.
    """

    key: str
    title: str
    code: int
    commit: str
    at: datetime
    plan: Plan | None = None
    shown: Plan | None = None
    problems: tuple[Diagnostic, ...] = ()
    head: Head = field(default_factory=Head)
    has_ledger: bool = False
    changed: Collection[str] | None = None
    remarks: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    reveal: tuple[str, ...] = ()
    environment: str = ""
    workspace: str = ""

    @property
    def marker(self) -> str:
        """By which the comment is found again; nobody sees it."""
        return f"preview:{self.key}"

    @property
    def succeeded(self) -> bool:
        """Whether a plan came of it that could be applied."""
        return self.plan is not None and self.code in (0, 2)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        return step_digests(self.plan) if self.plan is not None else ()

    @cached_property
    def shares(self) -> Shares | None:
        return divide(self.shown, self.head, self.changed) if self.shown is not None else None

    def preview(self, *, digest: str, run_url: str = "", stale: tuple[str, ...] = ()) -> Preview:
        """What a reviewer reads."""
        facts = PreviewFacts(
            title=self.title,
            commit=self.commit,
            at=f"planned {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            digest=digest if self.plan is not None else "",
            entry=str(self.head.serial) if self.has_ledger and self.head.serial else "",
            run_url=run_url,
            stale=stale,
            remarks=self.remarks,
            trials=self.trials,
        )
        if self.shares is None:
            return failed_preview(self.problems, facts)
        others = ((MOVED, self.shares.moved), (PENDING, self.shares.pending))
        apart = [Apart(why, actions) for why, actions in others if actions]
        return preview_of(self.shares.own, facts, apart=apart, reveal=self.reveal)


def key_of(*parts: str) -> str:
    """What the comment of an environment is called, by folder, workspace and environment: short,
    and without a blank."""
    words = (_ODD.sub("-", one).strip("-.") for one in parts)
    return ".".join(one for one in words if one)[:100] or "default"
