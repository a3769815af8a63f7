"""Requests of web pages from elsewhere."""

from collections.abc import Sequence

import pytest

from reconciler.sandbox.config import Security
from reconciler.sandbox.http.cors import canonical_header, with_cors
from reconciler.sandbox.http.exchange import Answer, Request

HANDLED = Answer(200, (("X", "handled"),))
ORIGIN = "http://here"


def request(method: str = "GET", **headers: str) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method, "/", named, "", lambda: iter(()))


def security(
    *, origins: Sequence[str] = ("*",), headers: Sequence[str] = ("Content-Type",)
) -> Security:
    return Security(
        allow_cors=True, allowed_origins=tuple(origins), allowed_headers=tuple(headers)
    )


def answer(given: Security, asked: Request) -> tuple[int, dict[str, str]]:
    found = with_cors(given, asked, lambda: HANDLED)
    return found.status, {name.removeprefix("Access-Control-"): v for name, v in found.headers}


def test_without_it_or_without_an_origin_nothing_is_added() -> None:
    """An OPTIONS without an origin is no preflight, but ends here all the same."""
    assert answer(Security(allow_cors=False), request(origin=ORIGIN)) == (200, {"X": "handled"})
    assert answer(security(), request()) == (200, {"X": "handled"})
    assert answer(security(), request("OPTIONS")) == (200, {})


@pytest.mark.parametrize(
    ("origins", "added"),
    [
        (["*"], {"Allow-Origin": "*"}),
        ([], {"Allow-Origin": "*"}),
        ([ORIGIN], {"Allow-Origin": ORIGIN}),
        ([ORIGIN, "http://there"], {"Allow-Origin": ORIGIN, "Vary": "Origin"}),
    ],
)
def test_an_allowed_origin_is_told_so(origins: list[str], added: dict[str, str]) -> None:
    """With credentials, as flyteadmin has it."""
    status, headers = answer(security(origins=origins), request(origin=ORIGIN))

    assert (status, headers) == (200, {"X": "handled", "Allow-Credentials": "true", **added})


def test_another_origin_gets_its_answer_unmarked() -> None:
    """It is for the browser to keep it from the page."""
    given = security(origins=["http://there"])

    assert answer(given, request(origin=ORIGIN)) == (200, {"X": "handled"})
    assert answer(given, request("OPTIONS", origin=ORIGIN)) == (200, {})


@pytest.mark.parametrize(
    ("method", "headers", "status", "allowed"),
    [
        ("", "", 400, {}),
        ("TRACE", "", 405, {}),
        ("GET", "", 200, {}),
        ("PUT", "", 200, {"Allow-Methods": "PUT"}),
        ("GET", "accept, content-TYPE", 200, {"Allow-Headers": "Content-Type"}),
        ("GET", "x-other", 403, {}),
    ],
)
def test_preflights_ask_first(
    method: str, headers: str, status: int, allowed: dict[str, str]
) -> None:
    """Method and headers are allowed or not; what needs no asking is not listed."""
    asked = {"origin": ORIGIN, "access_control_request_headers": headers}
    if method:
        asked["access_control_request_method"] = method

    found, told = answer(security(), request("OPTIONS", **asked))

    common = {"Allow-Credentials": "true", "Allow-Origin": "*"} if found == 200 else {}
    assert (found, told) == (status, {**common, **allowed})


def test_header_names_have_one_spelling() -> None:
    """Each word with a capital."""
    assert canonical_header("x-AMZ-meta") == "X-Amz-Meta"
