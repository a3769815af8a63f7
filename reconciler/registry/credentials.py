"""Credentials of `docker login`: from its configuration file, or from the helper that it names."""

import base64
import binascii
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.errors import RegistryError
from reconciler.registry.name import HUB, ImageName

_HUB_KEY = "https://index.docker.io/v1/"
_HELPER_SECONDS = 30
# What helpers say of a user name when the secret is an identity token.
_TOKEN_USER = "<token>"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and password, or an identity token that is exchanged for an access token."""

    user: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


def credentials_for(
    image: ImageName, *, environ: Mapping[str, str], home: Path | None
) -> Credentials | None:
    """Find what `docker login` kept for an image's registry; None if it kept nothing.

    Raises: RegistryError if the file or the helper that it names cannot be used.
    Source: github.com/docker/cli, `cli/config/configfile/file.go`; docker-credential-helpers.
    """
    folder = environ.get("DOCKER_CONFIG") or (str(home / ".docker") if home else "")
    path = Path(folder) / "config.json"
    if not folder or not path.is_file():
        return None
    config = _read(path)
    keys = [_HUB_KEY, HUB] if image.registry == HUB else [image.registry]
    for key in keys:
        helper = _mapping(config, "credHelpers").get(key) or config.get("credsStore")
        if isinstance(helper, str) and helper:
            found = _ask(helper, key, environ)
        else:
            found = _kept(_mapping(config, "auths"), key, path)
        if found is not None:
            return found
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RegistryError(f"{path} cannot be read: {error}") from error
    return config if isinstance(config, dict) else {}


def _mapping(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = config.get(key)
    return value if isinstance(value, dict) else {}


def _kept(auths: Mapping[str, Any], key: str, path: Path) -> Credentials | None:
    spellings = (
        key,
        f"https://{key}",
        f"http://{key}",
        f"https://{key}/v1/",
        f"https://{key}/v2/",
    )
    entry = next((auths[spelling] for spelling in spellings if spelling in auths), None)
    if not isinstance(entry, dict) or not entry:
        return None
    token = str(entry.get("identitytoken") or "")
    if not entry.get("auth"):
        return Credentials(identity_token=token) if token else None
    try:
        user, _, password = (
            base64.b64decode(str(entry["auth"]), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RegistryError(f"{path}: auths.{key}.auth is not what docker login writes") from error
    return Credentials(user, password.rstrip("\0"), token)


def _ask(helper: str, key: str, environ: Mapping[str, str]) -> Credentials | None:
    program = f"docker-credential-{helper}"
    if "/" in helper:
        raise RegistryError(f"{helper} is no name of a credential helper")
    try:
        done = subprocess.run(
            [program, "get"],
            input=key,
            capture_output=True,
            text=True,
            timeout=_HELPER_SECONDS,
            env=dict(environ),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RegistryError(f"{program} cannot be asked for credentials: {error}") from error
    if done.returncode:
        # Helpers say "not found" and fail; anything that matters, the registry will say.
        return None
    try:
        answer = json.loads(done.stdout)
        user, secret = str(answer["Username"]), str(answer["Secret"])
    except (ValueError, KeyError, TypeError):
        raise RegistryError(f"{program} gave no credentials that could be read") from None
    if user == _TOKEN_USER:
        return Credentials(identity_token=secret)
    return Credentials(user, secret)
