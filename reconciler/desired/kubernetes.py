"""Resources, accelerators and pods as messages."""

from collections.abc import Mapping
from typing import Any

from flyteidl.core.tasks_pb2 import Container as ContainerMessage
from flyteidl.core.tasks_pb2 import DataLoadingConfig, IOStrategy, K8sPod
from flyteidl.core.tasks_pb2 import ExtendedResources as ExtendedResourcesMessage
from flyteidl.core.tasks_pb2 import Resources as ResourcesMessage
from google.protobuf.struct_pb2 import Struct

from reconciler.manifest import Amounts, Container, DataConfig, ExtendedResources, Pod, Resources

# In the order in which they are sent.
_RESOURCE_NAMES = {
    "cpu": ResourcesMessage.CPU,
    "memory": ResourcesMessage.MEMORY,
    "gpu": ResourcesMessage.GPU,
    "ephemeral_storage": ResourcesMessage.EPHEMERAL_STORAGE,
    "storage": ResourcesMessage.STORAGE,
}
_ARCHITECTURES = {
    "amd64": ContainerMessage.AMD64,
    "arm64": ContainerMessage.ARM64,
    "armV6": ContainerMessage.ARM_V6,
    "armV7": ContainerMessage.ARM_V7,
}
_FORMATS = {
    "json": DataLoadingConfig.JSON,
    "yaml": DataLoadingConfig.YAML,
    "proto": DataLoadingConfig.PROTO,
}
_DOWNLOADS = {
    "eager": IOStrategy.DOWNLOAD_EAGER,
    "stream": IOStrategy.DOWNLOAD_STREAM,
    "never": IOStrategy.DO_NOT_DOWNLOAD,
}
_UPLOADS = {
    "onExit": IOStrategy.UPLOAD_ON_EXIT,
    "eager": IOStrategy.UPLOAD_EAGER,
    "never": IOStrategy.DO_NOT_UPLOAD,
}


def container_message(declared: Container) -> ContainerMessage:
    message = ContainerMessage(image=declared.image, command=declared.command, args=declared.args)
    for variable in declared.env:
        message.env.add(key=variable.name, value=variable.value)
    add_resources(message, declared.resources)
    for port in declared.ports:
        message.ports.add(container_port=port.port, name=port.name)
    if declared.data is not None:
        message.data_config.CopyFrom(_data_config(declared.data))
    if declared.architecture is not None:
        message.architecture = _ARCHITECTURES[declared.architecture]
    return message


def pod_message(declared: Pod) -> K8sPod:
    """The pod but for its primary container, which tasks and nodes say in different places."""
    message = K8sPod(pod_spec=as_struct(declared.spec))
    message.metadata.labels.update(declared.labels)
    message.metadata.annotations.update(declared.annotations)
    if declared.data is not None:
        message.data_config.CopyFrom(_data_config(declared.data))
    return message


def add_resources(message: Any, declared: Resources) -> None:
    """Fill `message.resources`, if the manifest says any at all."""
    if _is_empty(declared.requests) and _is_empty(declared.limits):
        return
    message.resources.SetInParent()
    _add_amounts(message.resources.requests, declared.requests)
    _add_amounts(message.resources.limits, declared.limits)


def extended_resources_message(declared: ExtendedResources) -> ExtendedResourcesMessage:
    message = ExtendedResourcesMessage()
    accelerator, memory = declared.accelerator, declared.shared_memory
    if accelerator is not None:
        message.gpu_accelerator.device = accelerator.device
        if accelerator.partition is not None:
            message.gpu_accelerator.partition_size = accelerator.partition
        if accelerator.unpartitioned is not None:
            message.gpu_accelerator.unpartitioned = accelerator.unpartitioned
    if memory is not None:
        message.shared_memory.SetInParent()
        message.shared_memory.mount_path = memory.mount_path
        message.shared_memory.mount_name = memory.mount_name
        message.shared_memory.size_limit = memory.size_limit or ""
    return message


def as_struct(value: Mapping[str, Any]) -> Struct:
    """JSON as the Struct that carries it: every number a double."""
    struct = Struct()
    struct.update(value)
    return struct


def _data_config(declared: DataConfig) -> DataLoadingConfig:
    message = DataLoadingConfig(
        enabled=declared.enabled,
        input_path=declared.input_path,
        output_path=declared.output_path,
        format=_FORMATS[declared.format],
    )
    if declared.download is not None:
        message.io_strategy.download_mode = _DOWNLOADS[declared.download]
    if declared.upload is not None:
        message.io_strategy.upload_mode = _UPLOADS[declared.upload]
    return message


def _add_amounts(entries: Any, amounts: Amounts) -> None:
    for field, name in _RESOURCE_NAMES.items():
        value = getattr(amounts, field)
        if value is not None:
            entries.add(name=name, value=value)


def _is_empty(amounts: Amounts) -> bool:
    return all(getattr(amounts, field) is None for field in _RESOURCE_NAMES)
