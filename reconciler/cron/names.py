"""The names that Admin's scheduler derives, the same ones whoever derives them.

An execution's name follows from the launch plan and the scheduled time alone, so firing a time
twice finds the name taken, and a backfill can know beforehand what the scheduler has run.

Source: flyteadmin/scheduler/identifier/identifier.go.
"""

from collections.abc import Iterable

from reconciler.cron.instants import SECOND

_OFFSET_BASIS = 14695981039346656037
_PRIME = 1099511628211
_BITS = (1 << 64) - 1


def execution_name(*, project: str, domain: str, name: str, version: str, instant: int) -> str:
    """Return the name of the execution that a launch plan's schedule starts at `instant`.

    Shape: `f`, sixteen hexadecimal digits, `000`. The fraction of a second plays no part, nor
    does the schedule itself. Parts are joined by `:` without escaping, so project `a:b` with
    domain `c` and project `a` with domain `b:c` collide.
    """
    uuid = execution_uuid(
        project=project, domain=domain, name=name, version=version, instant=instant
    )
    return f"f{uuid.replace('-', '')[:19]}"


def execution_names(
    *, project: str, domain: str, name: str, version: str, instants: Iterable[int]
) -> list[str]:
    """Return the names for many instants of one launch plan, as `execution_name` gives each."""
    start = _fnv1(f"{project}:{domain}:{name}:{version}:")
    return [_named(_fnv1(str(instant // SECOND), start)) for instant in instants]


def _named(value: int) -> str:
    return f"f{value.to_bytes(8, 'little').hex()}000"


def execution_uuid(*, project: str, domain: str, name: str, version: str, instant: int) -> str:
    """Return the UUID that the name is cut from; its second half is zeros."""
    key = f"{project}:{domain}:{name}:{version}:{instant // SECOND}"
    digits = _fnv1(key).to_bytes(8, "little").hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:]}-0000-000000000000"


def schedule_key(*, project: str, domain: str, name: str, version: str) -> int:
    """Return the scheduler's own key of a schedule, under which its snapshot keeps times."""
    return _fnv1(f"{project}:{domain}:{name}:{version}")


def _fnv1(text: str, value: int = _OFFSET_BASIS) -> int:
    # FNV-1 and not 1a: multiply first.
    for byte in text.encode("utf-8", "surrogatepass"):
        value = value * _PRIME & _BITS ^ byte
    return value
