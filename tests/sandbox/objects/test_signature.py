"""Signed requests: the published example, and every way to bend one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from reconciler.sandbox.objects.signature import (
    Credentials,
    Request,
    SignatureError,
    presign,
    verify,
)

NOW = 1_700_000_000.0
CREDENTIALS = Credentials(access_key="sandbox", secret_key="secret")
MD5 = {"Content-MD5": "XrY7u+Ae7tCTyyK7j1rNww=="}


def signed(method: str = "PUT", key: str = "a b/é", headers: dict[str, str] | None = None) -> str:
    return presign(
        method,
        address="http://127.0.0.1:80",
        path=f"/bucket/{key}",
        credentials=CREDENTIALS,
        now=NOW,
        expires=60,
        headers=headers,
    )


def request(
    url: str,
    method: str = "PUT",
    headers: dict[str, str] | None = None,
    more: Sequence[tuple[str, str]] = (),
) -> Request:
    parts = urlsplit(url)
    sent = {"host": parts.netloc, **{k.lower(): v for k, v in (headers or {}).items()}}
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more]
    return Request(method=method, path=parts.path, query=query, headers=sent)


def refusal(asked: Request, now: float = NOW) -> str:
    with pytest.raises(SignatureError) as refused:
        verify(asked, credentials=CREDENTIALS, now=now)
    return refused.value.code


def test_a_signed_url_opens_what_it_was_signed_for() -> None:
    """To the last second."""
    verify(request(signed(headers=MD5), headers=MD5), credentials=CREDENTIALS, now=NOW + 60)


def test_the_url_is_the_one_that_the_aws_sdk_makes() -> None:
    """botocore signs the same request to the same signature."""
    url = "http://127.0.0.1:80/bucket/a%20b/%C3%A9"
    theirs = AWSRequest("GET", url, headers={})
    auth = S3SigV4QueryAuth(BotoCredentials("sandbox", "secret"), "s3", "us-east-1", expires=60)
    auth.add_auth(theirs)
    query = dict(parse_qsl(urlsplit(theirs.url).query))

    parts = urlsplit(theirs.url)
    given = Request(
        method="GET",
        path=parts.path,
        query=parse_qsl(parts.query, keep_blank_values=True),
        headers={"host": "127.0.0.1"},  # the SDK leaves the default port out
    )

    stamp = query["X-Amz-Date"]
    assert len(stamp) == len("20260101T000000Z")
    verify(given, credentials=CREDENTIALS, now=_seconds(stamp))


def test_a_signature_in_a_header_opens_too() -> None:
    """As S3 clients send it; it tells the digest of the body."""
    theirs = AWSRequest("PUT", "http://127.0.0.1:9/bucket/k", data=b"body")
    S3SigV4Auth(BotoCredentials("sandbox", "secret"), "s3", "us-east-1").add_auth(theirs)
    headers = {name.lower(): value for name, value in theirs.headers.items()}
    given = Request(
        method="PUT", path="/bucket/k", query=[], headers={"host": "127.0.0.1:9", **headers}
    )

    payload = verify(given, credentials=CREDENTIALS, now=_seconds(headers["x-amz-date"]))

    assert payload == headers["x-amz-content-sha256"]


def test_who_may_read_may_look() -> None:
    """A HEAD goes through with the signature of a GET, and nothing else does."""
    url = signed("GET")

    verify(request(url, "HEAD"), credentials=CREDENTIALS, now=NOW)
    assert refusal(request(url, "PUT")) == "SignatureDoesNotMatch"
    assert refusal(request(signed("PUT"), "GET")) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        (request(signed(key="other").replace("other", "a")), "SignatureDoesNotMatch"),
        (request(signed(headers=MD5)), "SignatureDoesNotMatch"),
        (request(signed(headers=MD5), headers={"Content-MD5": "x"}), "SignatureDoesNotMatch"),
        (request(signed(), headers={"host": "elsewhere"}), "SignatureDoesNotMatch"),
        (request(signed().replace("Expires=60", "Expires=600")), "SignatureDoesNotMatch"),
        (request(signed(), more=[("versionId", "1")]), "SignatureDoesNotMatch"),
        (request(signed()[:-1] + "-"), "SignatureDoesNotMatch"),
        (request(signed().replace("=sandbox", "=somebody")), "InvalidAccessKeyId"),
        (
            request(signed().replace("s3%2Faws4", "ec2%2Faws4")),
            "AuthorizationQueryParametersError",
        ),
        (request("http://127.0.0.1:80/bucket/k"), "AccessDenied"),
        (request(signed().partition("&X-Amz-Date")[0]), "AuthorizationQueryParametersError"),
    ],
)
def test_whatever_is_bent_is_refused(bent: Request, code: str) -> None:
    """Path, header, host, time, parameter, signature, name, service."""
    assert refusal(bent) == code


def test_time_is_up_after_the_last_second() -> None:
    """And has not come much before the first."""
    assert refusal(request(signed()), now=NOW + 61) == "AccessDenied"
    assert refusal(request(signed()), now=NOW - 3600) == "AccessDenied"


def _seconds(stamp: str) -> float:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
