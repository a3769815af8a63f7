"""The bytes of a spec that stand for its content: the same on every run and every machine."""

from collections.abc import Iterator
from typing import Any

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.workflow_pb2 import Node
from google.protobuf.message import Message

from reconciler.model import rewrite_texts, without_source_root

# How flytekit's serialised settings begin: gzip in base64.
_SETTINGS = b"H4sI"


def deterministic(spec: Message) -> bytes:
    """The bytes of a spec for its version: what differs from run to run does not count.

    The folder that a dynamic or eager task was packaged in, which flytekit writes into it, is
    left out: it stays in what is sent, but the same commit packaged in two folders is one version.
    """
    data = stable_bytes(spec)
    if _SETTINGS not in data:
        return data
    copy = type(spec)()
    copy.CopyFrom(spec)
    rewrite_texts(copy, without_source_root)
    return stable_bytes(copy)


def stable_bytes(spec: Message) -> bytes:
    """The bytes of a spec, the same on every run: maps sorted, and upstream ids too.

    flytekit writes `upstream_node_ids` from a set, so their order changes from run to run;
    Admin sorts them before it compares.
    """
    if isinstance(spec, WorkflowSpec) and any(list(ids) != sorted(ids) for ids in _upstream(spec)):
        copy = WorkflowSpec()
        copy.CopyFrom(spec)
        for ids in _upstream(copy):
            ids.sort()
        spec = copy
    return bytes(spec.SerializeToString(deterministic=True))


def _upstream(spec: WorkflowSpec) -> Iterator[Any]:
    """The lists of upstream ids that have an order, of nodes at any depth.

    Others are left alone: to write would make parts be there that were not.
    """
    for template in (spec.template, *spec.sub_workflows):
        for node in template.nodes:
            yield from _upstream_within(node)
        if template.HasField("failure_node"):
            yield from _upstream_within(template.failure_node)


def _upstream_within(node: Node) -> Iterator[Any]:
    if len(node.upstream_node_ids) > 1:
        yield node.upstream_node_ids
    match node.WhichOneof("target"):
        case "branch_node":
            block = node.branch_node.if_else
            for case in (block.case, *block.other):
                if case.HasField("then_node"):
                    yield from _upstream_within(case.then_node)
            if block.HasField("else_node"):
                yield from _upstream_within(block.else_node)
        case "array_node":
            yield from _upstream_within(node.array_node.node)
