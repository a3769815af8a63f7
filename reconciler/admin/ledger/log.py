"""The Ledger port on AdminService: versions of one task, each created once and never changed.

A version that exists with other content cannot be created, so creating the next serial is a
compare-and-swap: of all who try one wins, and everybody else knows that they have lost
(admin-contract 13.3, measured on the real server). The head is one list call, because at least
every `SPACING`-th entry sums up all before it.

What a longer or shorter spacing costs is held by `tests/admin/ledger/test_sizes.py`: small logs
would do with fewer, but with 30,000 things owned an entry that sums up takes more than a megabyte.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ARCHIVED,
    NamedEntityIdentifier,
    NamedEntityIdentifierListRequest,
    NamedEntityMetadata,
    ResourceListRequest,
    Sort,
)
from flyteidl.admin.task_pb2 import Task

from reconciler import __version__
from reconciler.admin.calls import AdminCalls
from reconciler.admin.codec.request import to_get
from reconciler.admin.ledger.codec import (
    Checkpoint,
    Stored,
    content_of,
    decode,
    encode,
    to_spec,
    version_of,
)
from reconciler.admin.paging import Page, read_all
from reconciler.admin.size import REQUEST_LIMIT
from reconciler.admin.writer import AdminWriter
from reconciler.errors import (
    AdminError,
    LedgerError,
    LedgerMovedError,
    NotFoundError,
    ReconcilerError,
    VersionConflictError,
)
from reconciler.model import (
    LEDGER_PREFIX,
    Body,
    End,
    Head,
    Hold,
    Kind,
    Knock,
    Record,
    Release,
    Renewal,
    Resource,
    ResourceId,
    Unlock,
)
from reconciler.ports import Created, LedgerReader

# Entries from one checkpoint to the next. It goes with an end, when nobody holds the lock; who
# keeps beginning without an end has to take it along at last.
SPACING = 500
_AT_LAST = SPACING + 40
WINDOW = SPACING + 60
_PAGE = 250
DOWN = Sort(key="version", direction=Sort.DESCENDING)
_UP = Sort(key="version", direction=Sort.ASCENDING)
_BY_NAME = Sort(key="name", direction=Sort.ASCENDING)


class AdminLedgerReader:
    """Reads the ledger of one workspace (see `ports.LedgerReader`).

    Args:
        calls: On a channel that need not write.
        project, domain: The ledger's home.
    """

    def __init__(self, calls: AdminCalls, *, project: str, domain: str, workspace: str) -> None:
        self.workspace = workspace
        self._calls = calls
        self._place = NamedEntityIdentifier(
            project=project, domain=domain, name=LEDGER_PREFIX + workspace
        )

    @property
    def home(self) -> str:
        return f"{self._place.project}/{self._place.domain}"

    def head(self) -> Head:
        limit = WINDOW
        while True:
            rows = self._list(limit, DOWN)
            found = back_to_checkpoint(rows)
            if found is not None:
                return self._sum(*found)
            if len(rows) < limit:
                raise LedgerError(
                    f"{self} lacks its first entries; `ledger rebuild` gets past that"
                )
            limit *= 4

    def newest(self) -> int:
        rows = self._list(1, DOWN)
        return decode(rows[0]).record.serial if rows else 0

    def entry(self, serial: int) -> Record | None:
        try:
            return self._read(serial) if serial > 0 else None
        except NotFoundError:
            return None

    def records(self) -> Sequence[Record]:
        def fetch(limit: int, token: str) -> Page[Task]:
            request = ResourceListRequest(id=self._place, limit=limit, token=token, sort_by=_UP)
            answer = self._calls.list_tasks(request)
            return Page(answer.tasks, answer.token)

        rows = read_all(fetch, limit=_PAGE, key=lambda row: row.id.version, what=str(self))
        records = [decode(row).record for row in rows]
        _check_chain(records, start=0, digest=b"", what=str(self))
        return records

    def neighbours(self) -> Sequence[LedgerReader]:
        def fetch(limit: int, token: str) -> Page[Any]:
            request = NamedEntityIdentifierListRequest(
                project=self._place.project,
                domain=self._place.domain,
                limit=limit,
                token=token,
                sort_by=_BY_NAME,
                filters=f"contains(name,{LEDGER_PREFIX})",
            )
            answer = self._calls.list_task_ids(request)
            return Page(answer.entities, answer.token)

        what = f"ledgers of {self.home}"
        rows = read_all(fetch, limit=_PAGE, key=lambda row: row.name, what=what)
        names = [row.name for row in rows if row.name.startswith(LEDGER_PREFIX)]
        return [
            AdminLedgerReader(
                self._calls,
                project=self._place.project,
                domain=self._place.domain,
                workspace=name.removeprefix(LEDGER_PREFIX),
            )
            for name in names
            if name != self._place.name
        ]

    def __str__(self) -> str:
        return f"ledger {self.home}/{self._place.name}"

    def _id(self, serial: int) -> ResourceId:
        place = self._place
        return ResourceId(Kind.TASK, place.project, place.domain, place.name, version_of(serial))

    def _list(self, limit: int, order: Sort) -> Sequence[Task]:
        request = ResourceListRequest(id=self._place, limit=limit, sort_by=order)
        tasks: Sequence[Task] = self._calls.list_tasks(request).tasks
        return tasks

    def _sum(self, start: Checkpoint | None, stored: Sequence[Stored]) -> Head:
        records = [one.record for one in stored]
        if start is None:
            _check_chain(records, start=0, digest=b"", what=str(self))
            return Head().after(*records)
        first, *rest = records
        _check_chain(rest, start=first.serial, digest=first.digest, what=str(self))
        head = replace(start.head, digest=first.digest, at=first.created_at)
        if start.holder:
            # Its claims are those of the begin, or of a renewal since: both stand in the log.
            held = [self._read(serial) for serial in range(start.holder, first.serial)] + [first]
            holding = Head().after(*held)
            head = replace(head, holder=holding.holder, alive=holding.alive, claims=holding.claims)
        return head.after(*rest)

    def _read(self, serial: int) -> Record:
        return decode(self._calls.get_task(to_get(self._id(serial)))).record


class AdminLedger(AdminLedgerReader):
    """Appends to it as well (see `ports.Ledger`).

    Args:
        nonces: Gives 16 random bytes.
        request_limit: Bytes of the largest request that this Admin reads.
    """

    def __init__(
        self,
        calls: AdminCalls,
        *,
        project: str,
        domain: str,
        workspace: str,
        nonces: Callable[[], bytes] = lambda: secrets.token_bytes(16),
        request_limit: int = REQUEST_LIMIT,
    ) -> None:
        super().__init__(calls, project=project, domain=domain, workspace=workspace)
        self._writer = AdminWriter(calls, request_limit=request_limit)
        self._nonces = nonces
        self._limit = request_limit

    def append(self, body: Body, after: Head) -> Head:
        due = is_due(body, after)
        nonce = self._nonces()

        def encoded(checkpoint: bool) -> bytes:
            return encode(
                body, after=after, nonce=nonce, tool_version=__version__, checkpoint=checkpoint
            )

        content = encoded(due)
        if due and len(content) * 4 / 3 + 1000 > self._limit:
            # The next entry will be smaller, and can sum up.
            due, content = False, encoded(False)
        serial = after.serial + 1
        record = Record(
            serial, body, digest=hashlib.sha256(content).digest(), previous=after.digest
        )
        self._create(serial, content, record)
        if serial == 1 or due:
            self._put_away()
        head = after.after(record)
        return replace(head, checkpoint=serial) if due else head

    def _create(self, serial: int, content: bytes, record: Record) -> None:
        task = Resource(self._id(serial), request=to_spec(content, record))
        try:
            answer = self._writer.create(task)
        except VersionConflictError as error:
            raise LedgerMovedError(str(self), serial) from error
        except AdminError as error:
            if not error.in_doubt:
                raise
            if not self._is_ours(serial, content):
                raise
            return
        # Identical content can only be this very attempt, for it holds a nonce.
        if answer is Created.UNVERIFIED and not self._is_ours(serial, content):
            raise LedgerMovedError(str(self), serial)

    def _is_ours(self, serial: int, content: bytes) -> bool:
        """Settle an answer that got lost: is the entry there, and whose is it?

        Raises: LedgerMovedError if it is somebody else's.
        """
        try:
            found = self._calls.get_task(to_get(self._id(serial)))
        except NotFoundError:
            return False
        if content_of(found) != content:
            raise LedgerMovedError(str(self), serial)
        return True

    def _put_away(self) -> None:
        """Keep it out of people's way in the console. The log does without, if that fails."""
        id = self._id(1).named_entity
        text = f"What reconciler remembers of the workspace {self.workspace}. Please leave it."
        spec = NamedEntityMetadata(description=text[:300], state=NAMED_ENTITY_ARCHIVED)
        try:
            self._writer.update(Resource(id, spec=spec))
        except ReconcilerError:
            return


def is_due(body: Body, after: Head) -> bool:
    """Tell whether the next entry has to sum up."""
    if isinstance(body, Renewal | Unlock | Knock | Hold | Release):
        return False
    distance = after.serial + 1 - after.checkpoint
    return distance >= (SPACING if isinstance(body, End) else _AT_LAST)


def back_to_checkpoint(rows: Sequence[Task]) -> tuple[Checkpoint | None, list[Stored]] | None:
    """Read entries from the newest on until one sums up; None if none does and some are missing.

    Shape: in order; the first is the one that sums up, or the very first of the log.
    """
    found: list[Stored] = []
    for row in rows:
        stored = decode(row)
        found.append(stored)
        if stored.checkpoint is not None:
            return stored.checkpoint, found[::-1]
    if found and found[-1].record.serial != 1:
        return None
    return None, found[::-1]


def _check_chain(records: Sequence[Record], *, start: int, digest: bytes, what: str) -> None:
    """Raises: LedgerError unless each entry follows the one before, serial and digest."""
    for record in records:
        if record.serial != start + 1:
            raise LedgerError(f"{what}: after entry {start} comes {record.serial}")
        if record.previous != digest:
            raise LedgerError(
                f"{what}: entry {record.serial} does not follow what entry {start} says now; "
                "somebody changed the log"
            )
        start, digest = record.serial, record.digest
