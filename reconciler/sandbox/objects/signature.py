"""Signed requests as S3 signs them: Signature Version 4, in the query or in a header.

A signature covers the method, the path, every query parameter and the headers it names; a URL
signed in its query also carries the time until which it is good.

Source: AWS General Reference, "Signature Version 4 signing process"; S3 API Reference,
"Authenticating Requests: Using Query Parameters".
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_LONGEST_EXPIRY = 7 * 24 * 3600
_CLOCK_SKEW = 15 * 60
_STAMP = "%Y%m%dT%H%M%SZ"
_AUTHORIZATION = re.compile(
    ALGORITHM + r"\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=(\w+)"
)


class SignatureError(Exception):
    """A request that is not signed, wrongly or for another time; `code` is S3's name for it."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        self.code, self.message, self.status = code, message, status
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who signs: the name that travels, and the secret that does not."""

    access_key: str
    secret_key: str
    region: str = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What of a request a signature is about.

    Attributes:
        path: As it travelled, escapes included.
        query: Decoded names and values, in order.
        headers: Names in lower case.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]


def presign(
    method: str,
    *,
    address: str,
    path: str,
    credentials: Credentials,
    now: float,
    expires: int,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Return a URL that allows one kind of request for a while.

    Args:
        address: `http://host:port`.
        path: Decoded, from the root: `/bucket/key`.
        now: Seconds since 1970 UTC.
        expires: Seconds.
        headers: What the request must send as well, to the letter.
    """
    stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    signed = {"host": address.partition("://")[2]}
    signed.update({name.lower(): value for name, value in (headers or {}).items()})
    query = [
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", f"{credentials.access_key}/{scope}"),
        ("X-Amz-Date", stamp),
        ("X-Amz-Expires", str(expires)),
        ("X-Amz-SignedHeaders", ";".join(sorted(signed))),
    ]
    request = Request(method=method, path=_encode_path(path), query=query, headers=signed)
    signature = _signature(request, sorted(signed), stamp, scope, UNSIGNED_PAYLOAD, credentials)
    text = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in query)
    return f"{address}{request.path}?{text}&X-Amz-Signature={signature}"


def is_signed(query: Iterable[tuple[str, str]], authorization: str) -> bool:
    """Tell whether a request claims to be signed for an object store."""
    return authorization.startswith(ALGORITHM) or any(
        name.startswith("X-Amz-") or name == "Signature" for name, _ in query
    )


def verify(request: Request, *, credentials: Credentials, now: float) -> str:
    """Let a rightly signed request pass; return what it says its body's SHA-256 is.

    A HEAD passes with the signature of a GET: whoever may read may also look.

    Raises:
        SignatureError: It is not signed, not by us, not for this, or not any more.
    """
    given = dict(request.query)
    if "X-Amz-Signature" in given or "X-Amz-Algorithm" in given:
        return _verify_query(request, given, credentials, now)
    return _verify_header(request, credentials, now)


def _verify_query(
    request: Request, given: Mapping[str, str], credentials: Credentials, now: float
) -> str:
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    absent = [name for name in names if f"X-Amz-{name}" not in given]
    if absent:
        text = f"Query-string authentication requires X-Amz-{absent[0]}"
        raise SignatureError("AuthorizationQueryParametersError", text, 400)
    expires = given["X-Amz-Expires"]
    if not expires.isdecimal() or not 0 < int(expires) <= _LONGEST_EXPIRY:
        text = "X-Amz-Expires must be between 1 and 604800 seconds"
        raise SignatureError("AuthorizationQueryParametersError", text, 400)
    start = _time(given["X-Amz-Date"])
    query = [pair for pair in request.query if pair[0] != "X-Amz-Signature"]
    bare = Request(method=request.method, path=request.path, query=query, headers=request.headers)
    _compare(
        bare,
        credential=given["X-Amz-Credential"],
        signed=given["X-Amz-SignedHeaders"],
        stamp=given["X-Amz-Date"],
        payload=UNSIGNED_PAYLOAD,
        signature=given["X-Amz-Signature"],
        credentials=credentials,
    )
    if now > start + int(expires):
        raise SignatureError("AccessDenied", "Request has expired")
    if start > now + _CLOCK_SKEW:
        raise SignatureError("AccessDenied", "Request is not valid yet")
    return UNSIGNED_PAYLOAD


def _verify_header(request: Request, credentials: Credentials, now: float) -> str:
    header = request.headers.get("authorization", "")
    parts = _AUTHORIZATION.fullmatch(header.strip())
    if parts is None:
        raise SignatureError("AccessDenied", "Access Denied")
    stamp = request.headers.get("x-amz-date", "")
    if abs(_time(stamp) - now) > _CLOCK_SKEW:
        text = "The difference between the request time and the current time is too large."
        raise SignatureError("RequestTimeTooSkewed", text)
    payload = request.headers.get("x-amz-content-sha256", UNSIGNED_PAYLOAD)
    _compare(
        request,
        credential=parts[1],
        signed=parts[2],
        stamp=stamp,
        payload=payload,
        signature=parts[3],
        credentials=credentials,
    )
    return payload


def _compare(
    request: Request,
    *,
    credential: str,
    signed: str,
    stamp: str,
    payload: str,
    signature: str,
    credentials: Credentials,
) -> None:
    access_key, _, scope = credential.partition("/")
    parts = scope.split("/")
    if access_key != credentials.access_key:
        text = "The AWS Access Key Id you provided does not exist in our records."
        raise SignatureError("InvalidAccessKeyId", text)
    if len(parts) != 4 or parts[0] != stamp[:8] or parts[2:] != ["s3", "aws4_request"]:
        text = "The credential scope is malformed"
        raise SignatureError("AuthorizationQueryParametersError", text, 400)
    names = signed.split(";")
    methods = (request.method, "GET") if request.method == "HEAD" else (request.method,)
    for method in methods:
        tried = Request(
            method=method, path=request.path, query=request.query, headers=request.headers
        )
        wanted = _signature(tried, names, stamp, scope, payload, credentials)
        if hmac.compare_digest(wanted, signature):
            return
    text = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    raise SignatureError("SignatureDoesNotMatch", text)


def _signature(
    request: Request,
    signed: Sequence[str],
    stamp: str,
    scope: str,
    payload: str,
    credentials: Credentials,
) -> str:
    pairs = sorted((_encode(name), _encode(value)) for name, value in request.query)
    headers = [f"{n}:{' '.join(request.headers.get(n, '').split())}\n" for n in signed]
    canonical = "\n".join(
        (
            request.method,
            _encode_path(unquote_to_bytes(request.path)),
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(headers),
            ";".join(signed),
            payload,
        )
    )
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    to_sign = "\n".join((ALGORITHM, stamp, scope, digest))
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _time(stamp: str) -> float:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        text = "X-Amz-Date must be formatted via ISO8601 Basic Format"
        raise SignatureError("AccessDenied", text) from None


def _encode(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="-._~")


def _encode_path(path: str | bytes) -> str:
    raw = path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path
    return quote(raw, safe="/-._~")
