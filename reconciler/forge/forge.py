"""The port: what a forge can be asked, whichever it is.

Adapters say how one comment, status or issue is read and written; how ours are found again, kept
to one and not overwritten by an older run is the same everywhere (`sticky`, `issues`).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from reconciler.errors import ForgeDeniedError, ForgeMissingError
from reconciler.forge.http import SYSTEM, Http, Pace
from reconciler.forge.request import Request
from reconciler.forge.token import Token
from reconciler.forge.values import Check, Comment, Issue, Note, Posted, Pull, Review

MARKER_ROOM = 600
"""Bytes of a comment that `post` needs for the hidden marker."""


class Forge(ABC):
    """One repository on a forge. Every method raises ForgeError, or a class below it.

    Attributes:
        name: As `Request.forge` has it; `title`: what people call it.
        limit: Characters of a comment, or of an issue's text.
        annotates: Whether `set_check` shows remarks on lines.
    """

    name: str
    title: str
    limit: int
    annotates: bool = False

    def __init__(self, request: Request, token: Token, pace: Pace = SYSTEM) -> None:
        self.request = request
        self.token = token
        self.http = Http(self.title, request.api, token, self._headers(), pace)

    def _headers(self) -> Mapping[str, str]:
        return {"Accept": "application/json"}

    def close(self) -> None:
        """Let its connections go; the end of a `with` does as well."""
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # What is the same everywhere.

    def post(
        self, number: int, marker: str, pages: Sequence[str], *, facts: Mapping[str, str]
    ) -> Posted:
        """Make our comments on a request say `pages`, one comment a page, and no other ones.

        Args:
            marker: What they are found by again, no blank in it: `preview:production`.
            pages: Markdown; each shorter than `limit` by `MARKER_ROOM`.
            facts: Words that the hidden marker keeps, and `read` gives again. Of these `commit`
                is the commit they are about, `at` when they were found out, in RFC 3339.

        Shape: nothing is written for a commit that is no longer the request's newest; and what a
            newer run wrote is left alone, of one commit the one with the later `at`.
        """
        from reconciler.forge.sticky import post

        return post(self, number, marker, pages, facts=facts)

    def read(self, number: int, marker: str) -> Note | None:
        """What our comments under a marker say; None if there are none.

        Only those of our own account are read, where the forge tells which that is.
        """
        from reconciler.forge.sticky import read

        return read(self, number, marker)

    def remove(self, number: int, marker: str) -> int:
        """Delete our comments under a marker; tell how many there were."""
        from reconciler.forge.sticky import remove

        return remove(self, number, marker)

    def keep_issue(
        self, marker: str, *, title: str, body: str, labels: Collection[str] = ()
    ) -> tuple[Issue, Posted]:
        """Make the one open issue under a marker say this, or open it."""
        from reconciler.forge.issues import keep_issue

        return keep_issue(self, marker, title=title, body=body, labels=labels)

    def close_issue(self, marker: str, *, remark: str = "") -> Issue | None:
        """Close the open issue under a marker, with a remark; None if none is open."""
        from reconciler.forge.issues import close_issue

        return close_issue(self, marker, remark=remark)

    def find_issue(self, marker: str) -> Issue | None:
        """The open issue under a marker, if there is one."""
        from reconciler.forge.issues import find_issue

        return find_issue(self, marker)

    def approvers(self, number: int, *, of: str = "") -> frozenset[str]:
        """Who approves a request and has not been overruled by themselves since.

        Args:
            of: Only approvals of this commit, where the forge tells which was looked at.
        """
        last = {one.reviewer: one for one in self.reviews(number)}
        return frozenset(
            name
            for name, one in last.items()
            if one.approves and (not of or not one.commit or one.commit == of)
        )

    def run_has_ended(self, run: str) -> bool:
        """Whether a run is known to be over, by the URL where people read it.

        False whenever that cannot be known: it is another forge's, or this token may not see it.
        """
        if not self.request.web or not _is_below(run, self.request.web):
            return False
        path = urlsplit(run).path.removeprefix(urlsplit(self.request.web).path)
        try:
            return self._ended(path.strip("/"))
        except (ForgeDeniedError, ForgeMissingError):
            return False

    def hide(self, text: str) -> str:
        """A line that people who read the comment do not see."""
        return f"<!-- {text} -->"

    def dress(self, page: str) -> str:
        """A page as this forge shows it: some know less Markdown than others."""
        return page

    # What each does its own way.

    @abstractmethod
    def account(self) -> str:
        """Whose comments ours are; "" if the forge does not tell."""

    @abstractmethod
    def pull(self, number: int) -> Pull:
        """A request as it is now."""

    @abstractmethod
    def pulls_of(self, commit: str) -> Sequence[int]:
        """The requests that brought a commit, or whose merge it is; merged ones first."""

    @abstractmethod
    def open_pulls(self, target: str) -> Sequence[int]:
        """The open requests that go into a branch, the newest first."""

    @abstractmethod
    def reviews(self, number: int) -> Sequence[Review]:
        """What reviewers said, in order; of one reviewer the last counts."""

    @abstractmethod
    def comments(self, number: int) -> Sequence[Comment]:
        """Every comment of a request, oldest first."""

    @abstractmethod
    def create_comment(self, number: int, body: str) -> None:
        """Add a comment."""

    @abstractmethod
    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        """Make a comment say something else."""

    @abstractmethod
    def delete_comment(self, number: int, comment: Comment) -> None:
        """Delete a comment."""

    @abstractmethod
    def set_check(self, check: Check) -> None:
        """Say something about a commit; the next check of the same name replaces it."""

    @abstractmethod
    def open_issues(self, marker: str) -> Sequence[Issue]:
        """Open issues, oldest first: at least those whose text holds `marker`."""

    @abstractmethod
    def create_issue(self, title: str, body: str, labels: Collection[str]) -> None:
        """Open an issue."""

    @abstractmethod
    def update_issue(
        self,
        issue: Issue,
        *,
        title: str | None = None,
        body: str | None = None,
        close: bool = False,
    ) -> Issue:
        """Change an issue's title or text, or close it."""

    @abstractmethod
    def remark(self, issue: Issue, body: str) -> None:
        """Comment on an issue."""

    @abstractmethod
    def _ended(self, path: str) -> bool:
        """Whether the run is over that people read below the forge's address."""

    def _known(self, found: Any, *path: str) -> str:
        """The text at a path of mappings, or ""."""
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return str(found) if isinstance(found, str | int) else ""


def _is_below(url: str, place: str) -> bool:
    one, other = urlsplit(url), urlsplit(place)
    return one[:2] == other[:2] and one.path.startswith(f"{other.path.rstrip('/')}/")
