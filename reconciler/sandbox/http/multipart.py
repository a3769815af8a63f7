"""Objects that come in parts, as S3 clients send large ones.

Parts lie in a container of their own, under the number of their upload, until the client says
which of them make up the object. The first entry is what was said when the upload began.
"""

import secrets
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from reconciler.sandbox.http.exchange import Request
from reconciler.sandbox.objects import BuiltinObjects, ObjectInfo
from reconciler.sandbox.objects.folder import Upload, copy

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MOST_PARTS = 10_000


class MultipartError(Exception):
    """A request about an upload in parts that S3 refuses; its own name for it comes first."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(f"{code}: {message}")


class Multipart:
    """Uploads in parts to `objects`."""

    def __init__(self, objects: BuiltinObjects) -> None:
        self._objects = objects
        self._container = f"{objects.container}.parts"

    def begin(self, key: str, *, content_type: str, metadata: dict[str, str]) -> bytes:
        """Begin an object; return the answer, which names the upload."""
        upload_id = secrets.token_hex(16)
        with self._objects.folder.write(self._container, f"{upload_id}/begun") as writing:
            writing.write(key.encode("utf-8", "surrogateescape"))
            writing.commit(content_type=content_type, metadata=metadata)
        return _answer(
            "InitiateMultipartUploadResult",
            Bucket=self._objects.container,
            Key=_shown(key),
            UploadId=upload_id,
        )

    def write(self, key: str, upload_id: str, number: str) -> Upload:
        """Begin one part.

        Raises:
            MultipartError: There is no such upload, or no such part could be.
        """
        self._begun(key, upload_id)
        if not number.isdecimal() or not 1 <= int(number) <= _MOST_PARTS:
            text = "Part number must be an integer between 1 and 10000, inclusive"
            raise MultipartError(400, "InvalidArgument", text)
        return self._objects.folder.write(self._container, _part(upload_id, int(number)))

    def complete(self, key: str, upload_id: str, body: bytes) -> bytes:
        """Put the object together from the parts that the request names; return the answer.

        Raises:
            MultipartError: One of them is not there or is another, or they are out of order.
        """
        begun = self._begun(key, upload_id)
        numbers = self._listed(upload_id, body)
        folder = self._objects.folder
        with self._objects.write_at(key) as writing:
            for number in numbers:
                with folder.open(self._container, _part(upload_id, number)) as file:
                    copy(file, writing)
            made = writing.commit(content_type=begun.content_type, metadata=begun.metadata)
        self._objects.forget_blob(key)
        self.abort(key, upload_id)
        return _answer(
            "CompleteMultipartUploadResult",
            Bucket=self._objects.container,
            Key=_shown(key),
            ETag=f'"{made.md5}"',
        )

    def abort(self, key: str, upload_id: str) -> None:
        """Forget an upload and its parts.

        Raises:
            MultipartError: There is no such upload.
        """
        self._begun(key, upload_id)
        for name in list(self._objects.folder.keys(self._container, f"{upload_id}/")):
            self._objects.folder.delete(self._container, name)

    def _begun(self, key: str, upload_id: str) -> ObjectInfo:
        name = f"{upload_id}/begun"
        begun = self._objects.folder.info(self._container, name) if upload_id.isalnum() else None
        if begun is not None:
            with self._objects.folder.open(self._container, name) as file:
                if file.read() == key.encode("utf-8", "surrogateescape"):
                    return begun
        raise MultipartError(404, "NoSuchUpload", "The specified upload does not exist.")

    def _listed(self, upload_id: str, body: bytes) -> list[int]:
        """Return the numbers of the parts that a request names, each of which is there."""
        try:
            root = ElementTree.fromstring(body)
            named = [
                (
                    int(part.findtext("{*}PartNumber", "")),
                    part.findtext("{*}ETag", "").strip('"'),
                )
                for part in root.iterfind("{*}Part")
            ]
        except (ElementTree.ParseError, ValueError):
            named = []
        if not named:
            text = "The XML you provided was not well-formed."
            raise MultipartError(400, "MalformedXML", text)
        numbers = [number for number, _ in named]
        if numbers != sorted(set(numbers)):
            text = "The list of parts was not in ascending order."
            raise MultipartError(400, "InvalidPartOrder", text)
        for number, md5 in named:
            found = self._objects.folder.info(self._container, _part(upload_id, number))
            if found is None or found.md5 != md5:
                text = "One or more of the specified parts could not be found."
                raise MultipartError(400, "InvalidPart", text)
        return numbers


def copied(info: ObjectInfo, modified: str) -> bytes:
    """Return the answer to a request that copied an object."""
    return _answer("CopyObjectResult", ETag=f'"{info.md5}"', LastModified=modified)


def source_of(request: Request) -> str:
    """Return what a request wants copied, as it says it: `/container/key`, escaped."""
    return request.header("x-amz-copy-source").partition("?versionId=")[0]


def _part(upload_id: str, number: int) -> str:
    return f"{upload_id}/{number:05}"


def _answer(name: str, **texts: str) -> bytes:
    content = "".join(f"<{key}>{escape(text)}</{key}>" for key, text in texts.items())
    document = f'<{name} xmlns="{_NAMESPACE}">{content}</{name}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()


def _shown(key: str) -> str:
    return key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
