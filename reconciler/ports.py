"""What the core asks of the world. Adapters in the yard fulfil these; fakes in tests do too.

`Reader` and `Writer` are different types on purpose: planning is handed a Reader, on which no
mutating call exists.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reconciler.model import (
    Body,
    Bundle,
    Code,
    CodeFolder,
    Head,
    Record,
    Resource,
    ResourceId,
    Run,
    Scope,
)

if TYPE_CHECKING:  # few plans launch anything
    from flyteidl.admin.execution_pb2 import ExecutionCreateRequest
    from flyteidl.core.literals_pb2 import LiteralMap


class Reader(Protocol):
    """Reads Admin by name and version, never through history. Safe to use from many threads.

    Every method raises AdminError (or UnreachableError) if an answer could not be had in full: a
    mapping that lacks an id means that Admin was asked and holds nothing there.
    """

    def domains(self) -> Collection[str]:
        """The domains that the server's configuration knows."""
        ...

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        """Those of the named projects that exist, archived ones too."""
        ...

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        """Tasks, workflows and launch plans by full id; workflows come with existence only."""
        ...

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        """Workflows with their whole compiled closure: one call each, concurrent.

        One that exists but whose closure Admin itself cannot read (lost, or over its own download
        limit) comes without a spec and not `complete`.
        """
        ...

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        """Those workflows that Admin holds with this very content, by Admin's own digest of it.

        One that is not among them is to be read: it may be another, or one that is not worth a
        list, or Admin may not have been able to say.

        Args:
            workflows: Id → `Resource.digest`.

        Cost: a list for each 250 of one version.
        """
        ...

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        """The launch plan versions active under each name: none, one, or (torn) several.

        Shape: every activation asked for is a key; its versions stand in order of creation.
        """
        ...

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        """Every launch plan version that is active in these projects and domains.

        Cost: a list for each, of a thousand an answer.
        """
        ...

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        """For ids with any version, the id of the version created last under that name."""
        ...

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        """Every row of these types of attributes, whosever it is: Admin has no narrower list.

        Cost: a call a type. Rows that no id can name are left out: of no project, and of launch
        plans.
        """
        ...

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        """What the versions of these names share; a name without a version is not there."""
        ...


class Created(StrEnum):
    """Admin's answer to a create."""

    NEW = "new"
    IDENTICAL = "identical"
    # Identical as well, but an earlier attempt of the same call got no answer: likely it was ours.
    RECOVERED = "recovered"
    # Someone else won a race; Admin did not compare, so the reader must.
    UNVERIFIED = "unverified"


class Writer(Protocol):
    """Writes one thing at a time, each call repeatable. Safe to use from many threads."""

    def create(self, resource: Resource) -> Created:
        """Register a project, or a task, workflow or launch plan version.

        Raises: VersionConflictError when Admin holds this version with other content;
            OversizedError before sending what Admin would not read; AdminError otherwise.
        """
        ...

    def update(self, resource: Resource) -> None:
        """Make a mutable resource what it says, state included.

        A project by `resource.request`; attributes and named entities by `resource.spec`. A row of
        attributes is made if there is none, and replaced whole; plugin overrides are merged into
        what is there, by task type.
        """
        ...

    def delete(self, attributes: ResourceId) -> None:
        """Remove a row of attributes and, as Admin does, every row below it (`is_below`)."""
        ...

    def set_active(self, launch_plan: ResourceId, *, active: bool) -> None:
        """Switch one launch plan version on (and with it the former one off), or off."""
        ...


@dataclass(frozen=True, slots=True)
class Archive:
    """A bundle as one file on this machine, gzipped: its path, its bytes and their MD5."""

    path: Path
    size: int
    md5: bytes


class Bundler(Protocol):
    """Turns code into a digest while planning, and into an archive once it is uploaded."""

    def code(self, folder: CodeFolder) -> Code:
        """Say which code a folder holds.

        Raises: BundleError with everything that keeps it from being a bundle.
        """
        ...

    def archive(self, bundle: Bundle) -> AbstractContextManager[Archive]:
        """Build the archive of a bundle; it is gone when the context ends.

        Raises: BundleError if its source cannot be read, or is not what it was when planned.
        """
        ...


class Uploader(Protocol):
    """Puts bundles where tasks will find them. Safe to use from many threads, and repeatable."""

    def upload(self, bundle: Bundle, bundler: Bundler) -> "Uploaded":
        """Make sure that a bundle is in Admin's store, and tell its address.

        What is there already is neither built nor sent again.

        Raises: AdminError or UnreachableError if Admin gives no place for it; UploadError if the
            store does not take it; BundleError as `Bundler.archive` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Where a bundle lies, as tasks name it (`s3://…`), and whether it did already."""

    address: str
    existed: bool


class ExecutionReader(Protocol):
    """Reads which executions there are, many an answer. Safe to use from many threads.

    Every method raises AdminError (or UnreachableError) if an answer could not be had in full.
    """

    def runs(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Run]:
        """Those of the named executions that exist. Cost: a list for each 250 of them."""
        ...

    def runs_of(self, launch_plan: ResourceId, *, since: int) -> Sequence[Run]:
        """Every execution of any version of a launch plan that says which slot it is for.

        Args:
            since: In nanoseconds since 1970; what was created before is left out.

        Cost: a list of all that were created since, of some hundreds an answer.
        """
        ...

    def under_way(self, backfill: ResourceId) -> Sequence[Run]:
        """Those executions of a backfill, by its label, that have not ended. Cost: a list."""
        ...

    def last_scheduled(self, launch_plan: ResourceId) -> Run | None:
        """What the scheduler started last of this very version. Cost: one call."""
        ...

    def given(self, execution: ResourceId) -> "LiteralMap":
        """The inputs that an execution was given. Cost: one call."""
        ...


class Launcher(Protocol):
    """Starts executions. Safe to use from many threads."""

    def launch(self, request: "ExecutionCreateRequest") -> None:
        """Start one under the name that the request says.

        Whoever calls has looked whether there is one: Admin overwrites the inputs of an execution
        before it finds its name taken.

        Raises: AlreadyExistsError if the name is taken; AdminError otherwise (`in_doubt`: it may
            yet have started).
        """
        ...


class Fetcher(Protocol):
    """Has files from wherever they are."""

    def fetch(self, url: str, *, sha256: str) -> Path:
        """The file that a URL and the digest of its content name, on this machine.

        Raises: FetchError if it cannot be had, or is something else.
        """
        ...


class LedgerReader(Protocol):
    """Reads what Admin remembers for one workspace. Safe to use from many threads.

    Every method raises LedgerError for a log that is damaged or of a newer version, and
    AdminError (or UnreachableError) if an answer could not be had.
    """

    @property
    def workspace(self) -> str:
        """Whose ledger it is."""
        ...

    def head(self) -> Head:
        """The newest entry, and what all entries come to. Cost: one call."""
        ...

    def newest(self) -> int:
        """Only the serial of the newest entry, 0 if there is none. Cost: one small call."""
        ...

    def entry(self, serial: int) -> Record | None:
        """One entry, None if there is none of this serial. Cost: one call."""
        ...

    def records(self) -> Sequence[Record]:
        """The whole log, oldest first, each entry verified to follow the one before it."""
        ...

    def neighbours(self) -> "Sequence[LedgerReader]":
        """The ledgers of all other workspaces in the same home."""
        ...


class Ledger(LedgerReader, Protocol):
    """Appends to it as well."""

    def append(self, body: Body, after: Head) -> Head:
        """Append the entry that follows `after`, and return the new head.

        Raises: LedgerMovedError if `after` is no longer the head, with nothing appended;
            AdminError if it is refused (`in_doubt`: or may yet appear).
        """
        ...


class Clock(Protocol):
    """Time as an argument, so that tests own it."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None: ...
