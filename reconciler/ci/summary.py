"""The summary of a job, where its CI shows one."""

from collections.abc import Iterable, Mapping
from pathlib import Path

SUMMARY = 1_000_000
"""Bytes of a job's summary; GitHub takes 1 MiB of each step."""


def append_summary(environ: Mapping[str, str], pages: Iterable[str]) -> None:
    """Append Markdown to the job's summary. Raises: OSError if that cannot be written."""
    file = environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    with Path(file).open("a", encoding="utf-8") as summary:
        summary.writelines(f"{page}\n" for page in pages)
