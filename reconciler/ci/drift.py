"""Tell everybody what drifted: once for each change of it, however often one looks.

What was told before is read where it was told (`memory`). Who is told first and noted afterwards
may hear it twice, if this dies between the two, and never not at all.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.ci.drift_issue import Standing, issue_body, issue_title
from reconciler.ci.memory import Memory, memory_of
from reconciler.errors import ForgeError, NotifyError
from reconciler.forge import MARKER_ROOM, Fate, Forge, Issue
from reconciler.model import Drift
from reconciler.notify import Message, Mood, Occasion, Target, send
from reconciler.report import (
    drift_as_json,
    drift_as_markdown,
    drift_digest,
    drift_items,
    drift_summary,
    one_line,
    way_back,
)

_SHOWN = 10  # things that a message names
_SUMMARY = 500_000  # bytes of a job's summary

Send = Callable[[Message, Target], None]


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of telling: remarks for the log, errors that count, and what is told by now."""

    said: tuple[str, ...]
    errors: tuple[Exception, ...]
    told: Memory


def tell_drift(
    one: Standing,
    targets: Sequence[Target],
    *,
    forge: Forge | None,
    before: Memory | None,
    run_url: str = "",
    labels: Sequence[str] = (),
    mask: Callable[[str], str] = str,
    send: Send = send,
) -> Telling:
    """Bring the issue up to date, and tell who does not know yet.

    Args:
        forge: Where the issue is; None if there is no forge.
        before: What was told, where there is none; None if nothing is known of it.
        mask: Takes sensitive values out of a text.

    Raises: nothing of a forge or a service: what they refuse is in `errors`.
    """
    teller = _Teller(one, targets, run_url, mask, send)
    if forge is None:
        teller.tell(before if before is not None else Memory())
        return teller.done()
    try:
        _by_issue(teller, forge, labels)
    except ForgeError as error:
        teller.errors.append(error)
        if not teller.has_told:  # rather twice than not at all
            teller.tell(before if before is not None else Memory())
    return teller.done()


def write_drift_summary(environ: Mapping[str, str], standings: Sequence[Standing]) -> None:
    """Append what drifted to the summary of the job, where its CI shows one.

    Raises: OSError if that cannot be written.
    """
    file = environ.get("GITHUB_STEP_SUMMARY")
    if not file or not standings:
        return
    share = max(_SUMMARY // len(standings), 16_000)
    with Path(file).open("a", encoding="utf-8") as summary:
        for one in standings:
            pages = drift_as_markdown(
                one.report, title=issue_title(one), limit=share, reveal=one.reveal
            )
            summary.write(f"{pages[0]}\n")


class _Teller:
    """Tells one environment, and keeps account of it."""

    def __init__(
        self,
        one: Standing,
        targets: Sequence[Target],
        run_url: str,
        mask: Callable[[str], str],
        send: Send,
    ) -> None:
        self.one = one
        self.state = drift_digest(one.report)
        self.items = drift_items(one.report)
        self.said: list[str] = []
        self.errors: list[Exception] = []
        self.told = Memory()
        self.has_told = False
        self.mask = mask
        self._targets = targets
        self._run_url = run_url
        self._send = send

    @property
    def is_whole(self) -> bool:
        """Whether everything could be read, so that what is not there is known to be gone."""
        return not self.one.report.unread

    def tell(self, before: Memory, url: str = "") -> None:
        """Tell each target that was told something else last, or nothing while there is some."""
        self.has_told = True
        told = before.of([one.name for one in self._targets])
        if not self.state and not self.is_whole:
            self.told = told
            return
        for target in self._targets:
            last = told.by.get(target.name, "")
            if last == self.state:
                continue
            try:
                self._send(self._message(before, last, url or self._run_url), target)
            except NotifyError as error:
                self.errors.append(error)
                continue
            told = told.with_told(target.name, self.state)
            self.said.append(f"Told {target.name}: {self._verdict(last)}")
        self.told = told.now(self.state, self.items)

    def done(self) -> Telling:
        return Telling(tuple(self.said), tuple(self.errors), self.told)

    def _verdict(self, last: str) -> str:
        return ("changed" if last else "found") if self.state else "resolved"

    def _message(self, before: Memory, last: str, url: str) -> Message:
        one, state = self.one, self._verdict(last)
        name = one.title or "Flyte"
        counted = drift_summary(one.report).removeprefix("Drift: ").partition(", of ")[0]
        summary = {
            "found": f"{name} drifted: {counted}",
            "changed": f"{name} drifts otherwise: {counted}",
            "resolved": f"{name}: nothing drifts any more",
        }[state]
        return Message(
            occasion=Occasion.DRIFT,
            state=state,
            workspace=one.workspace,
            environment=one.environment,
            summary=self.mask(summary),
            detail=self.mask(self._detail(before)),
            at=one.report.at,
            url=url,
            mood=Mood.WARNING if self.state else Mood.SUCCESS,
            digest=self.state,
            data=json.loads(self.mask(drift_as_json(one.report, reveal=one.reveal))),
        )

    def _detail(self, before: Memory) -> str:
        known = set(before.items)
        marked = [*zip(self.one.report.drifts, self.items, strict=True)]
        # What is new first: of the rest they were told.
        marked.sort(key=lambda pair: pair[1] in known)
        lines = [
            self._line(drift, new=bool(known) and mark not in known) for drift, mark in marked
        ]
        more = [f"- … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        gone = len(known - set(self.items))
        less = [f"- {gone} that drifted before does not any more"] if gone and lines else []
        return "\n".join((*lines[:_SHOWN], *more, *less))

    def _line(self, drift: Drift, *, new: bool) -> str:
        command = way_back(drift, environment=self.one.environment, workspace=self.one.listed)
        entry = drift.entry
        left = f" (left so by #{entry.serial} of {entry.actor or 'someone'})" if entry else ""
        back = f"; `{command}` takes it back" if command else ""
        return f"- {'new: ' if new else ''}{one_line(drift.message)}{left}{back}"


def _by_issue(teller: _Teller, forge: Forge, labels: Sequence[str]) -> None:
    one = teller.one
    issue = forge.find_issue(one.marker)
    before = memory_of(issue.body) if issue is not None else Memory()
    if not teller.state:
        _close(teller, forge, issue, before)
        return
    noted = before.now(teller.state, teller.items)
    kept, fate = _keep(teller, forge, noted, labels)
    is_other = issue is not None and before.state not in ("", teller.state)
    if is_other:
        forge.remark(kept, forge.dress(teller.mask(_news(teller, before))))
    if fate is not Fate.UNCHANGED:
        teller.said.append(f"Issue {fate}: {kept.url}")
    teller.tell(before, kept.url)
    if teller.told.by != noted.by:
        _keep(teller, forge, teller.told, labels)


def _keep(
    teller: _Teller, forge: Forge, told: Memory, labels: Sequence[str]
) -> tuple[Issue, Fate]:
    body = issue_body(teller.one, hidden=forge.hide(told.line), limit=forge.limit - MARKER_ROOM)
    issue, posted = forge.keep_issue(
        teller.one.marker,
        title=teller.mask(issue_title(teller.one)),
        body=teller.mask(body),
        labels=labels,
    )
    return issue, posted.fate


def _close(teller: _Teller, forge: Forge, issue: Issue | None, before: Memory) -> None:
    if issue is None:
        teller.tell(before)
        return
    if not teller.is_whole:
        teller.said.append(f"Not all could be read, so this stays open: {issue.url}")
        teller.tell(before)
        return
    teller.tell(before, issue.url)
    forge.close_issue(teller.one.marker, remark="Nothing drifts any more.")
    teller.said.append(f"Issue closed: {issue.url}")


def _news(teller: _Teller, before: Memory) -> str:
    now, then = set(teller.items), set(before.items)
    new, gone = len(now - then), len(then - now)
    said = [f"{new} new" if new else "", f"{gone} gone" if gone else ""]
    counted = drift_summary(teller.one.report)
    return f"It drifts otherwise now ({', '.join(one for one in said if one)}). {counted}"
