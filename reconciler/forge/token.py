"""The token that a forge is asked with: where it is looked for, and how it is shown."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

_VARIABLES = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN", "CI_JOB_TOKEN"),
    "gitea": ("GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"),
    "bitbucket": ("BITBUCKET_TOKEN", "BITBUCKET_ACCESS_TOKEN"),
}
_OWN = "RECONCILER_FORGE_TOKEN"


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `name` is the variable it came from, which messages name in its place."""

    name: str
    header: tuple[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def find_token(forge: str, environ: Mapping[str, str]) -> Token | None:
    """The token for a forge: RECONCILER_FORGE_TOKEN, or what its CI gives; None without any."""
    for name in (_OWN, *_VARIABLES.get(forge, ())):
        value = environ.get(name, "").strip()
        if value:
            return Token(name, _header(forge, name, value), (value,))
    user, password = (
        environ.get(name, "") for name in ("BITBUCKET_USERNAME", "BITBUCKET_APP_PASSWORD")
    )
    if forge == "bitbucket" and user and password:
        both = base64.b64encode(f"{user}:{password}".encode()).decode()
        header = ("Authorization", f"Basic {both}")
        return Token("BITBUCKET_APP_PASSWORD", header, (password, both))
    return None


def looked_for(forge: str) -> str:
    """The variables where a token is looked for, in words."""
    return ", ".join((*_VARIABLES.get(forge, ()), _OWN))


def _header(forge: str, name: str, value: str) -> tuple[str, str]:
    if name == "CI_JOB_TOKEN":
        return "JOB-TOKEN", value
    if forge == "gitlab":
        return "PRIVATE-TOKEN", value
    scheme = "token" if forge == "gitea" else "Bearer"
    return "Authorization", f"{scheme} {value}"
