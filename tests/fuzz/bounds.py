"""What every input is held to, however wrong: an error with a place or a valid set, soon."""

import resource
import time
from collections.abc import Callable, Sequence

from reconciler import pipeline
from reconciler.bundle import CodeBundler
from reconciler.errors import ManifestError
from reconciler.manifest import Manifest
from reconciler.model import Diagnostic
from reconciler.report import plan_as_json, plan_as_text
from reconciler.report.graph import drawing_as_dot, drawing_as_mermaid
from reconciler.storage import PinnedFiles
from tests.fakes import MemoryAdmin, MemoryReader

MOST_SECONDS = 1.0
MOST_KIB = 200 << 10
_ATTEMPTS = 3


def judged(check: Callable[[], object]) -> bool:
    """Whether it is a valid set; if not, every problem says where and what, and can be printed.

    No more than a second of this process, and 200 MB beyond what it had at its peak. A second that
    passes for something else, such as the garbage of ten thousand examples, does not come twice.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(_ATTEMPTS):
        started = time.process_time()
        problems = _problems(check)
        if time.process_time() - started < MOST_SECONDS:
            break
    else:
        raise AssertionError(f"takes more than {MOST_SECONDS} s")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < MOST_KIB
    if problems is None:
        return True
    assert problems
    for one in problems:
        assert one.code
        assert one.message
        # Where there is no document at all there is no place in one.
        assert one.code == "empty-set" or (one.origin is not None and one.origin.file)
        str(one).encode()
    return False


def _problems(check: Callable[[], object]) -> tuple[Diagnostic, ...] | None:
    try:
        check()
    except ManifestError as error:
        return error.diagnostics
    return None


def planned(manifests: Sequence[Manifest]) -> None:
    """Go all the way that a plan and a drawing go, before an Admin that holds nothing."""
    bundler, fetcher = CodeBundler(), PinnedFiles()
    plan = pipeline.plan(manifests, MemoryReader(MemoryAdmin()), bundler=bundler, fetcher=fetcher)
    for text in (plan_as_text(plan), plan_as_text(plan, verbose=True), plan_as_json(plan)):
        assert text.encode()
    drawing = pipeline.draw(manifests, fetcher=fetcher)
    for text in (drawing_as_mermaid(drawing), drawing_as_dot(drawing)):
        assert text.encode()
