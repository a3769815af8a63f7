"""Times as the tables keep them and as messages carry them."""

from typing import Any

from google.protobuf import timestamp_pb2


def to_timestamp(microseconds: int) -> Any:
    """Return the Timestamp of microseconds since 1970."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return timestamp_pb2.Timestamp(seconds=seconds, nanos=rest * 1000)
