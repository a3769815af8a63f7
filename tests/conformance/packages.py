"""What a real flyteadmin v1.16.8 held after flytectl had registered a package.

Each `recordings/packages/NAME.tgz` is an archive as `pyflyte package` wrote it, and `NAME.json.gz`
what was recorded of its registration: the command, every entity that the server held afterwards as
protobuf JSON, the server's digest of each, and where `pyflyte register` sends something else.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityListRequest, ObjectGetRequest
from flyteidl.admin.launch_plan_pb2 import ActiveLaunchPlanListRequest, LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from reconciler.admin.codec.launch_plan import from_launch_plan
from reconciler.admin.codec.task import from_task
from reconciler.admin.codec.workflow import from_workflow
from reconciler.model import rewrite_texts

RECORDINGS = Path(__file__).with_name("recordings") / "packages"
KINDS = ("tasks", "workflows", "launch_plans")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# The code bundle as flytectl has it, and as we do.
_ADDRESS = re.compile(r"[a-z0-9]+://\S+/(?:fast[0-9a-f]+|code)\.tar\.gz")
_READERS: dict[str, Any] = {
    "tasks": from_task,
    "workflows": from_workflow,
    "launch_plans": from_launch_plan,
}

Json = Any


@dataclass(frozen=True)
class Recorded:
    """One registration: `entities` and `digests` by kind, and by name and version within it.

    `refused` are the calls that the server refused: the rest of the package was registered.
    """

    name: str
    command: str
    refused: tuple[Mapping[str, str], ...]
    entities: Mapping[str, Mapping[str, Json]]
    digests: Mapping[str, Mapping[str, str]]
    active: tuple[Json, ...]
    named: tuple[Json, ...]
    differences: Mapping[str, tuple[Mapping[str, Json], ...]]

    @property
    def archive(self) -> Path:
        return RECORDINGS / f"{self.name}.tgz"

    def option(self, name: str) -> str:
        """What the command says after an option, nothing if it does not."""
        found = re.search(rf"--{name} (\S+)", self.command)
        return found[1] if found else ""

    @property
    def address(self) -> str:
        """Where flytectl had put the code, nothing for a package without."""
        found = _ADDRESS.search(json.dumps(self.entities["tasks"]).replace('"', " "))
        return found[0] if found else ""


def recorded(name: str) -> Recorded:
    """Read one recording."""
    with gzip.open(RECORDINGS / f"{name}.json.gz", "rt", encoding="utf-8") as file:
        raw = json.load(file)
    registered = raw.get("pyflyte_register", {}).get("differences", {})
    return Recorded(
        name=name,
        command=raw["how"]["command"],
        refused=tuple(raw["how"].get("refused", ())),
        entities={kind: {_key(one["id"]): one for one in raw["entities"][kind]} for kind in KINDS},
        digests={
            kind: {
                "@".join(one["id"].rsplit("/", 2)[1:]): one["objecthash"]
                for one in raw["digests"][kind]
            }
            for kind in KINDS
        },
        active=tuple(raw["entities"]["active"]),
        named=tuple(raw["entities"]["named_entities"]),
        differences={call: tuple(found) for call, found in registered.items()},
    )


def names() -> list[str]:
    """All recordings."""
    return sorted(path.name.removesuffix(".json.gz") for path in RECORDINGS.glob("*.json.gz"))


class Held:
    """What an Admin holds, asked of it as the recording was."""

    def __init__(self, admin: AdminServiceStub, case: Recorded) -> None:
        self._admin = admin
        self._address = case.address
        self._place = {"project": case.option("project"), "domain": case.option("domain")}

    def entity(self, kind: str, id: Mapping[str, str]) -> Any:
        """The answer of a get, its code at the recording's address."""
        get = {
            "tasks": self._admin.GetTask,
            "workflows": self._admin.GetWorkflow,
            "launch_plans": self._admin.GetLaunchPlan,
        }[kind]
        answer = get(ObjectGetRequest(id=ParseDict(dict(id), Identifier())))
        rewrite_texts(answer, self._moved)
        return answer

    def active(self) -> list[Json]:
        request = ActiveLaunchPlanListRequest(**self._place, limit=1000)
        answers = self._admin.ListActiveLaunchPlans(request).launch_plans
        return sorted(map(as_json, answers), key=lambda one: str(one["id"]["name"]))

    def named(self) -> list[Json]:
        types = (ResourceType.TASK, ResourceType.WORKFLOW, ResourceType.LAUNCH_PLAN)
        requests = (
            NamedEntityListRequest(resource_type=type, **self._place, limit=1000) for type in types
        )
        answers = [self._admin.ListNamedEntities(request).entities for request in requests]
        return [as_json(one) for found in answers for one in found]

    def _moved(self, text: str) -> str:
        return self._address if _ADDRESS.fullmatch(text) else text


def digest(kind: str, answer: Message) -> str:
    """Admin's digest of an entity, from the answer that a get gave."""
    found: bytes = _READERS[kind](answer).digest
    return found.hex()


def parsed(kind: str, entity: Json) -> Any:
    """A recorded entity as the message it was."""
    message = {"tasks": Task, "workflows": Workflow, "launch_plans": LaunchPlan}[kind]()
    return ParseDict(_timed(entity), message)


def as_json(answer: Message) -> Json:
    """An answer as recordings have it: no times, lists without an order sorted."""
    return _without_times(MessageToDict(answer, preserving_proto_field_name=True))


def pod_specs(message: Message) -> Iterator[Struct]:
    """Every pod spec at any depth of a message."""
    for field, value in message.ListFields():
        if field.name == "pod_spec":
            yield value
        elif field.message_type and not field.message_type.GetOptions().map_entry:
            for item in value if field.is_repeated else (value,):
                yield from pod_specs(item)


def as_flytectl_sends(case: Recorded, kind: str, answer: Any) -> Any:
    """An answer with what flytectl does to a package on its way, and we do not. In place.

    It reads pod specs into Kubernetes' types and writes them anew; and it writes an account twice,
    once more in a field that has been deprecated for years.
    """
    for pod in pod_specs(answer):
        as_kubernetes_writes(pod)
    accounts = case.option("k8sServiceAccount") or case.option("assumableIamRole")
    if kind == "launch_plans" and accounts:
        run_as = answer.spec.security_context.run_as
        answer.spec.auth_role.assumable_iam_role = run_as.iam_role
        answer.spec.auth_role.kubernetes_service_account = run_as.k8s_service_account
    return answer


def as_kubernetes_writes(pod: Struct) -> None:
    """What becomes of a pod spec that goes through Kubernetes' own types. Works in place."""
    written = _without_empty(MessageToDict(pod))
    for container in (*written.get("containers", ()), *written.get("initContainers", ())):
        container.setdefault("resources", {})
    pod.Clear()
    ParseDict(written, pod)


def at(value: Json, path: str) -> Json:
    """The value at a path such as `.spec.template.nodes[6].id`; "<absent>" where there is none."""
    for part in re.findall(r"\.([A-Za-z_0-9]+)|\[(\d+)\]", path):
        key, index = part
        try:
            value = value[key] if key else value[int(index)]
        except (KeyError, IndexError):
            return "<absent>"
    return value


def _key(id: Mapping[str, str]) -> str:
    return f"{id['name']}@{id['version']}"


def _without_times(value: Json) -> Json:
    if isinstance(value, list):
        return [_without_times(item) for item in value]
    if isinstance(value, dict):
        return {
            key: sorted(item) if key == "upstream_node_ids" else _without_times(item)
            for key, item in value.items()
        }
    return "<timestamp>" if isinstance(value, str) and _TIME.fullmatch(value) else value


def _timed(value: Json) -> Json:
    if isinstance(value, list):
        return [_timed(item) for item in value]
    if isinstance(value, dict):
        return {key: _timed(item) for key, item in value.items()}
    return "1970-01-01T00:00:00Z" if value == "<timestamp>" else value


def _without_empty(value: Json) -> Json:
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _without_empty(item) for key, item in value.items()}
    return {key: item for key, item in inner.items() if item not in ([], {})}
