"""What becomes of a set that was read: checked, planned, drawn, formatted, without a network."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from reconciler import pipeline
from reconciler.bundle import CodeBundler
from reconciler.errors import ManifestError
from reconciler.manifest import Manifest, format_text, load, read_yaml
from reconciler.model import DesiredState, Diagnostic
from reconciler.remote import validate
from reconciler.report import (
    drawing_as_dot,
    drawing_as_mermaid,
    drawing_as_svg,
    plan_as_json,
    plan_as_text,
    validated_as_text,
)
from reconciler.storage import PinnedFiles
from tests.fakes import DEFAULT_PROJECT, DOMAINS, MemoryAdmin, MemoryReader

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def checked(content: bytes) -> DesiredState:
    """What a file declares, as `validate` sees it and says."""
    desired = validate(load(["-"], stdin=io.BytesIO(content)))
    assert validated_as_text(desired).encode()
    return desired


def planned(manifests: Sequence[Manifest]) -> None:
    """Go all the way that a plan goes, before an Admin that holds a project."""
    bundler, fetcher = CodeBundler(), PinnedFiles()
    reader = MemoryReader(MemoryAdmin(domains=(*DOMAINS, "d"), projects=(DEFAULT_PROJECT, "p")))
    plan = pipeline.plan(manifests, reader, bundler=bundler, fetcher=fetcher, now=NOW)
    for text in (plan_as_text(plan, verbose=True), plan_as_json(plan)):
        assert text.encode()


def drawn(manifests: Sequence[Manifest]) -> None:
    """Draw a set in every form; it need not be valid beyond its own documents."""
    drawing = pipeline.draw(manifests, fetcher=PinnedFiles())
    for write in (drawing_as_mermaid, drawing_as_dot, drawing_as_svg):
        assert write(drawing).encode()


def formatted(content: bytes) -> None:
    """Format a file: it means what it meant, is as wrong as it was, and is formatted once."""
    text = format_text(content, "m.yaml")
    assert format_text(text.encode(), "m.yaml") == text, "formatting again changes it"
    before, after = _values(content), _values(text.encode())
    assert before == after, "it does not mean what it meant"
    assert _declared(content) == _declared(text.encode()), "it does not declare what it declared"


def _values(content: bytes) -> tuple[str, list[str]]:
    """Documents whose order of keys counts for nothing, and what is wrong with them."""
    problems: list[Diagnostic] = []
    values = [value for _, value in read_yaml(content, "", problems)]
    return repr([_ordered(value) for value in values]), sorted(one.code for one in problems)


def _declared(content: bytes) -> list[str]:
    """Every id with its digest, or what is wrong."""
    try:
        return sorted(f"{one.id} {one.digest.hex()}" for one in checked(content))
    except ManifestError as error:
        return sorted(one.code for one in error.diagnostics)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _ordered(value[key])) for key in sorted(value)]
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value
