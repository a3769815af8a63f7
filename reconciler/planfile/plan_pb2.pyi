# mypy: ignore-errors
from google.protobuf import any_pb2 as _any_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlanFile(_message.Message):
    __slots__ = ("format", "tool_version", "endpoint", "manifests_digest", "actions", "unchanged", "warnings", "nonce", "environment", "workspace", "listed", "home", "commit", "planned_at", "variables", "secrets", "effects", "backfills", "verdicts")
    class UnchangedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class VariablesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    TOOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    MANIFESTS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    LISTED_FIELD_NUMBER: _ClassVar[int]
    HOME_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    PLANNED_AT_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    BACKFILLS_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    format: int
    tool_version: str
    endpoint: str
    manifests_digest: bytes
    actions: _containers.RepeatedCompositeFieldContainer[Action]
    unchanged: _containers.ScalarMap[str, int]
    warnings: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    nonce: bytes
    environment: str
    workspace: str
    listed: str
    home: Home
    commit: str
    planned_at: int
    variables: _containers.ScalarMap[str, str]
    secrets: _containers.RepeatedCompositeFieldContainer[Secret]
    effects: _containers.RepeatedScalarFieldContainer[str]
    backfills: _containers.RepeatedScalarFieldContainer[str]
    verdicts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, format: _Optional[int] = ..., tool_version: _Optional[str] = ..., endpoint: _Optional[str] = ..., manifests_digest: _Optional[bytes] = ..., actions: _Optional[_Iterable[_Union[Action, _Mapping]]] = ..., unchanged: _Optional[_Mapping[str, int]] = ..., warnings: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ..., nonce: _Optional[bytes] = ..., environment: _Optional[str] = ..., workspace: _Optional[str] = ..., listed: _Optional[str] = ..., home: _Optional[_Union[Home, _Mapping]] = ..., commit: _Optional[str] = ..., planned_at: _Optional[int] = ..., variables: _Optional[_Mapping[str, str]] = ..., secrets: _Optional[_Iterable[_Union[Secret, _Mapping]]] = ..., effects: _Optional[_Iterable[str]] = ..., backfills: _Optional[_Iterable[str]] = ..., verdicts: _Optional[_Iterable[str]] = ...) -> None: ...

class Home(_message.Message):
    __slots__ = ("project", "domain", "workspace", "serial", "digest")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    SERIAL_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    project: str
    domain: str
    workspace: str
    serial: int
    digest: bytes
    def __init__(self, project: _Optional[str] = ..., domain: _Optional[str] = ..., workspace: _Optional[str] = ..., serial: _Optional[int] = ..., digest: _Optional[bytes] = ...) -> None: ...

class Secret(_message.Message):
    __slots__ = ("name", "texts")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    texts: _containers.RepeatedCompositeFieldContainer[SecretText]
    def __init__(self, name: _Optional[str] = ..., texts: _Optional[_Iterable[_Union[SecretText, _Mapping]]] = ...) -> None: ...

class SecretText(_message.Message):
    __slots__ = ("number", "hash")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    number: int
    hash: bytes
    def __init__(self, number: _Optional[int] = ..., hash: _Optional[bytes] = ...) -> None: ...

class Action(_message.Message):
    __slots__ = ("verb", "id", "reason", "why", "changes", "before", "after", "needs", "bundle", "rewrites")
    VERB_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    REWRITES_FIELD_NUMBER: _ClassVar[int]
    verb: str
    id: ResourceId
    reason: str
    why: str
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    before: Resource
    after: Resource
    needs: _containers.RepeatedCompositeFieldContainer[ResourceId]
    bundle: Bundle
    rewrites: _containers.RepeatedCompositeFieldContainer[Resource]
    def __init__(self, verb: _Optional[str] = ..., id: _Optional[_Union[ResourceId, _Mapping]] = ..., reason: _Optional[str] = ..., why: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., before: _Optional[_Union[Resource, _Mapping]] = ..., after: _Optional[_Union[Resource, _Mapping]] = ..., needs: _Optional[_Iterable[_Union[ResourceId, _Mapping]]] = ..., bundle: _Optional[_Union[Bundle, _Mapping]] = ..., rewrites: _Optional[_Iterable[_Union[Resource, _Mapping]]] = ...) -> None: ...

class ResourceId(_message.Message):
    __slots__ = ("kind", "project", "domain", "name", "version", "facet")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FACET_FIELD_NUMBER: _ClassVar[int]
    kind: str
    project: str
    domain: str
    name: str
    version: str
    facet: str
    def __init__(self, kind: _Optional[str] = ..., project: _Optional[str] = ..., domain: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[str] = ..., facet: _Optional[str] = ...) -> None: ...

class Resource(_message.Message):
    __slots__ = ("id", "spec", "request", "origin", "incomplete", "active", "content_addressed", "bundles", "unsaid", "digest", "since", "outline")
    ID_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_ADDRESSED_FIELD_NUMBER: _ClassVar[int]
    BUNDLES_FIELD_NUMBER: _ClassVar[int]
    UNSAID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    OUTLINE_FIELD_NUMBER: _ClassVar[int]
    id: ResourceId
    spec: _any_pb2.Any
    request: _any_pb2.Any
    origin: Origin
    incomplete: bool
    active: _containers.RepeatedScalarFieldContainer[str]
    content_addressed: bool
    bundles: _containers.RepeatedCompositeFieldContainer[Bundle]
    unsaid: _containers.RepeatedScalarFieldContainer[str]
    digest: bytes
    since: int
    outline: bool
    def __init__(self, id: _Optional[_Union[ResourceId, _Mapping]] = ..., spec: _Optional[_Union[_any_pb2.Any, _Mapping]] = ..., request: _Optional[_Union[_any_pb2.Any, _Mapping]] = ..., origin: _Optional[_Union[Origin, _Mapping]] = ..., incomplete: _Optional[bool] = ..., active: _Optional[_Iterable[str]] = ..., content_addressed: _Optional[bool] = ..., bundles: _Optional[_Iterable[_Union[Bundle, _Mapping]]] = ..., unsaid: _Optional[_Iterable[str]] = ..., digest: _Optional[bytes] = ..., since: _Optional[int] = ..., outline: _Optional[bool] = ...) -> None: ...

class Origin(_message.Message):
    __slots__ = ("file", "line", "column")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: int
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("path", "before", "after", "sensitive")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    path: str
    before: str
    after: str
    sensitive: bool
    def __init__(self, path: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., sensitive: _Optional[bool] = ...) -> None: ...

class Diagnostic(_message.Message):
    __slots__ = ("code", "message", "origin", "hint", "severity")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    origin: Origin
    hint: str
    severity: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., origin: _Optional[_Union[Origin, _Mapping]] = ..., hint: _Optional[str] = ..., severity: _Optional[str] = ...) -> None: ...

class Bundle(_message.Message):
    __slots__ = ("project", "domain", "digest", "files", "size", "folder", "archive", "name")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    project: str
    domain: str
    digest: str
    files: int
    size: int
    folder: CodeFolder
    archive: CodeArchive
    name: str
    def __init__(self, project: _Optional[str] = ..., domain: _Optional[str] = ..., digest: _Optional[str] = ..., files: _Optional[int] = ..., size: _Optional[int] = ..., folder: _Optional[_Union[CodeFolder, _Mapping]] = ..., archive: _Optional[_Union[CodeArchive, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class CodeFolder(_message.Message):
    __slots__ = ("root", "include", "exclude", "ignore_files", "max_bytes")
    ROOT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_FIELD_NUMBER: _ClassVar[int]
    IGNORE_FILES_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    root: str
    include: _containers.RepeatedScalarFieldContainer[str]
    exclude: _containers.RepeatedScalarFieldContainer[str]
    ignore_files: _containers.RepeatedScalarFieldContainer[str]
    max_bytes: int
    def __init__(self, root: _Optional[str] = ..., include: _Optional[_Iterable[str]] = ..., exclude: _Optional[_Iterable[str]] = ..., ignore_files: _Optional[_Iterable[str]] = ..., max_bytes: _Optional[int] = ...) -> None: ...

class CodeArchive(_message.Message):
    __slots__ = ("package", "member", "known_as", "url", "sha256")
    PACKAGE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AS_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    package: str
    member: str
    known_as: _containers.RepeatedScalarFieldContainer[str]
    url: str
    sha256: str
    def __init__(self, package: _Optional[str] = ..., member: _Optional[str] = ..., known_as: _Optional[_Iterable[str]] = ..., url: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...
