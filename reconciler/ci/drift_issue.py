"""The issue about what drifted in one environment: what, since when, and the two ways out.

Its text depends on the drift alone, and on nothing of the run that found it: so it changes only
when the drift does, and nobody is told of an edit that says nothing new.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model import DriftReport
from reconciler.report import MARKER, drift_as_markdown, ways_back

_SMALLEST = 16_000  # of the part that tells what drifted
_COMMANDS = 30
_LINES = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one environment stands.

    Attributes:
        key: What its issue is found by; `title` what it is called: `shop, production`.
        report: What drifted and counts, without what the workspace marks as sensitive.
        patch: The lines by which manifests would declare what is live, `""` for none; of a file
            only what changes, for what stands beside it may be secret.
        listed: The workspace's name in a list of several.
        reveal: Paths of values that are shown.
    """

    key: str
    title: str
    workspace: str
    environment: str
    report: DriftReport
    patch: str = ""
    listed: str = ""
    reveal: Sequence[str] = ()

    @property
    def marker(self) -> str:
        """By which the issue is found again; nobody sees it."""
        return f"drift:{self.key}"


def issue_title(one: Standing) -> str:
    return f"Drift: {one.title}" if one.title else "Drift"


def issue_body(one: Standing, *, hidden: str, limit: int) -> str:
    """The text of the issue.

    Args:
        hidden: A line that nobody sees.
        limit: How long it may be.
    """
    tail = "".join((_back(one), _keep(one), _FOOT))
    room = max(limit - len(tail.encode()) - len(hidden) - 500, _SMALLEST)
    first, *others = drift_as_markdown(one.report, title="", limit=room, reveal=one.reveal)
    head = first.removeprefix(f"{MARKER}\n").removeprefix("## \n\n")
    cut = f"_{_show(one)} shows the rest; there is no room for it here._\n\n" if others else ""
    return f"{hidden}\n\n{head.rstrip()}\n\n{cut}{tail}"


def _back(one: Standing) -> str:
    commands = ways_back(one.report, environment=one.environment, workspace=one.listed)
    if not commands:
        return ""
    more = f"# and {len(commands) - _COMMANDS} more\n" if len(commands) > _COMMANDS else ""
    lines = "".join(f"{command}\n" for command in commands[:_COMMANDS])
    return f"**To take it back**\n\n```sh\n{lines}{more}```\n\n"


def _keep(one: Standing) -> str:
    if not one.patch:
        return ""
    lines = one.patch.splitlines()
    more = f"… and {len(lines) - _LINES} more lines\n" if len(lines) > _LINES else ""
    shown = "".join(f"{line}\n" for line in lines[:_LINES]).replace("```", "'''")
    command = f"reconciler drift{_flags(one)} --patch-into adopt.patch && git apply adopt.patch"
    return (
        f"**To keep it**: this makes the manifests say so.\n\n```sh\n{command}\n```\n\n"
        f"<details><summary>What it changes</summary>\n\n```diff\n{shown}{more}```\n\n"
        "</details>\n\n"
    )


def _show(one: Standing) -> str:
    return f"`reconciler drift{_flags(one)}`"


def _flags(one: Standing) -> str:
    workspace = f" --workspace {one.listed}" if one.listed else ""
    return workspace + (f" -e {one.environment}" if one.environment else "")


# Lines of manifests that hold no value, and what the value of any other line is called.
_PAIR = (
    r"(apiVersion|kind|metadata|spec|state|version|archived|project|domain|name)"
    r": *[\w.@/\"'-]*"
)
_PLAIN = re.compile(rf"[-+] *(---|{_PAIR}|((metadata|spec): *)?\{{{_PAIR}(, *{_PAIR})*\}}) *")
_CALLED = re.compile(r"[-+] *(- )?[\w.-]+:")
_FOOT = (
    "---\nKept by `reconciler ci drift`: it says what drifts now, and is closed once nothing does."
    "\n"
)


def changed_lines(patch: str) -> str:
    """Of a unified diff the files, places and changed lines; nothing that only stands beside.

    A changed line may hold any value that manifests do: only of names and states it is shown,
    of others by what it is called.
    """
    kept = (line for line in patch.splitlines() if line[:1] in ("-", "+", "@"))
    return "".join(f"{_without_value(line)}\n" for line in kept)


def _without_value(line: str) -> str:
    if line.startswith(("--- ", "+++ ", "@@ ")) or not line[1:].strip() or _PLAIN.fullmatch(line):
        return line.partition(" @@")[0] + " @@" if line.startswith("@@ ") else line
    called = _CALLED.match(line)
    return f"{called[0]} …" if called else f"{line[0]} …"
