"""Entities handed over as messages, under one version → what they declare.

What a program registers is no manifest and no package, but it is bound, versioned, compared and
planned like the members of one: the same words leave the same things open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.desired.bind import Declaration
from reconciler.desired.entity import Entity, Place, RunsFrom
from reconciler.desired.member import Member
from reconciler.desired.member_pointers import member_pointers
from reconciler.desired.package import Contents, PackagedCode, package_version
from reconciler.model import Bundle, Kind, Origin, ResourceId

_ACTIVE, _UNMANAGED = "active", "unmanaged"


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered in one project and domain under one version.

    `members` leave their own identifiers and those of their neighbours blank, and each kind and
    name is there once; `version` is theirs, empty for that of all their content; `bundle` is the
    code that they run where they leave its address open, and `destination` where a container
    unpacks it. `active` are names of launch plans of which this version is to be the active one;
    `origins` say where members were defined.
    """

    project: str
    domain: str
    members: tuple[Member, ...]
    version: str = ""
    bundle: Bundle | None = None
    destination: str = "."
    active: frozenset[str] = frozenset()
    origins: Mapping[tuple[Kind, str], Origin] = field(default_factory=dict)

    @property
    def settled_version(self) -> str:
        """The version, computed from the content if none is said: the same on every machine."""
        if self.version:
            return self.version
        code = PackagedCode("", self.bundle.code) if self.bundle is not None else None
        return package_version(Contents(self.members, code), destination=self.destination)

    def id_of(self, member: Member, version: str) -> ResourceId:
        """Who a member is, once it is registered."""
        return ResourceId(member.kind, self.project, self.domain, member.name, version)


def declared(registration: Registration, version: str) -> Declaration:
    """What a registration declares, nothing bound yet.

    Args:
        version: As `settled_version` gives it, which costs.
    """
    within = (registration.project, registration.domain)
    bundle = registration.bundle
    code = RunsFrom(bundle, registration.destination) if bundle is not None else None
    return Declaration(
        (),
        tuple(
            _entity(member, registration, version, within, code) for member in registration.members
        ),
        (),
    )


def _entity(
    member: Member,
    registration: Registration,
    version: str,
    within: tuple[str, str],
    code: RunsFrom | None,
) -> Entity:
    origin = registration.origins.get((member.kind, member.name), Origin(member.file))
    is_active = member.kind is Kind.LAUNCH_PLAN and member.name in registration.active
    return Entity(
        place=Place(member.kind, *within, member.name),
        version=version,
        content_addressed=not registration.version,
        source=member,
        origin=origin,
        pointers=tuple(member_pointers(member, within, version=version, origin=origin)),
        state=_ACTIVE if is_active else _UNMANAGED,
        code=code,
        destination=registration.destination,
    )
