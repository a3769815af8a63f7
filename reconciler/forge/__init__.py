"""Forges → one port: the change a pipeline is about, and what can be said there.

    request = find_request(os.environ)
    with connect(request, os.environ) as forge:
        forge.post(request.number, "preview:production", pages, facts={"commit": request.head})

GitHub, GitLab, Gitea with Forgejo, and Bitbucket Cloud. The only room that speaks to them.
"""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.forge.request import FORGES, Overrides, Request, find_request
from reconciler.forge.values import (
    Annotation,
    Check,
    Comment,
    Fate,
    Issue,
    Level,
    Note,
    Posted,
    Pull,
    Review,
    State,
)

if TYPE_CHECKING:  # most commands find out that there is no request, and talk to nobody
    from reconciler.forge.connecting import connect, has_token
    from reconciler.forge.forge import MARKER_ROOM, Forge
    from reconciler.forge.http import Pace
else:
    __getattr__ = opened_for(
        __name__,
        {
            "connecting": ("connect", "has_token"),
            "forge": ("MARKER_ROOM", "Forge"),
            "http": ("Pace",),
        },
    )

__all__ = [
    "FORGES",
    "MARKER_ROOM",
    "Annotation",
    "Check",
    "Comment",
    "Fate",
    "Forge",
    "Issue",
    "Level",
    "Note",
    "Overrides",
    "Pace",
    "Posted",
    "Pull",
    "Request",
    "Review",
    "State",
    "connect",
    "find_request",
    "has_token",
]
