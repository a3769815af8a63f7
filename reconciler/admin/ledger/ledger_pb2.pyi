# mypy: ignore-errors
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Entry(_message.Message):
    __slots__ = ("format", "serial", "nonce", "previous", "tool_version", "begin", "renewal", "end", "unlock", "knock", "hold", "release", "checkpoint")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SERIAL_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    TOOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    UNLOCK_FIELD_NUMBER: _ClassVar[int]
    KNOCK_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    format: int
    serial: int
    nonce: bytes
    previous: bytes
    tool_version: str
    begin: Begin
    renewal: Renewal
    end: End
    unlock: Unlock
    knock: Knock
    hold: Hold
    release: Release
    checkpoint: Checkpoint
    def __init__(self, format: _Optional[int] = ..., serial: _Optional[int] = ..., nonce: _Optional[bytes] = ..., previous: _Optional[bytes] = ..., tool_version: _Optional[str] = ..., begin: _Optional[_Union[Begin, _Mapping]] = ..., renewal: _Optional[_Union[Renewal, _Mapping]] = ..., end: _Optional[_Union[End, _Mapping]] = ..., unlock: _Optional[_Union[Unlock, _Mapping]] = ..., knock: _Optional[_Union[Knock, _Mapping]] = ..., hold: _Optional[_Union[Hold, _Mapping]] = ..., release: _Optional[_Union[Release, _Mapping]] = ..., checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ...) -> None: ...

class Begin(_message.Message):
    __slots__ = ("operation", "plan", "saved", "claims", "actor", "commit", "run", "lease_seconds", "takes_over", "process")
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    SAVED_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TAKES_OVER_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    operation: str
    plan: bytes
    saved: bool
    claims: Owned
    actor: str
    commit: str
    run: str
    lease_seconds: int
    takes_over: int
    process: str
    def __init__(self, operation: _Optional[str] = ..., plan: _Optional[bytes] = ..., saved: _Optional[bool] = ..., claims: _Optional[_Union[Owned, _Mapping]] = ..., actor: _Optional[str] = ..., commit: _Optional[str] = ..., run: _Optional[str] = ..., lease_seconds: _Optional[int] = ..., takes_over: _Optional[int] = ..., process: _Optional[str] = ...) -> None: ...

class Renewal(_message.Message):
    __slots__ = ("begins", "claims")
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    begins: int
    claims: Owned
    def __init__(self, begins: _Optional[int] = ..., claims: _Optional[_Union[Owned, _Mapping]] = ...) -> None: ...

class End(_message.Message):
    __slots__ = ("begins", "operation", "actor", "counts", "incomplete", "gained", "lost", "idle")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    GAINED_FIELD_NUMBER: _ClassVar[int]
    LOST_FIELD_NUMBER: _ClassVar[int]
    IDLE_FIELD_NUMBER: _ClassVar[int]
    begins: int
    operation: str
    actor: str
    counts: _containers.ScalarMap[str, int]
    incomplete: bool
    gained: Owned
    lost: Ids
    idle: bool
    def __init__(self, begins: _Optional[int] = ..., operation: _Optional[str] = ..., actor: _Optional[str] = ..., counts: _Optional[_Mapping[str, int]] = ..., incomplete: _Optional[bool] = ..., gained: _Optional[_Union[Owned, _Mapping]] = ..., lost: _Optional[_Union[Ids, _Mapping]] = ..., idle: _Optional[bool] = ...) -> None: ...

class Unlock(_message.Message):
    __slots__ = ("begins", "actor", "reason")
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    begins: int
    actor: str
    reason: str
    def __init__(self, begins: _Optional[int] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Knock(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: str
    def __init__(self, actor: _Optional[str] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("id", "actor", "reason", "version", "until")
    ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    id: Ids
    actor: str
    reason: str
    version: str
    until: int
    def __init__(self, id: _Optional[_Union[Ids, _Mapping]] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., version: _Optional[str] = ..., until: _Optional[int] = ...) -> None: ...

class Release(_message.Message):
    __slots__ = ("id", "actor")
    ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    id: Ids
    actor: str
    def __init__(self, id: _Optional[_Union[Ids, _Mapping]] = ..., actor: _Optional[str] = ...) -> None: ...

class Checkpoint(_message.Message):
    __slots__ = ("owned", "loose", "plans", "commit", "holder", "holds")
    OWNED_FIELD_NUMBER: _ClassVar[int]
    LOOSE_FIELD_NUMBER: _ClassVar[int]
    PLANS_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    owned: Owned
    loose: Owned
    plans: bytes
    commit: str
    holder: int
    holds: _containers.RepeatedCompositeFieldContainer[Hold]
    def __init__(self, owned: _Optional[_Union[Owned, _Mapping]] = ..., loose: _Optional[_Union[Owned, _Mapping]] = ..., plans: _Optional[bytes] = ..., commit: _Optional[str] = ..., holder: _Optional[int] = ..., holds: _Optional[_Iterable[_Union[Hold, _Mapping]]] = ...) -> None: ...

class Owned(_message.Message):
    __slots__ = ("ids", "digests", "active")
    IDS_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ids: Ids
    digests: bytes
    active: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Union[Ids, _Mapping]] = ..., digests: _Optional[bytes] = ..., active: _Optional[_Iterable[str]] = ...) -> None: ...

class Ids(_message.Message):
    __slots__ = ("shared", "rest")
    SHARED_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    shared: _containers.RepeatedScalarFieldContainer[int]
    rest: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, shared: _Optional[_Iterable[int]] = ..., rest: _Optional[_Iterable[str]] = ...) -> None: ...
