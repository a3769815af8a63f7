"""Tags: what executions can be found by, their labels included.

They are stored before the execution and stay when it is then refused. A tag that is there
already, from an attempt before, refuses the attempt after.
"""

from typing import Any

from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import database

_LONGEST = 255  # characters of a key or a value


def store_tags(call: Call, execution_id: Any, spec: Any) -> None:
    """Store an execution's labels and tags: all of them or none.

    Raises:
        Refusal: ALREADY_EXISTS: one is there; UNKNOWN: one is too long or holds a NUL.
    """
    pairs = [*sorted(spec.labels.values.items()), *((tag, "") for tag in spec.tags)]
    if not pairs:
        return
    if any("\0" in key for key, _ in pairs):
        raise database('invalid byte sequence for encoding "UTF8": 0x00')
    with call.store.write() as session:
        now = call.now()
        for key, value in pairs:
            if len(key) > _LONGEST or len(value) > _LONGEST:
                raise database(f"value too long for type character varying({_LONGEST})")
            session.insert(
                "execution_tags",
                created_at=now,
                updated_at=now,
                execution_project=execution_id.project,
                execution_domain=execution_id.domain,
                execution_name=execution_id.name,
                key=key,
                value=value,
            )
