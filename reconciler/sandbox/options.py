"""How a sandbox is asked for on a command line, and the sandbox that is meant."""

from argparse import ArgumentParser
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from reconciler.sandbox.clocks import parse_clock
from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.config_file import load_config
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import load_seed, plant
from reconciler.sandbox.server import Sandbox
from reconciler.sandbox.store import MEMORY


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of `python -m reconciler.sandbox`, as written.

    Attributes:
        data: Path of the store, or `:memory:`.
        grpc_port, http_port: 0 picks a free one.
        host: The address to listen on.
        config: Path of a configuration file of flyteadmin; empty: its defaults.
        clock: As `clocks.parse_clock` reads it.
        scheduler: Whether active schedules fire.
        chaos: As `faults.parse_faults` reads it; empty: good days.
        auth: Whether callers need tokens, whatever the configuration says.
        seed: Path of a file of projects to begin with, as `seed.load_seed` reads it.
    """

    data: str = MEMORY
    grpc_port: int = 0
    http_port: int = 0
    host: str = "127.0.0.1"
    config: str = ""
    clock: str = "real"
    scheduler: bool = False
    chaos: str = ""
    seed: str = ""
    auth: bool = False

    def sandbox(self) -> Sandbox:
        """Return the sandbox, not yet started, with what it is to begin with.

        Raises:
            ConfigError: A text or a file means nothing.
            StoreError: The store cannot be opened.
        """
        config = load_config(self.config) if self.config else SandboxConfig()
        if self.auth:
            config = _with_auth(config)
        clock = parse_clock(self.clock)
        faults = parse_faults(self.chaos) if self.chaos else None
        projects = load_seed(self.seed) if self.seed else ()
        sandbox = Sandbox(
            self.data,
            config=config,
            grpc_port=self.grpc_port,
            http_port=self.http_port,
            host=self.host,
            clock=clock,
            scheduler=self.scheduler,
            faults=faults,
        )
        try:
            plant(sandbox.admin, projects)
        except BaseException:
            sandbox.stop()
            raise
        return sandbox

    def resolved(self) -> "Options":
        """Return options that mean the same in whatever folder."""
        paths: dict[str, Any] = {
            name: str(Path(path).resolve())
            for name in ("data", "config", "seed")
            if (path := getattr(self, name)) not in ("", MEMORY)
        }
        return replace(self, **paths)

    def arguments(self) -> list[str]:
        """Return the command line that says the same."""
        line = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            line.append(f"--{field.name.replace('_', '-')}")
            if value is not True:
                line.append(str(value))
        return line


def _with_auth(config: SandboxConfig) -> SandboxConfig:
    security = replace(config.server.security, use_auth=True)
    return replace(config, server=replace(config.server, security=security))


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options to a parser; what it parses has the fields of `Options`."""
    parser.add_argument("--grpc-port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--http-port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--data", default=MEMORY, help="path of the store, or :memory:")
    parser.add_argument("--config", default="", help="flyteadmin's configuration file")
    parser.add_argument("--auth", action="store_true", help="ask callers for tokens (OAuth2)")
    parser.add_argument("--seed", default="", help="a YAML file of projects to begin with")
    parser.add_argument("--scheduler", action="store_true", help="let active schedules fire")
    parser.add_argument(
        "--clock", default="real", help="real, simulated, or the time a simulated one starts at"
    )
    parser.add_argument("--chaos", default="", help="bad days: seed=42,unavailable=5%%,…")
