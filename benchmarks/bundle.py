"""A code bundle of 45 MB in 4,000 files, beside flytekit's packaging of the same tree.

Both take the whole tree by the same ignore files, digest it and write a gzipped tar; flytekit with
`--copy all` and what it compresses with here: pigz where there is one, else Python.
"""

import shutil
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import Figure, best, seconds
from reconciler.bundle import CodeBundler
from reconciler.model import CodeFolder

FILES = 4_000
BYTES = 45_000_000


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        root, out = Path(name, "src"), Path(name, "out")
        write_tree(root)
        out.mkdir()
        folder = CodeFolder(str(root))
        bundler = CodeBundler(Path(name, "cache"))

        theirs = best(lambda: flytekit_package(root, out), of=3)
        size = max(path.stat().st_size for path in out.iterdir())
        ours = best(lambda: bundler.build(folder, out / "ours"))
        what = "pigz" if shutil.which("pigz") else "gzip"
        beside = f"{ours:.3f} s beside {theirs:.3f} s with {what}"
        share = "building 45 MB in 4,000 files, as a share of flytekit"
        yield Figure(f"{share}'s time", ours / theirs, "", 1 / 8, beside)
        ratio = (out / "ours").stat().st_size / size
        yield Figure(f"{share}'s size", ratio, "", 1.2)

        first = seconds(lambda: bundler.code(folder))
        yield Figure("hashing it for a plan, nothing known of it", first, "s")
        again = best(lambda: bundler.code(folder))
        yield Figure("hashing it for a plan, nothing changed since", again, "s", 0.2)


def write_tree(root: Path) -> None:
    """Write real code: that of whatever is installed here, cut into files of one size."""
    code = b"".join(some_code())
    size = BYTES // FILES
    for number in range(FILES):
        folder = root / f"package_{number % 40:02}" / f"module_{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        start = number * size % (len(code) - size)
        (folder / f"file_{number:04}.py").write_bytes(code[start : start + size])
    (root / ".dockerignore").write_text("*.log\n**/__pycache__\nbuild\n")


def some_code() -> Iterator[bytes]:
    total = 0
    for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py")):
        content = path.read_bytes()
        yield content
        total += len(content)
        if total > BYTES:
            return


def flytekit_package(root: Path, out: Path) -> None:
    from flytekit.constants import CopyFileDetection
    from flytekit.tools.fast_registration import FastPackageOptions, fast_package

    options = FastPackageOptions([], copy_style=CopyFileDetection.ALL)
    fast_package(root, out, options=options)
