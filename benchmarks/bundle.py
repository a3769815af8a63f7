"""A code bundle of 45 MB in 4,000 files, beside flytekit's packaging of the same tree.

Both take the whole tree by the same ignore files, digest it and write a gzipped tar; flytekit with
`--copy all` and what it compresses with here: pigz where there is one, else Python.
"""

import random
import shutil
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
    """Write files that compress about as code does: words of a vocabulary, indented."""
    chance = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz_"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(4_000)]
    for number in range(FILES):
        folder = root / f"package_{number % 40:02}" / f"module_{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        size = 0
        while size < BYTES // FILES:
            indent = "    " * chance.randint(0, 3)
            lines.append(indent + " ".join(chance.choices(words, k=chance.randint(2, 10))))
            size += len(lines[-1]) + 1
        text = "\n".join(lines)[: BYTES // FILES]
        (folder / f"file_{number:04}.py").write_text(text)
    (root / ".dockerignore").write_text("*.log\n**/__pycache__\nbuild\n")


def flytekit_package(root: Path, out: Path) -> None:
    from flytekit.constants import CopyFileDetection
    from flytekit.tools.fast_registration import FastPackageOptions, fast_package

    options = FastPackageOptions([], copy_style=CopyFileDetection.ALL)
    fast_package(root, out, options=options)
