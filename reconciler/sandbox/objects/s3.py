"""An object store of somebody else's, spoken to as S3: MinIO, SeaweedFS, AWS itself.

Needs botocore, which is asked for only when the configuration names an endpoint.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.config import Storage
from reconciler.sandbox.config_file import ConfigError
from reconciler.sandbox.objects import gourl, ports
from reconciler.sandbox.objects.builtin import MD5_METADATA
from reconciler.sandbox.objects.folder import ObjectInfo
from reconciler.sandbox.objects.ports import SignedURL, StorageError
from reconciler.sandbox.objects.reference import Location, can_parse, construct, split

_MISSING = ("404", "NoSuchKey", "NotFound")


class S3Objects:
    """Fulfils `ObjectStore`; the bucket is made if it is not there.

    Args:
        attempts: How often a request is made before it counts as failed.

    Raises:
        ConfigError: botocore is not installed, or the endpoint does not answer.
    """

    def __init__(self, storage: Storage, *, attempts: int = 3) -> None:
        self.base = f"s3://{storage.container}"
        self._storage = storage
        try:
            session = importlib.import_module("botocore.session").get_session()
            config = importlib.import_module("botocore.config").Config
            self._errors: Any = importlib.import_module("botocore.exceptions")
        except ModuleNotFoundError as exc:
            raise ConfigError(
                f"storage.stow.config.endpoint is set, and that needs botocore ({exc}): "
                "pip install botocore, or leave the endpoint out to use the built-in store"
            ) from exc

        def client(stow: Mapping[str, Any]) -> Any:
            return session.create_client(
                "s3",
                region_name=str(stow.get("region") or "us-east-1"),
                endpoint_url=_endpoint(stow),
                aws_access_key_id=stow.get("access_key_id") or None,
                aws_secret_access_key=stow.get("secret_key") or None,
                config=config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path"},
                    retries={"total_max_attempts": attempts},
                ),
            )

        self._client = client(storage.stow)
        # Clients may know the store by another address than Admin does.
        self._signer = client({**storage.stow, **storage.signing})
        self._make_container()

    def reference(self, *parts: str) -> str:
        """Return the native URL of `parts` below the base."""
        return construct(self.base, *parts)

    def can_parse(self, url: str) -> bool:
        """Tell whether a text is a URL at all."""
        return can_parse(url)

    def info(self, url: str) -> ObjectInfo | None:
        """Return what is known of an object, None if there is none."""
        place = self._own(url)
        try:
            head = self._client.head_object(Bucket=place.container, Key=place.key)
        except self._errors.ClientError as exc:
            if exc.response["Error"]["Code"] in _MISSING:
                return None
            raise StorageError(f"path:{place.key}: {exc}") from exc
        except self._errors.BotoCoreError as exc:
            raise StorageError(f"path:{place.key}: {exc}") from exc
        return ObjectInfo(
            size=head["ContentLength"],
            md5=head["ETag"].removeprefix("W/").strip('"'),
            modified=head["LastModified"].timestamp(),
            content_type=head.get("ContentType", ""),
            metadata={name.lower(): value for name, value in head["Metadata"].items()},
        )

    def get(self, url: str) -> bytes:
        """Return an object's bytes."""
        found = self.info(url)
        if found is None:
            raise ports.missing(url)
        limit = self._storage.max_download_mbs
        if limit and found.size > limit * ports.MEBIBYTE:
            raise ports.too_large(url, size=found.size, limit=limit)
        place = self._own(url)
        try:
            answer = self._client.get_object(Bucket=place.container, Key=place.key)
            return bytes(answer["Body"].read())
        except (self._errors.ClientError, self._errors.BotoCoreError) as exc:
            raise StorageError(f"path:{url}: {exc}") from exc

    def put(self, url: str, content: bytes) -> None:
        """Store bytes at a native URL."""
        place = self._own(url)
        try:
            self._client.put_object(Bucket=place.container, Key=place.key, Body=content)
        except (self._errors.ClientError, self._errors.BotoCoreError) as exc:
            text = f"Failed to write data [{len(content)}b] to path [{place.key}]."
            raise StorageError(f"{text}: {exc}") from exc

    def sign_get(self, url: str, *, expires: float) -> SignedURL:
        """Allow a GET."""
        return SignedURL(self._sign("get_object", url, {}, expires=expires))

    def sign_put(
        self, url: str, *, expires: float, content_md5: str = "", add_md5_metadata: bool = False
    ) -> SignedURL:
        """Allow a PUT, of just those bytes if their digest is given."""
        parameters: dict[str, Any] = {"ContentMD5": content_md5} if content_md5 else {}
        headers = {"Content-Length": str(len(content_md5)), "Content-MD5": content_md5}
        if add_md5_metadata:
            parameters["Metadata"] = {MD5_METADATA: content_md5}
            headers[f"x-amz-meta-{MD5_METADATA}"] = content_md5
        signed = self._sign("put_object", url, parameters, expires=expires)
        return SignedURL(signed, headers)

    def _sign(
        self, operation: str, url: str, parameters: Mapping[str, Any], *, expires: float
    ) -> str:
        try:
            place = split(url)
        except gourl.URLError as exc:
            raise StorageError(str(exc)) from exc
        name = {"get_object": "GetObjectInput", "put_object": "PutObjectInput"}[operation]
        ports.check_signable(name, container=place.container, key=place.key, expires=expires)
        try:
            return str(
                self._signer.generate_presigned_url(
                    operation,
                    Params={"Bucket": place.container, "Key": place.key, **parameters},
                    ExpiresIn=max(1, int(expires)),
                )
            )
        except (self._errors.BotoCoreError, self._errors.ParamValidationError) as exc:
            raise StorageError(str(exc)) from exc

    def _own(self, url: str) -> Location:
        try:
            place = split(url)
        except gourl.URLError as exc:
            raise StorageError(str(exc)) from exc
        if place.container != self._storage.container:
            raise ports.wrong_container(self._storage.container, place.container)
        return place

    def _make_container(self) -> None:
        container = self._storage.container
        try:
            self._client.head_bucket(Bucket=container)
        except self._errors.ClientError as exc:
            if exc.response["Error"]["Code"] not in (*_MISSING, "NoSuchBucket"):
                raise ConfigError(f"cannot use the container {container}: {exc}") from exc
            self._client.create_bucket(Bucket=container)
        except self._errors.BotoCoreError as exc:
            raise ConfigError(f"cannot reach the object store: {exc}") from exc


def _endpoint(stow: Mapping[str, Any]) -> str:
    endpoint = str(stow.get("endpoint", ""))
    if "://" in endpoint:
        return endpoint
    plain = str(stow.get("disable_ssl", "")).lower() in ("true", "1")
    return f"{'http' if plain else 'https'}://{endpoint}"
