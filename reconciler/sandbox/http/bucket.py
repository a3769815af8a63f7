"""The built-in object store over HTTP, as much of S3 as clients of Admin need.

Objects are put (in parts, too), read, looked at, copied and removed; a bucket is listed. Every
request must be signed, in its URL as Admin signs for others, or in a header as S3 clients do.
Whatever a key looks like, it is only ever a key: see `objects.folder`.

Source: Amazon S3 API Reference.
"""

import hashlib
import re
from collections.abc import Iterator
from email.utils import formatdate
from typing import BinaryIO
from urllib.parse import unquote, unquote_to_bytes
from xml.sax.saxutils import escape

from reconciler.sandbox.http.chunked import FramingError, decoded
from reconciler.sandbox.http.exchange import Answer, Request, StalledError
from reconciler.sandbox.http.listing import deleted, keys_to_delete, list_objects, stamp
from reconciler.sandbox.http.multipart import Multipart, MultipartError, copied, source_of
from reconciler.sandbox.objects import BuiltinObjects, ObjectError, ObjectInfo
from reconciler.sandbox.objects.builtin import digest_of
from reconciler.sandbox.objects.folder import Upload, copy
from reconciler.sandbox.objects.signature import Request as SignedRequest
from reconciler.sandbox.objects.signature import SignatureError, is_signed, verify

_CHUNK = 1 << 18
_DRAINED = 64 << 20  # of a refused upload, so that the client reads why
_LARGEST_LIST = 2 << 20
_DIGEST_OF_NOTHING = hashlib.md5(b"", usedforsecurity=False).digest()
_XML = (("Content-Type", "application/xml"),)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_METADATA_PREFIXES = ("x-amz-meta-", "x-goog-meta-", "x-ms-meta-")


class StoreError(Exception):
    """A request that S3 refuses, under the name that S3 has for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(f"{code}: {message}")


class Bucket:
    """Answers the HTTP requests that are for the object store.

    Args:
        objects: The store; its address must be known.
    """

    def __init__(self, objects: BuiltinObjects) -> None:
        self._objects = objects
        self._multipart = Multipart(objects)

    def wants(self, request: Request) -> bool:
        """Tell whether a request is for the store: it is signed, or names its container."""
        container = f"/{self._objects.container}"
        named = request.path == container or request.path.startswith(f"{container}/")
        return named or is_signed(_pairs(request.query), request.header("authorization"))

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            return self._answer(request)
        except SignatureError as exc:
            return self._refuse(request, StoreError(exc.status, exc.code, exc.message))
        except StoreError as exc:
            return self._refuse(request, exc)
        except MultipartError as exc:
            return self._refuse(request, StoreError(exc.status, exc.code, exc.message))
        except FramingError as exc:
            return self._refuse(request, StoreError(400, "IncompleteBody", str(exc)))
        except StalledError:
            text = "Your socket connection to the server was not read from or written to in time."
            return _told(request, StoreError(400, "RequestTimeout", text))
        except ObjectError as exc:
            if exc.full:
                return self._refuse(request, StoreError(507, "StorageFull", str(exc)))
            return self._refuse(request, StoreError(400, "EntityTooLarge", str(exc)))

    def _answer(self, request: Request) -> Answer:
        signed = SignedRequest(
            method=request.method,
            path=request.path,
            query=_pairs(request.query),
            headers=_joined(request.headers),
        )
        objects = self._objects
        payload = verify(signed, credentials=objects.credentials, now=objects.now())
        raw = unquote_to_bytes(request.path).decode("utf-8", "surrogateescape")
        container, _, key = raw[1:].partition("/")
        if container != objects.container:
            raise StoreError(404, "NoSuchBucket", "The specified bucket does not exist")
        if not key:
            return self._bucket(request)
        query = dict(_pairs(request.query))
        if "uploadId" in query or "uploads" in query:
            return self._in_parts(request, key, payload, query)
        if request.method == "PUT" and request.header("x-amz-copy-source"):
            return self._copy(request, key)
        if request.method == "PUT":
            info = self._receive(request, objects.write_at(key), payload)
            objects.forget_blob(key)
            return Answer(200, (("ETag", f'"{info.md5}"'),))
        if request.method in ("GET", "HEAD"):
            return self._get(request, key)
        if request.method == "DELETE":
            objects.delete_at(key)
            return Answer(204)
        raise _not_allowed()

    def _bucket(self, request: Request) -> Answer:
        if request.method == "HEAD" or request.method == "PUT":
            return Answer(200)
        query = dict(_pairs(request.query))
        if request.method == "POST" and "delete" in query:
            return self._delete_many(request)
        if request.method != "GET":
            raise _not_allowed()
        if "location" in query:
            region = self._objects.credentials.region
            text = f"<LocationConstraint>{escape(region)}</LocationConstraint>"
            return Answer(200, _XML, text.encode())
        try:
            return Answer(200, _XML, list_objects(self._objects, query))
        except ValueError as exc:
            text = f"A parameter of the list is invalid: {exc}"
            raise StoreError(400, "InvalidArgument", text) from None

    def _delete_many(self, request: Request) -> Answer:
        try:
            keys = keys_to_delete(request.body(limit=_LARGEST_LIST))
        except ValueError:
            text = "The XML you provided was not well-formed."
            raise StoreError(400, "MalformedXML", text) from None
        for key in keys:
            self._objects.delete_at(key)
        return Answer(200, _XML, deleted(keys))

    def _in_parts(self, request: Request, key: str, payload: str, query: dict[str, str]) -> Answer:
        multipart, upload_id = self._multipart, query.get("uploadId", "")
        if request.method == "POST" and "uploads" in query:
            begun = multipart.begin(key, content_type=_type(request), metadata=_metadata(request))
            return Answer(200, _XML, begun)
        if request.method == "PUT" and not request.header("x-amz-copy-source"):
            writing = multipart.write(key, upload_id, query.get("partNumber", ""))
            info = self._receive(request, writing, payload)
            return Answer(200, (("ETag", f'"{info.md5}"'),))
        if request.method == "POST":
            made = multipart.complete(key, upload_id, request.body(limit=_LARGEST_LIST))
            return Answer(200, _XML, made)
        if request.method == "DELETE":
            multipart.abort(key, upload_id)
            return Answer(204)
        raise _not_allowed()

    def _copy(self, request: Request, key: str) -> Answer:
        raw = _decode(source_of(request))
        container, _, source = raw.removeprefix("/").partition("/")
        info = self._objects.info_at(source) if container == self._objects.container else None
        if info is None:
            raise StoreError(404, "NoSuchKey", "The specified key does not exist.")
        replaced = request.header("x-amz-metadata-directive").upper() == "REPLACE"
        with self._objects.open_at(source) as file, self._objects.write_at(key) as upload:
            copy(file, upload)
            made = upload.commit(
                content_type=_type(request) if replaced else info.content_type,
                metadata=_metadata(request) if replaced else info.metadata,
            )
        self._objects.forget_blob(key)
        return Answer(200, _XML, copied(made, stamp(made.modified)))

    def _receive(self, request: Request, upload: Upload, payload: str) -> ObjectInfo:
        """Write a body, which must be the one that was promised."""
        with upload:
            given = request.header("content-md5").strip()
            digest = digest_of(given) if given else None
            if given and digest is None:
                text = "The Content-MD5 you specified was invalid."
                raise StoreError(400, "InvalidDigest", text)
            chunks = iter(()) if _is_empty(request, digest) else request.chunks()
            if payload.startswith("STREAMING-"):
                chunks = decoded(chunks)
            sha256 = hashlib.sha256()
            for chunk in chunks:
                upload.write(chunk)
                sha256.update(chunk)
            if digest is not None and digest != upload.md5:
                text = "The Content-MD5 you specified did not match what we received."
                raise StoreError(400, "BadDigest", text)
            if _SHA256.fullmatch(payload) and payload != sha256.hexdigest():
                text = "The given x-amz-content-sha256 does not match what was computed"
                raise StoreError(400, "XAmzContentSHA256Mismatch", text)
            return upload.commit(content_type=_type(request), metadata=_metadata(request))

    def _get(self, request: Request, key: str) -> Answer:
        info = self._objects.info_at(key)
        if info is None:
            raise StoreError(404, "NoSuchKey", "The specified key does not exist.")
        headers = _headers_of(info)
        first, last = 0, info.size - 1
        asked = _RANGE.fullmatch(request.header("range").strip())
        if asked and (asked[1] or asked[2]):
            found = _part(asked[1], asked[2], info.size)
            if found is None:
                text = "The requested range is not satisfiable"
                refusal = StoreError(416, "InvalidRange", text)
                return self._refuse(request, refusal).plus(
                    ("Content-Range", f"bytes */{info.size}")
                )
            first, last = found
            headers.append(("Content-Range", f"bytes {first}-{last}/{info.size}"))
        length = last - first + 1
        status = 206 if length != info.size or asked else 200
        if request.method == "HEAD":
            return Answer(status, headers, b"", length)
        try:
            file = self._objects.open_at(key)
        except FileNotFoundError:
            raise StoreError(404, "NoSuchKey", "The specified key does not exist.") from None
        return Answer(status, headers, _read(file, first, length), length)

    def _refuse(self, request: Request, error: StoreError) -> Answer:
        if request.method == "PUT":
            left = _DRAINED
            for chunk in request.chunks():
                left -= len(chunk)
                if left < 0:
                    break
        return _told(request, error)


def _told(request: Request, error: StoreError) -> Answer:
    resource = escape(unquote(request.path, errors="replace"))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message>"
        f"<Resource>{_printable(resource)}</Resource></Error>"
    )
    return Answer(error.status, _XML, text.encode("utf-8", "replace"))


def _is_empty(request: Request, digest: bytes | None) -> bool:
    """Tell whether there is no body to wait for, although the headers announce one.

    For an empty file flytekit says `Transfer-Encoding: chunked` and a length, which is that of
    the digest's text, and then sends nothing at all, not even the last chunk.
    """
    both = request.header("transfer-encoding") and request.header("content-length")
    return bool(both) and digest == _DIGEST_OF_NOTHING


def _read(file: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0:
            chunk = file.read(min(_CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk


def _part(first: str, last: str, size: int) -> tuple[int, int] | None:
    """Return the first and the last byte that are asked for; None if there are none."""
    if not first:
        start, end = max(0, size - int(last)), size - 1
        return (start, end) if int(last) > 0 and size > 0 else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or end < start:
        return None
    return start, end


def _headers_of(info: ObjectInfo) -> list[tuple[str, str]]:
    headers = [
        ("ETag", f'"{info.md5}"'),
        ("Last-Modified", formatdate(info.modified, usegmt=True)),
        ("Accept-Ranges", "bytes"),
        ("Content-Type", info.content_type),
    ]
    headers += [(f"x-amz-meta-{name}", value) for name, value in info.metadata.items()]
    return headers


def _type(request: Request) -> str:
    return request.header("content-type", "binary/octet-stream")


def _metadata(request: Request) -> dict[str, str]:
    found = {}
    for name, value in request.headers:
        for prefix in _METADATA_PREFIXES:
            if name.startswith(prefix):
                found[name.removeprefix(prefix)] = value
    return found


def _joined(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(_decode(name), _decode(value)) for name, _, value in pairs]


def _decode(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def _printable(text: str) -> str:
    return "".join(char if char >= " " else "\N{REPLACEMENT CHARACTER}" for char in text)


def _not_allowed() -> StoreError:
    text = "The specified method is not allowed against this resource."
    return StoreError(405, "MethodNotAllowed", text)
