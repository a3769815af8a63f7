"""Look through what Admin holds, as `reconciler get` does."""

from typing import TYPE_CHECKING

from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from reconciler.remote.browse.browser import Browser


class Browsing(Connected):
    """Look through what Admin holds."""

    @property
    def browser(self) -> "Browser":
        """Lists of every kind, for people: each row the message that Admin sent."""
        from reconciler.remote.browse.browser import Browser

        return Browser(self._connection, parallelism=self._parallelism)
