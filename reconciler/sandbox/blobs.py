"""What Admin itself keeps in the object store: workflow closures, inputs, outputs.

They live in the same database as the rows that point at them, so that a row and its blob are
written by one transaction or not at all. Keys are whole native URIs (`s3://bucket/metadata/…`),
built the way Admin builds them: by resolving each part as a URL reference.
"""

from reconciler.sandbox.objects import gourl
from reconciler.sandbox.objects.reference import split
from reconciler.sandbox.store import Session


class BlobMissingError(Exception):
    """Nothing is stored at this URI."""


def read_blob(session: Session, uri: str) -> bytes:
    """Return the bytes at `uri`.

    Raises:
        BlobMissingError: There are none.
    """
    row = session.one("SELECT content FROM objects WHERE uri = ?", (object_key(uri),))
    if row is None:
        raise BlobMissingError(uri)
    return bytes(row["content"])


def write_blob(session: Session, uri: str, content: bytes, *, now: int) -> None:
    """Store `content` at `uri`, over what was there.

    Args:
        now: Microseconds since 1970.
    """
    session.run(
        "INSERT INTO objects (uri, content, created_at) VALUES (?, ?, ?) "
        "ON CONFLICT (uri) DO UPDATE SET content = excluded.content",
        (object_key(uri), content, now),
    )


def delete_blob(session: Session, uri: str) -> None:
    """Remove the bytes at `uri`; there need be none."""
    session.run("DELETE FROM objects WHERE uri = ?", (object_key(uri),))


def object_key(uri: str) -> str:
    """Return what names the object: bucket stores drop scheme, query and fragment.

    Raises:
        URLError: `uri` does not parse.
    """
    place = split(uri)
    return f"{place.container}/{gourl.escape(place.key)}"
