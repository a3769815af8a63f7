"""Logins that docker kept."""

import base64
import json
import sys
from pathlib import Path

import pytest

from reconciler.errors import RegistryError
from reconciler.registry import Credentials, credentials_for, parse_image

IMAGE = parse_image("ghcr.io/acme/etl:1")


def keep(folder: Path, **config: object) -> None:
    (folder / ".docker").mkdir(exist_ok=True)
    (folder / ".docker/config.json").write_text(json.dumps(config))


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("key", ["ghcr.io", "https://ghcr.io", "https://ghcr.io/v2/"])
def test_a_login_is_found_by_its_registry(tmp_path: Path, key: str) -> None:
    """However docker spelled it; a password may hold colons."""
    keep(tmp_path, auths={"other.io": auth("x", "y"), key: auth("me", "pass:word")})

    assert credentials_for(IMAGE, environ={}, home=tmp_path) == Credentials("me", "pass:word")


def test_docker_hub_has_a_name_of_its_own(tmp_path: Path) -> None:
    """From the time before registries had hosts."""
    keep(tmp_path, auths={"https://index.docker.io/v1/": auth("me", "secret")})

    found = credentials_for(parse_image("busybox"), environ={}, home=tmp_path)

    assert found == Credentials("me", "secret")


def test_without_a_login_there_is_none(tmp_path: Path) -> None:
    """No file, no entry, an empty one."""
    assert credentials_for(IMAGE, environ={}, home=None) is None
    assert credentials_for(IMAGE, environ={}, home=tmp_path) is None
    keep(tmp_path, auths={"ghcr.io": {}})
    assert credentials_for(IMAGE, environ={}, home=tmp_path) is None


def test_docker_config_names_another_folder(tmp_path: Path) -> None:
    """As for docker itself."""
    keep(tmp_path, auths={"ghcr.io": auth("me", "secret")})
    environ = {"DOCKER_CONFIG": str(tmp_path / ".docker")}

    assert credentials_for(IMAGE, environ=environ, home=None) is not None


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{"Username": "me", "Secret": "s"}', Credentials("me", "s")),
        ('{"Username": "<token>", "Secret": "t"}', Credentials(identity_token="t")),
    ],
)
def test_helpers_are_asked(tmp_path: Path, answer: str, found: Credentials) -> None:
    """By the protocol of docker's: the registry on their input, JSON on their output."""
    helper = tmp_path / "docker-credential-mine"
    helper.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "assert sys.argv[1:] == ['get'] and sys.stdin.read() == 'ghcr.io'\n"
        f"print('''{answer}''')\n"
    )
    helper.chmod(0o755)
    keep(tmp_path, credHelpers={"ghcr.io": "mine"})
    environ = {"PATH": str(tmp_path)}

    assert credentials_for(IMAGE, environ=environ, home=tmp_path) == found
    helper.write_text("#!/bin/sh\nexit 1\n")
    assert credentials_for(IMAGE, environ=environ, home=tmp_path) is None
    helper.write_text("#!/bin/sh\necho no\n")
    with pytest.raises(RegistryError, match="gave no credentials"):
        credentials_for(IMAGE, environ=environ, home=tmp_path)


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """Rather than going on without a login."""
    keep(tmp_path, auths={"ghcr.io": {"auth": "!"}})
    with pytest.raises(RegistryError, match="not what docker login writes"):
        credentials_for(IMAGE, environ={}, home=tmp_path)
    (tmp_path / ".docker/config.json").write_text("{")
    with pytest.raises(RegistryError, match="cannot be read"):
        credentials_for(IMAGE, environ={}, home=tmp_path)
    keep(tmp_path, credsStore="none-such")
    with pytest.raises(RegistryError, match="cannot be asked"):
        credentials_for(IMAGE, environ={"PATH": "/none"}, home=tmp_path)
    assert "secret" not in repr(Credentials("me", "secret", "secret"))
