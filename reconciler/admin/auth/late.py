"""A person's login, loaded only once there is a reason to think of one.

Most commands talk to an Admin that asks nobody who he is, or come with a kept token: they should
not wait for what opens browsers.
"""

import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.config import Config, Flow
from reconciler.ports import Clock

if TYPE_CHECKING:
    from reconciler.admin.auth.metadata import Metadata
    from reconciler.admin.auth.person import Person
    from reconciler.admin.auth.personal import Personal
    from reconciler.admin.auth.tokens import Token


class LatePersonal:
    """A TokenSource; `header` finds the header for its tokens."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        person: "Person | None",
        metadata: Callable[[], "Metadata"],
    ) -> None:
        self._config = config
        self._clock = clock
        self._person = person
        self._metadata = metadata
        self._header = ""

    def get(self, *, instead_of: str | None = None) -> "Token | None":
        if instead_of is None and self._has_nothing():
            return None
        self._header = ""  # whoever refused may look elsewhere by now
        return self._personal.get(instead_of=instead_of)

    def header(self) -> str:
        """The header that takes the token."""
        self._header = self._header or self._config.login.header or self._personal.header()
        return self._header

    def _has_nothing(self) -> bool:
        """Whether no login is said and no token of one is kept."""
        config = self._config
        if config.login.flow is not Flow.NONE or config.keyring:
            return False
        if not os.path.isdir(config.token_folder):
            return True
        from reconciler.admin.auth.store import has_file

        return not has_file(config)

    @cached_property
    def _personal(self) -> "Personal":
        from reconciler.admin.auth.person import Person
        from reconciler.admin.auth.personal import Personal
        from reconciler.admin.auth.store import TokenStore

        person = self._person or Person.here()
        return Personal(
            config=self._config,
            clock=self._clock,
            person=person,
            store=TokenStore(self._config, self._clock, person.tell),
            ask=self._metadata,
        )
