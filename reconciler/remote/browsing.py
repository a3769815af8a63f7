"""Look through what Admin holds, as `reconciler get` does."""

from typing import TYPE_CHECKING

from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from reconciler.model import ExecutionId
    from reconciler.remote.browse.browser import Browser
    from reconciler.remote.browse.watching import Watcher


class Browsing(Connected):
    """Look through what Admin holds."""

    @property
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
