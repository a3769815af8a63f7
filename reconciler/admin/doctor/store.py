"""Whether signed URLs can be had and their host reached, and whether Admin's clock is ours.

Only signatures are asked for: nothing is uploaded, and no signed URL is used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from flyteidl.service.dataproxy_pb2 import (
    CreateDownloadLocationRequest,
    CreateUploadLocationRequest,
)
from google.protobuf.duration_pb2 import Duration

from reconciler.admin.auth.http import tls
from reconciler.admin.connection import Connection
from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.admin.doctor.network import SECONDS, look_at_network
from reconciler.errors import AdminError, PermissionDeniedError, UnauthenticatedError
from reconciler.ports import Clock

_LASTS = 60  # seconds that the signature is asked for
_NAME = "reconciler-doctor"
_DIGEST = bytes(16)  # of nothing that is ever sent
_OFF = 30.0  # seconds by which clocks may differ unnoticed
_ELSEWHERE = (
    "signed URLs lead there: have Admin's storage configuration (storage.signedUrl) name a host "
    "that its clients reach and trust, or forward that port"
)
_FAR_OFF = 300.0  # from which on signatures and tokens are refused


def look_at_store(
    connection: Connection,
    project: str,
    domain: str,
    *,
    clock: Clock,
    environ: Mapping[str, str],
) -> Iterator[Finding]:
    """Ask for an upload's and a download's signature, and try the host that they lead to."""
    request = CreateUploadLocationRequest(
        project=project,
        domain=domain,
        filename=_NAME,
        filename_root=_NAME,
        content_md5=_DIGEST,
        expires_in=Duration(seconds=_LASTS),
    )
    before = clock.now()
    try:
        upload = connection.calls.create_upload_location(request)
    except AdminError as error:
        yield _no_signature("upload", error)
        return
    between = before + (clock.now() - before) / 2
    yield _signed("upload", upload.signed_url)
    # It signs for as long as was asked from its own now on.
    theirs = upload.expires_at.ToDatetime(UTC) - timedelta(seconds=_LASTS)
    yield _skew("Admin", (theirs - between).total_seconds())
    try:
        download = connection.calls.create_download_location(
            CreateDownloadLocationRequest(native_url=upload.native_url)
        )
    except AdminError as error:
        yield _no_signature("download", error)
        hosts = [upload.signed_url]
    else:
        yield _signed("download", download.signed_url)
        hosts = [upload.signed_url, download.signed_url]
    for origin in dict.fromkeys(map(_origin, hosts)):
        yield from _look_at_host(origin, connection, clock=clock, environ=environ)


def _look_at_host(
    origin: str, connection: Connection, *, clock: Clock, environ: Mapping[str, str]
) -> Iterator[Finding]:
    import httpx

    parts = urlsplit(origin)
    secure = parts.scheme == "https"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Finding(
            check="store",
            verdict=Verdict.NOTE,
            text=f"signed URLs are of the kind {parts.scheme or 'unknown'}, which is not tried",
        )
        return
    found = list(
        look_at_network(
            parts.hostname,
            parts.port or (443 if secure else 80),
            connection.config,
            secure=secure,
            environ=environ,
            now=clock.now(),
            prefix="store-",
        )
    )
    unreached = any(one.verdict is Verdict.ERROR for one in found)
    yield from (replace(one, fix=_ELSEWHERE) if one.verdict.is_bad else one for one in found)
    if unreached:
        return
    try:
        # Of the host alone: the signed URL itself would be used by asking for it.
        with httpx.Client(verify=tls(connection.config), timeout=SECONDS) as client:
            before = clock.now()
            answer = client.head(f"{origin}/")
            between = before + (clock.now() - before) / 2
    except httpx.HTTPError as error:
        yield Finding(
            check="store",
            verdict=Verdict.ERROR,
            text=f"{origin} does not answer: {' '.join(str(error).split()) or 'no reason'}",
            fix=_ELSEWHERE,
        )
        return
    yield Finding(
        check="store",
        verdict=Verdict.OK,
        text=f"signed URLs lead to {origin}, which answers",
        facts={"origin": origin, "status": answer.status_code},
    )
    try:
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return
    # The header has whole seconds: half of one is nobody's fault.
    yield _skew(origin, (theirs - between).total_seconds() + 0.5)


def _signed(what: str, url: str) -> Finding:
    return Finding(
        check=f"signed-{what}",
        verdict=Verdict.OK,
        text=f"Admin signs {what}s, at {_origin(url)}",
        facts={"origin": _origin(url)},
    )


def _no_signature(what: str, error: AdminError) -> Finding:
    denied = isinstance(error, PermissionDeniedError | UnauthenticatedError)
    return Finding(
        check=f"signed-{what}",
        verdict=Verdict.DENIED if denied else Verdict.WARNING,
        text=f"Admin signs no {what}: {error.status}: {error.text}",
        fix="code and files cannot travel without it: ask whoever runs Admin"
        if denied
        else "look at `storage` and `remoteData` of Admin's configuration; without it nothing "
        "is uploaded or downloaded by signed URLs",
        facts={"status": error.status},
    )


def _skew(whose: str, seconds: float) -> Finding:
    ahead = "ahead of" if seconds > 0 else "behind"
    size = abs(seconds)
    if size < _OFF:
        text = f"the clock of {whose} is ours, within {max(size, 1):.0f} s"
        return Finding(
            check="clock", verdict=Verdict.OK, text=text, facts={"seconds": round(seconds, 1)}
        )
    return Finding(
        check="clock",
        verdict=Verdict.ERROR if size >= _FAR_OFF else Verdict.WARNING,
        text=f"the clock of {whose} is {size:.0f} s {ahead} ours: tokens and signed URLs may be "
        "refused as too old or too new",
        fix="set the clock of this machine by NTP; if it is right, theirs is wrong",
        facts={"seconds": round(seconds, 1)},
    )


def _origin(url: str) -> str:
    """Scheme and host of a signed URL, whose path and query are a credential."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
