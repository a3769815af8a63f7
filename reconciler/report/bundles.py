"""What becomes of the files of code bundles: every entry with its rule, sizes, the largest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model import Choice, Code, CodeFolder, CodeListing, Entry
from reconciler.report.diagnostics import FORMAT_VERSION, to_json
from reconciler.report.facts import size
from reconciler.report.style import Style, one_line
from reconciler.report.words import Symbol, short_digest

_LARGEST = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """One bundle: what it is called, its folder, its entries, and its code unless it has none."""

    name: str
    folder: CodeFolder
    listing: CodeListing
    code: Code | None


def bundles_as_text(bundles: Sequence[Listed], *, color: bool = False) -> str:
    """Render bundles, one behind the other.

    Shape: of each a heading, a line an entry (`+` taken, `-` left out), the largest of what is
        taken, problems, and a line that counts.
    """
    style = Style(color)
    return "\n".join(line for bundle in bundles for line in _bundle(bundle, style)) + "\n"


def bundles_as_json(bundles: Sequence[Listed]) -> str:
    """Render bundles as one document; `digest` is null for one that cannot be."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "bundles",
            "bundles": [_as_data(bundle) for bundle in bundles],
        }
    )


def _bundle(bundle: Listed, style: Style) -> Iterator[str]:
    listing = bundle.listing
    yield style.bold(f"# {one_line(bundle.name)}: {one_line(bundle.folder.root)}")
    names = [_name(choice) for choice in listing.choices]
    width = min(max(map(len, names), default=0), 64)
    for choice, name in zip(listing.choices, names, strict=True):
        symbol = Symbol.ADD if choice.taken else Symbol.REMOVE
        shown = size(choice.size) if choice.entry is not Entry.FOLDER else ""
        yield f"  {style.symbol(symbol)} {name:{width}} {shown:>9}  {one_line(choice.rule)}"
    yield ""
    if len(listing.taken) > 1:
        yield "The largest:"
        for choice in listing.largest(_LARGEST):
            yield f"  {size(choice.size):>9}  {one_line(choice.path)}"
        yield ""
    for problem in listing.problems:
        yield f"{style.bold(style.red('Error:'))} {one_line(problem)}"
    files = f"{len(listing.taken):,} file{'' if len(listing.taken) == 1 else 's'}"
    digest = f"; digest {short_digest(bundle.code.digest)}" if bundle.code else ""
    limit = size(bundle.folder.max_bytes)
    yield f"{files}, {size(listing.size)} of at most {limit}{digest}"
    yield ""


def _name(choice: Choice) -> str:
    return one_line(f"{choice.path}/" if choice.entry is Entry.FOLDER else choice.path)


def _as_data(bundle: Listed) -> dict[str, Any]:
    listing = bundle.listing
    return {
        "name": bundle.name,
        "source": bundle.folder.root,
        "digest": bundle.code.digest if bundle.code else None,
        "files": len(listing.taken),
        "bytes": listing.size,
        "max_bytes": bundle.folder.max_bytes,
        "problems": list(listing.problems),
        "largest": [choice.path for choice in listing.largest(_LARGEST)],
        "entries": [
            {
                "path": choice.path,
                "kind": str(choice.entry),
                "taken": choice.taken,
                "rule": choice.rule,
                "bytes": choice.size,
            }
            for choice in listing.choices
        ],
    }
