"""A real git beside ours: what it ignores and tracks in a folder."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


class Git:
    """A checkout under test, whose git knows no configuration but its own.

    Args:
        top: Where; made a checkout if it is none.
    """

    def __init__(self, top: Path, *init: str) -> None:
        self.top = top
        top.mkdir(parents=True, exist_ok=True)
        self.run("init", "-q", *init)

    def run(self, *arguments: str, stdin: bytes = b"", may_fail: bool = False) -> bytes:
        nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            nothing |= {f"GIT_{who}_NAME": "A", f"GIT_{who}_EMAIL": "a@example.org"}
        done = subprocess.run(
            ["git", "-C", str(self.top), *arguments],
            input=stdin,
            capture_output=True,
            env=os.environ | nothing,
        )
        assert may_fail or not done.returncode, done.stderr
        return done.stdout

    def ignored(self, paths: Iterable[str]) -> dict[str, str]:
        """Path → the line of the rule that decides about it, "" if none does; index aside."""
        asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
        options = ("--no-index", "-z", "-v", "-n", "--stdin")
        answer = self.run("check-ignore", *options, stdin=asked, may_fail=True).split(b"\0")
        fields = list(zip(*[iter(answer[:-1])] * 4, strict=True))
        return {os.fsdecode(path): line.decode() for _, line, _, path in fields}

    def files(self) -> set[str]:
        """What is tracked or may be, as `git add` would see it."""
        options = ("-z", "--cached", "--others", "--exclude-standard")
        return {os.fsdecode(path) for path in self.run("ls-files", *options).split(b"\0") if path}

    def list(self, names: Iterable[str], *, mode: str = "100644") -> None:
        """Put files into the index that need not be there."""
        nothing = self.run("hash-object", "-w", "--stdin").decode().strip()
        lines = "".join(f"{mode} {nothing}\t{name}\0" for name in names)
        self.run("update-index", "-z", "--index-info", stdin=lines.encode())

    def tracked(self) -> set[bytes]:
        return set(self.run("ls-files", "-z").split(b"\0")) - {b""}


def without_clashes(paths: Iterable[str]) -> list[str]:
    """Those of the paths that can be files together: none is a folder of another."""
    kept: list[str] = []
    for path in paths:
        others = (*kept, path)
        if not any(one.startswith(f"{other}/") for one in others for other in others):
            kept.append(path)
    return kept


def write_files(top: Path, files: Mapping[str, str | bytes] | Sequence[str]) -> None:
    """Make files and the folders they are in; without contents each holds its own name."""
    named = files if isinstance(files, Mapping) else {name: name for name in files}
    for name, content in named.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
