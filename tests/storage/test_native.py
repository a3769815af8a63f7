"""When the store itself is asked: only with credentials that can be seen at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.config import Config
from reconciler.storage.native import Native

CONFIG = Config(endpoint="127.0.0.1:9", source="the test", insecure=True)


@pytest.mark.parametrize("url", ["s3://b/k", "gs://b/k", "abfs://c@a/k", "http://h/k", "nfs://x"])
def test_nothing_at_hand_means_signatures(url: str, tmp_path: Path) -> None:
    """A cloud machine's identity is not waited for."""
    assert Native(CONFIG, environ={}, home=tmp_path).find(url) is None
    assert Native(None, environ={}, home=None).find(url) is None


@pytest.mark.parametrize(
    "environ", [{"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}, {"AWS_PROFILE": "p"}]
)
def test_the_environment_has_credentials(environ: dict[str, str]) -> None:
    """Those that the store's own library finds."""
    found = Native(CONFIG, environ=environ, home=None).find("s3://b/a%20b")
    assert found is not None
    assert found[1] == "b/a b"


def test_files_have_credentials(tmp_path: Path) -> None:
    """In the user's home."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\n")
    assert Native(CONFIG, environ={}, home=tmp_path).find("s3://b/k") is not None


def test_the_configuration_has_credentials() -> None:
    """With the endpoint that it names, as flytekit's `storage` section does."""
    storage = replace(CONFIG.storage, endpoint="http://minio:9", access_key="k", secret_key="s")
    found = Native(replace(CONFIG, storage=storage), environ={}, home=None).find("s3://b/k")
    assert found is not None
    assert found[0].endpoint_url == "http://minio:9"


def test_this_machine_s_disk_needs_none(tmp_path: Path) -> None:
    """If the file is there: Admin may run elsewhere."""
    (tmp_path / "a b").write_text("")
    url = f"file://{tmp_path}/a%20b"
    found = Native(CONFIG, environ={}, home=None).find(url)
    assert found is not None
    assert found[1] == f"{tmp_path}/a b"
    assert Native(CONFIG, environ={}, home=None).find(f"{url}9") is None
