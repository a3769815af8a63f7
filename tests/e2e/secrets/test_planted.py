"""Looking for secrets finds them: else that none was found would prove nothing."""

import base64
import gzip
import html
import io
import json
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable

import pytest
import yaml

from tests.e2e.secrets.planted import Secret, found_in

SECRET = Secret("example")


def zipped(text: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return into.getvalue()


@pytest.mark.parametrize(
    "spelled",
    [
        str,
        repr,
        json.dumps,
        yaml.safe_dump,
        html.escape,
        urllib.parse.quote,
        lambda text: text[:27],
        lambda text: base64.b64encode(f"user:{text}".encode()),
        lambda text: base64.urlsafe_b64encode(f"a{text}".encode()),
        lambda text: base64.b64encode(f"ab{text}".encode()),
        lambda text: text.encode().hex(),
        lambda text: gzip.compress(text.encode()),
        lambda text: b"magic" + zlib.compress(text.encode()),
        lambda text: gzip.compress(zipped(text)),
        zipped,
    ],
)
def test_every_spelling_is_found(spelled: Callable[[str], str | bytes]) -> None:
    """Quoted, encoded, compressed, or cut."""
    assert found_in(spelled(f"before {SECRET.text} behind"), [SECRET]) == {"example"}


def test_nothing_is_found_where_there_is_nothing() -> None:
    """Other secrets are not taken for it."""
    assert not found_in(Secret("another").text, [SECRET])
