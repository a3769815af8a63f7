"""Tell open requests that what they were told may no longer be what happens.

An apply moves Flyte Admin, and the branch that it is of. Every preview that was made before it
gets a badge; running the preview again takes it off.
"""

from reconciler.forge import Forge

_MOST = 30  # requests, the newest first: older ones are hardly looked at
_OWN = ("page", "text")  # words of the marker that are about the comments themselves


def mark_stale(forge: Forge, *, marker: str, target: str, but: int | None, commit: str) -> int:
    """Put a badge on the previews of open requests into a branch; tell on how many.

    Args:
        but: The request that was merged.
        commit: What was applied.

    Raises: ForgeError.
    """
    badge = (
        "> [!WARNING]\n> - Flyte Admin has moved since this was planned: "
        f"`{commit[:12]}` was applied. Run it again to see what merging does now.\n\n"
    )
    marked = 0
    for number in [one for one in forge.open_pulls(target) if one != but][:_MOST]:
        marked += _mark(forge, number, marker, badge, commit)
    return marked


def _mark(forge: Forge, number: int, marker: str, badge: str, commit: str) -> bool:
    note = forge.read(number, marker)
    if note is None or "stale" in note.facts:
        return False
    first, *others = note.pages
    heading, _, rest = first.partition("\n\n")
    page = f"{heading}\n\n{badge}{rest}"
    if len(page.encode()) > forge.limit - 200:
        return False
    words = {name: value for name, value in note.facts.items() if name not in _OWN}
    forge.post(number, marker, [page, *others], facts={**words, "stale": commit[:12] or "yes"})
    return True
