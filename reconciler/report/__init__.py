"""Plans, applies and problems → text and JSON. Pure: every function returns a string.

Only `progress` writes, while an apply runs, to the stream it is given.
"""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.report.as_text import NO_CHANGES, plan_as_text, summary
from reconciler.report.diagnostics import (
    FORMAT_VERSION,
    diagnostics_as_json,
    diagnostics_as_text,
    error_as_text,
    errors_as_json,
    to_json,
    validated_as_text,
)
from reconciler.report.outcomes import outcome_line, report_as_text
from reconciler.report.progress import Progress, progress
from reconciler.report.sensitive import without_secrets
from reconciler.report.style import Style, printable
from reconciler.report.table import table

if TYPE_CHECKING:
    from reconciler.report.as_json import built_as_json, plan_as_json, report_as_json
    from reconciler.report.bundles import Listed, bundles_as_json, bundles_as_text
    from reconciler.report.explanations import explanations_as_json, explanations_as_text
    from reconciler.report.graph import drawing_as_dot, drawing_as_mermaid, drawing_as_svg
    from reconciler.report.images import ImageLine, images_as_json, images_as_table
    from reconciler.report.launch_plans import launch_plans_as_json, launch_plans_as_table
    from reconciler.report.ledger import history_as_json, history_as_text, ledger_as_json
else:
    # A plan on a terminal takes none of these.
    __getattr__ = opened_for(
        __name__,
        {
            "as_json": (
                "built_as_json",
                "plan_as_json",
                "report_as_json",
            ),
            "bundles": (
                "Listed",
                "bundles_as_json",
                "bundles_as_text",
            ),
            "explanations": (
                "explanations_as_json",
                "explanations_as_text",
            ),
            "graph": (
                "drawing_as_dot",
                "drawing_as_mermaid",
                "drawing_as_svg",
            ),
            "images": (
                "ImageLine",
                "images_as_json",
                "images_as_table",
            ),
            "launch_plans": (
                "launch_plans_as_json",
                "launch_plans_as_table",
            ),
            "ledger": (
                "history_as_json",
                "history_as_text",
                "ledger_as_json",
            ),
        },
    )

__all__ = [
    "FORMAT_VERSION",
    "NO_CHANGES",
    "ImageLine",
    "Listed",
    "Progress",
    "Style",
    "built_as_json",
    "bundles_as_json",
    "bundles_as_text",
    "diagnostics_as_json",
    "diagnostics_as_text",
    "drawing_as_dot",
    "drawing_as_mermaid",
    "drawing_as_svg",
    "error_as_text",
    "errors_as_json",
    "explanations_as_json",
    "explanations_as_text",
    "history_as_json",
    "history_as_text",
    "images_as_json",
    "images_as_table",
    "launch_plans_as_json",
    "launch_plans_as_table",
    "ledger_as_json",
    "outcome_line",
    "plan_as_json",
    "plan_as_text",
    "printable",
    "progress",
    "report_as_json",
    "report_as_text",
    "summary",
    "table",
    "to_json",
    "validated_as_text",
    "without_secrets",
]
