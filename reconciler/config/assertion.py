"""Whose word stands for a client's secret: a CI forge's, or whoever else issues identity tokens.

github      GitHub Actions is asked for one (`permissions: id-token: write`)
env:NAME    a variable holds it: GitLab's `id_tokens`, CircleCI's CIRCLE_OIDC_TOKEN_V2, …
file:PATH   a file holds it, kept fresh by somebody: a Kubernetes projected token, …
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import ConfigError

_REQUEST_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
_REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_FORMS = "github, env:NAME or file:PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Where an identity token is to be had; one of `token`, `file` and `url` is set.

    Attributes:
        source: As it was written, for people.
        token: Itself.
        file: Holds it, read anew each time.
        url: GitHub's address to ask at; `bearer` is what it wants to see.
        audience: Whom the token is to be made out to, where that can be chosen; "": the server
            that hands out Admin's tokens.
    """

    source: str
    token: str = field(default="", repr=False)
    file: str = ""
    url: str = field(default="", repr=False)
    bearer: str = field(default="", repr=False)
    audience: str = ""


def find_assertion(written: str, *, audience: str, environ: Mapping[str, str]) -> Assertion:
    """Read `RECONCILER_ASSERTION`; "" is for where GitHub Actions says that it is there.

    Raises: ConfigError for another form, or where what it names is not there.
    """
    kind, _, name = written.partition(":")
    match kind.strip().lower():
        case "" if environ.get(_REQUEST_URL):
            return _github(audience, environ)
        case "":
            raise ConfigError(
                f"authType ClientAssertion needs the variable RECONCILER_ASSERTION: {_FORMS}"
            )
        case "github" if not name:
            return _github(audience, environ)
        case "env" if name:
            if not (token := environ.get(name, "").strip()):
                raise ConfigError(f"RECONCILER_ASSERTION names the variable {name}, not set here")
            return Assertion(source=written, token=token, audience=audience)
        case "file" if name:
            return Assertion(source=written, file=name, audience=audience)
    raise ConfigError(f"RECONCILER_ASSERTION must be {_FORMS}")


def _github(audience: str, environ: Mapping[str, str]) -> Assertion:
    url, bearer = environ.get(_REQUEST_URL, ""), environ.get(_REQUEST_TOKEN, "")
    if not (url and bearer):
        raise ConfigError(
            "GitHub Actions offers no identity token to this job: give it "
            "`permissions: {id-token: write}`"
        )
    return Assertion(source="github", url=url, bearer=bearer, audience=audience)
