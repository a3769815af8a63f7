"""The settled answer: one endpoint, how to reach it, and who said so."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.config.login import Login

SANDBOX_PREFIX = "sandbox:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How to reach one Flyte Admin.

    Attributes:
        endpoint: `host:port`, ready for gRPC; or `sandbox:PATH`, for which the caller starts the
            embedded Admin and goes on with `at(its endpoint)`.
        source: Where the endpoint came from, for people: `--admin`, a variable, a file.
        insecure: Plain text instead of TLS.
        ca_cert_file: PEM file of the authorities to trust instead of the system's; "" for these.
        insecure_skip_verify: Take whatever certificate the server shows.
        login: How to log in.
        unknown_keys: Keys of the file's `admin` section that neither flytekit nor flytectl
            knows: tolerated, and likely misspelt.
        default_project, default_domain: Where calls work that are told no other place.
    """

    endpoint: str
    source: str
    insecure: bool = False
    ca_cert_file: str = ""
    insecure_skip_verify: bool = False
    login: Login = field(default_factory=Login)
    unknown_keys: tuple[str, ...] = ()
    default_project: str = "flytesnacks"
    default_domain: str = "development"

    @classmethod
    def auto(cls) -> "Config":
        """What environment and files name, as for the command line.

        Raises: ConfigError if nothing names an Admin.
        """
        from reconciler.config.resolve import resolve

        return resolve(None, environ=os.environ, home=Path.home())

    def __str__(self) -> str:
        return f"{self.endpoint} (from {self.source})"

    @property
    def sandbox_path(self) -> str | None:
        """Where the embedded Admin keeps its data (`:memory:` too); None for a real server."""
        if not self.endpoint.startswith(SANDBOX_PREFIX):
            return None
        return self.endpoint.removeprefix(SANDBOX_PREFIX)

    def at(self, endpoint: str) -> "Config":
        """The same wish, now that the embedded Admin listens at `endpoint` (`host:port`)."""
        return replace(self, endpoint=endpoint, insecure=True)
