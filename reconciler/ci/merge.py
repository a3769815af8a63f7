"""What was merged, its review, and telling the request what became of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.ci.review import Difference, Reviewed, difference, reviewed_in, reviewed_steps
from reconciler.ci.stale import mark_stale
from reconciler.ci.steps import step_digests, steps_digest
from reconciler.errors import ForgeError, NotReviewedError
from reconciler.forge import MARKER_ROOM, Check, Forge, Pull, Request, State, connect, has_token
from reconciler.model import ApplyReport, Diagnostic, Plan, Status
from reconciler.report import (
    LIMITS,
    MARKER,
    difference_as_markdown,
    errors_as_markdown,
    report_as_markdown,
)

LABEL = "plan-approved"
"""What a label begins with that approves a plan; its digest follows."""
POLICY_LABEL = "policy-approved-"
"""What a label begins with that approves what a policy found; the policy's name follows."""
_SHORTEST = 8  # digits of a digest by which one may be approved
_AGAIN = 15.0  # seconds after which a run that went on is asked for again


@dataclass(kw_only=True)
class Merge:
    """A commit that was merged, and what was said about it on its request.

    Attributes: `approved` digests that the command line approves; `reviewed_only` refuses what
    nobody has reviewed; `artifact` the steps that an artifact of the request names, and the
    commit, None without one; `summary` is given what else the job's own page is to show.
    """

    request: Request
    commit: str
    key: str
    title: str
    forge: Forge | None
    say: Callable[[str], None]
    approved: Sequence[str] = ()
    reviewed_only: bool = True
    artifact: tuple[Sequence[str], str] | None = None
    reveal: Sequence[str] = ()
    summary: Callable[[Sequence[str]], None] = lambda pages: None
    _pull: Pull | None = None
    _looked: bool = False
    _runs: dict[str, tuple[float, bool]] = field(default_factory=dict)

    @property
    def pull(self) -> Pull | None:
        """The request that was merged; None if there is none, or nobody tells."""
        if not self._looked:
            self._looked = True
            self._pull = self._find()
        return self._pull

    def _find(self) -> Pull | None:
        forge = self.forge
        if forge is None:
            return None
        if self.request.number is not None:
            return forge.pull(self.request.number)
        for number in forge.pulls_of(self.commit) if self.commit else ():
            pull = forge.pull(number)
            if pull.is_merged:
                return pull
        return None

    def check(self, plan: Plan) -> None:
        """Return if this plan may be carried out: it is what was reviewed, or was approved.

        Raises: NotReviewedError otherwise, once the request was told what differs.
        """
        steps = step_digests(plan)
        if not steps:
            return
        digest = steps_digest(steps)
        if any(len(one) >= _SHORTEST and digest.startswith(one.lower()) for one in self.approved):
            self.say(f"Plan {digest[:12]} is approved by its digest.")
            return
        reviewed = self._reviewed()
        found = difference(plan, reviewed) if reviewed is not None else None
        if reviewed is not None and found is None:
            where = f" ({reviewed.where})" if reviewed.where else ""
            self.say(f"All of this was reviewed{where}.")
            return
        label = f"{LABEL}-{digest[:_SHORTEST]}"
        if self.pull is not None and label in self.pull.labels:
            self.say(f"Plan {digest[:12]} is approved by the label {label}.")
            return
        if reviewed is None and not self.reviewed_only:
            self.say("Nobody has reviewed this; --unreviewed lets it be applied all the same.")
            return
        self._refuse(found, reviewed, digest=digest, label=label)

    def approved_policies(self) -> Sequence[str]:
        """The policies whose findings labels on the request approve."""
        try:
            labels = self.pull.labels if self.pull is not None else frozenset()
        except ForgeError as error:
            self.say(f"Warning: {error}")
            return ()
        ours = (one for one in sorted(labels) if one.startswith(POLICY_LABEL))
        return tuple(one.removeprefix(POLICY_LABEL) for one in ours)

    def _reviewed(self) -> Reviewed | None:
        if self.artifact is not None:
            return reviewed_steps(*self.artifact)
        if self.forge is None or self.pull is None:
            return None
        note = self.forge.read(self.pull.number, f"preview:{self.key}")
        found = reviewed_in(note) if note is not None else None
        if found is None:
            return None
        head = self.pull.head
        if not (found.commit.startswith(head) or head.startswith(found.commit)):
            self.say(f"The preview is of {found.commit[:12]}, and {head[:12]} was merged.")
            return None
        return found

    def _refuse(
        self, found: Difference | None, reviewed: Reviewed | None, *, digest: str, label: str
    ) -> None:
        ways = f"pass --approved-digest {digest[:12]}"
        if self.pull is not None and self.forge is not None and self.forge.name != "bitbucket":
            where = f"request {self.pull.number}"
            ways = f"put the label {label} on {where} and run this again, or {ways}"
        if found is None:
            text = f"nothing was written: nobody has reviewed plan {digest[:12]}; {ways}"
        else:
            text = (
                f"nothing was written: plan {digest[:12]} is not what was reviewed "
                f"({len(found.added)} more step(s)); {ways}"
            )
        pages = difference_as_markdown(
            added=found.added if found else (),
            gone=found.gone if found else (),
            ways=ways,
            digest=digest,
            title=self._heading("Not applied"),
            is_reviewed=reviewed is not None,
            limit=self._limit,
        )
        self._tell(pages, State.FAILURE, "not what was reviewed")
        raise NotReviewedError(text, digest=digest)

    def done(self, plan: Plan, report: ApplyReport) -> None:
        """Tell the request what was done. That it could not be told is said, and no failure."""
        pages = report_as_markdown(
            plan, report, title=self._heading("Apply"), limit=self._limit, reveal=self.reveal
        )
        counts = report.counts()
        told = ", ".join(f"{counts[one]} {one}" for one in Status if counts[one])
        good = report.succeeded and not plan.conflicts
        state = State.SUCCESS if good else State.FAILURE
        self._tell(pages, state, told or "nothing to do")
        if report.wrote:
            self._mark_others()

    def _mark_others(self) -> None:
        """Tell the open requests that what they were told may be over."""
        target = self.pull.target if self.pull is not None else self.request.branch
        if self.forge is None or not target:
            return
        try:
            number = mark_stale(
                self.forge,
                marker=f"preview:{self.key}",
                target=target,
                but=self.pull.number if self.pull is not None else None,
                commit=self.commit,
            )
        except ForgeError as error:
            self.say(f"Warning: {error}")
            return
        if number:
            self.say(f"Marked the previews of {number} open request(s) as stale.")

    def failed(self, problems: Sequence[Diagnostic]) -> None:
        """Tell the request why nothing, or not all, was done."""
        pages = errors_as_markdown(problems, title=self._heading("Apply"), limit=self._limit)
        self._tell(pages, State.FAILURE, problems[0].message if problems else "failed")

    def has_ended(self, run: str) -> bool:
        """Whether a run that holds the lock is known to be over; asked for now and then."""
        if self.forge is None or "://" not in run:
            return False
        now = time.monotonic()
        asked, ended = self._runs.get(run, (0.0, False))
        if ended or (run in self._runs and now - asked < _AGAIN):
            return ended
        try:
            ended = self.forge.run_has_ended(run)
        except ForgeError:
            ended = False
        self._runs[run] = (now, ended)
        return ended

    def _heading(self, word: str) -> str:
        return f"{word}: {self.title}" if self.title else word

    @property
    def _limit(self) -> int:
        limit = self.forge.limit if self.forge is not None else LIMITS["github"]
        return limit - MARKER_ROOM

    def _tell(self, pages: Sequence[str], state: State, told: str) -> None:
        self.summary(pages)
        if self.forge is None:
            return
        now = datetime.now(UTC)
        try:
            if self.pull is not None:
                self.forge.post(
                    self.pull.number,
                    f"apply:{self.key}",
                    [page.removeprefix(f"{MARKER}\n") for page in pages],
                    facts={
                        # Several merges of one request are told apart by time alone.
                        "at": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
                        "merge": self.commit,
                    },
                )
            if self.commit:
                self.forge.set_check(
                    Check(
                        name=f"reconciler apply ({self.title})"
                        if self.title
                        else "reconciler apply",
                        commit=self.commit,
                        state=state,
                        title=told,
                        url=self.request.run_url,
                        key=f"{self.request.run}:apply:{self.key}:{now:%H%M%S%f}",
                    )
                )
        except ForgeError as error:
            self.say(f"Warning: {error}")


def forge_of(
    request: Request, environ: Mapping[str, str], say: Callable[[str], None]
) -> Forge | None:
    """The forge to be asked and told; None, said in a line, if there is none to talk to."""
    if has_token(request, environ):
        return connect(request, environ)
    say(
        "No forge is asked or told: " + ("no token" if request.is_known else "none was recognised")
    )
    return None
