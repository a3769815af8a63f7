"""The object store that comes with the embedded Admin.

It plays S3 at the HTTP port: what clients upload lies in a folder beside the database, what
Admin itself writes lies in the database (see `blobs`), and both are one bucket to whoever reads.
Without a section `storage` native URLs are those of the files themselves, so that anything
opens them unaided.
"""

import base64
import hashlib
import io
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from reconciler.sandbox.blobs import BlobMissingError, delete_blob, read_blob, write_blob
from reconciler.sandbox.config import Storage
from reconciler.sandbox.objects import gourl, ports
from reconciler.sandbox.objects.folder import Folder, ObjectInfo, Upload
from reconciler.sandbox.objects.ports import SignedURL, StorageError
from reconciler.sandbox.objects.reference import can_parse, construct, split
from reconciler.sandbox.objects.signature import Credentials, presign
from reconciler.sandbox.store import Store

_FILES = "file:///"
_BESIDE = ".objects"  # what the name of a store's folder ends with
_SECRET = "object-store-secret"
_SCHEMES = {"google": "gs", "azure": "abfs", "oracle": "os", "swift": "sw"}
_METADATA = {"google": "x-goog-meta-", "azure": "x-ms-meta-"}
MD5_METADATA = "flyteContentMD5"
_ADDRESS = "http://localhost:8088"  # where the HTTP port would be by default


class BuiltinObjects:
    """Fulfils `ObjectStore`, and lets the HTTP server in by container and key.

    Attributes:
        address: `http://host:port` of the HTTP server, which sets it; empty while there is none.
        container: The one bucket.
        credentials: What requests must be signed with.
    """

    def __init__(self, store: Store, storage: Storage, clock: Callable[[], int]) -> None:
        self.address = ""
        self._store, self._storage, self._clock = store, storage, clock
        self._home = _home(store)
        self._plain = not storage.given or storage.kind == "local"
        self.folder = Folder(self._home, plain=self._plain)
        self.container = "objects" if self._plain else storage.container
        self.base = self._base()
        self.credentials = _credentials(store, storage)
        if store.in_memory:
            weakref.finalize(self, shutil.rmtree, self._home, True)

    def reference(self, *parts: str) -> str:
        """Return the native URL of `parts` below the base."""
        if not self._plain:
            return construct(self.base, *parts)
        # The folder is the root: an empty prefix makes an absolute path of the other parts. And
        # the URL is to be the file's own, so it is spelled as the folder spells keys.
        url = construct(_FILES, *parts)
        return self._url(split(url).key) if url.startswith(_FILES) else url

    def can_parse(self, url: str) -> bool:
        """Tell whether a text is a URL at all."""
        return can_parse(url)

    def info(self, url: str) -> ObjectInfo | None:
        """Return what is known of an object, None if there is none."""
        return self.info_at(self._own(url))

    def get(self, url: str) -> bytes:
        """Return an object's bytes."""
        key = self._own(url)
        found = self.info_at(key)
        if found is None:
            raise ports.missing(url)
        limit = self._storage.max_download_mbs
        if limit and found.size > limit * ports.MEBIBYTE and self._storage.kind != "mem":
            raise ports.too_large(url, size=found.size, limit=limit)
        with self.open_at(key) as file:
            return file.read()

    def put(self, url: str, content: bytes) -> None:
        """Store bytes at a native URL."""
        key = self._own(url)
        with self._store.write() as session:
            write_blob(session, self._row(key), content, now=self._clock() // 1000)
        self.folder.delete(self.container, key)

    def sign_get(self, url: str, *, expires: float) -> SignedURL:
        """Allow a GET."""
        return SignedURL(self._sign("GET", url, {}, expires=expires))

    def sign_put(
        self, url: str, *, expires: float, content_md5: str = "", add_md5_metadata: bool = False
    ) -> SignedURL:
        """Allow a PUT, of just those bytes if their digest is given."""
        headers = {"Content-MD5": content_md5} if content_md5 else {}
        if add_md5_metadata:
            prefix = _METADATA.get(self._storage.kind, "x-amz-meta-")
            headers[f"{prefix}{MD5_METADATA}"] = content_md5
        signed = self._sign("PUT", url, headers, expires=expires)
        # Admin gives the length of the digest's text for the length of the body; clients know.
        headers = {"Content-Length": str(len(content_md5)), "Content-MD5": content_md5, **headers}
        if self._storage.kind == "azure":
            headers["x-ms-blob-type"] = "BlockBlob"
        return SignedURL(signed, headers)

    def now(self) -> float:
        """Return the time by which signatures expire, in seconds since 1970."""
        return self._clock() / 1e9

    def info_at(self, key: str) -> ObjectInfo | None:
        """Return what is known of the object with this key in the container."""
        found = self.folder.info(self.container, key)
        if found is not None:
            return found
        content = self._blob(key)
        if content is None:
            return None
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return ObjectInfo(size=len(content), md5=md5, modified=self.now())

    def open_at(self, key: str) -> BinaryIO:
        """Open the object with this key for reading.

        Raises:
            FileNotFoundError: There is none.
        """
        try:
            return self.folder.open(self.container, key)
        except FileNotFoundError:
            content = self._blob(key)
            if content is None:
                raise
            return io.BytesIO(content)

    def write_at(self, key: str) -> Upload:
        """Begin an object with this key."""
        return self.folder.write(self.container, key)

    def delete_at(self, key: str) -> None:
        """Remove the object with this key; there need not be one."""
        self.folder.delete(self.container, key)
        self.forget_blob(key)

    def forget_blob(self, key: str) -> None:
        """Drop what Admin wrote under this key, after a client wrote over it or removed it."""
        with self._store.write() as session:
            delete_blob(session, self._row(key))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys of what clients uploaded, in the order of their bytes."""
        return self.folder.keys(self.container, prefix)

    def _base(self) -> str:
        if self._plain:
            folder = str(self._home / self.container).lstrip("/")
            return f"{_FILES}{gourl.escape(folder)}"
        if self._storage.kind == "mem":
            return ""
        return f"{_SCHEMES.get(self._storage.kind, 's3')}://{self.container}"

    def _own(self, url: str) -> str:
        """Return the key of an object in the container."""
        try:
            container, key = self._locate(url)
        except gourl.URLError as exc:
            raise StorageError(str(exc)) from exc
        if container != self.container:
            raise ports.wrong_container(self.container, container)
        return key

    def _locate(self, url: str) -> tuple[str, str]:
        location = split(url)
        if self._plain:
            root = f"{self._home / self.container}/".lstrip("/")
            if not location.container and f"{location.key}/".startswith(root):
                return self.container, location.key[len(root) :]
            # Rows remember where the store lay when they were written.
            _, elsewhere, key = location.key.partition(f"{_BESIDE}/{self.container}/")
            if elsewhere and not location.container:
                return self.container, key
        if not self.base:
            return self.container, location.key
        return location.container, location.key

    def _sign(self, method: str, url: str, headers: dict[str, str], *, expires: float) -> str:
        if self._storage.given and self._storage.kind in ("mem", "local"):
            raise StorageError("unsupported")
        try:
            container, key = self._locate(url)
        except gourl.URLError as exc:
            raise StorageError(str(exc)) from exc
        operation = {"GET": "GetObjectInput", "PUT": "PutObjectInput"}[method]
        ports.check_signable(operation, container=container, key=key, expires=expires)
        return presign(
            method,
            address=self.address or _ADDRESS,
            path=f"/{container}/{key}",
            credentials=self.credentials,
            now=self.now(),
            expires=max(1, int(expires)),
            headers=headers,
        )

    def _url(self, key: str) -> str:
        return f"{self.base}/{gourl.escape(key)}"

    def _row(self, key: str) -> str:
        """Name an object of the database; not by a path, for the file may be moved."""
        return f"s3://{self.container}/{gourl.escape(key)}"

    def _blob(self, key: str) -> bytes | None:
        try:
            with self._store.read() as session:
                return read_blob(session, self._row(key))
        except BlobMissingError:
            return None


def digest_of(text: str) -> bytes | None:
    """Return the 16 bytes of a `Content-MD5` header; None if it is none."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return found if len(found) == 16 else None


def _home(store: Store) -> Path:
    if store.in_memory:
        # Named here, made by the first upload: most tests have none.
        return Path(tempfile.gettempdir()).resolve() / f"flyte-sandbox-{secrets.token_hex(8)}"
    return Path(f"{store.path}{_BESIDE}").resolve()


def _credentials(store: Store, storage: Storage) -> Credentials:
    region = str(storage.stow.get("region") or "us-east-1")
    given = storage.stow.get("access_key_id"), storage.stow.get("secret_key")
    if all(given):
        return Credentials(access_key=str(given[0]), secret_key=str(given[1]), region=region)
    with store.write() as session:
        row = session.one("SELECT value FROM settings WHERE name = ?", (_SECRET,))
        secret = bytes(row["value"]).decode() if row else secrets.token_hex(20)
        if row is None:
            session.run("INSERT INTO settings VALUES (?, ?)", (_SECRET, secret.encode()))
    return Credentials(access_key="sandbox", secret_key=secret, region=region)
