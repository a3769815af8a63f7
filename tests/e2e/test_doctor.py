"""`reconciler doctor`, as people and pipelines run it."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.testing import embedded_admin
from tests.e2e.conftest import Cli


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_all_is_well(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which setting won, what was looked at, and that nothing was found: exit 0."""
    with embedded_admin() as well:
        monkeypatch.setenv("RECONCILER_ADMIN", well.endpoint)
        result = cli("doctor")

    assert result.code == 0, result.out
    assert "endpoint" in result.out.splitlines()[1]
    assert "RECONCILER_ADMIN" in result.out.splitlines()[1]
    assert "ok       admin" in result.out
    assert result.out.endswith("Nothing stands in the way.\n")


def test_what_won_and_over_what(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value with its place, also where nobody answers; secrets are stars."""
    file = here / "flyte.yaml"
    file.write_text("admin: {endpoint: 'localhost:1', clientId: ours, typo: 1}\n")
    monkeypatch.setenv("FLYTECTL_CONFIG", str(file))
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "theirs")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET", "hush-hush")

    result = cli("doctor", "--json")

    assert result.code == 1
    told = document(result.out)
    assert (told["type"], told["well"]) == ("doctor", False)
    settings = {one["name"]: one for one in told["settings"]}
    assert settings["login.client_id"] == {
        "name": "login.client_id",
        "value": "theirs",
        "source": "FLYTE_CREDENTIALS_CLIENT_ID",
        "over": [f"admin.clientId in {file}"],
    }
    assert settings["login.secret"]["value"] == "***"
    assert "hush-hush" not in result.out + result.err
    findings = {one["check"]: one for one in told["findings"]}
    assert findings["settings"]["facts"] == {"key": "admin.typo"}
    assert findings["tcp"]["verdict"] == "error"
    assert findings["tcp"]["fix"]


def test_without_a_login(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 7, and how to get one."""
    with embedded_admin(auth=True) as admin:
        monkeypatch.setenv("FLYTE_PLATFORM_URL", f"http://{admin.endpoint}")

        result = cli("doctor")

    assert result.code == 7
    assert "denied   login" in result.out
    assert "→ `reconciler doctor --login`" in result.out
    assert result.out.endswith("1 thing to mend.\n")


def test_an_environment_of_the_workspace(cli: Cli, here: Path) -> None:
    """`-e` means what it means to `plan`."""
    (here / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: team}\nspec:\n"
        "  manifests: [manifests]\n  environments:\n"
        "    production: {admin: {endpoint: 'sandbox::memory:'}}\n"
    )

    result = cli("doctor", "-e", "production")

    assert result.code == 0, result.out + result.err
    assert "reconciler.yaml, environment production" in result.out


def test_nothing_named_is_told(cli: Cli) -> None:
    """As every command does."""
    result = cli("doctor")
    assert result.code == 1
    assert "no Flyte Admin endpoint is set" in result.err
