"""How a further event of a task joins what its closure holds already.

Source: `flyteadmin/pkg/repositories/transformers/task_execution.go`; RFC 7396 for custom info,
as github.com/evanphx/json-patch v4 does it.
"""

from collections.abc import Sequence
from typing import Any

from flyteidl.core import catalog_pb2, execution_pb2
from flyteidl.event import event_pb2
from google.protobuf import struct_pb2

from reconciler.sandbox.errors import internal
from reconciler.sandbox.executions import phases

_PENDING = (execution_pb2.TaskExecution.QUEUED, execution_pb2.TaskExecution.INITIALIZING)


def merge_reasons(closure: Any, event: Any) -> None:
    """Add why the task is where it is: each of `reasons`, else `reason` if it is another."""
    if event.reasons:
        for reason in event.reasons:
            added = closure.reasons.add(message=reason.reason)
            if reason.HasField("occurred_at"):
                added.occurred_at.CopyFrom(reason.occurred_at)
        closure.reason = event.reasons[-1].reason
    elif event.reason:
        if closure.reason != event.reason:
            closure.reasons.add(message=event.reason, occurred_at=event.occurred_at)
        closure.reason = event.reason


def merge_logs(existing: Sequence[Any], latest: Sequence[Any]) -> list[Any]:
    """Return the new logs, then those old ones whose URI and name do not come again."""
    if not latest:
        return list(existing)
    uris = {log.uri for log in latest}
    names = {log.name for log in latest if log.name}
    return [*latest, *(log for log in existing if log.uri not in uris and log.name not in names)]


def replace_all(field: Any, messages: Sequence[Any]) -> None:
    """Set a repeated message field; `messages` may be some of its own."""
    encoded = [message.SerializeToString() for message in messages]
    del field[:]
    for content in encoded:
        field.add().MergeFromString(content)


def shown_logs(logs: Sequence[Any], phase: int) -> list[Any]:
    """Return the logs worth showing in this phase of the task."""
    if phase in _PENDING:
        return [log for log in logs if log.ShowWhilePending]
    if phases.is_end(phases.TASK, phase):
        return [log for log in logs if not log.HideOnceFinished]
    return list(logs)


def merge_custom(closure: Any, latest: Any) -> None:
    """Merge a Struct into the closure's custom info, as JSON is merged; the first stays whole.

    Raises:
        Refusal: INTERNAL: one of the two cannot be written as JSON.
    """
    if not closure.HasField("custom_info"):
        closure.custom_info.CopyFrom(latest)
        return
    try:
        _check_json(closure.custom_info)
        _check_json(latest)
    except ValueError as exc:
        text = f"failed to merge task event custom_info with error: {exc}"
        raise internal(text) from exc
    _merge_struct(closure.custom_info, latest)


def _merge_struct(document: Any, patch: Any) -> None:
    for key, value in patch.fields.items():
        kind = value.WhichOneof("kind")
        if kind == "null_value":
            document.fields.pop(key, None)
            continue
        former = document.fields[key].WhichOneof("kind") if key in document.fields else None
        if former == "struct_value" and kind == "struct_value":
            _merge_struct(document.fields[key].struct_value, value.struct_value)
        elif former == "struct_value":
            document.fields[key].CopyFrom(value)
        else:
            document.fields[key].CopyFrom(_without_nulls(value))


def _without_nulls(value: Any) -> Any:
    """Return a copy whose objects have no null values and whose lists no null items."""
    kind = value.WhichOneof("kind")
    pruned = struct_pb2.Value()
    if kind == "struct_value":
        pruned.struct_value.SetInParent()
        for key, item in value.struct_value.fields.items():
            if item.WhichOneof("kind") != "null_value":
                pruned.struct_value.fields[key].CopyFrom(_without_nulls(item))
    elif kind == "list_value":
        pruned.list_value.SetInParent()
        for item in value.list_value.values:
            if item.WhichOneof("kind") != "null_value":
                pruned.list_value.values.add().CopyFrom(_without_nulls(item))
    else:
        pruned.CopyFrom(value)
    return pruned


def _check_json(struct: Any) -> None:
    for value in struct.fields.values():
        _check_value(value)


def _check_value(value: Any) -> None:
    kind = value.WhichOneof("kind")
    if kind is None:
        raise ValueError("proto:\u00a0google.protobuf.Value: none of the oneof fields is set")
    if kind == "number_value" and value.number_value - value.number_value != 0:
        shown = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value.number_value)]
        name = "google.protobuf.Value.number_value"
        raise ValueError(f"proto:\u00a0{name}: invalid {shown} value")
    if kind == "struct_value":
        _check_json(value.struct_value)
    if kind == "list_value":
        for item in value.list_value.values:
            _check_value(item)


def sort_resources(metadata: Any) -> None:
    """Put external resources in order of index and attempt."""
    metadata.external_resources.sort(key=lambda resource: (resource.index, resource.retry_attempt))


def merge_metadata(closure: Any, latest: Any) -> None:
    """Merge TaskExecutionMetadata into the closure's; the first is taken as it is."""
    if not closure.HasField("metadata"):
        closure.metadata.CopyFrom(latest)
        return
    existing = closure.metadata
    if latest.generated_name:
        existing.generated_name = latest.generated_name
    _merge_resources(existing, latest.external_resources)
    replace_all(existing.resource_pool_info, latest.resource_pool_info)
    if latest.plugin_identifier:
        existing.plugin_identifier = latest.plugin_identifier
    if latest.instance_class != event_pb2.TaskExecutionMetadata.DEFAULT:
        existing.instance_class = latest.instance_class


def _merge_resources(metadata: Any, latest: Sequence[Any]) -> None:
    resources = list(metadata.external_resources)
    for resource in latest:
        key = (resource.index, resource.retry_attempt)
        at = _search(resources, key)
        if at < len(resources) and (resources[at].index, resources[at].retry_attempt) == key:
            _merge_resource(resources[at], resource)
        else:
            copy = event_pb2.ExternalResourceInfo()
            copy.CopyFrom(resource)
            resources.insert(at, copy)
    replace_all(metadata.external_resources, resources)


def _search(resources: Sequence[Any], key: tuple[int, int]) -> int:
    """Find where `key` belongs as Go's sort.Search does, also in a list out of order."""
    low, high = 0, len(resources)
    while low < high:
        middle = (low + high) // 2
        if (resources[middle].index, resources[middle].retry_attempt) >= key:
            high = middle
        else:
            low = middle + 1
    return low


def _merge_resource(existing: Any, latest: Any) -> None:
    if latest.external_id:
        existing.external_id = latest.external_id
    existing.phase = latest.phase
    if latest.cache_status != catalog_pb2.CACHE_DISABLED:
        existing.cache_status = latest.cache_status
    replace_all(existing.logs, merge_logs(existing.logs, latest.logs))
    if latest.HasField("custom_info"):
        existing.custom_info.CopyFrom(latest.custom_info)
