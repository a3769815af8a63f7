"""A JSON answer as Go's OAuth library sends it."""

import json
from typing import Any

from reconciler.sandbox.http.exchange import Answer


def json_answer(status: int, body: Any) -> Answer:
    """Return `body` as JSON."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, (("Content-Type", "application/json;charset=UTF-8"),), content)
