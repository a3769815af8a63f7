"""Cross-origin requests, as flyteadmin lets browsers make them.

Source: `github.com/gorilla/handlers`, cors.go, and `flyteadmin/pkg/server/service.go`.
"""

from collections.abc import Callable

from reconciler.sandbox.config import Security
from reconciler.sandbox.http.exchange import Answer, Request

_METHODS = ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH")
_UNLISTED_METHODS = ("GET", "HEAD", "POST")
_UNLISTED_HEADERS = ("Accept", "Accept-Language", "Content-Language", "Origin")


def with_cors(security: Security, request: Request, handle: Callable[[], Answer]) -> Answer:
    """Answer a preflight, or let the request through and mark its answer.

    Args:
        handle: Answers the request itself.
    """
    if not security.allow_cors:
        return handle()
    origin = request.header("origin")
    preflight = request.method == "OPTIONS"
    if not origin or not _is_allowed(origin, security):
        return Answer(200) if preflight else handle()
    headers: list[tuple[str, str]] = []
    if preflight:
        refusal = _check_preflight(request, security, headers)
        if refusal is not None:
            return refusal
    headers.append(("Access-Control-Allow-Credentials", "true"))
    if len(security.allowed_origins) > 1:
        headers.append(("Vary", "Origin"))
    any_origin = not security.allowed_origins or "*" in security.allowed_origins
    headers.append(("Access-Control-Allow-Origin", "*" if any_origin else origin))
    return (Answer(200) if preflight else handle()).plus(*headers)


def _is_allowed(origin: str, security: Security) -> bool:
    allowed = security.allowed_origins
    return not allowed or origin in allowed or "*" in allowed


def _check_preflight(
    request: Request, security: Security, headers: list[tuple[str, str]]
) -> Answer | None:
    asked = request.values("access-control-request-method")
    if not asked:
        return Answer(400)
    if asked[0] not in _METHODS:
        return Answer(405)
    listed = []
    for name in request.header("access-control-request-headers").split(","):
        canonical = canonical_header(name.strip())
        if not canonical or canonical in _UNLISTED_HEADERS:
            continue
        if canonical not in map(canonical_header, security.allowed_headers):
            return Answer(403)
        listed.append(canonical)
    if listed:
        headers.append(("Access-Control-Allow-Headers", ",".join(listed)))
    if asked[0] not in _UNLISTED_METHODS:
        headers.append(("Access-Control-Allow-Methods", asked[0]))
    return None


def canonical_header(name: str) -> str:
    """Return a header's name with each word's first letter large, the others small."""
    return "-".join(word[:1].upper() + word[1:].lower() for word in name.split("-"))
