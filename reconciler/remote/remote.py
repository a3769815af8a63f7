"""The facade: one Admin, and what can be done with it. Commands and notebooks use this alone."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler import pipeline
from reconciler.admin import SystemClock
from reconciler.manifest import Manifest
from reconciler.model import (
    ApplyReport,
    DesiredState,
    DriftReport,
    Event,
    Head,
    Outcome,
    Place,
    Plan,
    PlanOptions,
    Status,
)
from reconciler.remote.attribution import attributed
from reconciler.remote.backfilling import Backfilling
from reconciler.remote.browsing import Browsing
from reconciler.remote.data import Data
from reconciler.remote.estates import Estates
from reconciler.remote.fetching import Fetching
from reconciler.remote.late import LateBundler
from reconciler.remote.recalled import recalling
from reconciler.remote.registering import Registering
from reconciler.remote.running import Running
from reconciler.remote.signalling import Signalling
from reconciler.remote.workspace_ledger import Held, Home, WorkspaceLedger
from reconciler.storage import PinnedFiles

if TYPE_CHECKING:  # a plan need not wait for what applies it
    from reconciler.planfile import SavedPlan, Values
    from reconciler.remote.snapshot import Snapshot


class Remote(Registering, Fetching, Running, Signalling, Data, Backfilling, Browsing, Estates):
    """A connection to one Admin, and all that can be done with it.

        with Remote(config) as remote:
            plan = remote.plan(load(["manifests"]))
            report = remote.apply(plan)

    What files and environment name is connected to where no `config` is given.
    """

    @cached_property
    def _bundler(self) -> LateBundler:
        return LateBundler(self._cache)

    @cached_property
    def _fetcher(self) -> PinnedFiles:
        return PinnedFiles(self._cache)

    def validate(self, manifests: Sequence[Manifest]) -> DesiredState:
        """Check the manifests, and what they refer to in Admin. Nothing else is read.

        Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
            something could not be read.
        """
        with recalling(self._cache) as recall:
            return pipeline.validate(
                manifests,
                bundler=self._bundler,
                fetcher=self._fetcher,
                reader=self._connection.reader,
                recall=recall,
            )

    def plan(
        self,
        manifests: Sequence[Manifest],
        options: PlanOptions = PlanOptions(),
    ) -> Plan:
        """Compare the manifests with what Admin holds. Nothing is written.

        Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
            something could not be read.
        """
        with recalling(self._cache) as recall:
            return pipeline.plan(
                manifests,
                self._connection.reader,
                bundler=self._bundler,
                fetcher=self._fetcher,
                now=SystemClock().now(),
                options=options,
                executions=lambda: self._connection.executions,
                recall=recall,
            )

    def snapshot(
        self,
        manifests: Sequence[Manifest],
        options: PlanOptions,
        *,
        about: str,
        home: "Home | None",
    ) -> "Snapshot":
        """Read what planning these manifests reads, to be kept. Nothing is written.

        Args:
            about: The workspace and environment, in words.
            home: Of the ledger; None if there is none.

        Raises: as `plan`.
        """
        from reconciler.remote.snapshot import take_snapshot

        return take_snapshot(
            self._connection.reader,
            manifests,
            options,
            bundler=self._bundler,
            fetcher=self._fetcher,
            about=about,
            owners=self.ledger_of(home).owners() if home is not None else {},
            now=SystemClock().now(),
        )

    def drift(self, manifests: Sequence[Manifest] | None, home: "Home | None") -> DriftReport:
        """Tell what is not as it was left, or not as it is declared. Nothing is written.

        Args:
            manifests: All of a workspace; None to compare with its ledger only.
            home: Where that is kept; None if there is none.

        Cost: as `pipeline.drift`; if something drifted, the whole log, to say who left it so.
        Raises: ManifestError, LedgerError, AdminError or UnreachableError.
        """
        if home is None:
            return self._drift(manifests, None, ())
        ledger = self.ledger_of(home)
        while True:
            head = ledger.head()
            report = self._drift(manifests, head, ledger.owners().keys())
            # What an apply did while we looked would seem to be somebody's hand.
            if not report.drifts or ledger.reader().newest() == head.serial:
                return attributed(report, ledger.reader())

    def _drift(
        self,
        manifests: Sequence[Manifest] | None,
        memory: Head | None,
        foreign: Collection[Place],
    ) -> DriftReport:
        with recalling(self._cache) as recall:
            return pipeline.drift(
                manifests,
                self._connection.reader,
                bundler=self._bundler,
                fetcher=self._fetcher,
                now=SystemClock().now(),
                memory=memory,
                foreign=foreign,
                recall=recall,
            )

    def open(self, saved: "SavedPlan", values: "Values") -> Plan:
        """The plan that was saved, to be carried out; packages that hold its code are fetched.

        Args:
            values: Of the sensitive variables that it was made with, by `var.NAME` or `env.NAME`.

        Raises: StalePlanError naming each variable that has another value than when planned;
            FetchError for a package that cannot be had.
        """
        return saved.opened(
            values, fetch=lambda url, sha256: self._fetcher.fetch(url, sha256=sha256)
        )

    def check_fresh(self, plan: Plan, *, memory: Head | None = None) -> None:
        """Look whether a saved plan may still be carried out. Only what it touches is read.

        Args:
            memory: What the workspace's ledger remembers now; None without one.

        Raises: StalePlanError naming each object that moved, and how; PlanRanError if, without a
            ledger to tell, some of it came true already; AdminError or UnreachableError.
        """
        from reconciler.remote.saved import check_fresh

        check_fresh(
            plan,
            self._connection.reader,
            bundler=self._bundler,
            memory=memory,
            now=SystemClock().now(),
            executions=lambda: self._connection.executions,
        )

    def apply(
        self,
        plan: Plan,
        *,
        held: Held | None = None,
        stop: threading.Event | None = None,
        on_event: Callable[[Event], None] = lambda event: None,
        say: Callable[[str], None] = lambda text: None,
        together: bool = True,
        atomic: bool = False,
    ) -> ApplyReport:
        """Carry out a plan; what fails is in the report, never raised.

        Args:
            held: The lock of the workspace, which is released at the end; None without a ledger.
            stop: Once set, nothing new is started.
            on_event: Called as actions start and finish, in this thread.
            say: Told, in a sentence, what did not work about the ledger.
            together, atomic: Of the switches, as `apply.execute` says.

        Raises: ValueError for a plan with conflicts, before anything is written.
        """
        from reconciler.apply import execute, run_locked

        closing = held.closing(plan) if held is not None else None

        def run(some: Plan, fence: Callable[[], str] = lambda: "") -> ApplyReport:
            return execute(
                some,
                reader=self._connection.reader,
                writer=self._connection.writer,
                clock=SystemClock(),
                uploader=self._connection.uploader,
                executions=self._connection.executions,
                launcher=self._connection.launcher,
                bundler=self._bundler,
                parallelism=self._parallelism,
                stop=stop,
                on_event=on_event,
                fence=fence,
                together=together,
                atomic=atomic,
            )

        if held is None:
            return run(plan)
        before = replace(plan, actions=tuple(one for one in plan if one is not closing))
        report = run_locked(
            held.lock,
            lambda fence: run(before, fence),
            reader=self._connection.reader,
            operation=held.operation,
            actor=held.author.actor,
            say=say,
            closing=closing,
        )
        if closing is None:
            return report
        if report.succeeded and held.lock.ended and not held.lock.lost:
            last = run(Plan((replace(closing, needs=()),))).outcomes[0]
        else:
            message = "it would leave the ledger without a home before all is done"
            last = Outcome(closing, Status.SKIPPED, message=message)
        outcomes = {one.action.id: one for one in (*report.outcomes, last)}
        return replace(report, outcomes=tuple(outcomes[action.id] for action in plan))

    def find_ledgers(self) -> Sequence[Home]:
        """Where ledgers are kept, for whoever has no workspace. Costs the names of all tasks."""
        return [Home(*place) for place in self._connection.find_ledgers()]

    def ledger_of(self, home: Home) -> WorkspaceLedger:
        """What Admin remembers for a workspace: to be read, locked and appended to."""
        return WorkspaceLedger(self._connection, home)

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
