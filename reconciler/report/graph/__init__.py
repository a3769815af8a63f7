"""Drawings as text: Mermaid for pull requests, DOT for Graphviz, SVG for everyone."""

from reconciler.report.graph.dot import drawing_as_dot
from reconciler.report.graph.mermaid import drawing_as_mermaid
from reconciler.report.graph.svg import drawing_as_svg

__all__ = ["drawing_as_dot", "drawing_as_mermaid", "drawing_as_svg"]
