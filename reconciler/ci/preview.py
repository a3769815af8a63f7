"""Tell a request what merging it would do: on the request, on its commit, and beside the job.

What nobody may be told for want of a token is still in the job's summary and among its artifacts:
a fork's pipeline gets no token, and another, trusted one posts what it left (`post`).
"""

import contextlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from reconciler.ci.artifacts import index_of, write_artifacts
from reconciler.ci.planned import Planned
from reconciler.ci.remarks import remarks_of
from reconciler.ci.review import hidden_steps
from reconciler.ci.steps import steps_digest
from reconciler.ci.summary import SUMMARY, append_summary
from reconciler.errors import ForgeDeniedError, ForgeError
from reconciler.forge import (
    MARKER_ROOM,
    Annotation,
    Check,
    Fate,
    Forge,
    Note,
    Request,
    State,
    connect,
    has_token,
)
from reconciler.report import Preview

_NO_DETAIL = 60_000  # bytes of a check's summary


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling: remarks for the job's log, and the index of what was previewed."""

    said: tuple[str, ...]
    index: Mapping[str, object]
    denied: ForgeError | None = None


def warm_up(request: Request, environ: Mapping[str, str]) -> None:
    """Load what telling needs, in a thread of its own: planning mostly waits for Flyte Admin."""
    if has_token(request, environ):
        threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    with contextlib.suppress(ImportError):  # whoever needs it tells of it
        import httpx

        assert httpx


def tell_request(
    planned: Sequence[Planned],
    request: Request,
    environ: Mapping[str, str],
    *,
    top: Path,
    post: bool = True,
    artifacts: Path | None = None,
) -> Told:
    """Tell everybody who is to know: artifacts and summary first, for they need no forge.

    Args:
        top: The repository's folder, from which paths of remarks count.
        post: False to say nothing to the forge.
        artifacts: Where files are left; None for none.

    Raises: OSError if artifacts or the summary cannot be written. What the forge refuses is
        `denied`.
    """
    annotations = {one.key: remarks_of(one, top) for one in planned}
    index = index_of(planned, request, annotations)
    previews = {
        one.key: one.preview(digest=steps_digest(one.steps), run_url=request.run_url)
        for one in planned
    }
    if artifacts is not None:
        write_artifacts(artifacts, planned, index, annotations)
    write_summary(environ, [*previews.values()])
    if not post:
        return Told((), index)
    if not has_token(request, environ):
        why = "no forge was recognised" if not request.is_known else "there is no token for it"
        return Told((f"Nothing is posted: {why}.",), index)
    said: list[str] = []
    try:
        with connect(request, environ) as forge:
            for one in planned:
                said += _tell(forge, request, one, previews[one.key], annotations[one.key])
    except ForgeDeniedError as error:
        said.append(f"Warning: {error}")
        if _is_outside(request):
            said.append(
                "A fork's pipeline may not post. A trusted one can, from its artifacts: see "
                "`reconciler ci post --help`."
            )
            return Told(tuple(said), index)
        return Told(tuple(said), index, error)
    except ForgeError as error:
        return Told((*said, f"Warning: {error}"), index, error)
    return Told(tuple(said), index)


def write_summary(environ: Mapping[str, str], previews: Sequence[Preview]) -> None:
    """Append the previews to the summary of the job, where its CI shows one."""
    share = max(SUMMARY // max(len(previews), 1), 16_000)
    # Of what is too long the first part stands there, and says so.
    append_summary(environ, (preview.pages(share)[0] for preview in previews))


def _tell(
    forge: Forge,
    request: Request,
    one: Planned,
    preview: Preview,
    annotations: Sequence[Annotation],
) -> list[str]:
    said = []
    commit = request.head or one.commit
    if request.number is not None:
        said.append(_comment(forge, request, one, preview))
    else:
        said.append("Nothing is posted on a request: this pipeline runs for none.")
    if commit:
        forge.set_check(
            Check(
                name=check_name(one.title),
                commit=commit,
                state=State.SUCCESS if one.succeeded else State.FAILURE,
                title=preview.verdict,
                summary=preview.pages(_NO_DETAIL)[0],
                url=request.run_url,
                key=f"{request.run}:{one.key}:{_at(one)}",
                annotations=tuple(annotations),
            )
        )
    return said


def _comment(forge: Forge, request: Request, one: Planned, preview: Preview) -> str:
    assert request.number is not None
    digest = steps_digest(one.steps)
    before = forge.read(request.number, one.marker)
    preview = preview.with_stale(_stale(forge, request, one, before))
    facts = {
        "commit": request.head or one.commit,
        "at": _at(one),
        "run": request.run,
        "code": str(one.code),
    }
    if one.plan is not None:
        facts["steps"] = digest
    if request.base:
        facts["base"] = request.base
    hidden = forge.hide(hidden_steps(one.plan)) if one.plan is not None else ""
    pages = [*preview.pages(forge.limit - MARKER_ROOM - len(hidden))]
    # Below what people read: what a merge is compared with.
    pages[-1] = f"{pages[-1].rstrip()}\n\n{hidden}" if hidden else pages[-1]
    posted = forge.post(request.number, one.marker, pages, facts=facts)
    where = posted.urls[0] if posted.urls else f"request {request.number}"
    if posted.fate is Fate.OUTDATED:
        return f"A newer commit or run takes its place, so nothing is posted: {where}"
    return f"Posted ({posted.fate}): {where}"


def _stale(forge: Forge, request: Request, one: Planned, before: Note | None) -> tuple[str, ...]:
    """Why the preview may not be what happens: the badge of a comment that is updated."""
    found = []
    facts = before.facts if before is not None else {}
    commit = request.head or one.commit
    digest = steps_digest(one.steps)
    is_planned = one.plan is not None and facts.get("commit") == commit
    if is_planned and facts.get("steps", digest) != digest:
        found.append(
            f"The plan of this very commit was another one at {facts.get('at', 'first')}: "
            "Flyte Admin, or what this goes into, has moved since. Look at it again."
        )
    try:
        pull = forge.pull(request.number) if request.number is not None else None
    except ForgeError:
        pull = None
    if pull is not None and request.base and not _same(pull.base, request.base):
        found.append(
            f"{request.target or pull.target} has moved on since {request.base[:12]}, which this "
            "was planned with. Run it again to see what merging does now."
        )
    return tuple(found)


def check_name(title: str) -> str:
    """What a check is called: one for each environment."""
    return f"reconciler plan ({title})" if title else "reconciler plan"


def _same(one: str, other: str) -> bool:
    # One forge shortens commits.
    return one.startswith(other) or other.startswith(one)


def _at(one: Planned) -> str:
    return f"{one.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _is_outside(request: Request) -> bool:
    """Whether its pipeline gets a token that may only read."""
    return request.is_fork or request.actor == "dependabot[bot]"
