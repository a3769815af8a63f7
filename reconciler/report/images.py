"""Images and their digests, as a table or a document."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.report.diagnostics import FORMAT_VERSION, to_json
from reconciler.report.table import table

_UNKNOWN = "(known after build)"


@dataclass(frozen=True, slots=True)
class ImageLine:
    """One image: what it is now ("" if not known), what it was, and in a word what happened."""

    name: str
    image: str
    before: str
    status: str


def images_as_table(lines: Sequence[ImageLine], *, color: bool = False) -> str:
    """Render a row an image: its name, its digest, and what is to be said of it."""
    rows = [(line.name, line.image or _UNKNOWN, line.status) for line in lines]
    return table(("NAME", "IMAGE", "STATUS"), rows, color=color)


def images_as_json(lines: Sequence[ImageLine]) -> str:
    """Render one document: `images` of {name, image, before, status}; null is not known."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "images",
            "images": [
                {
                    "name": line.name,
                    "image": line.image or None,
                    "before": line.before or None,
                    "status": line.status,
                }
                for line in lines
            ],
        }
    )
