"""What is in a bucket, page by page, as S3's ListObjectsV2 tells it."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from reconciler.sandbox.objects import BuiltinObjects

_LARGEST_PAGE = 1000


def list_objects(objects: BuiltinObjects, query: Mapping[str, str]) -> bytes:
    """Return one page as XML.

    Args:
        query: `prefix`, `delimiter`, `max-keys`, `start-after`, `continuation-token` and
            `encoding-type` count.

    Raises:
        ValueError: The number is none, or the token none of ours.
    """
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    as_url = query.get("encoding-type") == "url"
    encode = quote if as_url else escape
    limit = min(_LARGEST_PAGE, int(query.get("max-keys") or _LARGEST_PAGE))
    if limit < 0:
        raise ValueError("max-keys is negative")
    after = query.get("start-after", query.get("marker", ""))
    if query.get("continuation-token"):
        after = base64.urlsafe_b64decode(query["continuation-token"]).decode()
    rows: list[str] = []
    last = ""
    more = False
    for key in _folded(objects, prefix, delimiter, after):
        if len(rows) == limit:
            more = True
            break
        last = key
        rows.append(_row(objects, key, encode(_shown(key)), folded=_is_folded(key, delimiter)))
    token = base64.urlsafe_b64encode(last.encode("utf-8", "surrogateescape")).decode()
    following = f"<NextContinuationToken>{token}</NextContinuationToken>" if more else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>{escape(objects.container)}</Name><Prefix>{encode(_shown(prefix))}</Prefix>"
        f"<KeyCount>{len(rows)}</KeyCount><MaxKeys>{limit}</MaxKeys>"
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{following}"
        f"{'<EncodingType>url</EncodingType>' if as_url else ''}"
        f"{''.join(row for row in rows if row)}</ListBucketResult>"
    ).encode()


def _folded(objects: BuiltinObjects, prefix: str, delimiter: str, after: str) -> Iterator[str]:
    """Yield keys and, with a delimiter, what several of them share up to it, each once."""
    seen = after if delimiter and after.endswith(delimiter) else ""
    for key in objects.keys(prefix):
        if key <= after:
            continue
        place = key.find(delimiter, len(prefix)) if delimiter else -1
        if place < 0:
            yield key
            continue
        shared = key[: place + len(delimiter)]
        if shared != seen:
            seen = shared
            yield shared


def _is_folded(key: str, delimiter: str) -> bool:
    return bool(delimiter) and key.endswith(delimiter)


def _row(objects: BuiltinObjects, key: str, shown: str, *, folded: bool) -> str:
    if folded:
        return f"<CommonPrefixes><Prefix>{shown}</Prefix></CommonPrefixes>"
    info = objects.info_at(key)
    if info is None:  # removed meanwhile
        return ""
    return (
        f"<Contents><Key>{shown}</Key><LastModified>{stamp(info.modified)}</LastModified>"
        f"<ETag>&quot;{info.md5}&quot;</ETag><Size>{info.size}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


def stamp(seconds: float) -> str:
    """Return a time since 1970 as S3's XML has it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _shown(key: str) -> str:
    return key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def keys_to_delete(body: bytes) -> list[str]:
    """Return the keys that a DeleteObjects request names.

    Raises:
        ValueError: It is no such request.
    """
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as exc:
        raise ValueError(str(exc)) from exc
    return [key.text or "" for key in root.iterfind("{*}Object/{*}Key")]


def deleted(keys: Iterable[str]) -> bytes:
    """Return the answer to a DeleteObjects request."""
    rows = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}</DeleteResult>'
    ).encode()
