"""The corridor: each verb on one screen, its stages in order."""

from collections.abc import Sequence

from reconciler.desired import bind, declare, needs
from reconciler.manifest import Manifest
from reconciler.model import DesiredState, Plan
from reconciler.observed import look_up, observe
from reconciler.plan import make_plan
from reconciler.ports import Reader


def validate(manifests: Sequence[Manifest]) -> DesiredState:
    """Check a set without asking Admin; what refers to Admin's own things is left open.

    Raises: ManifestError with every problem of the set.
    """
    return bind(declare(manifests), None)


def plan(manifests: Sequence[Manifest], reader: Reader) -> Plan:
    """Compare a set with what Admin holds. A Reader cannot write, so neither can this.

    Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
        something could not be read, for then no plan can be trusted.
    """
    declaration = declare(manifests)
    found = look_up(needs(declaration), reader)
    desired = bind(declaration, found)
    return make_plan(desired, observe(desired, reader))
