"""What forges hold, in words that fit all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """How a check of a commit ended, or that it runs."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


class Level(StrEnum):
    """How loud an annotation is."""

    NOTICE = "notice"
    WARNING = "warning"
    FAILURE = "failure"


class Fate(StrEnum):
    """What became of something that is kept in one place.

    OUTDATED: a newer run had written there, and what it wrote was left alone.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark on a line of a file; `path` from the top of the repository, `line` from 1."""

    path: str
    line: int
    message: str
    level: Level = Level.WARNING
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is said about a commit: a name, a state, a sentence, and remarks on lines.

    Attributes: `name` by which the next run replaces it; `summary` Markdown, for forges that show
    some; `url` where there is more; `key` tells this run's check from an earlier one's.
    """

    name: str
    commit: str
    state: State
    title: str
    summary: str = ""
    url: str = ""
    key: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a request; `at` is when it was made, in RFC 3339, and sorts."""

    id: str
    body: str
    author: str
    at: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull or merge request as the forge tells it now.

    Attributes: `head` the newest commit of it, and `base` of what it goes into (Bitbucket
    shortens both); `merge_commit` what its merge made, "" while it is open; `is_fork` whether it
    comes from another repository, and `source_repository` which one, "" where that is not told.
    """

    number: int
    title: str
    author: str
    head: str
    base: str
    source: str
    target: str
    merge_commit: str
    is_open: bool
    is_merged: bool
    is_fork: bool
    labels: frozenset[str]
    url: str
    source_repository: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer says last: `commit` is what was looked at, "" if the forge keeps none."""

    reviewer: str
    approves: bool
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue, found again by its marker."""

    number: int
    title: str
    body: str
    is_open: bool
    url: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where what was posted is read, and whether anything changed."""

    fate: Fate
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Our own comments under one marker: their text without it, and what the marker says."""

    pages: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    urls: tuple[str, ...] = ()
