"""Specs in the form in which their differences are told to people.

Lists whose items have names become mappings by that name, so that a node put in front of others
is one difference and not as many as there are nodes. What follows from something else is left
out: a version that is new because the content is, Admin's own start and end nodes, the ports of a
task, which are told as its interface.
"""

import json
import re
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.interface_pb2 import TypedInterface, VariableMap
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import WorkflowTemplate
from google.protobuf.message import Message

from reconciler.model import BUNDLE_FILE, Bundle, comparable, describe, to_canonical

# What names an item of a list, in the order in which it is looked for.
_LABELS = ("id", "key", "name", "var")
_REFERENCES = frozenset({"referenceId", "launchplanRef", "subWorkflowRef", "workflowId"})
_GENERATED_NODES = frozenset({"start-node", "end-node"})
# Where a code bundle lies or will lie; the digest in it says which code that is.
_CODE = re.compile(
    rf"(?:\(known after upload: |[a-z0-9+.-]+://\S*/)[^\s/]+/[^\s/]+/([0-9a-f]{{64}})"
    rf"(?:/{re.escape(BUNDLE_FILE)}|\))"
)
_SETTINGS = "settings {"
_PLAIN_LABEL = re.compile(r'[^\[\]"]+')


def readable_task(template: TaskTemplate, bundles: Collection[Bundle] = ()) -> dict[str, Any]:
    """A task without its id; `bundles` are those that its side is about to upload."""
    form = _form(template, bundles)
    return _with_interface(form, template.interface)


def readable_workflow(
    template: WorkflowTemplate, bundles: Collection[Bundle] = ()
) -> dict[str, Any]:
    """A workflow without its id, its nodes by name; versions it refers to are left out."""
    canonical = to_canonical(template)
    nodes = canonical.get("nodes", [])
    canonical["nodes"] = [node for node in nodes if node.get("id") not in _GENERATED_NODES]
    return _with_interface(_form(canonical, bundles), template.interface)


def readable_launch_plan(launch_plan: LaunchPlan) -> dict[str, Any]:
    """What a launch plan itself says: inputs that are the workflow's have only their defaults."""
    form = _form(launch_plan.spec, ())
    parameters = form.get("defaultInputs", {}).get("parameters", {})
    defaults = {
        name: {"default": parameter["default"]}
        for name, parameter in parameters.items()
        if "default" in parameter
    }
    form.pop("defaultInputs", None)
    if defaults:
        form["defaultInputs"] = {"parameters": defaults}
    return form


def _form(message: Message | dict[str, Any], bundles: Collection[Bundle]) -> dict[str, Any]:
    canonical = message if isinstance(message, dict) else to_canonical(message)
    form: dict[str, Any] = _readable(comparable(canonical, bundles))
    form.pop("id", None)
    return form


def _readable(value: Any) -> Any:
    match value:
        case {"primitive": dict() as primitive} if len(value) == 1 and len(primitive) == 1:
            return next(iter(primitive.values()))
        case dict():
            return {key: _readable(_unversioned(key, item)) for key, item in value.items()}
        case list():
            return _by_label(value)
        case str():
            return _readable_text(value)
    return value


def _readable_text(text: str) -> Any:
    if text.startswith(_SETTINGS):
        with suppress(ValueError, RecursionError):  # any text may begin like that
            # What flytekit was told when it packaged; its version is not content.
            settings = json.loads(text.removeprefix("settings "))
            settings.pop("version", None)
            return settings
    return _CODE.sub(lambda found: f"code {found[1][:12]}…", text)


def _unversioned(key: str, value: Any) -> Any:
    if key in _REFERENCES and isinstance(value, dict):
        return {name: part for name, part in value.items() if name != "version"}
    return value


def _by_label(items: list[Any]) -> Any:
    label = next((label for label in _LABELS if _labels_all(items, label)), None)
    if label is None:
        return [_readable(item) for item in items]
    return {
        f"[{_quoted(item[label])}]": _readable(
            {key: part for key, part in item.items() if key != label}
        )
        for item in items
    }


def _labels_all(items: list[Any], label: str) -> bool:
    """Whether every item is told from the others by this label."""
    names = [
        item[label]
        for item in items
        if isinstance(item, dict) and isinstance(item.get(label), str) and item[label]
    ]
    return bool(items) and len(names) == len(items) == len(set(names))


def _quoted(label: str) -> str:
    return label if _PLAIN_LABEL.fullmatch(label) else json.dumps(label, ensure_ascii=False)


def _with_interface(form: dict[str, Any], interface: TypedInterface) -> dict[str, Any]:
    """Say types as people write them."""
    form.pop("interface", None)
    sides = {"inputs": _variables(interface.inputs), "outputs": _variables(interface.outputs)}
    said = {side: variables for side, variables in sides.items() if variables}
    if said:
        form["interface"] = said
    return form


def _variables(variables: VariableMap) -> dict[str, Any]:
    return {
        f"[{_quoted(name)}]": describe(variable.type)
        for name, variable in variables.variables.items()
    }
