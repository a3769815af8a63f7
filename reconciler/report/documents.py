"""What the documents for machines look like: each type of object, field by field.

`schemas/plan.json`, `schemas/apply.json` and `schemas/event.json` are written from these classes,
and what `as_json` builds is checked against them by mypy and in tests. A text beside a type is
what the schema says about the field.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict


class Origin(TypedDict):
    """Where in the manifests something is said."""

    file: str
    line: Annotated[int | None, "from 1; null where only the file is known"]
    column: int | None


class Problem(TypedDict):
    """Something that is wrong, or may be."""

    code: Annotated[str, "a word to group by; new ones may appear at any time"]
    severity: str
    message: str
    hint: str | None
    origin: Origin | None


class FieldChange(TypedDict):
    """One field that differs; null is a field that is not there."""

    path: Annotated[str, "as Flyte's own messages spell it, in lowerCamelCase"]
    before: Any
    after: Any
    sensitive: Annotated[
        bool, "something in it is masked: (sensitive value #N), equal values by the same number"
    ]


class Active(TypedDict):
    """Versions of a launch plan that are active."""

    before: list[str]
    after: list[str]


class CodeBundle(TypedDict):
    """Code that is uploaded."""

    name: str
    digest: str
    files: int
    bytes: Annotated[int, "before compression"]


class Identity(TypedDict):
    """Who a resource is; parts that its kind does not have are null."""

    address: Annotated[str, "the id as one word: task:project/domain/name@version"]
    kind: str
    project: str
    domain: str | None
    name: str | None
    version: str | None
    facet: NotRequired[Annotated[str, "of attributes and names: which of several at one place"]]


class Step(Identity):
    """One thing that is done."""

    verb: str
    reason: Annotated[str, "a word to group by; new ones may appear at any time"]
    why: str
    changes: list[FieldChange]
    depends_on: Annotated[list[str], "addresses of steps that come before"]
    origin: Origin | None
    bundle: NotRequired[CodeBundle]
    rewrites: NotRequired[
        Annotated[list[str], "addresses of rows that Flyte Admin drops and the step writes again"]
    ]
    active: NotRequired[Active]


class VersionConflict(Identity):
    """A version that Flyte Admin holds with other content; `before` is Admin's value."""

    reason: str
    message: str
    changes: list[FieldChange]
    origin: Origin | None


class Part(TypedDict):
    """One thing inside of what runs that is not what it was."""

    kind: str
    path: Annotated[str, "project/domain/name"]
    before: Annotated[str | None, "the version that runs now; null if it is new in it"]
    after: Annotated[str | None, "the version that will; null if it is gone from it"]
    changes: list[FieldChange]
    compared: Annotated[bool, "false if only its version is known on one side"]


class Image(TypedDict):
    """Another image of a task."""

    task: Annotated[str, "project/domain/name"]
    container: Annotated[str | None, "null for a task of one container"]
    before: str | None
    after: str


class Firing(TypedDict):
    """When one side fires."""

    schedule: str
    zone: str
    zone_assumed: Annotated[bool, "it names no zone: the clock of Flyte's scheduler decides"]
    next: Annotated[list[str], "up to three times, RFC 3339 in that zone"]
    problem: Annotated[str | None, "why there are none"]


class Restart(TypedDict):
    """The clock of a rate starts anew with a switch; all in seconds."""

    period: Annotated[int, "of the former schedule"]
    elapsed: Annotated[int | None, "of the period, lost; null where nobody knows since when"]
    remaining: Annotated[int | None, "until it would have fired"]


class Slot(TypedDict):
    """A time that is not run once as the schedule reads."""

    at: Annotated[str, "RFC 3339; one in a gap as if it existed"]
    oddity: Literal["lost-at-switch", "double-at-switch", "clock-gap", "clock-overlap"]


class Schedule(TypedDict):
    """When it fires now and will; null where there is no schedule."""

    before: Firing | None
    after: Firing | None
    restart: Restart | None
    slots: Annotated[list[Slot], "at the switch, and at changes of the clocks within a year"]


class InterfaceChange(TypedDict):
    """An input or output that is not what it was."""

    side: Literal["input", "output"]
    name: str
    before: Annotated[str | None, "its type, as the type language says it"]
    after: str | None
    breaking: bool
    why: str


class Consumer(TypedDict):
    """A workflow that starts the launch plan, pinned to another version of it; or a launch plan
    of the same workflow that does not fit its new version."""

    address: str
    where: Literal["set", "admin"]
    version: Annotated[str, "what it goes on with"]
    breaks: Annotated[bool, "it does not fit what will be active"]
    why: str


class Effect(Identity):
    """What becomes of one launch plan: what is active now against what will be."""

    active: Active
    switches: Annotated[bool, "false: a new version that nobody activates, as if it were"]
    breaking: bool
    parts: list[Part]
    images: list[Image]
    schedule: Schedule | None
    interface: list[InterfaceChange]
    consumers: list[Consumer]
    notes: Annotated[list[str], "what was not compared"]


class SlotItem(TypedDict):
    """One slot of a backfill, or the chunk of them that one execution runs."""

    at: Annotated[str, "when; RFC 3339, in the zone of the schedule"]
    state: Literal["run", "retry", "waiting", "future", "running", "done", "failed", "conflict"]
    execution: Annotated[str, "the name of its execution, there or to come"]
    attempt: Annotated[int, "which one of this slot that is, from 1"]
    note: str | None


class Backfill(TypedDict):
    """How a backfill stands: every slot counted, those listed that are worth it."""

    address: str
    launch_plan: Annotated[str, "the address of the version that it runs"]
    chosen: Annotated[str, "why that one, in words"]
    strategy: Literal["executions", "workflow"]
    schedule: str
    zone: Annotated[str, "in which the schedule is read"]
    start: Annotated[str, "the first time that counts; RFC 3339"]
    end: Annotated[str, "the first time that no longer counts"]
    anchor: Annotated[str | None, "from where a rate's slots are counted"]
    anchored: Annotated[str | None, "why from there, in words"]
    concurrency: Annotated[int, "executions that may be under way at once"]
    executions: Annotated[int, "how many executions all slots take"]
    slots: int
    open: Annotated[int, "slots to which something is still to happen now"]
    counts: Annotated[dict[str, int], "state → how many slots"]
    rows: Annotated[
        list[SlotItem], "all of them; of many the first, the last and the notable ones"
    ]


class VerdictData(TypedDict):
    """What a policy says of the plan."""

    policy: str
    ruling: Annotated[str, "deny, require-approval or warn"]
    message: str
    object: Annotated[str | None, "the address of its step; null if it is about all of the plan"]
    broken: Annotated[bool, "the policy could not be evaluated; then origin is its own place"]
    excused: Annotated[str | None, "why it does not count; null if it does"]
    origin: Annotated[Origin | None, "where the manifests declare the object"]
    source: Annotated[Origin | None, "where the policy is written"]


class PlanBody(TypedDict):
    """All that a plan says."""

    applicable: Annotated[bool, "false if there are conflicts or obstacles"]
    effects: Annotated[list[Effect], "what it means, in the order of its steps"]
    actions: Annotated[list[Step], "what it does, each after those it depends on"]
    conflicts: list[VersionConflict]
    warnings: list[Problem]
    obstacles: Annotated[list[Problem], "what keeps the plan from being applied"]
    unchanged: Annotated[dict[str, int], "kind → how many are as declared"]
    summary: Annotated[dict[str, int], "verb → how many; and unchanged, conflicts"]
    backfills: NotRequired[Annotated[list[Backfill], "how each of the set stands, if it has any"]]
    verdicts: NotRequired[Annotated[list[VerdictData], "what policies say, if there are any"]]


class PlanDocument(PlanBody):
    """What `plan --json` prints."""

    format_version: str
    type: Literal["plan"]


class StepOutcome(TypedDict):
    """What became of one step."""

    address: str
    verb: str
    status: Literal["done", "failed", "blocked", "skipped"]
    applied: Annotated[bool, "Flyte Admin took the write"]
    settled: Annotated[bool, "reading back showed that it came true"]
    existed: Annotated[bool, "it was there already"]
    message: str | None
    blocked_by: Annotated[str | None, "address of the failure"]
    seconds: float


class ApplyDocument(TypedDict):
    """What an apply did; the last line of `apply --json`."""

    format_version: str
    type: Literal["apply"]
    plan: PlanBody
    outcomes: Annotated[list[StepOutcome], "one a step, in the order of the plan"]
    interrupted: bool
    summary: Annotated[dict[str, int], "status → how many"]


class LeftBy(TypedDict):
    """The entry of the ledger that left something as it was."""

    serial: int
    time: str | None
    actor: str | None
    commit: str | None


class DriftItem(Identity):
    """One thing that drifted."""

    drift: Annotated[str, "what happened; new ones may appear at any time"]
    message: str
    left: Annotated[str | None, "the version that the last apply left active"]
    live: Annotated[str | None, "the versions that are active"]
    wanted: Annotated[str | None, "the version that is declared"]
    changes: Annotated[list[FieldChange], "from what is live to what is declared"]
    origin: Origin | None
    since: Annotated[str | None, "when Flyte Admin last switched it, where it tells; RFC 3339"]
    entry: LeftBy | None


class DriftDocument(TypedDict):
    """What `drift --json` prints."""

    format_version: str
    type: Literal["drift"]
    at: Annotated[str, "when it was compared; RFC 3339"]
    compared: int
    remembers: Annotated[bool, "false without a ledger: then nobody knows who moved"]
    unread: Annotated[list[str], "project/domain of what may not be read"]
    drifts: list[DriftItem]
    summary: Annotated[dict[str, int], "kind → how many"]
