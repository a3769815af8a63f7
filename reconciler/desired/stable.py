"""The bytes of a spec that stand for its content: the same on every run and every machine."""

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate
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
    if isinstance(spec, WorkflowSpec):
        copy = WorkflowSpec()
        copy.CopyFrom(spec)
        for template in (copy.template, *copy.sub_workflows):
            _sort_upstream(template)
        spec = copy
    return bytes(spec.SerializeToString(deterministic=True))


def _sort_upstream(template: WorkflowTemplate) -> None:
    for node in template.nodes:
        _sort_node(node)
    if template.HasField("failure_node"):
        _sort_node(template.failure_node)


def _sort_node(node: Node) -> None:
    ids = sorted(node.upstream_node_ids)
    del node.upstream_node_ids[:]
    node.upstream_node_ids.extend(ids)
    if node.HasField("branch_node"):
        block = node.branch_node.if_else
        for case in (block.case, *block.other):
            _sort_node(case.then_node)
        if block.HasField("else_node"):
            _sort_node(block.else_node)
