"""Tokens: JSON, signed with an RSA key that the store keeps.

Reading one tells what is wrong with it in the words of the Go library that Admin uses, for
clients are shown them.

Source: `github.com/golang-jwt/jwt/v4`, parser.go and map_claims.go;
`flyteadmin/auth/authzserver/provider.go`.
"""

import base64
import hashlib
import importlib
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.sandbox.config_file import ConfigError
from reconciler.sandbox.json_scanner import JSONSyntaxError, first_value
from reconciler.sandbox.store import Store

_SETTING = "token-signing-key"
_KNOWN_ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("HS", "RS", "ES", "PS") for bits in (256, 384, 512)
) | {"none", "EdDSA"}
_RSA_ALGORITHMS = {"RS256": "SHA256", "RS384": "SHA384", "RS512": "SHA512"}
_KINDS = {str: "string", bool: "bool", int: "number", float: "number", list: "array"}
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9_\-\r\n]")


class TokenError(ValueError):
    """A token that is none, or not ours, or not valid now; the message is Go's."""


class MissingLibraryError(ConfigError):
    """Authentication is on, and a library that it needs is not installed."""


class TokenKey:
    """Signs and reads tokens.

    Args:
        store: Keeps the key, so that tokens outlive a restart.

    Raises:
        MissingLibraryError: `cryptography` is not installed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        try:
            self._rsa: Any = importlib.import_module(
                "cryptography.hazmat.primitives.asymmetric.rsa"
            )
            self._padding: Any = importlib.import_module(
                "cryptography.hazmat.primitives.asymmetric.padding"
            )
            self._hashes: Any = importlib.import_module("cryptography.hazmat.primitives.hashes")
            self._serialization: Any = importlib.import_module(
                "cryptography.hazmat.primitives.serialization"
            )
            self._invalid: Any = importlib.import_module("cryptography.exceptions")
        except ModuleNotFoundError as exc:
            text = f"authentication needs cryptography ({exc}): pip install cryptography"
            raise MissingLibraryError(text) from exc
        self._loading = threading.Lock()
        self._loaded: Any = None

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a token that says `claims`, and a number of its own."""
        header = {"alg": "RS256", "key_id": self._key_id(), "typ": "JWT"}
        body = {"jti": secrets.token_hex(16), **claims}
        signed = f"{_encode(_compact(header))}.{_encode(_compact(body))}"
        signature = self._key().sign(
            signed.encode(), self._padding.PKCS1v15(), self._hashes.SHA256()
        )
        return f"{signed}.{_encode(signature)}"

    def read(self, token: str, *, now: float) -> dict[str, Any]:
        """Return what a token of ours says, if it says it now.

        Args:
            now: Seconds since 1970 UTC.

        Raises:
            TokenError: It does not.
        """
        parts = token.split(".")
        if len(parts) != 3:
            raise TokenError("token contains an invalid number of segments")
        header = _json_object(_decode(parts[0]), whole=True)
        claims = _json_object(_decode(parts[1]), whole=False)
        algorithm = header.get("alg")
        if not isinstance(algorithm, str):
            raise TokenError("signing method (alg) is unspecified.")
        if algorithm not in _KNOWN_ALGORITHMS:
            raise TokenError("signing method (alg) is unavailable.")
        if algorithm not in _RSA_ALGORITHMS:
            raise TokenError(f"unexpected signing method: {algorithm}")
        digest = getattr(self._hashes, _RSA_ALGORITHMS[algorithm])()
        signature = _decode(parts[2])
        try:
            self._key().public_key().verify(
                signature, f"{parts[0]}.{parts[1]}".encode(), self._padding.PKCS1v15(), digest
            )
        except self._invalid.InvalidSignature:
            raise TokenError("crypto/rsa: verification error") from None
        _check_times(claims, now)
        return claims

    def key_set(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key Set."""
        return {"keys": [{**self._public(), "kid": self._key_id()}]}

    def _public(self) -> dict[str, str]:
        numbers = self._key().public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        return {
            "e": _encode(numbers.e.to_bytes(3, "big")),
            "kty": "RSA",
            "n": _encode(numbers.n.to_bytes(size, "big")),
        }

    def _key_id(self) -> str:
        # RFC 7638: the digest of the key's own JSON.
        return _encode(hashlib.sha256(_compact(self._public())).digest())

    def _key(self) -> Any:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> Any:
        serialization = self._serialization
        with self._store.write() as session:
            row = session.one("SELECT value FROM settings WHERE name = ?", (_SETTING,))
            if row is not None:
                return serialization.load_pem_private_key(bytes(row["value"]), password=None)
            key = self._rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
            session.run("INSERT INTO settings VALUES (?, ?)", (_SETTING, pem))
        return key


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    checks: tuple[tuple[str, Callable[[float], bool], str], ...] = (
        ("exp", lambda moment: int(now) < moment, "Token is expired"),
        ("iat", lambda moment: int(now) >= moment, "Token used before issued"),
        ("nbf", lambda moment: int(now) >= moment, "Token is not valid yet"),
    )
    problem = ""
    for name, holds, text in checks:
        moment = claims.get(name)
        if isinstance(moment, int | float) and not holds(moment):
            problem = text  # the last one is told
    if problem:
        raise TokenError(problem)


def _decode(segment: str) -> bytes:
    bad = _NOT_BASE64.search(segment)
    if bad:
        raise TokenError(f"illegal base64 data at input byte {bad.start()}")
    bare = segment.replace("\r", "").replace("\n", "")
    if len(bare) % 4 == 1:
        raise TokenError(f"illegal base64 data at input byte {len(segment) - 1}")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def _json_object(raw: bytes, *, whole: bool) -> dict[str, Any]:
    """Read a JSON object; `whole` forbids anything behind it."""
    end = "unexpected end of JSON input" if whole else "unexpected EOF"
    try:
        value = first_value(raw)
    except JSONSyntaxError as exc:
        text = str(exc)
        raise TokenError(end if text == "unexpected EOF" else text) from None
    if value is None:
        raise TokenError(end if whole else "EOF")
    rest = raw[raw.index(value) + len(value) :].lstrip(b" \t\r\n")
    if whole and rest:
        raise TokenError(f"invalid character '{chr(rest[0])}' after top-level value")
    found = json.loads(value.decode("utf-8", "replace"))
    if found is None:
        return {}
    if not isinstance(found, dict):
        kind = _KINDS[type(found)]
        target = "map[string]interface {}" if whole else "jwt.MapClaims"
        raise TokenError(f"json: cannot unmarshal {kind} into Go value of type {target}")
    return found


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
