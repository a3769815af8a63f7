"""Who is told is said in the workspace; where that is, is not."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.manifest.workspace.notification_models import NotificationSpec, SecretSource


def spec(**said: Any) -> NotificationSpec:
    return NotificationSpec.model_validate({"name": "chat", "url": {"env": "URL"}, **said})


def test_a_place_is_read_from_where_it_is_kept(tmp_path: Path) -> None:
    """Of a variable, or of a file beside the workspace; nothing there is no place."""
    (tmp_path / "url").write_text("slack://a/b\n")
    by_file = SecretSource(file="url")

    assert spec().url.read({"URL": " json://x "}, tmp_path) == "json://x"
    assert by_file.read({}, tmp_path) == "slack://a/b"
    assert (spec().url.read({}, tmp_path), SecretSource(file="no").read({}, tmp_path)) == ("", "")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"url": {}}, "one of env and file"),
        ({"url": {"env": "A", "file": "b"}}, "one of env and file"),
        ({"url": "slack://a/b/c"}, "SecretSource"),
        ({"title": "{nothing}"}, "{nothing} is nothing"),
        ({"on": []}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused(said: dict[str, Any], why: str) -> None:
    """A URL written down, too."""
    with pytest.raises(ValidationError, match=why):
        spec(**said)
