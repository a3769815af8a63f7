"""The pod of a task, read as Kubernetes' Go types read it.

Admin decodes `k8s_pod.pod_spec` into a PodSpec and answers INTERNAL with the decoder's own text
if it does not fit. The decoder finds fields whatever their letter case, passes over unknown
ones, notes the first value of a wrong type and goes on; a quantity that does not parse ends it.

Source: Go's encoding/json; k8s.io/api v0.34.1, core/v1; flyteadmin
pkg/manager/impl/validation/task_validator.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format

from reconciler.compiler import Quantity, QuantityError, parse_quantity
from reconciler.sandbox import task_resources
from reconciler.sandbox.errors import internal
from reconciler.sandbox.pod_types import POD_SPEC, QUANTITY, GoType, List, Map, Plain, Struct

_RESOURCES = {
    "CPU": task_resources.CPU,
    "GPU": task_resources.GPU,
    "MEMORY": task_resources.MEMORY,
    "EPHEMERAL-STORAGE": task_resources.EPHEMERAL_STORAGE,
}


@dataclass(frozen=True)
class Container:
    """What Admin looks at in a container of a pod."""

    name: str
    requests: Mapping[int, Quantity]
    limits: Mapping[int, Quantity]


def read_pod(pod_spec: Any) -> list[Container]:
    """Return the containers of a pod spec (a Struct), without the init containers.

    Raises:
        Refusal: INTERNAL: it does not decode; the message is the decoder's.
    """
    decoder = _Decoder()
    decoded = decoder.value(json_format.MessageToDict(pod_spec), POD_SPEC)
    if decoder.fault:
        raise internal(decoder.fault)
    return [_container(item) for item in decoded.get("containers") or ()]


def _container(item: Mapping[str, Any]) -> Container:
    resources = item.get("resources") or {}
    return Container(
        name=item.get("name") or "",
        requests=_amounts(resources.get("requests") or {}),
        limits=_amounts(resources.get("limits") or {}),
    )


def _amounts(quantities: Mapping[str, Quantity]) -> dict[int, Quantity]:
    return {
        _RESOURCES[name.upper()]: amount
        for name, amount in sorted(quantities.items())
        if name.upper() in _RESOURCES
    }


@dataclass
class _Decoder:
    """Decodes one document; keeps the first fault and where it is."""

    fault: str = ""
    _struct: str = ""
    _path: list[str] = field(default_factory=list)

    def value(self, value: Any, wanted: GoType) -> Any:
        """Return `value` as `wanted`, None where it does not fit."""
        if value is None:
            return None
        if isinstance(wanted, Struct):
            return self._object(value, wanted)
        if isinstance(wanted, List):
            return self._array(value, wanted)
        if isinstance(wanted, Map):
            return self._map(value, wanted)
        return self._plain(value, wanted)

    def _object(self, value: Any, wanted: Struct) -> Any:
        if not isinstance(value, dict):
            return self._misfit(value, wanted)
        decoded: dict[str, Any] = {}
        outer = self._struct
        for key in sorted(value):
            name = wanted.find(key)
            if name is None:
                continue
            self._struct = wanted.name
            self._path.append(name)
            decoded[name] = self.value(value[key], wanted.fields[name])
            self._path.pop()
            self._struct = outer
        return decoded

    def _array(self, value: Any, wanted: List) -> Any:
        if not isinstance(value, list):
            return self._misfit(value, wanted)
        return [self.value(item, wanted.item) or {} for item in value]

    def _map(self, value: Any, wanted: Map) -> Any:
        if not isinstance(value, dict):
            return self._misfit(value, wanted)
        return {key: self.value(value[key], wanted.item) for key in sorted(value)}

    def _plain(self, value: Any, wanted: Plain) -> Any:
        if wanted is QUANTITY:
            return self._quantity(value)
        if wanted.accepts(value):
            return value
        if wanted.kind == "int or string":  # decodes itself, and so ends everything
            raise internal(f"json: cannot unmarshal {_kind(value)} into Go value of type int32")
        return self._misfit(value, wanted)

    def _quantity(self, value: Any) -> Quantity:
        text = value if isinstance(value, str) else json_text(value)
        try:
            return parse_quantity(text.strip())
        except QuantityError as exc:
            raise internal(str(exc)) from None

    def _misfit(self, value: Any, wanted: GoType) -> None:
        if self.fault:
            return
        where = f"Go struct field {self._struct}.{'.'.join(self._path)}"
        if not self._path:
            where = "Go value"
        kind = _kind(value)
        if kind == "number" and isinstance(wanted, Plain) and wanted.kind in ("int32", "int64"):
            kind = f"number {json_text(value)}"  # a number, but not one of these
        self.fault = f"json: cannot unmarshal {kind} into {where} of type {wanted}"


def json_text(value: Any) -> str:
    """Return a number, a truth value or a list as the JSON that the decoder sees."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
