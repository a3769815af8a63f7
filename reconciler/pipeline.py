"""The corridor: each verb on one screen, its stages in order."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from reconciler.desired import (
    Codes,
    Declaration,
    Fetched,
    bind,
    castable,
    declare,
    drawing,
    needs,
    sources,
)
from reconciler.errors import BundleError, FetchError
from reconciler.manifest import Manifest
from reconciler.model import Code, CodeFolder, DesiredState, Drawing, Plan, PlanOptions
from reconciler.observed import Covering, behind, look_up, observe
from reconciler.plan import (
    changing,
    left_behind,
    make_plan,
    readable,
    select,
    with_adopted,
    with_effects,
    with_guards,
    with_holds,
    with_pruned,
    with_unread,
)
from reconciler.ports import Bundler, Fetcher, Reader


def validate(
    manifests: Sequence[Manifest],
    *,
    bundler: Bundler,
    fetcher: Fetcher,
    reader: Reader | None = None,
) -> DesiredState:
    """Check a set: by itself, or against what it refers to in Admin.

    Args:
        reader: None to ask nobody; what refers to Admin's own things is then left `unchecked`.

    Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
        something could not be read.
    """
    declaration = declare(manifests, _fetched(manifests, fetcher))
    found = look_up(needs(declaration), reader) if reader is not None else None
    return bind(declaration, found, _codes(declaration, bundler))


def plan(
    manifests: Sequence[Manifest],
    reader: Reader,
    *,
    bundler: Bundler,
    fetcher: Fetcher,
    now: datetime,
    options: PlanOptions = PlanOptions(),
) -> Plan:
    """Compare a set with what Admin holds. A Reader cannot write, so neither can this.

    Code is hashed where it lies, packages are fetched; nothing is built or uploaded.

    Args:
        now: The time by which a hold expires, and from which fire times are told.

    Raises: ManifestError with every problem of the set; ConfigError for a selection that selects
        nothing; AdminError or UnreachableError if something could not be read, for then no plan
        can be trusted.
    """
    declaration = declare(manifests, _fetched(manifests, fetcher))
    covering = Covering(reader)
    found = covering.marked(look_up(needs(declaration), covering))
    declared = desired = bind(declaration, found, _codes(declaration, bundler))
    memory, is_whole = options.memory, options.whole
    if options.selection is not None:
        desired, is_whole = select(desired, options.selection), False
    left = left_behind(desired, memory.inventory) if memory and is_whole else ()
    observed = covering.narrowed(observe(desired, covering, also=[owned.id for owned in left]))
    covering.check()
    desired = readable(desired, observed)
    left = tuple(owned for owned in left if owned.id.scope not in observed.unread)
    plan = with_unread(make_plan(desired, observed), declared, observed, options)
    if memory is not None:
        plan = with_pruned(plan, observed, left, memory.inventory, options)
        plan = with_adopted(plan, desired, observed, memory.inventory)
        plan = with_holds(plan, memory.holds, now=now)
    plan = with_guards(plan, desired, observed, options)
    beyond = behind(changing(plan, desired), desired, observed, reader)
    return with_effects(plan, desired, beyond, now=now, castable=castable)


def draw(manifests: Sequence[Manifest], *, fetcher: Fetcher) -> Drawing:
    """Say what a set declares and what it refers to, without asking Admin.

    Raises: ManifestError for packages that cannot be read.
    """
    return drawing(declare(manifests, _fetched(manifests, fetcher)))


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
