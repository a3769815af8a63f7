"""What Admin holds, listed: a table for eyes, names for other commands, documents for programs."""

from reconciler.report.listing.entities import TASKS, WORKFLOWS
from reconciler.report.listing.executions import ATTEMPTS, EXECUTIONS, NODES, SIGNALS
from reconciler.report.listing.launch_plans import LAUNCH_PLANS
from reconciler.report.listing.listing import Listing
from reconciler.report.listing.places import ATTRIBUTES, DOMAINS, PROJECTS
from reconciler.report.listing.values import short_value

LISTINGS = {
    listing.type: listing
    for listing in (
        TASKS,
        WORKFLOWS,
        LAUNCH_PLANS,
        EXECUTIONS,
        NODES,
        ATTEMPTS,
        SIGNALS,
        PROJECTS,
        DOMAINS,
        ATTRIBUTES,
    )
}
"""How each kind is listed, by the type of its document."""

__all__ = ["LISTINGS", "Listing", "short_value"]
