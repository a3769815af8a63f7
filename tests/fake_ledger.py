"""The Ledger port in memory: a list that is only ever appended to.

home = MemoryHome()
ledger = MemoryLedger(home, "etl")
ledger.append(body, ledger.head())
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from reconciler.errors import LedgerMovedError
from reconciler.model import Body, Head, Record
from reconciler.ports import LedgerReader


class MemoryHome:
    """Where the ledgers of several workspaces are kept; `now` is the server's clock."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.logs: dict[str, list[Record]] = {}
        self.lock = threading.Lock()


class MemoryLedger:
    """One workspace's ledger."""

    def __init__(self, home: MemoryHome, workspace: str) -> None:
        self.home = home
        self.workspace = workspace

    def head(self) -> Head:
        return Head().after(*self.records())

    def newest(self) -> int:
        return len(self.home.logs.get(self.workspace, ()))

    def entry(self, serial: int) -> Record | None:
        records = self.records()
        return records[serial - 1] if 0 < serial <= len(records) else None

    def records(self) -> Sequence[Record]:
        return list(self.home.logs.get(self.workspace, ()))

    def neighbours(self) -> Sequence[LedgerReader]:
        names = sorted(set(self.home.logs) - {self.workspace})
        return [MemoryLedger(self.home, name) for name in names]

    def append(self, body: Body, after: Head) -> Head:
        with self.home.lock:
            log = self.home.logs.setdefault(self.workspace, [])
            if len(log) != after.serial:
                raise LedgerMovedError(f"ledger {self.workspace}", after.serial + 1)
            digest = hashlib.sha256(f"{after.serial}{body}".encode()).digest()
            record = Record(after.serial + 1, body, digest, after.digest, self.home.now())
            log.append(record)
            return after.after(record)
