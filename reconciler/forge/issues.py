"""Keep one issue on a forge: opened, updated and closed by a hidden marker."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from reconciler.errors import ForgeError
from reconciler.forge.values import Fate, Issue, Posted

if TYPE_CHECKING:
    from reconciler.forge.forge import Forge

_ROUNDS = 5


def keep_issue(
    forge: "Forge", marker: str, *, title: str, body: str, labels: Collection[str] = ()
) -> tuple[Issue, Posted]:
    """See `Forge.keep_issue`. Of several, opened at once, the oldest stays open."""
    text = f"{_line(forge, marker)}\n\n{forge.dress(body)}"
    fate = Fate.UNCHANGED
    for _ in range(_ROUNDS):
        found = _ours(forge, marker)
        if not found:
            try:
                forge.create_issue(title, text, labels)
            except ForgeError as error:
                if not error.in_doubt:
                    raise
            fate = Fate.CREATED
            continue
        issue, *others = found
        for other in others:
            forge.update_issue(other, close=True)
        if not _same(issue.body, text) or issue.title != title:
            issue = forge.update_issue(issue, title=title, body=text)
            fate = fate if fate is Fate.CREATED else Fate.UPDATED
        return issue, Posted(fate, (issue.url,))
    raise ForgeError(f"{forge.title} does not keep the issue that was opened")


def close_issue(forge: "Forge", marker: str, *, remark: str = "") -> Issue | None:
    """See `Forge.close_issue`."""
    closed = None
    for issue in _ours(forge, marker):
        if remark and closed is None:
            forge.remark(issue, forge.dress(remark))
        after = forge.update_issue(issue, close=True)
        closed = closed or after
    return closed


def find_issue(forge: "Forge", marker: str) -> Issue | None:
    """See `Forge.find_issue`."""
    return next(iter(_ours(forge, marker)), None)


def _ours(forge: "Forge", marker: str) -> Sequence[Issue]:
    line = _line(forge, marker)
    found = [one for one in forge.open_issues(marker) if one.body.startswith(line)]
    return sorted(found, key=lambda one: one.number)


def _line(forge: "Forge", marker: str) -> str:
    return forge.hide(f"reconciler {marker}")


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
