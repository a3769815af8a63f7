"""What came of a registration, thing by thing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model import ApplyReport, Kind, Outcome, Plan, ResourceId, Status, Verb
from reconciler.remote.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow, RemoteEntity


class Fate(StrEnum):
    """What became of one thing that was to be registered."""

    CREATED = "created"
    IDENTICAL = "identical"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration came to.

    Shape: iterates over its `entities`, by kind and name.

    Attributes:
        version: Of all of them; empty where each has its own, as manifests may say.
        plan: What was planned; empty if all was there already.
        report: What became of each step.
        fates: What became of each version, those that were there already too.
        entities: The tasks, workflows and launch plans that are now registered.
    """

    version: str
    plan: Plan
    report: ApplyReport
    fates: Mapping[ResourceId, Fate]
    entities: tuple[RemoteEntity, ...]

    @property
    def succeeded(self) -> bool:
        return self.report.succeeded

    def __iter__(self) -> Iterator[RemoteEntity]:
        return iter(self.entities)

    def __len__(self) -> int:
        return len(self.entities)

    def find(self, kind: Kind, name: str) -> RemoteEntity:
        """The one of a kind and name.

        Raises: KeyError if there is none.
        """
        for one in self.entities:
            if one.kind is kind and one.name == name:
                return one
        raise KeyError(f"{kind} {name}")

    @property
    def tasks(self) -> Mapping[str, FlyteTask]:
        """The tasks by name."""
        return {one.name: one for one in self.entities if isinstance(one, FlyteTask)}

    @property
    def workflows(self) -> Mapping[str, FlyteWorkflow]:
        """The workflows by name."""
        return {one.name: one for one in self.entities if isinstance(one, FlyteWorkflow)}

    @property
    def launch_plans(self) -> Mapping[str, FlyteLaunchPlan]:
        """The launch plans by name."""
        return {one.name: one for one in self.entities if isinstance(one, FlyteLaunchPlan)}

    def __str__(self) -> str:
        counts = Counter(self.fates.values())
        return ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items())) or "nothing"


def fates_of(ids: Iterator[ResourceId], report: ApplyReport) -> Mapping[ResourceId, Fate]:
    """What became of these versions."""
    outcomes = {one.action.id: one for one in report.outcomes if one.action.verb is Verb.CREATE}
    return {id: _fate(outcomes.get(id)) for id in ids}


def failures_of(report: ApplyReport) -> tuple[str, ...]:
    """A sentence for each step that did not come to its end."""
    return tuple(
        f"{one.action.verb} {one.action.id}: {_why(one)}"
        for one in report.outcomes
        if one.status is not Status.DONE
    )


def _fate(outcome: Outcome | None) -> Fate:
    if outcome is None:
        return Fate.IDENTICAL
    if outcome.status is not Status.DONE:
        return Fate.FAILED
    return Fate.IDENTICAL if outcome.existed else Fate.CREATED


def _why(outcome: Outcome) -> str:
    if outcome.blocked_by is not None:
        return f"waits for {outcome.blocked_by}, which failed"
    return outcome.message or str(outcome.error or outcome.status)
