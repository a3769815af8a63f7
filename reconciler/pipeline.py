"""The corridor: each verb on one screen, its stages in order."""

from collections.abc import Sequence

from reconciler.desired import Codes, Declaration, bind, declare, needs
from reconciler.errors import BundleError
from reconciler.manifest import Manifest
from reconciler.model import Code, CodeFolder, DesiredState, Plan
from reconciler.observed import look_up, observe
from reconciler.plan import make_plan
from reconciler.ports import Bundler, Reader


def validate(manifests: Sequence[Manifest], bundler: Bundler) -> DesiredState:
    """Check a set without asking Admin; what refers to Admin's own things is left open.

    Raises: ManifestError with every problem of the set.
    """
    declaration = declare(manifests)
    return bind(declaration, None, _codes(declaration, bundler))


def plan(manifests: Sequence[Manifest], reader: Reader, bundler: Bundler) -> Plan:
    """Compare a set with what Admin holds. A Reader cannot write, so neither can this.

    Code is hashed where it lies; nothing is built or uploaded.

    Raises: ManifestError with every problem of the set; AdminError or UnreachableError if
        something could not be read, for then no plan can be trusted.
    """
    declaration = declare(manifests)
    found = look_up(needs(declaration), reader)
    desired = bind(declaration, found, _codes(declaration, bundler))
    return make_plan(desired, observe(desired, reader))


def _codes(declaration: Declaration, bundler: Bundler) -> Codes:
    """What each folder of code holds, or why it can be no bundle, for binding to tell."""
    codes: dict[CodeFolder, Code | BundleError] = {}
    for folder in declaration.folders:
        try:
            codes[folder] = bundler.code(folder)
        except BundleError as error:
            codes[folder] = error
    return codes
