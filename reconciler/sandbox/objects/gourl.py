"""URLs as Go's `net/url` reads, joins and prints them.

Admin builds every storage location by parsing text as a URL and resolving it against the base
container, so its answers follow that package to the letter: which characters are escaped, what
`..`, `?`, `#` and `%` do in a file name, how a bad escape is worded. Python's `urllib` differs
in all of these.

A Go string is bytes; here it is a `str` whose undecodable bytes are surrogate escapes.
"""

from dataclasses import dataclass, replace
from ipaddress import ip_address

_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~")
_PATH = _UNRESERVED | frozenset("$&+,/:;=@")
_HOST = _UNRESERVED | frozenset("!$&'()*+,;=:[]<>\"")
_USER = _UNRESERVED | frozenset("$&+,;=")
_FRAGMENT = _UNRESERVED | frozenset("$&+,/:;=?@!()*")
_VALID_ENCODED = frozenset("!$&'()*+,;=:@[]%")
_HEX = frozenset("0123456789abcdefABCDEF")
_SHORT_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", '"': '\\"',
}  # fmt: skip


class URLError(ValueError):
    """A text that Go does not take for a URL; the message is Go's."""


@dataclass(frozen=True, kw_only=True)
class URL:
    """One parsed URL; `path` is decoded, `raw_path` is as written where that matters."""

    scheme: str = ""
    opaque: str = ""
    user: tuple[str, str | None] | None = None
    host: str = ""
    omit_host: bool = False
    path: str = ""
    raw_path: str = ""
    force_query: bool = False
    raw_query: str = ""
    fragment: str = ""
    raw_fragment: str = ""

    def __str__(self) -> str:
        text = f"{self.scheme}:" if self.scheme else ""
        if self.opaque:
            text += self.opaque
        else:
            text += self._authority()
            path = self.escaped_path()
            if path and path[0] != "/" and self.host:
                text += "/"
            if not text and ":" in path.split("/", 1)[0]:
                text = "./"
            text += path
        if self.force_query or self.raw_query:
            text += f"?{self.raw_query}"
        if self.fragment:
            text += f"#{_as_written(self.fragment, self.raw_fragment, _FRAGMENT)}"
        return text

    def escaped_path(self) -> str:
        """Return the path as written if that is a fair writing of it, else escaped afresh."""
        if self.path == "*":
            return "*"
        return _as_written(self.path, self.raw_path, _PATH)

    def resolve(self, reference: "URL") -> "URL":
        """Return what `reference` means when it stands in this document (RFC 3986, 5.2)."""
        scheme = reference.scheme or self.scheme
        if reference.scheme or reference.host or reference.user is not None:
            path = _resolve_path(reference.escaped_path(), "")
            return _with_path(replace(reference, scheme=scheme), path)
        if reference.opaque:
            return replace(reference, scheme=scheme, user=None, host="", path="")
        found = replace(reference, scheme=scheme, host=self.host, user=self.user)
        if not reference.path and not reference.force_query and not reference.raw_query:
            found = replace(found, raw_query=self.raw_query)
            if not reference.fragment:
                found = replace(found, fragment=self.fragment, raw_fragment=self.raw_fragment)
        return _with_path(found, _resolve_path(self.escaped_path(), reference.escaped_path()))

    def _authority(self) -> str:
        if not (self.scheme or self.host or self.user is not None):
            return ""
        if self.omit_host and not self.host and self.user is None:
            return ""
        text = "//" if self.host or self.path or self.user is not None else ""
        if self.user is not None:
            name, password = self.user
            text += escape(name, _USER)
            text += "" if password is None else f":{escape(password, _USER)}"
            text += "@"
        return text + escape(self.host, _HOST)


def parse(text: str) -> URL:
    """Return the URL, absolute or relative, that `text` is.

    Raises:
        URLError: `parse "<text>": <reason>`, as `url.Parse` words it.
    """
    before, _, fragment = text.partition("#")
    try:
        url = _parse(before)
    except URLError as exc:
        raise URLError(f"parse {quote(before)}: {exc}") from None
    if not fragment:
        return url
    try:
        decoded = unescape(fragment)
    except URLError as exc:
        raise URLError(f"parse {quote(text)}: {exc}") from None
    raw = "" if escape(decoded, _FRAGMENT) == fragment else fragment
    return replace(url, fragment=decoded, raw_fragment=raw)


def parse_request_path(written: str) -> str:
    """Return the path of a request as Go passes it on: escaped, by its rules where need be.

    Raises:
        URLError: It has a `%` that escapes nothing, or a control character.
    """
    if any(char < " " or char == "\x7f" for char in written):
        raise URLError("net/url: invalid control character in URL")
    return _with_path(URL(), written).escaped_path()


def parse_query(text: str) -> tuple[dict[str, list[str]], str | None]:
    """Return the values of a query by name, and the first (of `;`: the last) defect, if any."""
    values: dict[str, list[str]] = {}
    defect: str | None = None
    for setting in text.split("&"):
        if ";" in setting:
            defect = "invalid semicolon separator in query"
            continue
        if not setting:
            continue
        name, _, value = setting.partition("=")
        try:
            key, decoded = unescape(name, plus=True), unescape(value, plus=True)
        except URLError as exc:
            defect = defect or str(exc)
            continue
        values.setdefault(key, []).append(decoded)
    return values, defect


def unescape(text: str, *, plus: bool = False) -> str:
    """Return `text` with its %XX decoded; `plus` also makes spaces of `+`, as in queries.

    Raises:
        URLError: A `%` without two hexadecimal digits behind it.
    """
    if "%" not in text:
        return text.replace("+", " ") if plus else text
    raw = text.encode("utf-8", "surrogateescape")
    out = bytearray()
    index = 0
    while index < len(raw):
        byte = raw[index]
        if byte == 0x25:
            pair = raw[index + 1 : index + 3].decode("latin-1")
            if len(pair) < 2 or not set(pair) <= _HEX:
                bad = raw[index : index + 3].decode("utf-8", "surrogateescape")
                raise URLError(f"invalid URL escape {quote(bad)}")
            out.append(int(pair, 16))
            index += 3
            continue
        out.append(0x20 if plus and byte == 0x2B else byte)
        index += 1
    return out.decode("utf-8", "surrogateescape")


def escape(text: str, safe: frozenset[str] = _PATH) -> str:
    """Return `text` with everything but the `safe` ASCII characters as %XX."""
    if all(char in safe for char in text):
        return text
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if b < 0x80 and chr(b) in safe else f"%{b:02X}" for b in raw)


def quote(text: str) -> str:
    """Return `text` in double quotes, as Go's `%q` prints it."""
    out = []
    for char in text:
        if char in _SHORT_ESCAPES:
            out.append(_SHORT_ESCAPES[char])
        elif char.isprintable():
            out.append(char)
        elif 0xDC80 <= ord(char) <= 0xDCFF:  # a byte that is no UTF-8
            out.append(f"\\x{ord(char) - 0xDC00:02x}")
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            out.append(f"\\x{ord(char):02x}")
        elif ord(char) < 0x10000:
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(f"\\U{ord(char):08x}")
    return f'"{"".join(out)}"'


def _parse(text: str) -> URL:
    if any(char < " " or char == "\x7f" for char in text):
        raise URLError("net/url: invalid control character in URL")
    if text == "*":
        return URL(path="*")
    scheme, rest = _scheme(text)
    force_query, query = False, ""
    if rest.endswith("?") and rest.count("?") == 1:
        force_query, rest = True, rest[:-1]
    else:
        rest, _, query = rest.partition("?")
    url = URL(scheme=scheme.lower(), force_query=force_query, raw_query=query)
    if not rest.startswith("/"):
        if url.scheme:
            return replace(url, opaque=rest)
        if ":" in rest.split("/", 1)[0]:
            raise URLError("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (url.scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        user, host = _authority(authority)
        url, rest = replace(url, user=user, host=host), slash + path
    elif url.scheme:
        url = replace(url, omit_host=True)
    return _with_path(url, rest)


def _scheme(text: str) -> tuple[str, str]:
    for index, char in enumerate(text):
        if char.isascii() and char.isalpha():
            continue
        if char.isascii() and (char.isdigit() or char in "+-."):
            if index == 0:
                break
            continue
        if char == ":":
            if index == 0:
                raise URLError("missing protocol scheme")
            return text[:index], text[index + 1 :]
        break
    return "", text


def _authority(text: str) -> tuple[tuple[str, str | None] | None, str]:
    userinfo, at, host = text.rpartition("@")
    found = _host(host)
    if not at:
        return None, found
    if not all(c.isascii() and (c.isalnum() or c in "-._:~!$&'()*+,;=%@") for c in userinfo):
        raise URLError("net/url: invalid userinfo")
    name, colon, password = userinfo.partition(":")
    return (unescape(name), unescape(password) if colon else None), found


def _host(text: str) -> str:
    bracket = text.rfind("[")
    if bracket > 0:
        raise URLError("invalid IP-literal")
    if bracket == 0:
        return _ip_literal(text)
    _, colon, digits = text.rpartition(":")
    _check_port(colon + digits if colon else "")
    return _unescape_host(text)


def _ip_literal(text: str) -> str:
    address, closing, port = text[1:].rpartition("]")
    if not closing:
        raise URLError("missing ']' in host")
    _check_port(port)
    found = _unescape_host(address)
    try:
        ip_address(found)
    except ValueError:
        raise URLError(f"invalid host: ParseAddr({quote(found)}): unable to parse IP") from None
    if ":" not in found:
        raise URLError("invalid IP-literal")
    return f"[{found}]{port}"


def _check_port(text: str) -> None:
    if text and not (text[0] == ":" and all(char in "0123456789" for char in text[1:])):
        raise URLError(f"invalid port {quote(text)} after host")


def _unescape_host(text: str) -> str:
    for index, char in enumerate(text):
        if char == "%":
            pair = text[index + 1 : index + 3]
            # Only bytes beyond ASCII, and the percent sign itself, may be escaped in a host.
            if len(pair) < 2 or not set(pair) <= _HEX:
                unescape(text[index:])
            elif int(pair, 16) < 0x80 and pair != "25":
                raise URLError(f"invalid URL escape {quote(text[index : index + 3])}")
        elif char.isascii() and char not in _HOST:
            raise URLError(f"invalid character {quote(char)} in host name")
    return unescape(text)


def _with_path(url: URL, written: str) -> URL:
    path = unescape(written)
    return replace(url, path=path, raw_path="" if escape(path) == written else written)


def _as_written(decoded: str, written: str, safe: frozenset[str]) -> str:
    fair = written and all(char in safe or char in _VALID_ENCODED for char in written)
    return written if fair and unescape(written) == decoded else escape(decoded, safe)


def _resolve_path(base: str, reference: str) -> str:
    if not reference:
        full = base
    elif reference[0] != "/":
        full = base[: base.rfind("/") + 1] + reference
    else:
        full = reference
    if not full:
        return ""
    parts = full.split("/")
    out, first = "/", True
    for part in parts:
        if part == ".":
            first = False
        elif part == "..":
            out = out[: max(1, out.rfind("/", 1))]
            first = out == "/"
        else:
            out += part if first else f"/{part}"
            first = False
    if parts[-1] in (".", ".."):
        out += "/"
    return out[1:] if out.startswith("//") else out
