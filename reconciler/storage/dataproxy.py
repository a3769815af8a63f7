"""Admin's data proxy: files to the object store and back, with no credentials for the store.

Admin signs a URL for one object and one method; the bytes go straight to the store. What is sent
is digested first, so that the store can check it, and is never held in memory.

Source: `flyteadmin/dataproxy/service.go`.
"""

import hashlib
import os
import random
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flyteidl.core.identifier_pb2 import NodeExecutionIdentifier
from flyteidl.service.dataproxy_pb2 import (
    ARTIFACT_TYPE_DECK,
    CreateDownloadLinkRequest,
    CreateDownloadLocationRequest,
    CreateUploadLocationRequest,
    GetDataRequest,
    GetDataResponse,
)

from reconciler.admin import MARGIN, Connection, RetryPolicy, SystemClock, Target, Wire, send
from reconciler.errors import AlreadyExistsError, UploadError
from reconciler.ports import Clock
from reconciler.storage.atomic import replacing
from reconciler.storage.reading import Reading, Stat

LARGEST = 5 << 30  # bytes that S3 takes in one PUT
_SIGNED = 4096  # URLs that are remembered until they end
_OF_S3 = ("s3", "s3a", "s3n")


class DataCalls(Protocol):
    """The RPCs of the data proxy; `Connection.calls` has them among all others."""

    def create_upload_location(self, request: Any) -> Any: ...

    def create_download_location(self, request: Any) -> Any: ...

    def create_download_link(self, request: Any) -> Any: ...

    def get_data(self, request: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an upload goes; Admin makes a native URL of it.

    Attributes:
        root: The folder below project and domain; "" for one that the content's MD5 names.
        name: The path in it, percent-encoded where it must be; "" for one that Admin makes up.
    """

    project: str
    domain: str
    root: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """The MD5 of a file's bytes (16 bytes), and how many they are."""

    md5: bytes
    size: int

    @classmethod
    def of(cls, file: Path) -> "Digest":
        """Read a file. Raises: OSError if it cannot be read."""
        with open(file, "rb") as content:
            md5 = hashlib.file_digest(content, _md5).digest()
            return cls(md5, content.tell())


class DataProxy:
    """Uploads and downloads of one Admin. Safe to use from many threads.

    Every method raises AdminError or UnreachableError for what Admin refuses to sign.

    Args:
        calls: The RPCs.
        policy: How often a request to the store is tried, and how long it is waited in between.
    """

    def __init__(
        self,
        calls: DataCalls,
        *,
        wire: Wire | None = None,
        policy: RetryPolicy | None = None,
        clock: Clock | None = None,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self._calls = calls
        self._wire = wire or Wire()
        self._policy = policy or RetryPolicy()
        self._clock = clock or SystemClock()
        self._rand = rand
        self._signed = _Signatures(calls, self._clock)
        self._reading = Reading(
            self._signed.get, wire=self._wire, policy=self._policy, clock=self._clock, rand=rand
        )

    @classmethod
    def on(cls, connection: Connection) -> "DataProxy":
        """The data proxy of an Admin that is connected to, trusting whom its config trusts."""
        return cls(connection.calls, wire=Wire.of(connection.config))

    def close(self) -> None:
        """Hang up on the store."""
        self._wire.close()

    def sign_put(self, place: Place, md5: bytes = b"") -> Target:
        """Allow a PUT, of bytes with this MD5 if one is given.

        Raises: AlreadyExistsError if there is another object, or no MD5 to compare with.
        """
        request = CreateUploadLocationRequest(
            project=place.project,
            domain=place.domain,
            filename=place.name,
            filename_root=place.root,
            content_md5=md5,
            add_content_md5_metadata=bool(md5),
        )
        return Target.of(self._calls.create_upload_location(request))

    def exists(self, place: Place) -> bool:
        """Whether there is an object at a place with both root and name. Nothing is changed."""
        try:
            self.sign_put(place)
        except AlreadyExistsError:
            return True
        return False

    def upload(self, file: Path, place: Place, digest: Digest | None = None) -> str:
        """Put a file and return its native URL, as Admin gives it.

        Args:
            digest: Of the file, if it was read already.

        Raises: AlreadyExistsError if another object is there; UploadError once all tries are used
            up, the store refuses, or the file changed meanwhile; OSError if it cannot be read.
        """
        before = os.stat(file)
        digest = digest or Digest.of(file)
        try:
            return send(
                lambda: self._signed_for(place, digest),
                file,
                size=digest.size,
                wire=self._wire,
                policy=self._policy,
                clock=self._clock,
                rand=self._rand,
            ).native_url
        except UploadError as error:
            after = os.stat(file)
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                raise
            text = f"{file} changed while it was uploaded; upload it again"
            raise UploadError(text, url=error.url, status=error.status) from None

    def _signed_for(self, place: Place, digest: Digest) -> Target:
        target = self.sign_put(place, digest.md5)
        if digest.size > LARGEST and urlsplit(target.native_url).scheme in _OF_S3:
            text = f"{digest.size:,} bytes are more than the {LARGEST:,} of one upload to S3"
            raise UploadError(f"{text}; split the file", url=target.shown)
        return target

    def sign_get(self, native_url: str) -> str:
        """A URL that anybody may GET for an hour or so: a credential, not to be shown."""
        return self._signed.get(native_url, False)

    def stat(self, native_url: str) -> Stat:
        """Look at an object.

        Raises: MissingObjectError, ForbiddenObjectError, or DownloadError after all tries.
        """
        return self._reading.stat(native_url)

    def read(
        self, native_url: str, *, start: int = 0, stop: int | None = None, etag: str = ""
    ) -> bytes:
        """Bytes of an object, `stop` being the one after the last; see `Reading.stream`."""
        found = bytearray()
        self._reading.stream(native_url, found.extend, start=start, stop=stop, etag=etag)
        return bytes(found)

    def stream(
        self, native_url: str, sink: Callable[[memoryview], object], *, etag: str = ""
    ) -> Stat:
        """Give a whole object piece by piece; see `Reading.stream`."""
        return self._reading.stream(native_url, sink, etag=etag)

    def fetch(self, native_url: str, to: Path) -> Stat:
        """Bring an object to a file, which appears when all of it is there.

        Raises: MissingObjectError, ForbiddenObjectError, ChangedObjectError, or DownloadError
            after all tries; OSError if the file cannot be written.
        """
        with replacing(to) as file:
            return self._reading.stream(native_url, file.write)

    def data(self, flyte_url: str) -> GetDataResponse:
        """What a `flyte://v1/…` URL stands for, as Admin answers.

        Raises: InvalidArgumentError if it stands for nothing; NotFoundError if there is no such
            execution, or no deck.
        """
        return self._calls.get_data(GetDataRequest(flyte_url=flyte_url))

    def deck(self, node: NodeExecutionIdentifier) -> str:
        """A signed URL of a node's deck; a credential.

        Raises: NotFoundError if it has none.
        """
        request = CreateDownloadLinkRequest(
            artifact_type=ARTIFACT_TYPE_DECK, node_execution_id=node
        )
        answer = self._calls.create_download_link(request)
        found: str = (answer.pre_signed_urls.signed_url or answer.signed_url)[0]
        return found

    def read_signed(self, signed_url: str, name: str) -> bytes:
        """What a URL gives that Admin signed of its own accord.

        Args:
            name: What it is, for errors.
        """
        found = bytearray()
        reading = Reading(
            lambda native_url, anew: signed_url,
            wire=self._wire,
            policy=self._policy,
            clock=self._clock,
            rand=self._rand,
        )
        reading.stream(name, found.extend)
        return bytes(found)


class _Signatures:
    """Signed URLs by native ones, until shortly before they end."""

    def __init__(self, calls: DataCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, native_url: str, anew: bool) -> str:
        with self._lock:
            url, until = self._known.get(native_url, ("", None))
        if until is not None and not anew and until - self._clock.now() > MARGIN:
            return url
        request = CreateDownloadLocationRequest(native_url=native_url)
        answer = self._calls.create_download_location(request)
        until = answer.expires_at.ToDatetime(tzinfo=UTC)
        with self._lock:
            self._known[native_url] = (answer.signed_url, until)
            self._known.move_to_end(native_url)
            while len(self._known) > _SIGNED:
                self._known.popitem(last=False)
        return str(answer.signed_url)


def _md5() -> Any:
    return hashlib.md5(usedforsecurity=False)
