"""Clusters: which one may tell of an execution, and which ones there are."""

import grpc
from flyteidl.admin import event_pb2

from reconciler.sandbox.errors import Refusal, internal

ANY_PRODUCER = frozenset({"", "propeller"})


def check_producer(cluster: str, producer: str) -> None:
    """Refuse an event from a cluster that the execution is not on.

    Args:
        cluster: The execution's, as stored.
        producer: The event's `producer_id`.

    Raises:
        Refusal: FAILED_PRECONDITION with a detail.
    """
    if producer in ANY_PRODUCER or producer == cluster:
        return
    text = (
        f"Cluster/producer from event [{producer}] does not match existing workflow execution "
        f"clusterInDB: [{cluster}]"
    )
    reason = event_pb2.EventFailureReason()
    reason.incompatible_cluster.cluster = producer
    raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, text, [reason])


def check_label(label: str) -> None:
    """Refuse to launch under a cluster label: there is one cluster and it has none.

    Raises:
        Refusal: INTERNAL.
    """
    if label:
        text = f"execution cluster label {label} is not supported"
        raise internal(f"failed to create workflow in propeller {text}")


def check_target(cluster: str) -> None:
    """Refuse to stop what runs on a cluster other than the one there is.

    Raises:
        Refusal: INTERNAL.
    """
    if cluster:
        raise internal(f"remote target {cluster} is not supported")


def already_over(message: str, phase: str) -> Refusal:
    """Return the refusal of a change to what has ended.

    Args:
        phase: What the detail calls the current phase.
    """
    reason = event_pb2.EventFailureReason()
    reason.already_in_terminal_state.current_phase = phase
    return Refusal(grpc.StatusCode.FAILED_PRECONDITION, message, [reason])
