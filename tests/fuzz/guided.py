"""Inputs made wrong by atheris, which looks for those that reach code no other has reached.

    python -m tests.fuzz.guided yaml -runs=20000        files of manifests
    python -m tests.fuzz.guided package -runs=20000     archives, before they are compressed
    python -m tests.fuzz.guided member -runs=20000      one member of a package

Needs the extra `fuzz`; atheris has wheels for Linux only, and keeps no pace with new Pythons, so
nothing else needs it. Any option of libFuzzer may follow. An input that is neither refused in good
order nor valid ends the run with its traceback, and stays in a file `crash-…`.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NoReturn

import atheris

with atheris.instrument_imports(include=["reconciler", "tarfile"]):
    from reconciler.desired.package import PackageError, read_package
    from reconciler.desired.package_members import member_of
    from reconciler.errors import ManifestError
    from reconciler.manifest import format_text, load
    from tests.fuzz.archives import TARS
    from tests.fuzz.bounds import told
    from tests.fuzz.manifests import FILES
    from tests.fuzz.packages import FILES as PACKAGES

Check = Callable[[bytes, Path], None]


def _yaml(content: bytes, folder: Path) -> None:
    file = folder / "manifest.yaml"
    file.write_bytes(content)
    checks: tuple[Callable[[], object], ...] = (
        partial(load, [file]),
        partial(format_text, content, "manifest.yaml"),
    )
    for check in checks:
        try:
            check()
        except ManifestError as error:
            told(error.diagnostics)


def _package(content: bytes, folder: Path) -> None:
    file = folder / "package.tar"
    file.write_bytes(content)
    _refused(lambda: read_package(file))


def _member(content: bytes, folder: Path) -> None:
    for name in ("x_1.pb", "x_2.pb", "x_3.pb", "x.pb", "x_1.json", "x_2.yaml"):
        _refused(partial(member_of, name, content))


def _refused(check: Callable[[], object]) -> None:
    try:
        check()
    except PackageError as error:
        problems = error.problems
    else:
        return
    assert problems
    assert all(one.encode() for one in problems)


SORTS: dict[str, tuple[Check, Iterable[bytes]]] = {
    "yaml": (_yaml, FILES),
    "package": (_package, TARS),
    "member": (_member, [content for files in PACKAGES for content in files.values()]),
}


def main(sort: str, options: list[str]) -> NoReturn:
    """Look for inputs of one sort; ends the process."""
    check, seeds = SORTS[sort]
    with tempfile.TemporaryDirectory() as name:
        folder, corpus = Path(name), Path(name, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / str(number)).write_bytes(seed)

        def one(content: bytes) -> None:
            check(content, folder)

        bounds = ("-max_len=20000", "-timeout=10", "-rss_limit_mb=1024")
        atheris.Setup([sys.argv[0], *bounds, *options, str(corpus)], one)
        atheris.Fuzz()
    sys.exit()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
