"""The settled answer: one endpoint, how to reach it, what is usual there, and who said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.config.login import Flow, Login
from reconciler.config.origin import Origins
from reconciler.config.storage import Storage

SANDBOX_PREFIX = "sandbox:"
DEFAULT_PROJECT = "flytesnacks"
DEFAULT_DOMAIN = "development"


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
        client_cert_file, client_key_file: PEM files of the certificate to show to the server
            (mTLS), and of its key; "" for none.
        retries: How often a call is repeated that may be; None for the usual. 0 is never.
        call_seconds: How long one attempt of a call may take; None for the usual.
        receive_limit: Bytes of one answer that are taken; None for the usual.
        login: How to log in.
        console_endpoint: Base of links to the console, `https://host`; "" if nobody said.
        default_project, default_domain: Where things are that do not say.
        storage: How to reach the object store past Admin.
        token_folder: Where tokens of people are kept between runs; "" for nowhere.
        keyring: Keep them in the system's keyring instead.
        unknown_keys: Keys of the file that neither flytekit nor flytectl knows: tolerated, and
            likely misspelt.
        remarks: What else about the configuration is worth a word, a sentence each.
        origins: Where each value came from.
    """

    endpoint: str
    source: str
    insecure: bool = False
    ca_cert_file: str = ""
    insecure_skip_verify: bool = False
    client_cert_file: str = ""
    client_key_file: str = ""
    retries: int | None = None
    call_seconds: float | None = None
    receive_limit: int | None = None
    login: Login = field(default_factory=Login)
    console_endpoint: str = ""
    default_project: str = DEFAULT_PROJECT
    default_domain: str = DEFAULT_DOMAIN
    storage: Storage = field(default_factory=Storage)
    unknown_keys: tuple[str, ...] = ()
    # Where things are kept and who said what makes no other Admin of it.
    token_folder: str = field(default="", compare=False)
    keyring: bool = field(default=False, compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)
    origins: Origins = field(default_factory=Origins, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.endpoint} (from {self.source})"

    @classmethod
    def auto(
        cls,
        config_file: str | Path | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> "Config":
        """What environment and files say.

        Args:
            config_file: The file that names the endpoint; it wins over what the environment says
                of that. Other values of it give way to variables. None to look at the usual
                places.
            environ, home: For another environment than this process's.

        Raises: ConfigError if nothing names an endpoint; there is no default, for a tool that
            changes things must not guess whose.
        """
        from reconciler.config.resolve import resolve

        environ, home = _surroundings(environ, home)
        return resolve(config_file=config_file, environ=environ, home=home)

    @classmethod
    def for_endpoint(
        cls,
        endpoint: str,
        insecure: bool | None = None,
        config_file: str | Path | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> "Config":
        """An Admin by name; how to log in there comes from the environment, or from a file about
        that very Admin.

        Args:
            endpoint: `host:port`, `dns:///host:port` or `http(s)://host:port`.
            insecure: Plain text; None for what the endpoint's scheme, the environment or the file
                says, or else plain text only within this machine.
            config_file: Its options count, whatever endpoint it names.
            environ, home: For another environment than this process's.

        Raises: ConfigError for what is no endpoint, or a file that cannot be read.
        """
        from reconciler.config.resolve import resolve

        environ, home = _surroundings(environ, home)
        return resolve(
            endpoint,
            flag_source="Config.for_endpoint",
            insecure=insecure,
            config_file=config_file,
            environ=environ,
            home=home,
        )

    @classmethod
    def for_sandbox(
        cls, *, environ: Mapping[str, str] | None = None, home: Path | None = None
    ) -> "Config":
        """The sandbox on this machine: `localhost:30080` in plain text, and its object store.

        Variables that name another Admin do not count, as with flytekit: who says sandbox must
        not reach production. Only `RECONCILER_SANDBOX` moves it, within this machine.

        Raises: ConfigError if that variable names another machine.
        """
        from reconciler.config.sandbox import for_sandbox

        environ, home = _surroundings(environ, home)
        return for_sandbox(environ=environ, home=home)

    @property
    def sends_in_plain_text(self) -> bool:
        """Whether credentials leave this machine for everybody on the way to read."""
        says = self.login.flow is not Flow.NONE or bool(self.login.proxy_command)
        return self.insecure and says and not _stays_here(self.endpoint)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of it is worth a word before anything is done, a sentence each."""
        found = [f"{self.source} sets {key}, which nothing reads" for key in self.unknown_keys]
        found += self.remarks
        if self.sends_in_plain_text:
            found.append(f"credentials go to {self.endpoint} in plain text, for all to read")
        return tuple(found)

    @property
    def sandbox_path(self) -> str | None:
        """Where the embedded Admin keeps its data (`:memory:` too); None for a real server."""
        if not self.endpoint.startswith(SANDBOX_PREFIX):
            return None
        return self.endpoint.removeprefix(SANDBOX_PREFIX)

    def at(self, endpoint: str) -> "Config":
        """The same wish, now that the embedded Admin listens at `endpoint` (`host:port`)."""
        return replace(self, endpoint=endpoint, insecure=True)


def _stays_here(endpoint: str) -> bool:
    from reconciler.config.endpoint import is_on_this_machine

    return endpoint.startswith(SANDBOX_PREFIX) or is_on_this_machine(endpoint)


def _surroundings(
    environ: Mapping[str, str] | None, home: Path | None
) -> tuple[Mapping[str, str], Path | None]:
    import os

    if environ is None:
        environ = os.environ
        if home is None:
            try:
                home = Path.home()
            except RuntimeError:  # a user without a home
                home = None
    return environ, home
