"""Look through what Admin holds, as `reconciler get` does."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from reconciler.model import ExecutionId
    from reconciler.remote.browse.browser import Browser
    from reconciler.remote.browse.watching import Watcher
    from reconciler.remote.launching.launching import Launch
    from reconciler.remote.remote import Remote


class Browsing(Connected):
    """Look through what Admin holds."""

    @cached_property
    def browser(self) -> "Browser":
        """Lists of every kind, for people: each row the message that Admin sent."""
        from reconciler.remote.browse.browser import Browser

        return Browser(self._connection, parallelism=self._parallelism)

    def watcher(self, execution: "ExecutionId", *, depth: int | None = None) -> "Watcher":
        """Looks at an execution again and again: `look()` gives it as a tree (`model.Branch`).

        Args:
            depth: How many levels below its own nodes are looked into; None for all.
        """
        from reconciler.remote.browse.watching import Watcher

        return Watcher(self.browser, execution.to_identifier(), depth=depth)

    def prepare_launch(
        self,
        entity: str,
        *,
        project: str,
        domain: str,
        version: str | None,
        texts: Mapping[str, str],
        values: Mapping[str, Any],
        options: Mapping[str, Any],
        now: datetime,
    ) -> "Launch":
        """What a command line asks to launch, all of it checked; `send()` launches it.

        Args:
            entity: `NAME` of a launch plan, `task:NAME` or `workflow:NAME`.
            version: None for the active one or else the latest, `latest` for this.
            texts: Inputs as texts, read by their declared types; they win over `values`.
            values: Inputs as YAML or JSON has them.
            options: Fields of `Options`.
            now: For times that are said relative to it.

        Raises: InputsError with all that is wrong with the inputs; NotFoundError, ExecutionError,
            AdminError.
        """
        from reconciler.remote.launching.launching import prepare

        return prepare(
            cast("Remote", self),
            entity,
            project=project,
            domain=domain,
            version=version,
            texts=texts,
            values=values,
            options=options,
            now=now,
        )

    def set_signal_text(
        self, signal_id: str, execution: "ExecutionId", text: str, *, overwrite: bool = False
    ) -> None:
        """Give a signal the value that a text says, read by its declared type.

        Raises: SignalError as `set_signal`, and for a text that is no such value.
        """
        from datetime import UTC

        from reconciler.errors import SignalError
        from reconciler.remote.executions.signals import list_signals, set_signal
        from reconciler.remote.launching.texts import from_text

        value: Any = text
        for signal in list_signals(self, execution):
            if signal.id.signal_id == signal_id:
                try:
                    value = from_text(
                        text, signal.type, where=f"signal {signal_id}", now=datetime.now(UTC)
                    )
                except ValueError as error:
                    raise SignalError(str(error)) from None
        set_signal(cast("Remote", self), execution, signal_id, value, overwrite=overwrite)
