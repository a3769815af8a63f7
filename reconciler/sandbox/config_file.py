"""The configuration file of a real flyteadmin, as far as it means something here.

Keys match whatever their letter case, as viper reads them. Sections are laid over the built-in
defaults key by key; lists replace them. Sections and keys that an embedded Admin has no use for
(the database, the Kubernetes client, the profiler) are accepted, with a note for each.
"""

import dataclasses
import os
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from reconciler.sandbox.config import (
    Application,
    DataProxy,
    Domain,
    Registration,
    RemoteData,
    ResourceSet,
    SandboxConfig,
    Security,
    Server,
    Storage,
    TaskResources,
)


class ConfigError(Exception):
    """The configuration cannot be read or makes no sense; the message says where."""


def load_config(path: str | os.PathLike[str]) -> SandboxConfig:
    """Read flyteadmin's configuration from a YAML file.

    Raises:
        ConfigError: The file is not there, is no YAML, or a value has the wrong type.
    """
    try:
        document = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise ConfigError(f"cannot read the configuration {path}: {exc}") from exc
    try:
        return parse_config(document)
    except ConfigError as exc:
        raise ConfigError(f"{path}: {exc}") from exc


def parse_config(document: Any) -> SandboxConfig:
    """Make sense of a configuration that is already read.

    Raises:
        ConfigError: A value has the wrong type; the message names its key.
    """
    top = _Section("", document)
    config = SandboxConfig(
        domains=_domains(top),
        task_resources=_task_resources(top.section("task_resources")),
        registration=_registration(top.section("registration")),
        application=_application(top.section("flyteadmin")),
        storage=_storage(top),
        remote_data=_remote_data(top.section("remoteData")),
        server=_server(top.section("server")),
        task_type_whitelist=top.mapping("task_type_whitelist"),
        event_scheduler=top.section("scheduler").section("eventScheduler").text("scheme", "local"),
        auth=top.mapping("auth"),
        notes=(),
    )
    return _with_notes(config, top.unread())


class _Section:
    """One mapping of the file; remembers which of its keys were asked for."""

    def __init__(self, path: str, value: Any) -> None:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise ConfigError(f"{path or 'the document'} must be a mapping, not {value!r}")
        self.path = path
        self._values = {str(key).lower(): (str(key), item) for key, item in value.items()}
        self._read: set[str] = set()
        self._sections: dict[str, _Section] = {}

    def __contains__(self, key: str) -> bool:
        return key.lower() in self._values

    def get(self, key: str) -> Any:
        """Return the value at `key`, None if it is not set."""
        self._read.add(key.lower())
        return self._values.get(key.lower(), ("", None))[1]

    def section(self, key: str) -> "_Section":
        """Return the mapping at `key`, an empty one if it is not set."""
        if key not in self._sections:
            self._sections[key] = _Section(self._name(key), self.get(key))
        return self._sections[key]

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return the mapping at `key` as it is written."""
        value = self.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise ConfigError(f"{self._name(key)} must be a mapping, not {value!r}")
        return value

    def texts(self, key: str) -> Mapping[str, str]:
        """Return a mapping of texts."""
        return {str(k): _text(v) for k, v in self.mapping(key).items()}

    def text(self, key: str, default: str) -> str:
        """Return a text; numbers are taken as they would be printed."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, Mapping | list):
            raise ConfigError(f"{self._name(key)} must be a text, not {value!r}")
        return _text(value)

    def number(self, key: str, default: int) -> int:
        """Return a whole number."""
        value = self.get(key)
        if value is None:
            return default
        try:
            return int(str(value))
        except ValueError:
            raise ConfigError(f"{self._name(key)} must be a whole number, not {value!r}") from None

    def flag(self, key: str, default: bool) -> bool:
        """Return a truth value."""
        value = self.get(key)
        if value is None:
            return default
        if str(value).lower() in ("true", "1", "t"):
            return True
        if str(value).lower() in ("false", "0", "f"):
            return False
        raise ConfigError(f"{self._name(key)} must be true or false, not {value!r}")

    def items(self, key: str, default: Iterable[str]) -> tuple[str, ...]:
        """Return a list of texts; a text alone is split at its commas, as viper does."""
        value = self.get(key)
        if value is None:
            return tuple(default)
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list):
            raise ConfigError(f"{self._name(key)} must be a list, not {value!r}")
        return tuple(_text(item) for item in value)

    def duration(self, key: str, default: timedelta) -> timedelta:
        """Return a duration in Go's notation (`1h30m`)."""
        value = self.get(key)
        if value is None:
            return default
        found = _DURATION.fullmatch(str(value))
        if not found or not str(value):
            raise ConfigError(f"{self._name(key)} must be a duration such as 1h, not {value!r}")
        seconds = sum(
            float(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(str(value))
        )
        return timedelta(seconds=seconds)

    def unread(self) -> list[str]:
        """Return the paths of the keys that nobody asked for, here and below."""
        paths = [
            self._name(original)
            for key, (original, _) in self._values.items()
            if key not in self._read
        ]
        for section in self._sections.values():
            paths += section.unread()
        return paths

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


_DURATION = re.compile(r"(?:[0-9]*\.?[0-9]+(?:ns|us|µs|ms|s|m|h))+")
_DURATION_PART = re.compile(r"([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _domains(top: _Section) -> tuple[Domain, ...]:
    value = top.get("domains")
    if value is None:
        return SandboxConfig().domains
    if not isinstance(value, list):
        raise ConfigError(f"domains must be a list, not {value!r}")
    domains = []
    for number, item in enumerate(value):
        section = _Section(f"domains[{number}]", item)
        domains.append(Domain(section.text("id", ""), section.text("name", "")))
    return tuple(domains)


def _task_resources(section: _Section) -> TaskResources:
    default = TaskResources()
    return TaskResources(
        defaults=_resource_set(section.section("defaults"), default.defaults),
        limits=_resource_set(section.section("limits"), default.limits),
    )


def _resource_set(section: _Section, default: ResourceSet) -> ResourceSet:
    return ResourceSet(
        cpu=section.text("cpu", default.cpu),
        memory=section.text("memory", default.memory),
        gpu=section.text("gpu", default.gpu),
        ephemeral_storage=section.text("ephemeralStorage", default.ephemeral_storage),
    )


def _registration(section: _Section) -> Registration:
    default = Registration()
    return Registration(
        max_workflow_nodes=section.number("maxWorkflowNodes", default.max_workflow_nodes),
        max_label_entries=section.number("maxLabelEntries", default.max_label_entries),
        max_annotation_entries=section.number(
            "maxAnnotationEntries", default.max_annotation_entries
        ),
        workflow_size_limit=section.text("workflowSizeLimit", default.workflow_size_limit),
    )


def _application(section: _Section) -> Application:
    default = Application()
    return Application(
        metadata_storage_prefix=section.items(
            "metadataStoragePrefix", default.metadata_storage_prefix
        ),
        max_parallelism=section.number("maxParallelism", default.max_parallelism),
        interruptible=section.flag("interruptible", default.interruptible),
        overwrite_cache=section.flag("overwriteCache", default.overwrite_cache),
        role_name_key=section.text("roleNameKey", default.role_name_key),
        envs=section.texts("envs"),
        labels=section.texts("labels"),
        annotations=section.texts("annotations"),
        output_location_prefix=section.text(
            "outputLocationPrefix", default.output_location_prefix
        ),
        assumable_iam_role=section.text("assumableIamRole", default.assumable_iam_role),
        k8s_service_account=section.text("k8sServiceAccount", default.k8s_service_account),
        artifacts=section.section("featureGates").flag("enableArtifacts", default.artifacts),
    )


def _storage(top: _Section) -> Storage:
    default = Storage()
    section = top.section("storage")
    kind = section.text("type", default.kind)
    stow = section.section("stow")
    if kind == "stow":
        kind = stow.text("kind", default.kind)
    return Storage(
        given="storage" in top,
        kind=kind,
        container=section.text("container", default.container),
        stow=stow.mapping("config"),
        signing=section.section("signedUrl").mapping("stowConfigOverride"),
        max_download_mbs=section.section("limits").number(
            "maxDownloadMBs", default.max_download_mbs
        ),
    )


def _remote_data(section: _Section) -> RemoteData:
    default = RemoteData()
    return RemoteData(
        scheme=section.text("scheme", default.scheme),
        max_size_in_bytes=section.number("maxSizeInBytes", default.max_size_in_bytes),
        signed_urls=section.section("signedUrls").flag("enabled", default.signed_urls),
        inline_event_data_policy=section.text(
            "inlineEventDataPolicy", default.inline_event_data_policy
        ),
    )


def _server(section: _Section) -> Server:
    default = Server()
    grpc = section.section("grpc")
    return Server(
        security=_security(section.section("security")),
        data_proxy=_data_proxy(section.section("dataProxy")),
        reflection=grpc.flag("serverReflection", True)
        or section.flag("grpcServerReflection", False),
        max_message_bytes=grpc.number("maxMessageSizeBytes", 0) or default.max_message_bytes,
    )


def _security(section: _Section) -> Security:
    default = Security()
    return Security(
        use_auth=section.flag("useAuth", default.use_auth),
        secure=section.flag("secure", default.secure),
        allow_cors=section.flag("allowCors", default.allow_cors),
        allowed_origins=section.items("allowedOrigins", default.allowed_origins),
        allowed_headers=section.items("allowedHeaders", default.allowed_headers),
    )


def _data_proxy(section: _Section) -> DataProxy:
    default = DataProxy()
    upload, download = section.section("upload"), section.section("download")
    return DataProxy(
        upload_max_expires_in=upload.duration("maxExpiresIn", default.upload_max_expires_in),
        default_file_name_length=upload.number(
            "defaultFileNameLength", default.default_file_name_length
        ),
        storage_prefix=upload.text("storagePrefix", default.storage_prefix),
        download_max_expires_in=download.duration("maxExpiresIn", default.download_max_expires_in),
    )


def _with_notes(config: SandboxConfig, unread: Iterable[str]) -> SandboxConfig:
    notes = tuple(f"{path} has no meaning in an embedded Admin: ignored" for path in unread)
    return dataclasses.replace(config, notes=notes)
