"""Plans and applies: what is declared, was saved, may be done, and what others did meanwhile."""

from collections.abc import Sequence

from reconciler.errors.base import ReconcilerError
from reconciler.model import Diagnostic, ResourceId


class ManifestError(ReconcilerError):
    """The manifests cannot be used as they are; `diagnostics` says everything that is wrong."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class ApplyRefusedError(ReconcilerError):
    """Nothing was written: the plan was not confirmed, or it cannot be carried out."""


class NotReviewedError(ApplyRefusedError):
    """The plan is not the one that was reviewed, and nobody has approved it since.

    Attributes: `digest` of what it does, which an approval names.
    """

    def __init__(self, text: str, *, digest: str) -> None:
        self.digest = digest
        super().__init__(text)


class PlanFileError(ReconcilerError):
    """The file is no saved plan, or was damaged, or was written by another version."""


class StalePlanError(ReconcilerError):
    """A saved plan was made for a world that is gone, so none of it was carried out.

    Attributes: `moved`, a line for each object that is no longer as the plan found it.
    """

    def __init__(self, moved: Sequence[str]) -> None:
        self.moved = tuple(moved)
        lines = "".join(f"\n  {line}" for line in self.moved)
        super().__init__(f"the saved plan is stale, and nothing was written:{lines}\nplan again")


class GuardError(ApplyRefusedError):
    """The plan could be carried out and is rather a mistake; a flag says that it is none."""


class PolicyDeniedError(GuardError):
    """A policy denies the plan, could not be evaluated, or asks for an approval nobody gave."""


class LedgerError(ReconcilerError):
    """The ledger cannot be used as it is: unreadable, damaged, or of a newer version."""


class AmbiguousNameError(LedgerError):
    """A name that is typed means several things."""


class LedgerMovedError(LedgerError):
    """Somebody else appended the entry that we wanted to: read the head again.

    Attributes: `ledger` by name; `serial` of the entry that is not ours.
    """

    def __init__(self, ledger: str, serial: int) -> None:
        self.ledger = ledger
        self.serial = serial
        super().__init__(f"{ledger}: entry {serial} was appended by someone else; try again")


class LockedError(ReconcilerError):
    """Somebody else holds the lock; nothing was written.

    Attributes: `workspace` whose lock it is; `serial` of the entry that took it.
    """

    def __init__(self, text: str, *, workspace: str, serial: int) -> None:
        self.workspace = workspace
        self.serial = serial
        super().__init__(text)


class ForeignOwnerError(ReconcilerError):
    """Another workspace of the same home owns what this one would write.

    Attributes: `workspace` the owner; `ids` what it owns.
    """

    def __init__(self, workspace: str, ids: Sequence[ResourceId]) -> None:
        self.workspace = workspace
        self.ids = tuple(ids)
        some = ", ".join(str(id) for id in self.ids[:3])
        more = f" and {len(self.ids) - 3} more" if len(self.ids) > 3 else ""
        super().__init__(
            f"the workspace {workspace} owns {some}{more}; take it out of the manifests of one"
        )


class LockLostError(ReconcilerError):
    """Our lock was taken from us; nothing more is written."""


class OlderCommitError(ReconcilerError):
    """The commit applied last is not among the ancestors of this one."""


class PlanRanError(ReconcilerError):
    """A saved plan runs once, and this one has."""
