"""What a shell offers after TAB: read from Admin within a second, and kept for a minute."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import choice
from reconciler.cli.options import Settings

if TYPE_CHECKING:
    from reconciler.cli.session import Unit
    from reconciler.model import Kind
    from reconciler.remote import Remote

Suggestion = tuple[str, str]
"""What is offered, and a note beside it."""

_BUDGET_VARIABLE = "RECONCILER_COMPLETION_SECONDS"
_BUDGET = 1.0
_FRESH = 60.0  # seconds that an answer is offered without asking again
_MANY = 500  # a list that is longer helps nobody


def suggestions(what: str, context: click.Context, incomplete: str) -> Sequence[Suggestion]:
    """What can stand here.

    Args:
        what: A key of `_LIVE` or `_LOCAL`.
        context: As far as the line has been read: `-p`, `-d`, `-e`, `--admin` narrow it.
        incomplete: What is there of the word.
    """
    if what in _LOCAL:
        return _LOCAL[what](context)
    unit = _unit(context)
    settings = context.find_root().ensure_object(Settings)
    from reconciler.cli.session import settled_config

    config = settled_config(settings, unit)
    if config.sandbox_path is not None:
        return ()  # starting a server for a TAB would create its file
    question = _Question.of(what, context, incomplete)
    cache = _Cache(config.endpoint, question)
    if (kept := cache.read(_FRESH)) is not None:
        return kept

    def ask() -> Sequence[Suggestion]:
        from reconciler.remote import Remote

        with Remote(config, parallelism=4) as remote:
            return question.ask(remote)

    found = _within(_budget(), ask)
    if found is None:
        return cache.read(None) or ()
    cache.write(found)
    return found


class _Question:
    """What is asked of Admin, and in which place."""

    def __init__(self, what: str, project: str, domain: str, about: str) -> None:
        self.what, self.project, self.domain, self.about = what, project, domain, about

    @staticmethod
    def of(what: str, context: click.Context, incomplete: str) -> "_Question":
        params = context.params
        about = str(params.get("execution") or "")
        if what in _KINDS and "@" in incomplete:
            what, about = f"{what}@", incomplete.partition("@")[0]
        return _Question(
            what, str(params.get("project") or ""), str(params.get("domain") or ""), about
        )

    @property
    def key(self) -> str:
        parts = json.dumps([self.what, self.project, self.domain, self.about])
        return hashlib.sha256(parts.encode()).hexdigest()[:24]

    def ask(self, remote: "Remote") -> Sequence[Suggestion]:
        if self.what.endswith("@"):
            return list(_versions(remote, self))
        return list(_LIVE[self.what](remote, self))

    def place(self, remote: "Remote") -> tuple[str, str]:
        return self.project or remote.default_project, self.domain or remote.default_domain


class _Cache:
    """Answers in files of the cache's folder, one a question and Admin."""

    def __init__(self, endpoint: str, question: _Question) -> None:
        from reconciler.cli.session import caches

        server = hashlib.sha256(endpoint.encode()).hexdigest()[:12]
        self._file = caches() / "completion" / f"{server}-{question.key}.json"

    def read(self, newest: float | None) -> Sequence[Suggestion] | None:
        """What was answered, if that is no longer ago than so many seconds."""
        with suppress(OSError, ValueError):
            if newest is not None and time.time() - self._file.stat().st_mtime > newest:
                return None
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return [(str(value), str(note)) for value, note in found]
        return None

    def write(self, found: Sequence[Suggestion]) -> None:
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_suffix(f".{os.getpid()}")
            beside.write_text(json.dumps(list(found)), encoding="utf-8")
            beside.replace(self._file)


def _budget() -> float:
    try:
        return float(os.environ.get(_BUDGET_VARIABLE, _BUDGET))
    except ValueError:
        return _BUDGET


def _within(
    seconds: float, ask: Callable[[], Sequence[Suggestion]]
) -> Sequence[Suggestion] | None:
    """What it answers within so many seconds; None if it does not, or fails."""
    answers: list[Sequence[Suggestion]] = []

    def run() -> None:
        with suppress(Exception):
            answers.append(ask())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None


def _unit(context: click.Context) -> "Unit":
    from reconciler.cli.session import Unit, find_unit

    found = choice(
        environments=context.params.get("environments") or (),
        workspaces=context.params.get("workspaces") or (),
    )
    with suppress(Exception):
        return find_unit(found)
    return Unit()


# What Admin knows


def _names(kind: str) -> "Callable[[Remote, _Question], Iterator[Suggestion]]":
    def ask(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
        from reconciler.model import Kind

        names = remote.browser.names(Kind[kind], question.place(remote), limit=_MANY)
        return ((name, "") for name in names)

    return ask


def _runnable(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
    from reconciler.model import LEDGER_PREFIX

    seen: dict[str, str] = {}
    for kind, word in (("LAUNCH_PLAN", "launch plan"), ("WORKFLOW", "workflow"), ("TASK", "task")):
        for name, _ in _names(kind)(remote, question):
            if not name.startswith(LEDGER_PREFIX):  # tasks that hold what was applied; none runs
                seen.setdefault(name, word)
    return iter(sorted(seen.items()))


def _versions(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
    from reconciler.remote import Asked

    found: dict[str, None] = {}
    for kind in _kinds(question.what.removesuffix("@")):
        rows = remote.browser.versions(
            kind, question.place(remote), question.about, Asked(limit=_MANY)
        )
        found |= {row.id.version: None for row in rows}
    return ((f"{question.about}@{version}", "") for version in found)


def _kinds(what: str) -> "list[Kind]":
    from reconciler.model import Kind

    return [Kind[name] for name in _KINDS[what]]


def _executions(*phases: str) -> "Callable[[Remote, _Question], Iterator[Suggestion]]":
    def ask(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
        from reconciler.remote import Asked
        from reconciler.report import LISTINGS

        filters = (f"phase in {','.join(phases)}",) if phases else ()
        rows = remote.browser.executions(
            [question.place(remote)], Asked(filters, limit=min(_MANY, 100))
        )
        listing = LISTINGS["executions"]
        for row in rows:
            shown = listing.row(row)
            yield row.id.name, f"{shown['phase']} {shown['entity']['name']}"

    return ask


def _signals(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
    from reconciler.cli.named import execution_id
    from reconciler.remote import Asked
    from reconciler.report import LISTINGS

    id = execution_id(question.about, remote, question.project, question.domain)
    listing = LISTINGS["signals"]
    for row in remote.browser.signals(id.to_identifier(), Asked(limit=_MANY)):
        yield row.id.signal_id, str(listing.row(row)["signal_type"])


def _projects(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
    return ((row.id, row.name if row.name != row.id else "") for row in remote.browser.projects())


def _domains(remote: "Remote", question: _Question) -> Iterator[Suggestion]:
    return ((row.id, "") for row in remote.browser.domains())


_KINDS: Mapping[str, Sequence[str]] = {
    "tasks": ("TASK",),
    "workflows": ("WORKFLOW",),
    "launchplans": ("LAUNCH_PLAN",),
    "runnable": ("LAUNCH_PLAN", "WORKFLOW", "TASK"),
}
_LIVE: "Mapping[str, Callable[[Remote, _Question], Iterator[Suggestion]]]" = {
    "tasks": _names("TASK"),
    "workflows": _names("WORKFLOW"),
    "launchplans": _names("LAUNCH_PLAN"),
    "runnable": _runnable,
    "executions": _executions(),
    "running": _executions("UNDEFINED", "QUEUED", "RUNNING"),
    "waiting": _executions("RUNNING"),
    "failed": _executions("FAILED", "ABORTED", "TIMED_OUT"),
    "signals": _signals,
    "projects": _projects,
    "domains": _domains,
}


# What lies here


def _environments(context: click.Context) -> Sequence[Suggestion]:
    from reconciler.cli.session import find_workspace

    workspace = find_workspace()
    return [(name, "") for name in workspace.spec.environments] if workspace else []


def _workspaces(context: click.Context) -> Sequence[Suggestion]:
    from reconciler.manifest import LISTING_FILE, load_listing

    return [(entry.name, "") for entry in load_listing(LISTING_FILE, ())]


def _declared(context: click.Context) -> Sequence[Suggestion]:
    """What the manifests declare, as `--target` takes it."""
    from reconciler.cli.session import manifests

    paths = [Path(path) for path in context.params.get("paths") or ()]
    found = []
    for manifest in manifests(paths, _unit(context)):
        name = getattr(getattr(manifest, "metadata", None), "name", None)
        if name:
            found.append((str(name), type(manifest).__name__))
    return sorted(set(found))


def _facets(context: click.Context) -> Sequence[Suggestion]:
    from reconciler.model import ATTRIBUTE_NUMBERS

    return [(facet, "") for facet in ATTRIBUTE_NUMBERS]


_LOCAL: Mapping[str, Callable[[click.Context], Sequence[Suggestion]]] = {
    "environments": _environments,
    "workspaces": _workspaces,
    "declared": _declared,
    "facets": _facets,
}
