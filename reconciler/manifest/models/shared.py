"""Parts that many manifests have in common because they say nothing about them."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from reconciler.manifest.models.base import Part

P = TypeVar("P", bound=Part)


def unsaid(part: type[P]) -> Callable[[], P]:
    """The factory of a part about which nothing is said: one for all, since parts never change."""
    return cache(lambda: part())
