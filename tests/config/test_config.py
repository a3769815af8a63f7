"""A configuration without a command line: `auto`, `for_endpoint`, `for_sandbox`."""

from pathlib import Path

import pytest

from reconciler.config import Config, Flow
from reconciler.errors import ConfigError

SECRET = {
    "FLYTE_CREDENTIALS_CLIENT_ID": "ci",
    "FLYTE_CREDENTIALS_CLIENT_SECRET": "s",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "prod.yaml"
    file.write_text("admin: {endpoint: 'prod:1', clientId: mine, insecure: true}")
    return file


def test_auto_has_no_default(tmp_path: Path) -> None:
    """Where flytekit would quietly go to a sandbox."""
    with pytest.raises(ConfigError, match="no Flyte Admin endpoint is set"):
        Config.auto(environ={}, home=tmp_path)


def test_auto_takes_the_file_that_it_is_given(file: Path) -> None:
    """Whatever endpoint the shell has: it is nearer. Other values give way to variables."""
    environ = {"FLYTE_PLATFORM_URL": "dev:1", "FLYTE_CREDENTIALS_CLIENT_ID": "other"}

    config = Config.auto(file, environ=environ)

    assert (config.endpoint, config.source) == ("prod:1", str(file))
    assert config.login.client_id == "other"


def test_auto_looks_where_commands_do(file: Path) -> None:
    """Variables, then files."""
    assert Config.auto(environ={"FLYTE_PLATFORM_URL": "dev:1"}).endpoint == "dev:1"
    assert Config.auto(environ={"FLYTECTL_CONFIG": str(file)}).endpoint == "prod:1"


def test_auto_reads_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is given another environment."""
    monkeypatch.setenv("RECONCILER_ADMIN", "mine:1")
    assert Config.auto().endpoint == "mine:1"


@pytest.mark.parametrize("text", ["missing.yaml", "empty.yaml"])
def test_a_file_that_is_given_must_do(tmp_path: Path, text: str) -> None:
    """Passing over it could lead to a server nobody meant."""
    (tmp_path / "empty.yaml").write_text("images: {}")
    with pytest.raises(ConfigError, match=r"there is no file|sets no admin\.endpoint"):
        Config.auto(tmp_path / text, environ={"RECONCILER_ADMIN": "other:1"})


def test_a_file_given_for_its_options_must_be_there(tmp_path: Path) -> None:
    """Or the login would quietly be another."""
    with pytest.raises(ConfigError, match="there is no file"):
        Config.for_endpoint("h:1", config_file=tmp_path / "missing.yaml", environ={})


def test_for_endpoint_keeps_the_environments_login() -> None:
    """flytekit forgets it without a file."""
    config = Config.for_endpoint("dns:///flyte.example.com", environ=SECRET)

    assert (config.endpoint, config.insecure) == ("flyte.example.com:443", False)
    assert config.login.flow is Flow.CLIENT_SECRET


def test_for_endpoint_takes_the_options_of_a_file_that_it_is_given(file: Path) -> None:
    """Whatever endpoint that names."""
    config = Config.for_endpoint("other:1", config_file=file, environ={})
    assert (config.endpoint, config.login.client_id, config.insecure) == ("other:1", "mine", True)


@pytest.mark.parametrize(("insecure", "expected"), [(True, True), (False, False), (None, True)])
def test_for_endpoint_says_plain_text(insecure: bool | None, expected: bool) -> None:
    """Over everything else; unsaid, within this machine."""
    config = Config.for_endpoint("localhost:1", insecure, environ={})
    assert config.insecure is expected


def test_for_sandbox_is_flytekits() -> None:
    """And never the server that a variable of the shell names."""
    environ = {"FLYTE_PLATFORM_URL": "prod:1", "RECONCILER_ADMIN": "prod:1", **SECRET}

    config = Config.for_sandbox(environ=environ)

    assert (config.endpoint, config.insecure) == ("localhost:30080", True)
    assert config.login.flow is Flow.NONE
    assert config.storage.endpoint == "http://localhost:30002"
    assert "miniostorage" not in repr(config)


def test_the_sandbox_may_be_elsewhere_on_this_machine() -> None:
    """Where `reconciler sandbox` listens; no further."""
    config = Config.for_sandbox(environ={"RECONCILER_SANDBOX": "127.0.0.1:8089"})
    assert (config.endpoint, config.source) == ("127.0.0.1:8089", "RECONCILER_SANDBOX")
    with pytest.raises(ConfigError, match="a sandbox is on this machine"):
        Config.for_sandbox(environ={"RECONCILER_SANDBOX": "prod:1"})


@pytest.mark.parametrize(
    ("endpoint", "environ", "warned"),
    [
        ("http://flyte.example.com", SECRET, True),
        ("http://flyte.example.com", {}, False),
        ("https://flyte.example.com", SECRET, False),
        ("http://localhost:30080", SECRET, False),
        ("http://flyte.example.com", {"FLYTE_CREDENTIALS_PROXY_COMMAND": "tok"}, True),
    ],
)
def test_credentials_in_plain_text_are_told(
    endpoint: str, environ: dict[str, str], warned: bool
) -> None:
    """Where they leave this machine."""
    config = Config.for_endpoint(endpoint, environ=environ)
    assert any("in plain text" in warning for warning in config.warnings) is warned
