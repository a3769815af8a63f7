"""A person at a terminal, for tests: what they were told, and a browser that obeys."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx

from reconciler.admin import Person


@dataclass
class Somebody:
    """`somebody.person()` is who may be asked to log in.

    Attributes:
        visit: What their browser does with a URL; it does so in a thread of its own.
        told: What was said to them, in order.
        opened: The URLs that were opened for them.
    """

    visit: Callable[[str], object] = lambda url: None
    told: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def person(
        self, *, is_there: bool = True, has_display: bool = True, in_ci: bool = False
    ) -> Person:
        return Person(
            is_there=is_there,
            has_display=has_display,
            in_ci=in_ci,
            tell=self._tell,
            open_browser=self._open,
        )

    def leave(self) -> None:
        """Wait until their browser is done."""
        for thread in self._threads:
            thread.join(10)

    def _tell(self, text: str) -> None:
        self.told.append(text)
        # Who has no display reads the address and types the code in elsewhere.
        if found := re.search(r"(http\S+user_code=\S+)", text):
            self.visit(found[1])

    def _open(self, url: str) -> bool:
        self.opened.append(url)
        thread = threading.Thread(target=self.visit, args=(url,))
        self._threads.append(thread)
        thread.start()
        return True


def follow(url: str) -> httpx.Response:
    """Go where the pages lead, with their cookies, until one stays."""
    with httpx.Client(follow_redirects=True) as browser:
        return browser.get(url)


def allow_device(page: str, decision: str = "allow") -> None:
    """Type the code into the embedded Admin's page."""
    code = parse_qs(urlsplit(page).query)["user_code"][0]
    httpx.post(page.partition("?")[0], data={"user_code": code, "decision": decision})
