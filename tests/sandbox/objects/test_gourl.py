"""URLs as Go reads, joins and prints them; the expectations were printed by Go."""

import pytest

from reconciler.sandbox.objects import gourl

JOINED = [
    ("s3://bucket/", "/p/d/root/a b", "s3://bucket/p/d/root/a%20b", "/p/d/root/a b"),
    ("s3://bucket/", "/p/d/root/a%2Fb", "s3://bucket/p/d/root/a%2Fb", "/p/d/root/a/b"),
    ("s3://bucket/", "/p/../../x", "s3://bucket/x", "/x"),
    ("s3://bucket/x/y/", "metadata/./admin", "s3://bucket/x/y/metadata/admin", None),
    ("s3://bucket/", "//other/x", "s3://other/x", "/x"),
    ("s3://bucket/", "/a?x=1#f", "s3://bucket/a?x=1#f", "/a"),
    ("s3://bucket/", "/%2e%2e/x", "s3://bucket/%2e%2e/x", "/../x"),
    ("s3://bucket/", "/[x]\\", "s3://bucket/%5Bx%5D%5C", None),
    ("s3://bucket/", "/[x]", "s3://bucket/[x]", None),
    ("/a/b", "a:/", "a:/", "/"),
    ("s3://bucket/", "/a//b/", "s3://bucket/a//b/", None),
]

REFUSED = [
    ("%zz", 'parse "%zz": invalid URL escape "%zz"'),
    ("a\\b%", 'parse "a\\\\b%": invalid URL escape "%"'),
    ("s3://my s3/x", 'parse "s3://my s3/x": invalid character " " in host name'),
    ("s3://h:port/x", 'parse "s3://h:port/x": invalid port ":port" after host'),
    (":x", 'parse ":x": missing protocol scheme'),
    ("a:b/c", None),
    ("1a:b", 'parse "1a:b": first path segment in URL cannot contain colon'),
    ("a\x00", 'parse "a\\x00": net/url: invalid control character in URL'),
    ("s3://a[b", 'parse "s3://a[b": invalid IP-literal'),
    ("s3://h%41/x", 'parse "s3://h%41/x": invalid URL escape "%41"'),
]


@pytest.mark.parametrize(("base", "reference", "text", "path"), JOINED)
def test_reference_resolves_as_in_go(
    base: str, reference: str, text: str, path: str | None
) -> None:
    """Dots climb, escapes are kept, queries and fragments split off, but no bucket is left."""
    joined = gourl.parse(base).resolve(gourl.parse(reference))

    assert str(joined) == text
    assert path is None or joined.path == path


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_go_refuses_is_refused_in_its_words(text: str, message: str | None) -> None:
    """The message quotes the URL as Go's %q does."""
    if message is None:
        assert gourl.parse(text).opaque == "b/c"
        return
    with pytest.raises(gourl.URLError) as refused:
        gourl.parse(text)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("query", "values", "defect"),
    [
        ("a=1&b=2&a=3", {"a": ["1", "3"], "b": ["2"]}, None),
        ("a=x+y%20z", {"a": ["x y z"]}, None),
        ("a=1;b=2&c=3", {"c": ["3"]}, "invalid semicolon separator in query"),
        ("%zz=1&a=%z", {}, 'invalid URL escape "%zz"'),
        ("&&a&=b", {"a": [""], "": ["b"]}, None),
    ],
)
def test_queries_keep_what_parses(
    query: str, values: dict[str, list[str]], defect: str | None
) -> None:
    """A defect is told, and the rest is there all the same."""
    assert gourl.parse_query(query) == (values, defect)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a\"b\\", '"a\\"b\\\\"'), ("\x00\x7f\t", '"\\x00\\x7f\\t"'), ("é☃", '"é☃"'),
     ("\u200b", '"\\u200b"'), ("\U000e0001", '"\\U000e0001"'), ("\udcff", '"\\xff"')],
)  # fmt: skip
def test_quote_escapes_what_cannot_be_seen(text: str, quoted: str) -> None:
    """Printable characters stay, bytes that are no UTF-8 are told as bytes."""
    assert gourl.quote(text) == quoted
