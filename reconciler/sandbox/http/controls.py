"""What is asked of the embedded Admin itself over HTTP: its clock, its bad days, how it is.

Below `/sandbox/`, where the real one has nothing. Bodies and answers are JSON; a control that
changes something wants `Content-Type: application/json`, and no other origin is let in, so that
no web page can wind the clock of whoever looks at it.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.sandbox.http.exchange import Answer, HTTPError, Request

Json = dict[str, Any]
Control = Callable[[Json], Json]

PREFIX = "/sandbox/"

_LARGEST_BODY = 1 << 20


class ControlError(Exception):
    """A control cannot do what it was asked for; the message says why."""


def wants(request: Request) -> bool:
    """Tell whether a request is for a control."""
    return request.path.startswith(PREFIX)


def answer(controls: Mapping[tuple[str, str], Control], request: Request) -> Answer:
    """Answer one request.

    Args:
        controls: By HTTP method and path.
    """
    control = controls.get((request.method, request.path))
    if control is None:
        known = any(path == request.path for _, path in controls)
        return _json(405 if known else 404, {"error": f"no {request.method} {request.path}"})
    try:
        return _json(200, control(_body(request)))
    except HTTPError as exc:
        return _json(exc.status, {"error": exc.text})
    except ControlError as exc:
        return _json(400, {"error": str(exc)})


def _body(request: Request) -> Json:
    if request.method == "GET":
        return {}
    if request.header("content-type").partition(";")[0].strip() != "application/json":
        raise HTTPError(415, "the body must be application/json")
    try:
        body = json.loads(request.body(limit=_LARGEST_BODY) or b"{}")
    except ValueError as exc:
        raise HTTPError(400, f"the body is no JSON: {exc}") from exc
    if not isinstance(body, dict):
        raise HTTPError(400, "the body must be an object")
    return body


def _json(status: int, body: Json) -> Answer:
    content = json.dumps(body).encode()
    return Answer(status, (("Content-Type", "application/json"),), content)
