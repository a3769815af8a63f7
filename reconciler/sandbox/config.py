"""How an embedded Admin is configured: values, with flyteadmin's own defaults.

`config_file` reads them from flyteadmin's own file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Domain:
    """A domain that every project has."""

    id: str
    name: str


@dataclass(frozen=True)
class ResourceSet:
    """Kubernetes quantities as written; an empty one says nothing (no limit, no default)."""

    cpu: str = ""
    memory: str = ""
    gpu: str = ""
    ephemeral_storage: str = ""


@dataclass(frozen=True)
class TaskResources:
    """What a task gets if it asks for nothing, and the most it may ask for."""

    defaults: ResourceSet = ResourceSet(cpu="2", memory="200Mi")
    limits: ResourceSet = ResourceSet(cpu="2", memory="1Gi", gpu="1")


@dataclass(frozen=True)
class Registration:
    """Limits of what may be registered; 0 and empty mean none."""

    max_workflow_nodes: int = 100
    max_label_entries: int = 0
    max_annotation_entries: int = 0
    workflow_size_limit: str = ""  # a quantity, as written


@dataclass(frozen=True)
class Application:
    """The section `flyteadmin`."""

    metadata_storage_prefix: tuple[str, ...] = ("metadata", "admin")
    max_parallelism: int = 25
    interruptible: bool = False
    overwrite_cache: bool = False
    role_name_key: str = ""
    envs: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    output_location_prefix: str = ""
    assumable_iam_role: str = ""
    k8s_service_account: str = ""
    artifacts: bool = False  # featureGates.enableArtifacts


@dataclass(frozen=True)
class Storage:
    """Where native URLs point.

    Attributes:
        given: Whether the file has a section `storage`.
        kind: `s3`, `google`, `mem`, `local` …
        stow: `storage.stow.config`, as written (region, endpoint, keys …).
        signing: What is different of it in signed URLs: the endpoint as clients reach it.
        max_download_mbs: Bucket stores refuse to read more than this into memory.
    """

    given: bool = False
    kind: str = "s3"
    container: str = "my-s3-bucket"
    stow: Mapping[str, Any] = field(default_factory=dict)
    signing: Mapping[str, Any] = field(default_factory=dict)
    max_download_mbs: int = 2


@dataclass(frozen=True)
class RemoteData:
    """How outputs of executions are linked (`remoteData`)."""

    scheme: str = "none"
    max_size_in_bytes: int = 2097152
    signed_urls: bool = False
    inline_event_data_policy: str = "Offload"


@dataclass(frozen=True)
class DataProxy:
    """Uploads and downloads (`server.dataProxy`)."""

    upload_max_expires_in: timedelta = timedelta(hours=1)
    default_file_name_length: int = 20
    storage_prefix: str = ""
    download_max_expires_in: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Security:
    """`server.security`."""

    use_auth: bool = False
    secure: bool = False
    allow_cors: bool = True
    allowed_origins: tuple[str, ...] = ("*",)
    allowed_headers: tuple[str, ...] = ("Content-Type", "Flyte-Authorization")


@dataclass(frozen=True)
class Server:
    """The section `server`.

    Attributes:
        max_message_bytes: The largest request taken, in bytes.
    """

    security: Security = field(default_factory=Security)
    data_proxy: DataProxy = field(default_factory=DataProxy)
    reflection: bool = True
    max_message_bytes: int = 4194304


DEFAULT_DOMAINS = tuple(Domain(d, d) for d in ("development", "staging", "production"))


@dataclass(frozen=True)
class SandboxConfig:
    """Everything the file says, and the defaults for what it does not.

    Attributes:
        task_type_whitelist: Task type → projects (and, under each, domains) that may use it;
            a type that is not listed is open to all.
        auth: The section `auth` as written, for the authorization server to read.
        notes: One sentence for every key that was set and has no meaning here.
    """

    domains: tuple[Domain, ...] = DEFAULT_DOMAINS
    task_resources: TaskResources = field(default_factory=TaskResources)
    registration: Registration = field(default_factory=Registration)
    application: Application = field(default_factory=Application)
    storage: Storage = field(default_factory=Storage)
    remote_data: RemoteData = field(default_factory=RemoteData)
    server: Server = field(default_factory=Server)
    task_type_whitelist: Mapping[str, Any] = field(default_factory=dict)
    event_scheduler: str = "local"  # scheduler.eventScheduler.scheme
    auth: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
