"""What is told, and to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Occasion(StrEnum):
    """What there is to be told about."""

    DRIFT = "drift"
    PLAN = "plan"
    APPLY = "apply"


class Mood(StrEnum):
    """How it stands, for services that show a colour; named as apprise names them."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Somebody to be told.

    Attributes: `url` where, which is a secret: services' URLs hold their tokens; `is_machine`
    whether that takes CloudEvents instead of words; `token` a machine's bearer token; `title` and
    `body` what is said instead of the usual, with `{summary}` and the like in them.
    """

    name: str
    url: str = field(repr=False)
    is_machine: bool = False
    token: str = field(default="", repr=False)
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What happened, for people and for machines; everything in it is masked already.

    Attributes:
        state: `found`, `changed`, `resolved` of drift; `done`, `partial`, `failed` of an apply.
        summary: One line.
        detail: Markdown, a few lines.
        url: Where there is more; "" for nowhere.
        digest: Of the state that is told; equal ones say the same.
        data: The document, for machines.
    """

    occasion: Occasion
    state: str
    workspace: str
    environment: str
    summary: str
    at: datetime
    detail: str = ""
    url: str = ""
    mood: Mood = Mood.INFO
    digest: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def place(self) -> str:
        """Workspace and environment, as far as there are any: `shop/production`."""
        return "/".join(one for one in (self.workspace, self.environment) if one)

    @property
    def words(self) -> Mapping[str, str]:
        """What templates may refer to, by name."""
        return {
            "occasion": str(self.occasion),
            "state": self.state,
            "workspace": self.workspace,
            "environment": self.environment,
            "place": self.place,
            "summary": self.summary,
            "detail": self.detail,
            "url": self.url,
        }
