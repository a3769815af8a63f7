"""What every part of `Remote` stands on: one connection, and where things lie unless said."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from reconciler.admin import Connection, connect
from reconciler.config import Config

if TYPE_CHECKING:  # a plan asks for no client
    from reconciler.admin import AdminClient


class Connected:
    """A connection to one Admin; close it, or use it in a `with`.

    Attributes:
        config: What was connected to.
        default_project, default_domain: Where a method works that is told no other place.
        interactive_mode_enabled: Whether what is registered goes as a pickle, for its source is a
            notebook's.
    """

    def __init__(
        self,
        config: Config | None = None,
        default_project: str | None = None,
        default_domain: str | None = None,
        data_upload_location: str = "",
        interactive_mode_enabled: bool | None = None,
        *,
        parallelism: int = 10,
        cache: Path | None = None,
    ) -> None:
        """Prepare to talk to an Admin; nothing is sent yet.

        Args:
            config: Which one; None for what files and environment name.
            default_project, default_domain: None for what the configuration names, or else
                `flytesnacks` and `development`.
            data_upload_location: The folder of uploads, below what Admin's data proxy chooses;
                flytekit's name for it.
            interactive_mode_enabled: None to see whether this is a notebook.
            parallelism: How many calls may be under way at once.
            cache: The folder where hashes of code, packages fetched and what manifests were bound
                to are kept; None to read all code anew, to bind all anew, and to keep packages
                with the temporary files.

        Raises: ConfigError or UnreachableError if no channel can be opened at all.
        """
        self.config = config if config is not None else Config.auto()
        self.default_project = default_project or self.config.default_project
        self.default_domain = default_domain or self.config.default_domain
        self._upload_location = data_upload_location
        self._interactive = interactive_mode_enabled
        self._parallelism = parallelism
        self._cache = cache
        self._connection: Connection = connect(self.config, parallelism=parallelism)

    @classmethod
    def auto(cls, config_file: str | Path | None = None, **options: Any) -> Self:
        """Connect to what files and environment name; `options` as the class takes them.

        Raises: ConfigError if nothing names an Admin.
        """
        return cls(Config.auto(config_file), **options)

    @classmethod
    def for_endpoint(
        cls,
        endpoint: str,
        insecure: bool | None = None,
        config_file: str | Path | None = None,
        **options: Any,
    ) -> Self:
        """Connect to one Admin by its `host:port`; `options` as the class takes them.

        Raises: ConfigError for what is no endpoint.
        """
        return cls(Config.for_endpoint(endpoint, insecure, config_file), **options)

    @classmethod
    def for_sandbox(cls, **options: Any) -> Self:
        """Connect to the sandbox on this machine; `options` as the class takes them."""
        return cls(Config.for_sandbox(), **options)

    @property
    def endpoint(self) -> str:
        return self.config.endpoint

    @property
    def client(self) -> "AdminClient":
        """Every RPC of Admin, typed; on the same connection."""
        return self._connection.client

    @property
    def interactive_mode_enabled(self) -> bool:
        if self._interactive is None:
            self._interactive = _in_notebook()
        return self._interactive

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _place(self, project: str | None, domain: str | None) -> tuple[str, str]:
        """A project and a domain, the default ones where none is said."""
        return project or self.default_project, domain or self.default_domain


def _in_notebook() -> bool:
    """Whether this process is a notebook's kernel, asked without loading IPython."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
