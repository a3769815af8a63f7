"""The Bundler port, before and after there is code."""

import subprocess
import sys
from pathlib import Path

from reconciler.bundle import CodeBundler
from reconciler.model import Bundle, CodeFolder
from reconciler.ports import Bundler
from reconciler.remote.late import LateBundler


def test_it_says_and_builds_what_the_other_does(tmp_path: Path) -> None:
    """Whoever has code notices nothing."""
    (tmp_path / "etl.py").write_text("print('rows')\n")
    folder = CodeFolder(str(tmp_path))
    late: Bundler = LateBundler()

    code = late.code(folder)

    assert code == CodeBundler().code(folder)
    with late.archive(Bundle("flytesnacks", "development", "etl", code, folder)) as archive:
        assert archive.path.stat().st_size == archive.size


def test_who_has_no_code_loads_nothing() -> None:
    """Making one opens no room; the first code does."""
    script = (
        "import sys; from reconciler.remote.late import LateBundler; LateBundler(); "
        "print('reconciler.bundle' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stdout == "False\n", done.stderr
