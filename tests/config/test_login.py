"""Which way to a token the environment and the file add up to."""

from pathlib import Path

import pytest

from reconciler.config import Flow, Login, resolve
from reconciler.errors import ConfigError

ENDPOINT = {"FLYTE_PLATFORM_URL": "flyte.example.com"}


def login(**variables: str) -> Login:
    return resolve(environ=ENDPOINT | variables, home=None).login


def by_file(tmp_path: Path, text: str, **variables: str) -> Login:
    file = tmp_path / "config.yaml"
    file.write_text("admin:\n  endpoint: flyte.example.com\n" + text)
    return resolve(environ={"FLYTECTL_CONFIG": str(file)} | variables, home=None).login


@pytest.mark.parametrize(
    ("name", "flow"),
    [
        ("Pkce", Flow.PKCE),
        ("standard", Flow.PKCE),
        ("DeviceFlow", Flow.DEVICE),
        ("clientsecret", Flow.CLIENT_SECRET),
        ("client_credentials", Flow.CLIENT_SECRET),
        ("basic", Flow.CLIENT_SECRET),
    ],
)
def test_flows_go_by_all_their_names(name: str, flow: Flow) -> None:
    """As flytekit and flytectl call them."""
    found = login(
        FLYTE_CREDENTIALS_AUTH_MODE=name,
        FLYTE_CREDENTIALS_CLIENT_ID="ann",
        **({"FLYTE_CREDENTIALS_CLIENT_SECRET": "s"} if flow is Flow.CLIENT_SECRET else {}),
    )

    assert found.flow is flow


def test_a_flow_that_does_not_exist_is_refused() -> None:
    """With those that do."""
    with pytest.raises(ConfigError, match="authType Magic is not known; there are Pkce, Client"):
        login(FLYTE_CREDENTIALS_AUTH_MODE="Magic")


def test_a_secrets_place_asks_for_the_login_by_secret(tmp_path: Path) -> None:
    """Whatever authType says: flytekit does it so."""
    text = "  authType: Pkce\n  clientId: ci\n  clientSecretLocation: /etc/secret\n"

    found = by_file(tmp_path, text)

    assert (found.flow, found.client_id, found.secret_file) == (
        Flow.CLIENT_SECRET,
        "ci",
        "/etc/secret",
    )


def test_the_variable_that_holds_the_secret_can_be_named(tmp_path: Path) -> None:
    """And has to be set."""
    text = "  clientId: ci\n  clientSecretEnvVar: OUR_SECRET\n"

    assert by_file(tmp_path, text, OUR_SECRET="s").secret == "s"
    with pytest.raises(ConfigError, match="names the variable OUR_SECRET, which is not set"):
        by_file(tmp_path, text)


def test_a_token_at_hand_wins(tmp_path: Path) -> None:
    """A run that was given one does not go and get another."""
    text = "  clientId: ci\n  clientSecretLocation: /etc/secret\n"

    assert by_file(tmp_path, text, RECONCILER_TOKEN="t").flow is Flow.TOKEN
    assert by_file(tmp_path, text, RECONCILER_TOKEN_FILE="/run/token").flow is Flow.TOKEN


@pytest.mark.parametrize(
    ("mode", "lacks"),
    [("ClientSecret", "needs clientId and a secret"), ("ExternalCommand", "needs `command`")],
)
def test_what_a_flow_lacks_is_told(mode: str, lacks: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match=lacks):
        login(FLYTE_CREDENTIALS_AUTH_MODE=mode)


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    """Lists are words, with commas or without."""
    text = "  clientId: file\n  scopes: [a, b]\n  command: [tok, --new]\n  audience: x\n"

    found = by_file(
        tmp_path, text, FLYTE_CREDENTIALS_CLIENT_ID="env", FLYTE_CREDENTIALS_SCOPES="c,d e"
    )

    assert (found.client_id, found.scopes, found.audience) == ("env", ("c", "d", "e"), "x")
    assert (found.flow, found.command) == (Flow.COMMAND, ("tok", "--new"))


def test_no_secret_is_in_a_repr() -> None:
    """Where it could reach a log."""
    found = login(
        RECONCILER_TOKEN="hush1",
        FLYTE_CREDENTIALS_CLIENT_SECRET="hush2",
        FLYTE_PLATFORM_HTTP_PROXY_URL="http://me:hush3@proxy",
    )

    assert "hush" not in repr(found)
