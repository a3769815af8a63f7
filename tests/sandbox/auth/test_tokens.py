"""Tokens, and what is told of those that are none."""

import base64
import json

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox import Store
from reconciler.sandbox.auth import TokenError, TokenKey

NOW = 1_700_000_000.0


@pytest.fixture(scope="module")
def key() -> TokenKey:
    return TokenKey(Store.open())


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_what_is_signed_can_be_read(key: TokenKey) -> None:
    """And has a number of its own."""
    claims = key.read(key.sign({"aud": ["x"], "exp": NOW + 1}), now=NOW)

    assert (claims["aud"], len(claims["jti"])) == (["x"], 32)


def test_other_libraries_read_it_by_the_key_set(key: TokenKey) -> None:
    """PyJWT does."""
    token = key.sign({"aud": "x", "iat": 1})
    found = jwt.PyJWKSet.from_dict(key.key_set()).keys[0]

    assert jwt.decode(token, found.key, algorithms=["RS256"], audience="x")["iat"] == 1


REFUSED = {
    "nonsense": "token contains an invalid number of segments",
    "a.b.c": "illegal base64 data at input byte 0",
    "e30.!.c": "illegal base64 data at input byte 0",
    f"{part('text')}.e30.": "json: cannot unmarshal string into Go value of type "
    "map[string]interface {}",
    "e30.e30.": "signing method (alg) is unspecified.",
    f"{part({'alg': 5})}.e30.": "signing method (alg) is unspecified.",
    f"{part({'alg': 'XX'})}.e30.": "signing method (alg) is unavailable.",
    f"{part({'alg': 'none'})}.e30.": "unexpected signing method: none",
    f"{part({'alg': 'HS256'})}.e30.c2ln": "unexpected signing method: HS256",
    f"{part({'alg': 'PS256'})}.e30.c2ln": "unexpected signing method: PS256",
    f"{part({'alg': 'RS256'})}.e30.c2ln": "crypto/rsa: verification error",
    f"{part({'alg': 'RS256'})}.ew.c2ln": "unexpected EOF",
    "ew.e30.": "unexpected end of JSON input",
}


@pytest.mark.parametrize("token", REFUSED)
def test_defects_are_told_in_gos_words(key: TokenKey, token: str) -> None:
    """In the order in which its library looks."""
    with pytest.raises(TokenError) as refused:
        key.read(token, now=NOW)

    assert str(refused.value) == REFUSED[token]


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"exp": NOW - 1}, "Token is expired"),
        ({"exp": NOW}, "Token is expired"),
        ({"iat": NOW + 5}, "Token used before issued"),
        ({"nbf": NOW + 5}, "Token is not valid yet"),
    ],
)
def test_tokens_have_their_time(key: TokenKey, claims: dict[str, float], text: str) -> None:
    """Neither before nor after."""
    with pytest.raises(TokenError, match=text):
        key.read(key.sign(claims), now=NOW)


def test_the_key_is_the_stores() -> None:
    """Another store's tokens are nobody's here, its own outlive a restart."""
    store = Store.open()
    token = TokenKey(store).sign({})

    assert TokenKey(store).read(token, now=NOW)
    with pytest.raises(TokenError, match="crypto/rsa: verification error"):
        TokenKey(Store.open()).read(token, now=NOW)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text(max_size=30) | st.lists(st.text(max_size=8), min_size=3, max_size=3).map(".".join))
def test_no_text_is_a_crash(key: TokenKey, token: str) -> None:
    """Whatever somebody sends."""
    with pytest.raises(TokenError):
        key.read(token, now=NOW)
