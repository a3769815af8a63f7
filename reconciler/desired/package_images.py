"""Images inside a package: which there are, and others in their place.

An image stands in more places than one: in a task's container or in the containers of its pod, in
what a workflow's node puts over either, and in the settings that dynamic and eager tasks carry for
the tasks that they start.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from reconciler.desired.placeholders import container_of, node_overrides, pod_containers
from reconciler.desired.task import PRIMARY_CONTAINER
from reconciler.model import gzipped

SETTINGS = "_F_SS_C"
_REFERENCE = re.compile(r"\$\{image\.([A-Za-z_][A-Za-z0-9_-]*)\}")
_MOST_SETTINGS = 4 << 20
_GZIP = "H4sI"  # how a gzip begins in base64

Change = Callable[[str], str]


def image_names(image: str) -> tuple[str, ...]:
    """What an image may be called where it is replaced: itself, then its name without tag."""
    reference = _REFERENCE.fullmatch(image)
    if reference:
        return image, reference[1]
    name = image.partition("@")[0]
    # A port of the registry stands behind a colon too.
    last = name.rpartition("/")[2]
    if ":" in last:
        name = name[: name.rindex(":")]
    return (image,) if name == image else (image, name)


def open_name(image: str) -> str:
    """The NAME of an image that says `${image.NAME}`, or nothing."""
    found = _REFERENCE.search(image)
    return found[1] if found else ""


def images_of(spec: Message) -> set[str]:
    """Every image in a TaskSpec or WorkflowSpec."""
    found: set[str] = set()

    def keep(image: str) -> str:
        found.add(image)
        return image

    change_images(spec, keep)
    return found


def change_images(spec: Message, change: Change) -> None:
    """Replace every image in a TaskSpec or WorkflowSpec by what `change` makes of it. In place."""
    if isinstance(spec, WorkflowSpec):
        for overrides in node_overrides(spec):
            if overrides.container_image:
                overrides.container_image = change(overrides.container_image)
            _change_pod(overrides.pod_template.pod_spec, change)
        return
    template = spec.template  # type: ignore[attr-defined]
    if template.HasField("container"):
        template.container.image = change(template.container.image)
        for pair in template.container.env:
            if pair.key == SETTINGS:
                pair.value = _changed_settings(pair.value, change)
    if template.HasField("k8s_pod"):
        _change_pod(template.k8s_pod.pod_spec, change)


def set_primary_image(template: TaskTemplate, image: str) -> bool:
    """Give the container that runs a task another image. In place; False if it has none."""
    if template.HasField("container"):
        template.container.image = image
        return True
    if not template.HasField("k8s_pod"):
        return False
    primary = template.config.get(PRIMARY_CONTAINER, "") or template.k8s_pod.primary_container_name
    container = container_of(template, primary)
    if container is None:
        return False
    container.fields["image"].string_value = image
    return True


def looks_up_children(template: TaskTemplate) -> bool:
    """Tell whether a task starts others at run time, by name and under its own version.

    Dynamic and eager ones do, and carry flytekit's settings for it.
    """
    if template.metadata.is_eager or template.type == "eager_failure_handler_task":
        return True
    if any(pair.key == SETTINGS for pair in template.container.env):
        return True
    return any(
        variable.struct_value.fields["name"].string_value == SETTINGS
        for container in pod_containers(template.k8s_pod.pod_spec)
        if "env" in container.fields
        for variable in container.fields["env"].list_value.values
    )


def _change_pod(pod: Struct, change: Change) -> None:
    for key in ("containers", "initContainers"):
        for container in pod_containers(pod, key):
            if container.fields["image"].string_value:
                image = container.fields["image"].string_value
                container.fields["image"].string_value = change(image)
            else:
                del container.fields["image"]
            if "env" in container.fields:
                for variable in container.fields["env"].list_value.values:
                    _change_variable(variable.struct_value, change)


def _change_variable(variable: Struct, change: Change) -> None:
    if "name" in variable.fields and variable.fields["name"].string_value == SETTINGS:
        value = variable.fields["value"].string_value
        variable.fields["value"].string_value = _changed_settings(value, change)


def _changed_settings(text: str, change: Change) -> str:
    """flytekit's settings with other images in them; as they are where they cannot be read."""
    settings = read_settings(text)
    if settings is None:
        return text
    before = json.dumps(settings)
    images = settings.get("image_config")
    if isinstance(images, dict):
        for one in [images.get("default_image"), *(images.get("images") or [])]:
            if isinstance(one, dict) and isinstance(one.get("fqn"), str):
                one.update(_parts(change(_full(one))))
    after = json.dumps(settings)
    if after == before:
        return text
    return base64.b64encode(gzipped(after.encode())).decode()


def read_settings(text: str) -> dict[str, Any] | None:
    """flytekit's serialised settings as JSON has them, or None for any other text."""
    if not text.startswith(_GZIP):
        return None
    try:
        inflating = zlib.decompressobj(wbits=31)
        data = inflating.decompress(base64.b64decode(text, validate=True), _MOST_SETTINGS)
        settings = json.loads(data) if inflating.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return None
    return settings if isinstance(settings, dict) else None


def _full(image: Mapping[str, Any]) -> str:
    # As flytekit joins them: a digest, if there is one, in place of a tag.
    if image.get("digest"):
        return f"{image['fqn']}@{image['digest']}"
    return f"{image['fqn']}:{image['tag']}" if image.get("tag") else str(image["fqn"])


def _parts(image: str) -> dict[str, Any]:
    # flytekit refuses an image with both, and writes one with neither as `name:None`.
    name, _, digest = image.partition("@")
    short = image_names(name)[-1]
    if digest:
        return {"fqn": short, "tag": None, "digest": digest}
    return {"fqn": short, "tag": name[len(short) + 1 :] or "latest", "digest": None}
