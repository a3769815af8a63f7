"""Where a request's entities are tried out, as the workspace file says it."""

from typing import Annotated

from pydantic import AfterValidator, Field

from reconciler.manifest.models.base import Maybe, Name, Part
from reconciler.model import parse_duration

_HOUR = 3600
_LONGEST = 24 * 366


def hours_of(text: str) -> int:
    """A time to live in hours.

    Raises: ValueError for what is no duration, or is not of whole hours up to a year.
    """
    duration = parse_duration(text)
    hours, rest = divmod(duration.seconds, _HOUR)
    if rest or duration.nanos or not 1 <= hours <= _LONGEST:
        raise ValueError(f"{text!r} is not of whole hours, from 1h to 366d")
    return hours


def _ttl(text: str) -> str:
    hours_of(text)
    return text


class PreviewSpec(Part):
    """A domain that nothing in production runs in, for what is under review."""

    domain: Annotated[Name, Field(description="Its name in Flyte Admin, where it must exist.")]
    project: Annotated[
        Maybe[Name],
        Field(description="One project for all of it.  [default: each stays in its own]"),
    ] = None
    ttl: Annotated[
        Name,
        AfterValidator(_ttl),
        Field(description="How long it is kept: whole hours or days, 12h or 3d."),
    ] = "3d"

    @property
    def hours(self) -> int:
        """The time to live in hours."""
        return hours_of(self.ttl)
