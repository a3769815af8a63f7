"""How what a task is told twice is joined."""

from typing import Any

from flyteidl.admin import task_execution_pb2
from flyteidl.core import execution_pb2
from flyteidl.event import event_pb2
from google.protobuf import json_format, struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.executions.task_merge import (
    merge_custom,
    merge_logs,
    merge_metadata,
    shown_logs,
    sort_resources,
)

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES)


def _merged(existing: Any, latest: Any) -> Any:
    closure = task_execution_pb2.TaskExecutionClosure()
    closure.custom_info.CopyFrom(json_format.ParseDict(existing, struct_pb2.Struct()))
    merge_custom(closure, json_format.ParseDict(latest, struct_pb2.Struct()))
    return json_format.MessageToDict(closure.custom_info)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _patched(target: Any, patch: Any) -> Any:
    """RFC 7396, told another way, with what Go's library does to lists."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(result.get(key), dict):
            result[key] = _patched(result[key], value) if isinstance(value, dict) else value
        else:
            result[key] = _without_nulls(value)
    return result


@settings(max_examples=200, derandomize=True, deadline=None)
@given(OBJECTS, OBJECTS)
def test_custom_info_is_patched(existing: Any, latest: Any) -> None:
    """Nulls remove, objects merge, everything else replaces."""
    assert _merged(existing, latest) == _patched(existing, latest)


def test_first_custom_info_stays_whole() -> None:
    """Nulls and all."""
    closure = task_execution_pb2.TaskExecutionClosure()
    merge_custom(closure, json_format.ParseDict({"a": None}, struct_pb2.Struct()))

    assert json_format.MessageToDict(closure.custom_info) == {"a": None}


def _log(uri: str, name: str = "") -> Any:
    return execution_pb2.TaskLog(uri=uri, name=name)


def test_old_logs_stay_unless_their_uri_or_name_comes_again() -> None:
    """A log without a name is known by its URI alone."""
    merged = merge_logs(
        [_log("1", "a"), _log("2", "b"), _log("3"), _log("4")], [_log("1"), _log("9", "b")]
    )

    assert [log.uri for log in merged] == ["1", "9", "3", "4"]


def test_logs_may_hide() -> None:
    """While the task is pending, or once it is done."""
    log = execution_pb2.TaskLog(HideOnceFinished=True)
    phase = execution_pb2.TaskExecution

    assert shown_logs([log], phase.RUNNING)
    assert not shown_logs([log], phase.QUEUED)
    assert not shown_logs([log], phase.ABORTED)
    assert shown_logs([log], phase.RETRYABLE_FAILED)


KEYS = st.tuples(st.integers(0, 3), st.integers(0, 2))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(KEYS, unique=True), st.lists(KEYS))
def test_external_resources_are_kept_by_index_and_attempt(
    first: list[tuple[int, int]], later: list[tuple[int, int]]
) -> None:
    """Sorted at first, then each joins its own or takes its place."""

    def metadata(keys: list[tuple[int, int]]) -> Any:
        resources = [
            event_pb2.ExternalResourceInfo(index=index, retry_attempt=attempt, external_id=f"{n}")
            for n, (index, attempt) in enumerate(keys)
        ]
        return event_pb2.TaskExecutionMetadata(external_resources=resources)

    closure = task_execution_pb2.TaskExecutionClosure(metadata=metadata(first))
    sort_resources(closure.metadata)
    merge_metadata(closure, metadata(later))

    found = [(each.index, each.retry_attempt) for each in closure.metadata.external_resources]
    assert found == sorted({*first, *later})
