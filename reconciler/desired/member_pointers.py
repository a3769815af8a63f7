"""What a member of a package refers to: neighbours by blank ids, other things by whole ones."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from flyteidl.core.identifier_pb2 import Identifier

from reconciler.desired.entity import KINDS, Place, Pointer
from reconciler.desired.ids import is_own
from reconciler.desired.member import Member
from reconciler.desired.package import references
from reconciler.model import Kind, Origin, Scope

_NO_WORDS: Mapping[str, str] = MappingProxyType({})


def member_pointers(
    member: Member,
    within: Scope,
    *,
    version: str,
    origin: Origin,
    registered: Collection[str] = (),
    own: Scope | None = None,
    words: Mapping[str, str] = _NO_WORDS,
) -> Iterator[Pointer]:
    """Yield what a member refers to.

    Args:
        within: The project and domain that it is registered in, and with it what it leaves blank.
        version: What references without a version mean.
        registered: Sub-workflows whose versions the member has to name.
        own: That place in the manifest's own words, where the environment may have others.
        words: What names of the environment are called there.
    """
    nested = _nested_workflows(member) - set(registered)
    project, domain = within
    own_project, own_domain = own or within
    is_plan = member.kind is Kind.LAUNCH_PLAN
    for identifier in [member.spec.spec.workflow_id] if is_plan else references(member):
        kind = KINDS.get(identifier.resource_type)
        # A sub-workflow travels inside its parent and need not be registered.
        if kind is None or (kind is Kind.WORKFLOW and identifier.name in nested):
            continue
        yield Pointer(
            place=Place(
                kind,
                _or(identifier, "project", project),
                _or(identifier, "domain", domain),
                identifier.name,
            ),
            version=version if is_own(identifier) else identifier.version,
            locate=lambda: origin,
            exact=not is_own(identifier),
            said_in=(
                _or(identifier, "project", own_project, words),
                _or(identifier, "domain", own_domain, words),
            ),
        )


def _nested_workflows(member: Member) -> set[str]:
    if member.kind is not Kind.WORKFLOW:
        return set()
    return {str(template.id.name) for template in member.spec.sub_workflows}


def _or(
    identifier: Identifier, part: str, default: str, words: Mapping[str, str] = _NO_WORDS
) -> str:
    value = str(getattr(identifier, part))
    return default if not value or value.startswith("{{") else words.get(value, value)
