"""One declared version of something, and the references in it: what binding works on."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.desired.member import Member
from reconciler.manifest import LaunchPlan, Path, Task, Workflow
from reconciler.model import Backfill, Bundle, Kind, Origin, ResourceId, Severity, Spot, spot

AUTO, LATEST, ACTIVE = "auto", "latest", "active"
KINDS = {
    ResourceType.TASK: Kind.TASK,
    ResourceType.WORKFLOW: Kind.WORKFLOW,
    ResourceType.LAUNCH_PLAN: Kind.LAUNCH_PLAN,
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a name means: its kind and where it lives, without a version."""

    kind: Kind
    project: str
    domain: str
    name: str

    def at(self, version: str) -> ResourceId:
        """One version of it."""
        return ResourceId(self.kind, self.project, self.domain, self.name, version)

    def __str__(self) -> str:
        return f"{self.kind} {self.project}/{self.domain}/{self.name}"

    @property
    def as_spot(self) -> Spot:
        """The name in a drawing or a list."""
        return spot(self.kind, project=self.project, domain=self.domain, name=self.name)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A reference with its defaults filled in, not yet bound.

    `version` is None for what the set itself declares, else a version, `latest` or `active`.
    `embeds`: a workflow node takes the content of the workflow it names into its own. Where it
    is said is found when asked for, which is seldom and costs: the file's text is read again.
    """

    place: Place
    version: str | None
    locate: Callable[[], Origin] = field(compare=False)
    embeds: bool = False
    # A version that only looks like a word: packages name versions outright.
    exact: bool = False
    # Project and domain in the manifest's own words, where the environment may have others.
    said_in: tuple[str, str] | None = field(default=None, compare=False)
    # Of a reference in a workflow's manifest: where in its spec it stands.
    path: Path = field(default=(), compare=False)

    @property
    def word(self) -> str:
        """`auto`, `latest` or `active` where that is what is meant, else nothing."""
        known = self.version in (AUTO, LATEST, ACTIVE) and not self.exact
        return str(self.version) if known else ""

    @property
    def origin(self) -> Origin:
        return self.locate()


@dataclass(frozen=True, slots=True)
class RunsFrom:
    """The bundle that something runs from, and where the container unpacks it."""

    bundle: Bundle
    destination: str


@dataclass(frozen=True, slots=True)
class Excuse:
    """A rule that need not be kept, and where that is said."""

    code: str
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """One declared version of a task, workflow or launch plan.

    `version` is `auto` or fixed; members of a package share the package's, known from the
    start, and `content_addressed` tells whether that one is a hash. `source` is the manifest or
    the package's member that says what it is. `is_switch`: others register it, and only which
    version is active is declared; its one pointer is that version. `code` is the bundle of the
    member's package, and `destination` where members that leave it open find their code.
    `severities` are those of rules that are taken otherwise than usual here. `said_in` are
    project and domain in the manifest's own words, where the environment has others. `kept` is
    a version under which Admin holds this content, to be taken instead of that of the content.
    """

    place: Place
    version: str
    content_addressed: bool
    source: Task | Workflow | LaunchPlan | Member
    origin: Origin
    pointers: tuple[Pointer, ...]
    state: str = "unmanaged"
    is_switch: bool = False
    code: RunsFrom | None = None
    destination: str = "."
    excuses: tuple[Excuse, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    said_in: tuple[str, str] | None = None
    kept: str = ""


@dataclass(frozen=True, slots=True)
class BoundBackfills:
    """The backfills of a set, what each needs of it, and those that only Admin could bind."""

    backfills: tuple[Backfill, ...] = ()
    needs: Mapping[ResourceId, Collection[ResourceId]] = field(default_factory=dict)
    unchecked: tuple[Spot, ...] = ()


NO_BACKFILLS = BoundBackfills()
