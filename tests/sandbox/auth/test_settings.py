"""The section `auth`, as flyteadmin writes it."""

import base64
from datetime import timedelta

import pytest

from reconciler.sandbox.auth import AuthSettingsError, Client, read_settings


def test_defaults_are_flyteadmins() -> None:
    """Its three clients, lifetimes and headers."""
    settings = read_settings({})

    assert set(settings.clients) == {"flyte-cli", "flytectl", "flytepropeller"}
    assert settings.access_lifespan == timedelta(minutes=30)
    assert settings.grpc_header == "flyte-authorization"
    assert settings.devices


def test_configured_clients_replace_the_built_in_ones() -> None:
    """Whatever the letter case of keys; secrets are base64 of bcrypt."""
    settings = read_settings(
        {
            "authorizedUris": ["http://here/"],
            "AppAuth": {
                "selfAuthServer": {
                    "accessTokenLifespan": "1m30s",
                    "staticClients": {
                        "one": {
                            "id": "one",
                            "client_secret": base64.b64encode(b"$2a$06$x").decode(),
                            "grant_types": ["client_credentials"],
                            "scopes": ["all"],
                        }
                    },
                }
            },
        }
    )

    client = settings.clients["one"]
    assert list(settings.clients) == ["one"]
    assert (client.secret, client.grant_types) == ("$2a$06$x", ("client_credentials",))
    assert (settings.access_lifespan, settings.uris) == (timedelta(seconds=90), ("http://here",))
    assert not settings.devices


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"appAuth": {"authServerType": "External"}}, "only Self"),
        ({"appAuth": 5}, "auth.appAuth must be a mapping"),
        (
            {"appAuth": {"selfAuthServer": {"accessTokenLifespan": "soon"}}},
            "accessTokenLifespan must be a duration",
        ),
        (
            {"appAuth": {"selfAuthServer": {"staticClients": {"a": {"client_secret": "!"}}}}},
            "staticClients.a.client_secret must be base64 of bcrypt",
        ),
    ],
)
def test_what_makes_no_sense_is_told_by_its_key(section: dict[str, object], text: str) -> None:
    """So that it can be found in the file."""
    with pytest.raises(AuthSettingsError, match=text):
        read_settings(section)


@pytest.mark.parametrize(
    ("allowed", "wanted", "may"),
    [("all", "all", True), ("all", "ALL", False), ("*", "x", True), ("a.*", "a.b", True),
     ("a.*", "a", False), ("a", "a.b", False), ("*", "a.b.c", True)],
)  # fmt: skip
def test_scopes_match_part_by_part(allowed: str, wanted: str, may: bool) -> None:
    """A star stands for what follows."""
    assert Client(id="c", scopes=(allowed,)).may_have(wanted) == may
