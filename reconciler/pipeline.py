"""The corridor: each verb on one screen, its stages in order."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconciler.desired import (
    Codes,
    Declaration,
    Fetched,
    Kept,
    Recall,
    alike,
    bind,
    candidates,
    castable,
    confirmed,
    declare,
    drawing,
    keeping,
    known,
    launched,
    needs,
    newcomers,
    remembered,
    sources,
)
from reconciler.errors import BundleError, FetchError, ManifestError
from reconciler.manifest import Manifest
from reconciler.model import (
    Code,
    CodeFolder,
    DesiredState,
    Drawing,
    DriftReport,
    Found,
    Head,
    Inventory,
    Kind,
    Needs,
    ObservedState,
    Place,
    Plan,
    PlanOptions,
    Resource,
    ResourceId,
    without_collecting,
)
from reconciler.observed import Covering, behind, look_up, observe, with_users
from reconciler.plan import (
    Leftovers,
    World,
    changing,
    deletions,
    find_drift,
    left_behind,
    left_over,
    make_plan,
    mutable,
    readable,
    renamed,
    select,
    with_adopted,
    with_archived,
    with_effects,
    with_guards,
    with_holds,
    with_lost,
    with_moved,
    with_pruned,
    with_renamed,
    with_unread,
)
from reconciler.ports import Bundler, ExecutionReader, Fetcher, Reader


def validate(
    manifests: Sequence[Manifest],
    *,
    bundler: Bundler,
    fetcher: Fetcher,
    reader: Reader | None = None,
    recall: Recall | None = None,
) -> DesiredState:
    """Check a set: by itself, or against what it refers to in Admin.

    Args:
        reader: None to ask nobody; what refers to Admin's own things is then left `unchecked`.
        recall: What was bound before; None to bind all anew.

    Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
        something could not be read.
    """
    declaration = declare(manifests, _fetched(manifests, fetcher))
    found = look_up(needs(declaration), reader) if reader is not None else None
    return bind(declaration, found, _codes(declaration, bundler), recall)


@without_collecting()
def plan(
    manifests: Sequence[Manifest],
    reader: Reader,
    *,
    bundler: Bundler,
    fetcher: Fetcher,
    now: datetime,
    options: PlanOptions = PlanOptions(),
    executions: Callable[[], ExecutionReader] | None = None,
    recall: Recall | None = None,
) -> Plan:
    """Compare a set with what Admin holds. A Reader cannot write, so neither can this.

    Code is hashed where it lies, packages are fetched; nothing is built or uploaded.

    Args:
        now: The time by which a hold expires, and from which fire times are told.
        executions: Gives who reads which slots of backfills have run; needed if there are any.
        recall: What was bound before; None to bind all anew.

    Raises: ManifestError with every problem of the set; ConfigError for a selection that selects
        nothing; AdminError or UnreachableError if something could not be read, for then no plan
        can be trusted.
    """
    declaration = declare(manifests, _fetched(manifests, fetcher))
    return plan_declared(
        declaration,
        reader,
        bundler=bundler,
        now=now,
        options=options,
        executions=executions,
        recall=recall,
    )


@without_collecting()
def plan_declared(
    declaration: Declaration,
    reader: Reader,
    *,
    bundler: Bundler,
    now: datetime,
    options: PlanOptions = PlanOptions(),
    executions: Callable[[], ExecutionReader] | None = None,
    recall: Recall | None = None,
) -> Plan:
    """The same for what was declared already, by manifests or by a program.

    Raises: as `plan`.
    """
    covering = Covering(reader)
    memory, is_whole = options.memory, options.whole
    wanted = needs(declaration)
    with _asked(wanted, covering) as answer:
        if memory is not None:
            memory = _with_loose(memory, covering)
            options = replace(options, memory=memory)
        codes = _codes(declaration, bundler)
        found = answer() if wanted.refers else answer
        declared = desired = _bound(declaration, found, codes, covering, memory, recall)
    if options.selection is not None:
        desired, is_whole = select(desired, options.selection), False
    former = renamed(desired)
    left = left_behind(desired, memory.inventory) if memory and is_whole else ()
    left = tuple(owned for owned in left if owned.id not in former)
    over = left_over(desired, memory.inventory, options) if memory and is_whole else Leftovers()
    also = [*(owned.id for owned in left), *former, *over.ids]
    observed = covering.narrowed(observe(desired, covering, also=also))
    covering.check()
    desired = readable(desired, observed)
    left = tuple(owned for owned in left if owned.id.scope not in observed.unread)
    over = over.within(observed)
    deletes, said = deletions(over, observed)
    plan = make_plan(desired, observed, deletes=deletes)
    plan = replace(plan, warnings=(*plan.warnings, *said))
    plan = with_unread(plan, declared, observed, options)
    plan = with_renamed(plan, desired, observed)
    if memory is not None:
        plan = with_pruned(plan, observed, left, memory.inventory, options)
        plan = with_archived(plan, over, observed)
        plan = with_lost(plan, memory.inventory)
        plan = with_moved(plan, memory)
        plan = with_adopted(plan, desired, observed, memory.inventory)
        plan = with_holds(plan, memory.holds, now=now, desired=desired)
    plan = with_guards(plan, desired, observed, options)
    plan = _told(plan, declared, observed, covering, memory, now=now)
    unread = [one for one in declared.unchecked if one.kind is Kind.BACKFILL]
    if not desired.backfills and not unread:
        return plan
    # Rarely, and from executions alone: no other part of a plan depends on what has run.
    from reconciler.backfills import with_backfills

    reads = executions() if executions is not None else None
    return with_backfills(plan, desired, reader, reads, now=now, options=options, unread=unread)


def drift(
    manifests: Sequence[Manifest] | None,
    reader: Reader,
    *,
    bundler: Bundler,
    fetcher: Fetcher,
    now: datetime,
    memory: Head | None = None,
    foreign: Collection[Place] = (),
    recall: Recall | None = None,
) -> DriftReport:
    """Compare what Admin holds with how we left it, and with what is declared.

    Args:
        manifests: All of a workspace; None to ask only the ledger.
        memory: What that remembers; without it nobody can tell a hand from a newer manifest.
        foreign: What other workspaces own, which is no orphan.
        recall: What was bound before; None to bind all anew.

    Cost: as a plan, and of all that is ours whether it is as it was; a list of what is active in
        each project and domain that is declared or ours.
    Raises: as `plan`.
    """
    covering = Covering(reader)
    if memory is not None:
        memory = _with_loose(memory, covering)
    desired = DesiredState({})
    if manifests is not None:
        declaration = declare(manifests, _fetched(manifests, fetcher))
        found = covering.marked(look_up(needs(declaration), covering))
        codes = _codes(declaration, bundler)
        desired = _bound(declaration, found, codes, covering, memory, recall)
    ours = memory.inventory if memory is not None else Inventory()
    observed = observe(desired, covering, also=[owned.id for owned in mutable(ours)])
    versions = [owned.id for owned in ours if owned.id.kind.versioned]
    there = covering.versions(versions)
    ids = {*desired.resources, *(owned.id for owned in ours)}
    active = covering.all_active({id.scope for id in ids if id.domain})
    covering.check()
    observed = covering.narrowed(observed)
    desired = readable(desired, observed)
    plan = make_plan(desired, observed) if manifests is not None else None
    if plan is not None and memory is not None:
        left = [one for one in left_behind(desired, ours) if one.id in observed.asked]
        plan = with_pruned(plan, observed, left, ours, PlanOptions())
    running: dict[ResourceId, list[Resource]] = {}
    for one in active:
        running.setdefault(one.id.activation, []).append(one)
    world = World(
        desired=desired,
        observed=observed,
        plan=plan,
        inventory=memory.inventory if memory is not None else None,
        gone={id for id in versions if id not in there and id.scope not in observed.unread},
        running=running,
        foreign=foreign,
    )
    return DriftReport(
        find_drift(world),
        compared=len({*ids, *running}),
        at=now,
        remembers=memory is not None,
        unread=tuple("/".join(scope) for scope in observed.unread),
    )


def draw(manifests: Sequence[Manifest], *, fetcher: Fetcher) -> Drawing:
    """Say what a set declares and what it refers to, without asking Admin.

    Raises: ManifestError for packages that cannot be read.
    """
    return drawing(declare(manifests, _fetched(manifests, fetcher)))


def _told(
    plan: Plan,
    desired: DesiredState,
    observed: ObservedState,
    reader: Reader,
    memory: Head | None,
    *,
    now: datetime,
) -> Plan:
    """Say what the plan means; who uses what it breaks is looked for only once it breaks."""
    flips = memory.flips if memory is not None else {}
    beyond = behind(changing(plan, desired), desired, observed, reader)
    told = with_effects(plan, desired, beyond, now=now, castable=castable, flips=flips)
    broken = [effect.id for effect in told.effects if effect.breaks and effect.switches]
    if not broken:
        return told
    switched = [action.id for action in plan if action.is_switch]
    beyond = with_users(beyond, broken, switched, desired, reader)
    return with_effects(plan, desired, beyond, now=now, castable=castable, flips=flips)


@contextmanager
def _asked(needs: Needs, covering: Covering) -> Iterator[Callable[[], Found]]:
    """Ask what `needs` names while code is read and manifests are bound; give what waits for it.

    Whatever went wrong with it comes before what else does, as if it had been asked first.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="needs") as pool:
        asked = pool.submit(look_up, needs, covering)
        try:
            yield lambda: covering.marked(asked.result())
        except Exception:
            asked.result()
            raise


def _with_loose(memory: Head, reader: Reader) -> Head:
    """Count as ours what an apply that never ended left exactly as it claimed it.

    Cost: nothing unless there is such an apply; then some lists.
    """
    claims = (*memory.loose, *memory.claims)
    if not claims:
        return memory
    from reconciler.apply import as_left  # rarely, and what applies is much to load

    found = {owned.place: owned for owned in as_left(claims, reader)}
    return replace(memory, inventory=Inventory({**memory.inventory.entries, **found}))


def _bound(
    declaration: Declaration,
    found: Found | Callable[[], Found],
    codes: Codes,
    reader: Reader,
    memory: Head | None,
    recall: Recall | None,
) -> DesiredState:
    """Bind, keeping versions of others whose content is the very same (see `desired.kept`).

    Cost: of launch plans that the ledger has never seen, which version is active; and if that is
    as declared but for its version, what it runs. Of what the ledger knows nothing is read.
    """
    if memory is None:
        return bind(declaration, found, codes, recall)
    inventory = memory.inventory

    def as_remembered(resource: Resource) -> bool:
        owned = inventory.find(resource.id)
        return owned is not None and owned.is_as_left(resource)

    kept = remembered(declaration, inventory)
    desired, kept = _keeping(declaration, found, codes, kept, as_remembered, recall)
    new = newcomers(declaration, inventory)
    plans = alike(desired, reader.active(new)) if new else []
    if not plans:
        return known(desired, kept)
    there = dict(reader.workflows(launched(plans)))
    more = {**candidates(declaration, plans, there), **kept}
    ids = {place.at(version) for place, version in more.items()}
    workflows = {id for id in ids if id.kind is Kind.WORKFLOW}
    there |= reader.workflows(workflows - there.keys())
    there |= reader.versions(ids - workflows)

    def as_there(resource: Resource) -> bool:
        live = there.get(resource.id)
        return live is not None and live.complete and resource.agrees_with(live)

    return known(*_keeping(declaration, found, codes, more, as_there, recall))


def _keeping(
    declaration: Declaration,
    found: Found | Callable[[], Found],
    codes: Codes,
    kept: Kept,
    is_same: Callable[[Resource], bool],
    recall: Recall | None,
) -> tuple[DesiredState, Kept]:
    """Bind with those of the kept versions that can be kept."""
    while kept:
        try:
            desired = bind(keeping(declaration, kept), found, codes, recall)
        except ManifestError:
            break  # whatever is wrong is told of the manifests as they are
        good = confirmed(declaration, desired, kept, is_same)
        if len(good) == len(kept):
            return desired, kept
        kept = good
    return bind(declaration, found, codes, recall), {}


def _fetched(manifests: Sequence[Manifest], fetcher: Fetcher) -> Fetched:
    """The packages that are elsewhere, or why they cannot be had, for declaring to tell."""
    fetched: dict[str, Path | FetchError] = {}
    for source, url, sha256 in sources(manifests):
        try:
            fetched[source] = fetcher.fetch(url, sha256=sha256)
        except FetchError as error:
            fetched[source] = error
    return fetched


def _codes(declaration: Declaration, bundler: Bundler) -> Codes:
    """What each folder of code holds, or why it can be no bundle, for binding to tell."""
    codes: dict[CodeFolder, Code | BundleError] = {}
    for folder in declaration.folders:
        try:
            codes[folder] = bundler.code(folder)
        except BundleError as error:
            codes[folder] = error
    return codes
