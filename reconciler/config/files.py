"""Which configuration file counts: the one that somebody named, or else the usual ones."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.config.file import SettingsFile, read_file
from reconciler.errors import ConfigError

FILE_VARIABLE = "FLYTECTL_CONFIG"
PROFILE_VARIABLE = "RECONCILER_PROFILE"
NO_FILE = SettingsFile()


class Found(NamedTuple):
    """A file that there is, or should be.

    Attributes:
        source: What it is called, for people; "" if there is none.
        file: What it says; nothing, if it cannot be used.
        problem: Why it cannot.
        named: Whether somebody named it, rather than that it lies in a usual place.
        from_folder: Whether it lies in the working directory, where anybody's checkout may be.
    """

    source: str = ""
    file: SettingsFile = NO_FILE
    problem: ConfigError | None = None
    named: bool = False
    from_folder: bool = False

    def read(self) -> SettingsFile:
        """What it says.

        Raises: ConfigError if it cannot be used.
        """
        if self.problem is not None:
            raise self.problem
        return self.file

    def endpoint(self) -> str:
        """The endpoint that it must name.

        Raises: ConfigError if it does not, or cannot be used.
        """
        if not (endpoint := self.read().endpoint):
            raise ConfigError(f"{self.source} sets no admin.endpoint")
        return endpoint


def find_file(
    given: str | Path | None, *, environ: Mapping[str, str], home: Path | None, folder: Path
) -> Found:
    """Find the file that counts.

    Shape:  `given`, else the profile, else what FLYTECTL_CONFIG names, else `flytekit.config` of
            `folder`, `.flyte/config` and `.flyte/config.yaml` of `home`: of these the first that
            names an endpoint, or else the first that is there.
    Raises: ConfigError only for a profile that is no name; all else is kept as `problem`.
    """
    if given is not None:
        return _named(expand(str(given), home), str(given), by="")
    if profile := environ.get(PROFILE_VARIABLE, "").strip():
        if "/" in profile or home is None:
            raise ConfigError(f"{PROFILE_VARIABLE} is the NAME of a ~/.flyte/config-NAME.yaml")
        path = home / ".flyte" / f"config-{profile}.yaml"
        return _named(path, str(path), by=PROFILE_VARIABLE)
    if value := environ.get(FILE_VARIABLE, "").strip():
        path = expand(value, home)
        return _named(path, str(path), by=FILE_VARIABLE)
    there = list(_usual(home, folder))
    return next((one for one in there if one.problem or one.file.endpoint), None) or (
        there[0] if there else Found()
    )


def expand(text: str, home: Path | None) -> Path:
    """A path in which `~` is the home that counts."""
    if home and (text == "~" or text.startswith("~/")):
        return home / text[2:]
    return Path(text)


def _named(path: Path, name: str, *, by: str) -> Found:
    source = f"{name}, named by {by}" if by else name
    if not path.exists():
        missing = f"{by} names {path}, which does not exist" if by else f"there is no file {path}"
        return Found(source=source, problem=ConfigError(missing), named=True)
    return _read(path, source, named=True)


def _usual(home: Path | None, folder: Path) -> Iterator[Found]:
    paths = [folder / "flytekit.config"]
    if home:
        paths += [home / ".flyte" / "config", home / ".flyte" / "config.yaml"]
    for path in paths:
        if path.is_file():
            yield _read(path, str(path), from_folder=path is paths[0])


def _read(path: Path, source: str, *, named: bool = False, from_folder: bool = False) -> Found:
    try:
        file = read_file(path)
        _ = file.endpoint  # one that is no text is a broken file too
    except ConfigError as error:
        return Found(source=source, problem=error, named=named, from_folder=from_folder)
    return Found(source=source, file=file, named=named, from_folder=from_folder)
