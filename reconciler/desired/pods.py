"""Kubernetes pods as far as Flyte looks into them: containers, images, environment, resources.

Keys match in any case, as Kubernetes' own decoder has it; what is of another shape is left out,
for the compiler tells that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

# Pods spell resources as Kubernetes does; Admin knows them by these names.
_RESOURCES = {
    "cpu": "cpu",
    "memory": "memory",
    "ephemeral-storage": "ephemeral_storage",
    "gpu": "gpu",
}


@dataclass(frozen=True, slots=True)
class PodContainer:
    """One container of a pod. Resources are quantities by Admin's names, others left out."""

    name: str
    image: str
    env: tuple[tuple[str, str], ...] = ()
    requests: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)


def containers(pod_spec: Struct) -> Iterator[PodContainer]:
    """Yield a pod's containers, those that only initialise it left out."""
    spec = MessageToDict(pod_spec)
    for container in _list(_member(spec, "containers")):
        resources = _member(container, "resources")
        env = [
            (_text(_member(one, "name")), _text(_member(one, "value")))
            for one in _list(_member(container, "env"))
        ]
        yield PodContainer(
            name=_text(_member(container, "name")),
            image=_text(_member(container, "image")),
            env=tuple(env),
            requests=_amounts(_member(resources, "requests")),
            limits=_amounts(_member(resources, "limits")),
        )


def _amounts(value: Any) -> dict[str, str]:
    amounts = {}
    for key, amount in value.items() if isinstance(value, dict) else ():
        name = _RESOURCES.get(key.lower())
        if name is not None and isinstance(amount, str | float) and not isinstance(amount, bool):
            amounts[name] = amount if isinstance(amount, str) else f"{amount:.15g}"
    return amounts


def _member(value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        return None
    return next((value[name] for name in sorted(value) if name.lower() == key), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
