"""The facade: one Admin, and what can be done with it. Commands and notebooks use this alone."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler import pipeline
from reconciler.admin import Connection, SystemClock, connect
from reconciler.apply import Lock, Terms, execute, run_locked, take_lock
from reconciler.bundle import CodeBundler
from reconciler.config import Config
from reconciler.errors import LedgerError, LedgerMovedError
from reconciler.manifest import Manifest
from reconciler.model import (
    ApplyReport,
    Author,
    Event,
    Head,
    Hold,
    Kind,
    Owned,
    Plan,
    PlanOptions,
    Record,
    Release,
    Unlock,
    Verb,
    claims_of,
    plan_digest,
)
from reconciler.ports import Ledger, LedgerReader
from reconciler.remote.switches import find_switch, switching, version_before
from reconciler.storage import PinnedFiles


@dataclass(frozen=True, slots=True)
class Home:
    """Where the ledger of a workspace is kept."""

    project: str
    domain: str
    workspace: str


@dataclass(frozen=True, slots=True)
class Held:
    """The lock of a workspace, and who took it."""

    lock: Lock
    author: Author
    operation: str = "apply"

    @property
    def before(self) -> Head:
        """The head that the lock followed: what was read at an earlier one may be outdated."""
        return self.lock.before

    def claim(self, plan: Plan) -> None:
        """Hold it for another plan from now on."""
        self.lock.claim(claims_of(plan))

    def release(self) -> None:
        """Release it unless that was done already; nothing was tried under it."""
        self.lock.release(self.operation, self.author.actor)


class Remote:
    """A connection to one Admin; close it, or use it in a `with`.

    with Remote.connect(config) as remote:
        plan = remote.plan(load(["manifests"]))
        report = remote.apply(plan)
    """

    def __init__(
        self, connection: Connection, *, parallelism: int = 10, cache: Path | None = None
    ) -> None:
        self._connection = connection
        self._parallelism = parallelism
        self._bundler = CodeBundler(cache)
        self._fetcher = PinnedFiles(cache)

    @classmethod
    def connect(
        cls, config: Config, *, parallelism: int = 10, cache: Path | None = None
    ) -> "Remote":
        """Prepare to talk to the Admin that `config` names; nothing is sent yet.

        Args:
            parallelism: How many calls may be under way at once.
            cache: The folder where hashes of code and packages fetched are kept; None to read all
                code anew, and to keep packages with the temporary files.

        Raises: ConfigError or UnreachableError if no channel can be opened at all.
        """
        connection = connect(config, parallelism=parallelism)
        return cls(connection, parallelism=parallelism, cache=cache)

    @property
    def endpoint(self) -> str:
        return self._connection.config.endpoint

    def plan(
        self,
        manifests: Sequence[Manifest],
        options: PlanOptions = PlanOptions(),
    ) -> Plan:
        """Compare the manifests with what Admin holds. Nothing is written.

        Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
            something could not be read.
        """
        return pipeline.plan(
            manifests,
            self._connection.reader,
            bundler=self._bundler,
            fetcher=self._fetcher,
            now=SystemClock().now(),
            options=options,
        )

    def apply(
        self,
        plan: Plan,
        *,
        held: "Held | None" = None,
        stop: threading.Event | None = None,
        on_event: Callable[[Event], None] = lambda event: None,
        say: Callable[[str], None] = lambda text: None,
    ) -> ApplyReport:
        """Carry out a plan; what fails is in the report, never raised.

        Args:
            held: The lock of the workspace, which is released at the end; None without a ledger.
            stop: Once set, nothing new is started.
            on_event: Called as actions start and finish, in this thread.
            say: Told, in a sentence, what did not work about the ledger.

        Raises: ValueError for a plan with conflicts, before anything is written.
        """

        def run(fence: Callable[[], str] = lambda: "") -> ApplyReport:
            return execute(
                plan,
                reader=self._connection.reader,
                writer=self._connection.writer,
                clock=SystemClock(),
                uploader=self._connection.uploader,
                bundler=self._bundler,
                parallelism=self._parallelism,
                stop=stop,
                on_event=on_event,
                fence=fence,
            )

        if held is None:
            return run()
        return run_locked(
            held.lock,
            run,
            reader=self._connection.reader,
            operation=held.operation,
            actor=held.author.actor,
            say=say,
        )

    def lock(
        self,
        home: "Home",
        plan: Plan,
        *,
        author: Author,
        operation: str = "apply",
        wait: float = 0.0,
        is_dead: Callable[[Author], bool] = lambda author: False,
        say: Callable[[str], None] = lambda text: None,
    ) -> "Held":
        """Take the lock of a workspace for a plan, to be given to `apply` or released.

        If the plan registers the ledger's own project, that is done first: there is no other
        write outside the lock.

        Args:
            wait: Seconds to wait for the lock.
            is_dead: Whether a holder is known to be a process that is gone.

        Raises: LockedError, ForeignOwnerError, LedgerError, AdminError or UnreachableError.
        """
        self._make_home(home, plan)
        terms = Terms(
            operation=operation,
            plan=plan_digest(plan),
            claims=claims_of(plan),
            author=author,
            wait=wait,
            is_dead=is_dead,
        )
        return Held(
            take_lock(self._ledger(home), terms, SystemClock(), say=say), author, operation
        )

    def ledger(self, home: "Home") -> LedgerReader:
        """What Admin remembers for a workspace, to be read."""
        return self._connection.ledger_reader(
            project=home.project, domain=home.domain, workspace=home.workspace
        )

    def head(self, home: "Home") -> Head:
        """The newest entry of a ledger, and what all of them come to."""
        return self.ledger(home).head()

    def break_lock(self, home: "Home", serial: int, *, actor: str, reason: str) -> Record:
        """Take the lock from whoever holds it, and return the begin that did.

        Args:
            serial: Of the entry that took it, so that no other one is broken.

        Raises: LedgerError if that is not the lock; LedgerMovedError if it is just moving.
        """
        ledger = self._ledger(home)
        head = ledger.head()
        if head.holder is None or head.holder.serial != serial:
            held = f"by entry {head.holder.serial}" if head.holder else "by nobody"
            raise LedgerError(f"entry {serial} does not hold the lock: it is held {held}")
        ledger.append(Unlock(serial, actor, reason), head)
        return head.holder

    def hold(
        self,
        home: "Home",
        name: str,
        *,
        actor: str,
        reason: str = "",
        until: int = 0,
        version: str | None = None,
    ) -> Hold:
        """Keep every apply off a launch plan's activation, and return the hold.

        Args:
            name: `project/domain/name`, or the name alone.
            until: Seconds since 1970, 0 for never.
            version: The bad version, after which the hold is over; None: the one we left active.

        Raises: LedgerError for a name that the ledger does not own, or not alone.
        """
        ledger = self._ledger(home)
        while True:
            head = ledger.head()
            switch = find_switch(head, name)
            bad = switch.active if version is None else version
            hold = Hold(switch.id, actor, reason, bad, until)
            with contextlib.suppress(LedgerMovedError):
                ledger.append(hold, head)
                return hold

    def release(self, home: "Home", name: str, *, actor: str) -> Hold:
        """End a hold, and return it.

        Raises: LedgerError if that is not held.
        """
        ledger = self._ledger(home)
        while True:
            head = ledger.head()
            found = [hold for hold in head.holds if name in (hold.id.path, hold.id.name)]
            if len(found) != 1:
                held = ", ".join(hold.id.path for hold in head.holds) or "nothing"
                raise LedgerError(f"{name} is not held, or not alone; held is {held}")
            with contextlib.suppress(LedgerMovedError):
                ledger.append(Release(found[0].id, actor), head)
                return found[0]

    def plan_rollback(
        self, home: "Home", name: str, *, to: str = "previous"
    ) -> tuple[Owned, Plan]:
        """What takes a launch plan back to a version: the switch as we left it, and the plan.

        Args:
            to: A version, or "previous": the one that was active before.

        Raises: LedgerError for a name or a version that is not known.
        """
        ledger = self.ledger(home)
        head = ledger.head()
        switch = find_switch(head, name)
        version = version_before(ledger.records(), switch) if to == "previous" else to
        reader = self._connection.reader
        wanted = switch.id.at(version)
        if wanted not in reader.versions([wanted]):
            raise LedgerError(f"Flyte Admin holds no {wanted}")
        active = sorted(plan.id.version for plan in reader.active([switch.id])[switch.id])
        return switch, switching(switch, active, version)

    def _ledger(self, home: "Home") -> Ledger:
        return self._connection.ledger(
            project=home.project, domain=home.domain, workspace=home.workspace
        )

    def _make_home(self, home: "Home", plan: Plan) -> None:
        for action in plan:
            if action.id.kind is not Kind.PROJECT or action.id.project != home.project:
                continue
            if action.after is not None and action.verb is Verb.CREATE:
                self._connection.writer.create(action.after)
            elif action.after is not None and action.verb is Verb.UNARCHIVE:
                self._connection.writer.update(action.after)

    def launch_plans(
        self, *, project: str | None = None, domain: str | None = None, active_only: bool = False
    ) -> Sequence[LaunchPlan]:
        """List launch plans of one or all projects and domains, by place and name.

        Shape: of each name what is active, or else (unless `active_only`) the newest version.
        Raises: AdminError or UnreachableError.
        """
        return self._connection.launch_plans(
            project=project, domain=domain, active_only=active_only
        )

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def __enter__(self) -> "Remote":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
