"""Whose a version in a preview domain is, until when: said by the version itself.

    a1b2c3d4-pr7-9f86d0-1a2b3c4d5e-72h
    │        │   │      │          └ its time to live, from when it was registered
    │        │   │      └ the commit
    │        │   └ the repository, as the beginning of a digest of its name
    │        └ the request
    └ the version that merging would register

Versions are all that Admin's lists tell of tasks and workflows, and never change; so nothing else
has to be remembered, and what bears no mark is nobody's to retire.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LABEL = "reconciler-preview"
"""The label of launch plans, and with it of their executions: `pr-7`."""
_MARK = re.compile(r"-pr([1-9]\d{0,9})-([0-9a-f]{6})-([0-9a-f]{7,10})-([1-9]\d{0,4})h")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A preview: of which request, at which commit, for how many hours."""

    number: int
    repository: str  # its digest, as `repository_digest` gives it
    commit: str
    hours: int

    @property
    def suffix(self) -> str:
        """What is put after a version."""
        return f"{self.prefix}{self.commit[:10]}-{self.hours}h"

    @property
    def prefix(self) -> str:
        """The part of the suffix that all previews of the request share."""
        return f"-pr{self.number}-{self.repository}-"

    def is_of(self, number: int, repository: str) -> bool:
        return self.number == number and self.repository == repository

    def has_expired(self, registered: datetime, now: datetime) -> bool:
        return registered + timedelta(hours=self.hours) <= now


def mark_of(*, number: int, repository: str, commit: str, hours: int) -> Mark:
    """The mark of what is registered for a request.

    Raises: ValueError for a commit that is none.
    """
    if not _COMMIT.fullmatch(commit):
        raise ValueError(f"{commit!r} is no commit")
    return Mark(
        number=number,
        repository=repository_digest(repository),
        commit=commit[:10],
        hours=hours,
    )


def read_mark(version: str) -> Mark | None:
    """The mark that a version ends with; None for one that no preview registered."""
    at = version.rfind("-pr")
    found = _MARK.fullmatch(version, at) if at > 0 else None
    if found is None:
        return None
    number, repository, commit, hours = found.groups()
    return Mark(number=int(number), repository=repository, commit=commit, hours=int(hours))


def repository_digest(repository: str) -> str:
    """Six digits that stand for a repository; forges do not tell `Acme/etl` from `acme/ETL`."""
    return hashlib.sha256(repository.lower().encode()).hexdigest()[:6]
