"""What a task may ask for: its requests and limits against each other and the platform's.

Source: flyteadmin/pkg/manager/impl/validation/task_validator.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flyteidl.core import tasks_pb2

from reconciler.compiler import Quantity, QuantityError, parse_quantity
from reconciler.sandbox.attributes import TASK_RESOURCE, find_attributes
from reconciler.sandbox.config import ResourceSet, SandboxConfig
from reconciler.sandbox.errors import invalid
from reconciler.sandbox.store import Session

CPU = tasks_pb2.Resources.CPU
GPU = tasks_pb2.Resources.GPU
MEMORY = tasks_pb2.Resources.MEMORY
EPHEMERAL_STORAGE = tasks_pb2.Resources.EPHEMERAL_STORAGE

_CONTACT = "Please contact Flyte Admins to change these limits or consult the configuration"

Amounts = Mapping[int, Quantity]


def platform_limits(
    session: Session, config: SandboxConfig, *, project: str, domain: str
) -> Amounts:
    """Return the most that tasks of a project and domain may ask for.

    A TASK_RESOURCE attribute replaces the configured limits whole, even one that says nothing.
    What is missing, zero or unreadable is no limit.
    """
    found = find_attributes(session, resource_type=TASK_RESOURCE, project=project, domain=domain)
    spec: Any = config.task_resources.limits
    if found is not None:
        spec = found.task_resource_attributes.limits
    return _amounts(spec)


def _amounts(spec: ResourceSet | Any) -> Amounts:
    written = {
        CPU: spec.cpu,
        GPU: spec.gpu,
        MEMORY: spec.memory,
        EPHEMERAL_STORAGE: spec.ephemeral_storage,
    }
    amounts: dict[int, Quantity] = {}
    for name, text in written.items():
        try:
            amount = parse_quantity(text)
        except QuantityError:
            continue
        if amount.number != 0:
            amounts[name] = amount
    return amounts


def read_container(entries: Iterable[Any], *, task: str) -> Amounts:
    """Read one list of a container's resources, in its order.

    Args:
        entries: ResourceEntry messages; names that are not compared are skipped.
        task: The id as messages name it.

    Raises:
        Refusal: INVALID_ARGUMENT: a name twice, a value that is no quantity, part of a GPU.
    """
    amounts: dict[int, Quantity] = {}
    for entry in entries:
        if entry.name not in (CPU, GPU, MEMORY, EPHEMERAL_STORAGE):
            continue
        name = _name(entry.name)
        if entry.name in amounts:
            raise invalid(f"can't specify {name} limit for task [{task}] multiple times")
        try:
            amounts[entry.name] = parse_quantity(entry.value)
        except QuantityError as exc:
            raise invalid(
                f"Parsing of {name} request failed for value {entry.value} - reason  {exc}. "
                "Please follow K8s conventions for resources https://kubernetes.io/docs/concepts/"
                "configuration/manage-resources-containers/"
            ) from None
        if entry.name == GPU and not amounts[GPU].is_whole():
            raise invalid(f"gpu for [{task}] must be a whole number, got: {entry.value} instead")
    return amounts


def check(requests: Amounts, limits: Amounts, *, platform: Amounts, task: str) -> None:
    """Compare requests with limits and both with the platform, as integers rounded up.

    Only names in `requests` are looked at. Which of several offenders Admin reports is left to
    chance; here it is the first by number.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    for number in sorted(requests):
        name, request = _name(number), requests[number]
        limit, most = limits.get(number), platform.get(number)
        if number == GPU:
            if limit is not None and limit.value() != request.value():
                raise invalid(
                    "For extended resource 'gpu' the default value must equal the limit value "
                    f"for task [{task}]"
                )
        elif limit is not None:
            if limit.value() < request.value():
                raise invalid(
                    f"Requested {name} default [{request}] is greater than the limit [{limit}]. "
                    "Please fix your configuration"
                )
            if most is not None and limit.value() > most.value():
                raise _over_platform(name, "limit", limit, most)
        if most is not None and request.value() > most.value():
            raise _over_platform(name, "default", request, most)


def _over_platform(name: str, what: str, amount: Quantity, most: Quantity) -> Exception:
    return invalid(
        f"Requested {name} {what} [{amount}] is greater than current limit set in the platform "
        f"configuration [{most}]. {_CONTACT}"
    )


def _name(number: int) -> str:
    return str(tasks_pb2.Resources.ResourceName.Name(number))
