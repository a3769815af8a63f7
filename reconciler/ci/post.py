"""Post what another job left, from a job that has a token and runs nothing of the request.

A fork's pipeline gets no token, and must not: it runs what the fork says. So it only leaves files,
and this job, whose workflow is the target's, posts them. It takes nothing in them for true: the
forge says which request has that commit, and texts are shown as code.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from reconciler.ci.artifacts import Leavings, Left
from reconciler.errors import ConfigError
from reconciler.forge import MARKER_ROOM, Fate, Forge, Pull, Request, connect
from reconciler.report import PreviewFacts, untrusted_preview

_REMARK = (
    "This was planned by the request's own job, with the request's own code. It is what that job "
    "says, and nobody has checked it."
)


def post_left(
    leavings: Leavings, request: Request, environ: Mapping[str, str], *, now: datetime
) -> tuple[str, ...]:
    """Post a comment for each environment; tell what was done.

    Args:
        request: As this job's own environment says: its head is what the other job ran for.

    Raises: ConfigError if the files are not about what the forge says; ForgeError.
    """
    number = request.number if request.number is not None else leavings.number
    if number is None:
        raise ConfigError("the artifact names no request, and nor does the environment: --request")
    if not leavings.head:
        raise ConfigError("the artifact names no commit")
    if request.head and not _same(request.head, leavings.head):
        raise ConfigError(
            f"the artifact is about commit {leavings.head[:12]}, and the job that left it ran for "
            f"{request.head[:12]}: nothing is posted"
        )
    with connect(request, environ) as forge:
        pull = forge.pull(number)
        _check_source(pull, request)
        if not _same(pull.head, leavings.head):
            return (
                f"Request {number} is at {pull.head[:12]} by now, and the artifact is about "
                f"{leavings.head[:12]}: nothing is posted.",
            )
        return tuple(_post(forge, request, number, pull, one, now) for one in leavings.entries)


def _check_source(pull: Pull, request: Request) -> None:
    """Check that the request comes from where the other job ran.

    Several requests may have one commit: whoever pushes that of another must not speak there.

    Raises: ConfigError if it comes from elsewhere.
    """
    known = ((pull.source_repository, request.source_repository), (pull.source, request.branch))
    # Only of another workflow's run are both known; a job that was told the request knows it.
    if request.number is None and any(
        one and other and one.lower() != other.lower() for one, other in known
    ):
        raise ConfigError(
            f"request {pull.number} comes from {pull.source_repository}:{pull.source}, and the "
            f"job that left the artifact ran for {request.source_repository}:{request.branch}: "
            "nothing is posted"
        )


def _post(
    forge: Forge, request: Request, number: int, pull: Pull, one: Left, now: datetime
) -> str:
    facts = PreviewFacts(
        title=one.title,
        commit=pull.head,
        at=f"posted {now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        run_url=request.run_url,
        remarks=(_REMARK,),
    )
    try:
        preview = untrusted_preview(one.document, one.text, facts)
    except ValueError as error:
        raise ConfigError(f"the plan of {one.key} in the artifact is none: {error}") from None
    said = {
        "commit": request.head or pull.head,
        "at": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        # Whoever looks for what was reviewed sees that this is hearsay.
        "by": "request",
    }
    pages = preview.pages(forge.limit - MARKER_ROOM)
    posted = forge.post(number, f"preview:{one.key}", pages, facts=said)
    where = posted.urls[0] if posted.urls else f"request {number}"
    if posted.fate is Fate.OUTDATED:
        return f"A newer commit or run takes its place, so nothing is posted: {where}"
    return f"Posted ({posted.fate}): {where}"


def _same(one: str, other: str) -> bool:
    # One forge shortens commits.
    return bool(one and other) and (one.startswith(other) or other.startswith(one))
