"""Plans, applies, drift and the ledger's log → one HTML file that needs nothing else.

The file holds its data once, as JSON, and a small script of its own (`*.js` in this folder) that
shows it; nothing in it is fetched from anywhere, and its content security policy says so. Values
are masked as in every other document. Pure: the same arguments give the same bytes, and the time
is one of them.
"""

from reconciler.report.html.page import as_html, html_page
from reconciler.report.html.part import HtmlPart, html_part

__all__ = ["HtmlPart", "as_html", "html_page", "html_part"]
