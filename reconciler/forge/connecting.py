"""From what a pipeline runs for to the forge that holds it."""

import importlib
from collections.abc import Mapping

from reconciler.errors import ConfigError, ForgeDeniedError
from reconciler.forge.forge import Forge
from reconciler.forge.http import SYSTEM, Pace
from reconciler.forge.request import FORGES, Request
from reconciler.forge.token import find_token, looked_for

_ADAPTERS = {
    "github": ("github", "GitHub"),
    "gitlab": ("gitlab", "GitLab"),
    "gitea": ("gitea", "Gitea"),
    "bitbucket": ("bitbucket", "Bitbucket"),
}


def has_token(request: Request, environ: Mapping[str, str]) -> bool:
    """Whether anything could be said to the forge: there is one, and a token for it."""
    return request.is_known and find_token(request.forge, environ) is not None


def connect(request: Request, environ: Mapping[str, str], *, pace: Pace = SYSTEM) -> Forge:
    """The forge of a request; nothing is sent yet. Close it, or use it in a `with`.

    Raises: ConfigError if it is not known which repository on which forge; ForgeDeniedError if
        there is no token for it.
    """
    if not request.forge:
        raise ConfigError(
            "no forge was recognised by the environment; name one: --forge "
            f"{'|'.join(FORGES)} --repository OWNER/NAME"
        )
    if not request.repository:
        raise ConfigError(f"which repository on {request.forge}? Name it: --repository OWNER/NAME")
    if not request.api:
        raise ConfigError(f"where is {request.forge}? Name its API: --api-url https://HOST/api/v1")
    token = find_token(request.forge, environ)
    if token is None:
        raise ForgeDeniedError(
            f"there is no token for {request.forge}: set one of {looked_for(request.forge)}"
        )
    module, name = _ADAPTERS[request.forge]
    adapter: type[Forge] = getattr(importlib.import_module(f"reconciler.forge.{module}"), name)
    return adapter(request, token, pace)
