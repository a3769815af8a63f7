"""Which calls answer "do these versions exist?" at the least cost; no call is made here.

A list filtered by names and versions answers for hundreds of ids at once, and Admin's primary key
finds them without looking at history. But the filter is a product: it also matches name A under
version B. So ids are grouped until the product holds little that nobody asked for; content hashes
cannot match under another name, and are grouped freely. What a filter cannot spell is asked for
by itself. How many calls there are depends on the ids alone, never on what Admin holds.

Source: admin-contract 3.2 (what a digest is of), 4.2 (the filter grammar) and 4.9 (costs measured
on a real server).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from reconciler.model import Kind, ResourceId, is_content_hash

VALUES = 250  # names, and versions, in one filter: from about 1,000 on the database scans instead
PAGE = 1000  # rows asked for at once
STRAYS = 600  # rows of one list that could match without being asked for
FEW = 16  # named entities of one scope that are asked for one by one
FEW_DIGESTS = 4  # workflows of one version that are read instead
NAMES = 2000  # and in one filter beyond: Admin walks all names of the scope in any case


@dataclass(frozen=True, slots=True)
class Listing:
    """One filtered list.

    Attributes: `name` "" or the one name asked for outside the filter, where any name can be said;
    `filters` in Admin's grammar; `limit` rows a page, enough for all that can match, up to PAGE.
    """

    kind: Kind
    project: str
    domain: str
    name: str
    filters: str
    limit: int


@dataclass(frozen=True, slots=True)
class Names:
    """One filtered list of named entities; `facet` is the kind that the names are of."""

    facet: str
    project: str
    domain: str
    filters: str


Query = Listing | ResourceId
_UNSAYABLE = re.compile(r"[+;,()]")
# The ids' own order, asked for once an id instead of at each comparison.
_order = attrgetter("sort_key")


def queries(ids: Collection[ResourceId]) -> list[Query]:
    """Return the lists, and the ids to get one by one, that together cover `ids` exactly.

    Lists may match more than `ids`: whoever asks must pick. The same ids give the same calls, in
    whatever order they come.
    """
    found: list[Query] = []
    for (kind, project, domain), members in groupby(sorted(set(ids), key=_order), key=_scope):
        scope = _Scope(kind, project, domain)
        found += scope.queries(list(members))
    return found


def holding_queries(workflows: Mapping[ResourceId, bytes]) -> list[Listing]:
    """Return lists of those workflows whose content has the digest that is given beside the id.

    A digest is of the id as well, so whatever a list gives back has the digest given beside it.
    Only a few of one version are not asked for: to read those costs no more.
    """
    found: list[Listing] = []
    sayable = [id for id in workflows if is_sayable(id.name) and is_sayable(id.version)]
    for (kind, project, domain, version), members in groupby(
        sorted(sayable, key=_version_first), key=_version_of
    ):
        some = list(members)
        if len(some) < FEW_DIGESTS:
            continue
        for names in chunks(id.name for id in some):
            digests = (
                f"\\x{workflows[ResourceId(kind, project, domain, name, version)].hex()}"
                for name in names
            )
            filters = "+".join(
                (
                    value_in("name", names),
                    value_in("version", [version]),
                    value_in("digest", digests),
                )
            )
            found.append(Listing(kind, project, domain, "", filters, len(names) + 1))
    return found


def names_queries(ids: Collection[ResourceId]) -> list[Names | ResourceId]:
    """Return the lists, and the named entities to get one by one, that together cover `ids`.

    A list makes Admin look at every name of the scope, some tenths of a second for a million
    versions, so a few names are asked for one by one.
    """
    found: list[Names | ResourceId] = []
    wanted = sorted({id for id in ids if "\0" not in id.name}, key=_names_scope)
    for (facet, project, domain), members in groupby(wanted, key=_names_scope):
        some = list(members)
        listed = [id for id in some if is_sayable(id.name)]
        if len(listed) <= FEW:
            listed = []
        for names in chunks(sorted(id.name for id in listed), NAMES):
            found.append(Names(facet, project, domain, value_in("name", names)))
        found += sorted(set(some) - set(listed))
    return found


def is_sayable(value: str) -> bool:
    """Tell whether a filter can carry this value: there is no escaping in its grammar."""
    return value.isprintable() and value == value.strip() and not _UNSAYABLE.search(value)


def value_in(field: str, values: Iterable[str]) -> str:
    """One filter expression: `value_in(name,a;b)`."""
    return f"value_in({field},{';'.join(values)})"


def chunks(values: Iterable[str], size: int = VALUES) -> Iterator[list[str]]:
    """The values in lists of at most `size`."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def _scope(id: ResourceId) -> tuple[Kind, str, str]:
    return id.kind, id.project, id.domain


def _version_of(id: ResourceId) -> tuple[Kind, str, str, str]:
    return id.kind, id.project, id.domain, id.version


def _version_first(id: ResourceId) -> tuple[Kind, str, str, str, str]:
    return *_version_of(id), id.name


def _names_scope(id: ResourceId) -> tuple[str, str, str]:
    return id.facet, id.project, id.domain


@dataclass(frozen=True, slots=True)
class _Scope:
    """One kind in one project and domain: as much as one list can cover."""

    kind: Kind
    project: str
    domain: str

    def queries(self, ids: list[ResourceId]) -> Iterator[Query]:
        # PostgreSQL stores no NUL, so nothing can be there; asking would be answered by an error.
        ids = [id for id in ids if "\0" not in id.name and "\0" not in id.version]
        listed = [id for id in ids if is_sayable(id.version)]
        plain = [id for id in listed if is_sayable(id.name)]
        # Nearly always all of them are; what is left is looked for only where there is any.
        some, all_said = len(plain) < len(listed), len(listed) == len(ids)
        by_name = [id for id in listed if not is_sayable(id.name)] if some else []
        unlisted = [] if all_said else [id for id in ids if not is_sayable(id.version)]
        for group in _products(plain):
            yield from self._list(group)
        for name, named in groupby(by_name, key=lambda id: id.name):
            for versions in chunks(id.version for id in named):
                yield self._listing(versions, name=name, rows=len(versions))
        yield from unlisted

    def _list(self, group: list[ResourceId]) -> Iterator[Query]:
        # A get is the same one call, but of a workflow it would fetch the whole closure.
        if len(group) == 1 and self.kind is not Kind.WORKFLOW:
            yield group[0]
            return
        names = sorted({id.name for id in group})
        versions = sorted({id.version for id in group})
        yield self._listing(versions, names=names, rows=len(names) * len(versions))

    def _listing(
        self, versions: list[str], *, rows: int, name: str = "", names: Iterable[str] = ()
    ) -> Listing:
        filters = [value_in("name", names)] if names else []
        filters.append(value_in("version", versions))
        # One more than can match, so that a full answer is known to be the last.
        limit = min(rows + 1, PAGE)
        return Listing(self.kind, self.project, self.domain, name, "+".join(filters), limit)


def _products(ids: list[ResourceId]) -> Iterator[list[ResourceId]]:
    """Group ids so that names times versions of a group is small, or asked for anyway."""
    by_version: dict[str, list[ResourceId]] = {}
    hashed: list[ResourceId] = []
    for id in ids:
        if is_content_hash(id.version):
            hashed.append(id)
        else:
            by_version.setdefault(id.version, []).append(id)
    for start in range(0, len(hashed), VALUES):
        yield hashed[start : start + VALUES]
    group = _Product()
    # Versions of the same names side by side: all of their product is asked for.
    for members in sorted(by_version.values(), key=lambda some: [id.name for id in some]):
        for start in range(0, len(members), VALUES):
            part = members[start : start + VALUES]
            if not group.takes(part):
                yield group.ids
                group = _Product()
            group.add(part)
    if group.ids:
        yield group.ids


class _Product:
    """A group of ids under growth, and the product of its names and versions."""

    def __init__(self) -> None:
        self.ids: list[ResourceId] = []
        self._names: set[str] = set()
        self._versions: set[str] = set()

    def takes(self, more: list[ResourceId]) -> bool:
        """Tell whether the product stays within bounds with `more`; the first always fits."""
        if not self.ids:
            return True
        names = len(self._names | {id.name for id in more})
        versions = len(self._versions | {id.version for id in more})
        rows = names * versions
        strays = rows - len(self.ids) - len(more)
        return max(names, versions) <= VALUES and rows <= PAGE and strays <= STRAYS

    def add(self, more: list[ResourceId]) -> None:
        self.ids += more
        self._names |= {id.name for id in more}
        self._versions |= {id.version for id in more}
