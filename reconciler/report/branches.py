"""An execution as a tree, as lines of what changed, and as a document."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from reconciler.model import Branch, Moved
from reconciler.report.diagnostics import FORMAT_VERSION
from reconciler.report.listing.ages import span
from reconciler.report.style import Style, one_line

_MARKS = {
    "SUCCEEDED": "✓",
    "RECOVERED": "✓",
    "SKIPPED": "–",
    "FAILED": "✗",
    "TIMED_OUT": "✗",
    "ABORTED": "✗",
    "FAILING": "✗",
    "ABORTING": "✗",
    "QUEUED": "○",
    "UNDEFINED": "○",
}
_ERROR_LINES = 12  # of one error on a terminal; the last ones count


def tree_lines(
    root: Branch, *, now: int, color: bool = False, most: int | None = None
) -> list[str]:
    """The tree, a line a branch.

    Args:
        now: Nanoseconds since 1970, for what still runs.
        most: At most so many lines; then what ended well is only counted, and if that is not
            enough the end is cut.
    """
    style = Style(color)
    lines = [_head(root, now, style), *_below(root, "", now, style, folded=False)]
    if most is None or len(lines) <= most:
        return lines
    lines = [_head(root, now, style), *_below(root, "", now, style, folded=True)]
    return lines if len(lines) <= most else [*lines[: most - 1], style.dim("…")]


def move_line(moved: Moved, root: Branch, *, now: int, color: bool = False) -> str:
    """One change, for logs: `n0/n1  etl.load  RUNNING → FAILED after 3.2s: out of memory`."""
    style, branch = Style(color), moved.branch
    name = branch.path.removeprefix(f"{root.path}/") if branch is not root else root.name
    words = [one_line(name)]
    if branch.runs:
        words.append(one_line(branch.runs))
    words.append(_phase(branch, style))
    if branch.has_ended and (took := _took(branch, now)):
        words.append(f"after {took}")
    line = "  ".join(words)
    if branch.went_wrong and (first := _first(branch.error)):
        line += f": {first}"
    return line


def errors_as_text(root: Branch, *, color: bool = False) -> str:
    """What went wrong, from where it began: each failed branch that has no failed one below it."""
    style = Style(color)
    parts = []
    for branch in root.walk():
        if not branch.went_wrong or any(child.went_wrong for child in branch.children):
            continue
        name = branch.path.removeprefix(f"{root.path}/") if branch is not root else root.name
        head = "  ".join(part for part in (name, branch.runs) if part)
        lines = [style.bold(style.red(f"{branch.phase.lower()}: {one_line(head)}"))]
        said = [one_line(line) for line in branch.error.splitlines()]
        cut = said[-_ERROR_LINES:]
        if len(cut) < len(said):
            lines.append(f"  … {len(said) - len(cut)} lines before")
        lines += [f"  {line}" for line in cut]
        lines += [f"  {one_line(log.name)}: {one_line(log.uri)}" for log in branch.logs]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def branch_as_dict(branch: Branch) -> dict[str, Any]:
    """One branch as documents have it, with all below it."""
    return {**_facts(branch), "children": [branch_as_dict(one) for one in branch.children]}


def watched_as_dict(root: Branch, *, project: str, domain: str) -> dict[str, Any]:
    """What an execution came to: the last line of `watch --json`."""
    return {
        "format_version": FORMAT_VERSION,
        "type": "watched",
        "project": project,
        "domain": domain,
        "name": root.name,
        "phase": root.phase,
        "succeeded": root.phase == "SUCCEEDED",
        "tree": branch_as_dict(root),
    }


def move_as_dict(moved: Moved) -> dict[str, Any]:
    """One change as a line of JSON has it."""
    return {"type": "phase", "before": moved.before or None, **_facts(moved.branch)}


def _facts(branch: Branch) -> dict[str, Any]:
    return {
        "path": branch.path,
        "name": branch.name,
        "phase": branch.phase,
        "runs": branch.runs or None,
        "started_at": _instant(branch.started),
        "ended_at": _instant(branch.ended),
        "cache": branch.cache or None,
        "attempts": branch.attempts,
        "reason": branch.reason or None,
        "error": branch.error or None,
        "logs": [{"name": log.name, "uri": log.uri} for log in branch.logs],
    }


def _head(root: Branch, now: int, style: Style) -> str:
    name = style.bold(one_line(root.name))
    return f"{_mark(root, style)} {name}  {_rest(root, now, style)}"


def _below(branch: Branch, indent: str, now: int, style: Style, *, folded: bool) -> Iterator[str]:
    children: Sequence[Branch] = branch.children
    done = 0
    if folded:
        going = [one for one in children if not one.has_ended or one.went_wrong]
        done, children = len(children) - len(going), going
    for at, child in enumerate(children):
        last = at == len(children) - 1 and not done
        joint, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
        name = one_line(child.name)
        yield f"{indent}{joint}{_mark(child, style)} {name}  {_rest(child, now, style)}"
        yield from _below(child, indent + below, now, style, folded=folded)
    if done:
        yield f"{indent}└─ {style.dim(f'✓ {done} done')}"


def _rest(branch: Branch, now: int, style: Style) -> str:
    words = [one_line(branch.runs)] if branch.runs else []
    words.append(_phase(branch, style))
    if took := _took(branch, now):
        words.append(took)
    if branch.cache == "hit":
        words.append(style.dim("(cached)"))
    if branch.attempts > 1:
        words.append(f"attempt {branch.attempts}")
    if branch.went_wrong and branch.error:
        words.append(style.red(_first(branch.error)))
    elif branch.reason and not branch.has_ended:
        words.append(style.dim(_short(branch.reason)))
    return "  ".join(words)


def _mark(branch: Branch, style: Style) -> str:
    return _colored(branch, _MARKS.get(branch.phase, "●"), style)


def _phase(branch: Branch, style: Style) -> str:
    return _colored(branch, branch.phase.lower().replace("_", " "), style)


def _colored(branch: Branch, text: str, style: Style) -> str:
    if branch.went_wrong or branch.phase in ("FAILING", "ABORTING"):
        return style.red(text)
    if branch.phase == "SKIPPED" or branch.phase in ("QUEUED", "UNDEFINED"):
        return style.dim(text)
    return style.green(text) if branch.has_ended else style.cyan(text)


def _took(branch: Branch, now: int) -> str:
    if branch.started is None:
        return ""
    end = branch.ended if branch.ended is not None else None if branch.has_ended else now
    if end is None:
        return ""
    nanos = max(end - branch.started, 0)
    return f"{nanos / 1e9:.1f}s" if branch.ended and nanos < 10**10 else span(nanos // 10**9)


def _first(error: str) -> str:
    """The line of an error that says most: its last, for a traceback ends with what it was."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    if not lines:
        return ""
    return _short(lines[-1] if lines[0].startswith("Traceback") else lines[0])


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= 100 else f"{text[:99]}…"


def _instant(nanos: int | None) -> str | None:
    if nanos is None:
        return None
    moment = datetime.fromtimestamp(nanos // 10**9, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanos // 10**6 % 1000:03d}Z"
