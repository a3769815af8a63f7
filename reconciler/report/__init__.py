"""Plans, applies and problems → text, Markdown, JSON, JUnit. Pure: they return strings.

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
from reconciler.report.masking import Masks
from reconciler.report.outcomes import outcome_line, report_as_text
from reconciler.report.progress import Progress, progress
from reconciler.report.sensitive import without_secrets
from reconciler.report.style import Style, one_line, printable
from reconciler.report.table import table

if TYPE_CHECKING:
    from reconciler.report.as_json import built_as_json, plan_as_json, report_as_json
    from reconciler.report.as_junit import (
        Suite,
        errors_as_suite,
        plan_as_suite,
        report_as_suite,
        suites_as_junit,
        trials_as_suite,
    )
    from reconciler.report.as_markdown import (
        MARKER,
        errors_as_markdown,
        plan_as_markdown,
        report_as_markdown,
    )
    from reconciler.report.as_prometheus import DRIFT_METRICS, drifts_as_prometheus, told_in
    from reconciler.report.as_sarif import Compared, drift_as_sarif
    from reconciler.report.backfills import slots_line
    from reconciler.report.blocks import LIMITS, SMALLEST
    from reconciler.report.branches import (
        branch_as_dict,
        errors_as_text,
        move_as_dict,
        move_line,
        tree_lines,
        watched_as_dict,
    )
    from reconciler.report.bundles import Listed, bundles_as_json, bundles_as_text
    from reconciler.report.drift import (
        drift_as_json,
        drift_as_markdown,
        drift_as_suite,
        drift_as_text,
        drift_for_documents,
        drift_summary,
        without_secrets_in,
    )
    from reconciler.report.drift_ways import drift_digest, drift_items, way_back, ways_back
    from reconciler.report.events import Events, as_line
    from reconciler.report.explanations import explanations_as_json, explanations_as_text
    from reconciler.report.facts import size
    from reconciler.report.full import in_full
    from reconciler.report.graph import drawing_as_dot, drawing_as_mermaid, drawing_as_svg
    from reconciler.report.html import HtmlPart, as_html, html_page, html_part
    from reconciler.report.images import ImageLine, images_as_json, images_as_table
    from reconciler.report.ledger import history_as_json, history_as_text, ledger_as_json
    from reconciler.report.listing import LISTINGS, Listing, short_value
    from reconciler.report.policies import (
        policies_as_json,
        policies_as_text,
        policy_document,
        trials_as_json,
        trials_as_text,
        verdict_as_data,
        verdict_lines,
        verdict_text,
        verdicts_as_json,
        verdicts_as_text,
    )
    from reconciler.report.preview import (
        Apart,
        Preview,
        PreviewFacts,
        Trial,
        difference_as_markdown,
        failed_preview,
        preview_of,
        untrusted_preview,
    )
    from reconciler.report.schema import document_schemas
    from reconciler.report.watching import WatchingView, watching_view
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
            "as_junit": (
                "Suite",
                "errors_as_suite",
                "plan_as_suite",
                "report_as_suite",
                "suites_as_junit",
                "trials_as_suite",
            ),
            "as_markdown": (
                "MARKER",
                "errors_as_markdown",
                "plan_as_markdown",
                "report_as_markdown",
            ),
            "as_prometheus": ("DRIFT_METRICS", "drifts_as_prometheus", "told_in"),
            "as_sarif": ("Compared", "drift_as_sarif"),
            "backfills": ("slots_line",),
            "blocks": (
                "LIMITS",
                "SMALLEST",
            ),
            "branches": (
                "branch_as_dict",
                "errors_as_text",
                "move_as_dict",
                "move_line",
                "tree_lines",
                "watched_as_dict",
            ),
            "bundles": (
                "Listed",
                "Listing",
                "bundles_as_json",
                "bundles_as_text",
            ),
            "drift": (
                "drift_as_json",
                "drift_as_markdown",
                "drift_as_suite",
                "drift_as_text",
                "drift_for_documents",
                "drift_summary",
                "without_secrets_in",
            ),
            "drift_ways": ("drift_digest", "drift_items", "way_back", "ways_back"),
            "events": (
                "Events",
                "as_line",
            ),
            "explanations": (
                "explanations_as_json",
                "explanations_as_text",
            ),
            "facts": ("size",),
            "full": ("in_full",),
            "graph": (
                "drawing_as_dot",
                "drawing_as_mermaid",
                "drawing_as_svg",
            ),
            "html": (
                "HtmlPart",
                "as_html",
                "html_page",
                "html_part",
            ),
            "images": (
                "ImageLine",
                "images_as_json",
                "images_as_table",
            ),
            "ledger": (
                "history_as_json",
                "history_as_text",
                "ledger_as_json",
            ),
            "listing": (
                "LISTINGS",
                "Listing",
                "short_value",
            ),
            "preview": (
                "Apart",
                "Preview",
                "PreviewFacts",
                "Trial",
                "difference_as_markdown",
                "failed_preview",
                "preview_of",
                "untrusted_preview",
            ),
            "policies": (
                "policies_as_json",
                "policies_as_text",
                "policy_document",
                "trials_as_json",
                "trials_as_text",
                "verdict_as_data",
                "verdict_lines",
                "verdict_text",
                "verdicts_as_json",
                "verdicts_as_text",
            ),
            "schema": ("document_schemas",),
            "watching": ("WatchingView", "watching_view"),
        },
    )

__all__ = [
    "DRIFT_METRICS",
    "FORMAT_VERSION",
    "LIMITS",
    "LISTINGS",
    "MARKER",
    "NO_CHANGES",
    "SMALLEST",
    "Apart",
    "Compared",
    "Events",
    "HtmlPart",
    "ImageLine",
    "Listed",
    "Listing",
    "Masks",
    "Preview",
    "PreviewFacts",
    "Progress",
    "Style",
    "Suite",
    "Trial",
    "WatchingView",
    "as_html",
    "as_line",
    "branch_as_dict",
    "built_as_json",
    "bundles_as_json",
    "bundles_as_text",
    "diagnostics_as_json",
    "diagnostics_as_text",
    "difference_as_markdown",
    "document_schemas",
    "drawing_as_dot",
    "drawing_as_mermaid",
    "drawing_as_svg",
    "drift_as_json",
    "drift_as_markdown",
    "drift_as_sarif",
    "drift_as_suite",
    "drift_as_text",
    "drift_digest",
    "drift_for_documents",
    "drift_items",
    "drift_summary",
    "drifts_as_prometheus",
    "error_as_text",
    "errors_as_json",
    "errors_as_markdown",
    "errors_as_suite",
    "errors_as_text",
    "explanations_as_json",
    "explanations_as_text",
    "failed_preview",
    "history_as_json",
    "history_as_text",
    "html_page",
    "html_part",
    "images_as_json",
    "images_as_table",
    "in_full",
    "ledger_as_json",
    "move_as_dict",
    "move_line",
    "one_line",
    "outcome_line",
    "plan_as_json",
    "plan_as_markdown",
    "plan_as_suite",
    "plan_as_text",
    "policies_as_json",
    "policies_as_text",
    "policy_document",
    "preview_of",
    "printable",
    "progress",
    "report_as_json",
    "report_as_markdown",
    "report_as_suite",
    "report_as_text",
    "short_value",
    "size",
    "slots_line",
    "suites_as_junit",
    "summary",
    "table",
    "to_json",
    "told_in",
    "tree_lines",
    "trials_as_json",
    "trials_as_suite",
    "trials_as_text",
    "untrusted_preview",
    "validated_as_text",
    "verdict_as_data",
    "verdict_lines",
    "verdict_text",
    "verdicts_as_json",
    "verdicts_as_text",
    "watched_as_dict",
    "watching_view",
    "way_back",
    "ways_back",
    "without_secrets",
    "without_secrets_in",
]
