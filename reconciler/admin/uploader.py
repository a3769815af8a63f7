"""The Uploader port: code bundles through Admin's data proxy.

A bundle is put where its digest names it, so what is there already is known by asking for the
place: without a digest of bytes to compare, Admin says that it exists, and then nothing is built
or sent. Asking changes nothing, however often.

Source: admin-contract 10.1 (flyteadmin `dataproxy/service.go`, CreateUploadLocation).
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from flyteidl.service.dataproxy_pb2 import CreateUploadLocationRequest

from reconciler.admin.calls import AdminCalls
from reconciler.admin.retry import RetryPolicy
from reconciler.config import Config
from reconciler.errors import AlreadyExistsError
from reconciler.model import Bundle
from reconciler.ports import Archive, Bundler, Clock, Uploaded

if TYPE_CHECKING:  # an apply without code waits for no HTTP client
    from reconciler.admin.signed.put import Target
    from reconciler.admin.signed.wire import Wire


class AdminUploader:
    """Uploads bundles (see `ports.Uploader`).

    Args:
        calls: On a channel that may write.
        policy: How often a PUT is tried and how long it is waited in between.
        config: Whose authorities are trusted; None for the system's only.
    """

    def __init__(
        self,
        calls: AdminCalls,
        *,
        policy: RetryPolicy,
        clock: Clock,
        rand: Callable[[], float],
        config: Config | None = None,
    ) -> None:
        self._calls = calls
        self._config = config
        self._policy = policy
        self._clock = clock
        self._rand = rand

    def upload(self, bundle: Bundle, bundler: Bundler) -> Uploaded:
        if self._is_there(bundle):
            return Uploaded(self._address(bundle), existed=True)
        with bundler.archive(bundle) as archive:
            try:
                return Uploaded(self._send(bundle, archive), existed=False)
            except AlreadyExistsError:
                # Somebody else was quicker, with another compressor: the same code all the same.
                return Uploaded(self._address(bundle), existed=True)

    def _is_there(self, bundle: Bundle) -> bool:
        try:
            self._calls.create_upload_location(_request(bundle, filename=bundle.file))
        except AlreadyExistsError:
            return True
        return False

    def _address(self, bundle: Bundle) -> str:
        """Where the bundle lies. Asked for any file beside it, since Admin refuses to name it."""
        answer = self._calls.create_upload_location(_request(bundle))
        folder: str = answer.native_url.rpartition("/")[0]
        return f"{folder}/{bundle.file}"

    def _send(self, bundle: Bundle, archive: Archive) -> str:
        """Put an archive and return its address.

        Raises: UploadError once the policy's tries are used up, or the store refuses for good.
        """
        from reconciler.admin.signed.put import send

        sent = send(
            lambda: self._location(bundle, archive),
            archive.path,
            size=archive.size,
            wire=self._wire,
            policy=self._policy,
            clock=self._clock,
            rand=self._rand,
        )
        return sent.native_url

    @cached_property
    def _wire(self) -> "Wire":
        from reconciler.admin.signed.wire import Wire

        return Wire.of(self._config) if self._config is not None else Wire()

    def _location(self, bundle: Bundle, archive: Archive) -> "Target":
        request = _request(bundle, filename=bundle.file)
        request.content_md5 = archive.md5
        request.add_content_md5_metadata = True
        from reconciler.admin.signed.put import Target

        return Target.of(self._calls.create_upload_location(request))


def _request(bundle: Bundle, *, filename: str = "") -> CreateUploadLocationRequest:
    return CreateUploadLocationRequest(
        project=bundle.project,
        domain=bundle.domain,
        filename=filename,
        filename_root=bundle.code.digest,
    )
