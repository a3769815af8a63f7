"""The object store itself, through fsspec, where there are credentials for it.

Only what can be seen at once counts as a credential: variables, files and the configuration. A
cloud machine's own identity is not asked for, which may take seconds to be denied.
"""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reconciler.config import Config

_LIBRARIES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
}
_CONNECT = 5  # seconds; who gets no answer takes signed URLs
_S3_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_AZURE_VARIABLES = (
    "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_ACCOUNT_KEY",
)


class Native:
    """File systems of native URLs, as far as they can be reached.

    Args:
        config: How the store is reached, if it says so.
        environ: The environment.
        home: Where libraries keep credentials; None if there is no home.
    """

    def __init__(
        self, config: Config | None, *, environ: Mapping[str, str], home: Path | None
    ) -> None:
        self._storage = getattr(config, "storage", None)
        self._environ = environ
        self._home = home
        self._known: dict[str, Any] = {}
        self._useless: set[str] = set()

    @classmethod
    def here(cls, config: Config | None) -> "Native":
        """With this process's environment."""
        return cls(config, environ=os.environ, home=Path.home())

    def find(self, native_url: str) -> "tuple[Any, str] | None":
        """The file system of a URL and the path in it; None if only a signature can help."""
        import fsspec

        parts = urlsplit(native_url)
        if parts.scheme in ("", "file"):
            # Admin's own disk is ours only if what is there can be seen from here; and the
            # embedded Admin gives its files the very names that its URLs have, escapes and all.
            paths = [path for path in (parts.path, unquote(parts.path)) if os.path.exists(path)]
            return (fsspec.filesystem("file"), paths[0]) if paths else None
        options = None if parts.scheme in self._useless else self._options(parts.scheme)
        if options is None:
            return None
        if parts.scheme not in self._known:
            self._known[parts.scheme] = fsspec.filesystem(parts.scheme, **options)
        return self._known[parts.scheme], f"{parts.netloc}{unquote(parts.path)}"

    def give_up(self, native_url: str) -> None:
        """Find nothing any more where its credentials or its network turned out to be no use."""
        scheme = urlsplit(native_url).scheme
        if scheme not in ("", "file"):
            self._useless.add(scheme)

    def _options(self, scheme: str) -> dict[str, Any] | None:
        library = _LIBRARIES.get(scheme)
        if library is None or find_spec(library) is None:
            return None
        if library == "s3fs":
            return self._s3()
        if library == "gcsfs":
            return {} if self._has("GOOGLE_APPLICATION_CREDENTIALS") or self._gcloud() else None
        return {"anon": False} if self._has(*_AZURE_VARIABLES) else None

    def _s3(self) -> dict[str, Any] | None:
        said = self._storage
        library: dict[str, Any] = {"connect_timeout": _CONNECT, "retries": {"max_attempts": 2}}
        options: dict[str, Any] = {"config_kwargs": library}
        if said is not None and said.endpoint:
            options["endpoint_url"] = said.endpoint
        if said is not None and said.region:
            options["client_kwargs"] = {"region_name": said.region}
        if said is not None and said.addressing_style:
            library["s3"] = {"addressing_style": said.addressing_style}
        if said is not None and said.access_key:
            return {**options, "key": said.access_key, "secret": said.secret_key}
        files = (".aws/credentials", ".aws/config")
        found = self._has(*_S3_VARIABLES) or any(self._file(name) for name in files)
        return options if found else None

    def _gcloud(self) -> bool:
        return self._file(".config/gcloud/application_default_credentials.json")

    def _has(self, *names: str) -> bool:
        return any(self._environ.get(name) for name in names)

    def _file(self, name: str) -> bool:
        return self._home is not None and (self._home / name).is_file()
