"""What a preview leaves as files: for people, for the job that posts it, and for the merge.

    preview.json          what was previewed: request, commits, and an entry for each environment
    ENVIRONMENT/plan.json the plan's document, or that of what kept it from being made
    ENVIRONMENT/plan.txt  the same for people
    ENVIRONMENT/own.json, own.txt   of it, what is the request's own doing
    ENVIRONMENT/plan.html the report
    ENVIRONMENT/plan.saved  the plan as `apply` takes it, if it may be applied (by the command)
    code-quality.json     remarks on lines, as GitLab shows them

Whoever reads them back trusts nothing in them: they may be anybody's (`read_artifacts`).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from reconciler.ci.planned import Planned
from reconciler.ci.steps import steps_digest
from reconciler.errors import ConfigError
from reconciler.forge import Annotation, Level, Request
from reconciler.report import FORMAT_VERSION, to_json

INDEX = "preview.json"
_MOST = 20_000_000  # bytes of one file that are read back
_ENTRIES = 50
_STEPS = 20_000
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_HEX = re.compile(r"[0-9a-f]{4,64}")
_SEVERITIES = {Level.NOTICE: "info", Level.WARNING: "minor", Level.FAILURE: "major"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One environment as an artifact tells it: nothing here is known to be true."""

    key: str
    title: str
    commit: str
    at: str
    code: int
    steps: tuple[str, ...]
    document: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leavings:
    """What an artifact says it is about."""

    number: int | None
    head: str
    entries: tuple[Left, ...]


def index_of(
    planned: Sequence[Planned], request: Request, annotations: Mapping[str, Sequence[Annotation]]
) -> dict[str, Any]:
    """What `preview.json` holds: what was previewed, without the plans themselves."""
    return {
        "format_version": FORMAT_VERSION,
        "type": "previews",
        "request": {
            "forge": request.forge or None,
            "repository": request.repository or None,
            "number": request.number,
            "head": request.head or None,
            "base": request.base or None,
        },
        "entries": [_entry(one, annotations.get(one.key, ())) for one in planned],
    }


def _entry(one: Planned, annotations: Sequence[Annotation]) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "workspace": one.workspace or None,
        "environment": one.environment or None,
        "commit": one.commit,
        "at": f"{one.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "exit_code": one.code,
        "digest": steps_digest(one.steps),
        "steps": list(one.steps),
        "annotations": [
            {"path": a.path, "line": a.line, "level": str(a.level), "message": a.message}
            for a in annotations
        ],
    }


def write_artifacts(
    folder: Path,
    planned: Sequence[Planned],
    index: Mapping[str, Any],
    annotations: Mapping[str, Sequence[Annotation]],
) -> None:
    """Write everything. Raises: OSError for a folder that cannot be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in planned:
        _write(folder / one.key, one)
    every = [remark for remarks in annotations.values() for remark in remarks]
    (folder / "code-quality.json").write_text(
        json.dumps([*map(_quality, every)], indent=2), encoding="utf-8"
    )
    (folder / INDEX).write_text(to_json(dict(index)), encoding="utf-8")


def _write(folder: Path, one: Planned) -> None:
    # Whoever leaves no files waits for none of it.
    from reconciler.report import (
        Masks,
        as_html,
        diagnostics_as_text,
        errors_as_json,
        html_page,
        html_part,
        plan_as_json,
        plan_as_text,
    )

    folder.mkdir(parents=True, exist_ok=True)
    if one.shown is None or one.shares is None:
        document = own = errors_as_json(one.problems)
        text = own_text = diagnostics_as_text(one.problems)
        part = html_part(now=one.at, title=one.title or "Plan", problems=one.problems)
        page = html_page([part], now=one.at)
    else:
        own = plan_as_json(one.shares.own, reveal=one.reveal)
        own_text = plan_as_text(one.shares.own, masks=Masks.of(one.shares.own, one.reveal))
        document = plan_as_json(one.shown, reveal=one.reveal)
        text = plan_as_text(one.shown, masks=Masks.of(one.shown, one.reveal))
        page = as_html(one.shown, now=one.at, title=one.title or "Plan", reveal=one.reveal)
    (folder / "plan.html").write_text(page, encoding="utf-8")
    (folder / "plan.json").write_text(document, encoding="utf-8")
    (folder / "plan.txt").write_text(text, encoding="utf-8")
    (folder / "own.json").write_text(own, encoding="utf-8")
    (folder / "own.txt").write_text(own_text, encoding="utf-8")


def _quality(remark: Annotation) -> dict[str, Any]:
    said = f"{remark.path}:{remark.line}:{remark.message}"
    return {
        "description": remark.message,
        "check_name": remark.title or "reconciler",
        "fingerprint": hashlib.sha256(said.encode()).hexdigest()[:32],
        "severity": _SEVERITIES[remark.level],
        "location": {"path": remark.path, "lines": {"begin": remark.line}},
    }


def read_artifacts(folder: Path) -> Leavings:
    """Read what another job left, believing none of it.

    Shape: texts are cut and numbers checked; only files are read that lie in the folder.

    Raises: ConfigError for what no preview wrote.
    """
    index = _json(folder, INDEX)
    if not isinstance(index, dict) or index.get("type") != "previews":
        raise ConfigError(f"{folder / INDEX} is no index of previews")
    request = index.get("request")
    request = request if isinstance(request, dict) else {}
    number = request.get("number")
    entries = index.get("entries")
    if not isinstance(entries, list) or len(entries) > _ENTRIES:
        raise ConfigError(f"{folder / INDEX} lists no entries, or more than {_ENTRIES}")
    return Leavings(
        number=number if isinstance(number, int) and not isinstance(number, bool) else None,
        head=_hex(request.get("head")),
        entries=tuple(_left(folder, entries)),
    )


def _left(folder: Path, entries: Sequence[Any]) -> Iterator[Left]:
    seen: set[str] = set()
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key in seen:
            raise ConfigError(f"{folder / INDEX} names an environment that is no name")
        seen.add(key)
        steps = entry.get("steps")
        steps = steps if isinstance(steps, list) and len(steps) <= _STEPS else []
        document = _json(folder, f"{key}/own.json")
        code = entry.get("exit_code")
        yield Left(
            key=key,
            title=_line(entry.get("title")),
            commit=_hex(entry.get("commit")),
            at=_line(entry.get("at"))[:20],
            code=code if isinstance(code, int) and 0 <= code < 256 else 1,
            steps=tuple(one for one in map(_hex, steps) if one),
            document=document if isinstance(document, dict) else {},
            text=_read(folder, f"{key}/own.txt"),
        )


def _json(folder: Path, name: str) -> Any:
    try:
        return json.loads(_read(folder, name))
    except (ValueError, RecursionError):
        raise ConfigError(f"{folder / name} is no JSON") from None


def _read(folder: Path, name: str) -> str:
    path = folder / name
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve(strict=True)):
            raise ConfigError(f"{path} leads out of {folder}")
        if path.stat().st_size > _MOST:
            raise ConfigError(f"{path} is larger than {_MOST:,} bytes")
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _hex(value: Any) -> str:
    return value if isinstance(value, str) and _HEX.fullmatch(value) else ""


def _line(value: Any) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""
