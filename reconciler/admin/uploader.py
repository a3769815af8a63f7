"""The Uploader port: code bundles through Admin's data proxy.

A bundle is put where its digest names it, so what is there already is known by asking for the
place: without a digest of bytes to compare, Admin says that it exists, and then nothing is built
or sent. Asking changes nothing, however often.

Source: admin-contract 10.1 (flyteadmin `dataproxy/service.go`, CreateUploadLocation).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flyteidl.service.dataproxy_pb2 import CreateUploadLocationRequest

from reconciler.admin.calls import AdminCalls
from reconciler.admin.object_put import Answer, Put, Target, put
from reconciler.admin.retry import RetryPolicy
from reconciler.errors import AlreadyExistsError, UploadError
from reconciler.model import Bundle
from reconciler.ports import Archive, Bundler, Clock, Uploaded

# A signature that ends this soon is not used any more.
_MARGIN = timedelta(seconds=30)
_STEP_SECONDS = 60.0


class AdminUploader:
    """Uploads bundles (see `ports.Uploader`).

    Args:
        calls: On a channel that may write.
        policy: How often a PUT is tried and how long it is waited in between.
    """

    def __init__(
        self,
        calls: AdminCalls,
        *,
        policy: RetryPolicy,
        clock: Clock,
        rand: Callable[[], float],
    ) -> None:
        self._calls = calls
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
        delays = self._policy.delays(self._rand)
        signed_again = False
        location = self._location(bundle, archive)
        while True:
            if self._is_over(location):
                location = self._location(bundle, archive)
            target = Target(location.signed_url, location.native_url, dict(location.headers))
            end = put(target, archive.path, size=archive.size, seconds=_STEP_SECONDS)
            if end.answer is Answer.TAKEN:
                return target.native_url
            if end.answer is Answer.REFUSED or (end.answer is Answer.SIGN_AGAIN and signed_again):
                raise _error(end, target)
            delay = next(delays, None)
            if delay is None:
                raise _error(end, target)
            if end.answer is Answer.SIGN_AGAIN:
                signed_again = True
                location = self._location(bundle, archive)
            else:
                self._clock.sleep(delay)

    def _location(self, bundle: Bundle, archive: Archive) -> Any:
        request = _request(bundle, filename=bundle.file)
        request.content_md5 = archive.md5
        request.add_content_md5_metadata = True
        return self._calls.create_upload_location(request)

    def _is_over(self, location: Any) -> bool:
        if not location.HasField("expires_at"):
            return False
        end: datetime = location.expires_at.ToDatetime(tzinfo=UTC)
        return end - self._clock.now() < _MARGIN


def _request(bundle: Bundle, *, filename: str = "") -> CreateUploadLocationRequest:
    return CreateUploadLocationRequest(
        project=bundle.project,
        domain=bundle.domain,
        filename=filename,
        filename_root=bundle.code.digest,
    )


def _error(end: Put, target: Target) -> UploadError:
    return UploadError(end.text, url=target.shown, status=end.status)
