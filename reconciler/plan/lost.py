"""Say what we registered and Admin no longer holds: it was restored from a backup.

Nothing can delete a version in Admin, so one that the ledger says we applied and that has to be
registered again tells that Admin is an older one than the ledger, or was meddled with.
"""

from dataclasses import replace

from reconciler.model import Diagnostic, Inventory, Plan, Severity, Verb


def with_lost(plan: Plan, inventory: Inventory) -> Plan:
    """Warn of versions of ours that are gone. The plan registers them again."""
    gone = [
        action.id
        for action in plan
        if action.verb is Verb.CREATE
        and action.id.kind.versioned
        and (owned := inventory.find(action.id)) is not None
        and owned.id == action.id
    ]
    if not gone:
        return plan
    more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
    return replace(
        plan,
        warnings=(
            *plan.warnings,
            Diagnostic(
                "gone-from-admin",
                f"the ledger says that we registered {gone[0]}{more}, and Flyte Admin does not "
                "hold that any more: it was restored from a backup",
                hint="this registers it again; for what no manifest declares, "
                "`reconciler ledger rebuild`",
                severity=Severity.WARNING,
            ),
        ),
    )
