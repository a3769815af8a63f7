"""`reconciler.workspaces.yaml`: the workspaces of one repository, in their order."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest.files import WORKSPACE_FILE
from reconciler.manifest.models.base import NAME_SCHEMA, Manifest, Maybe, Name, Part, or_text
from reconciler.manifest.reader import read
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.validate import validate
from reconciler.model import Diagnostic, Origin


class ListedSpec(Part):
    """A workspace of the repository. A text alone is its folder, or a glob of several."""

    model_config = ConfigDict(json_schema_extra=or_text(NAME_SCHEMA))

    path: Annotated[
        Name, Field(description="The folder of its reconciler.yaml, relative to this file.")
    ]
    name: Annotated[
        Maybe[Name], Field(description="For --workspace and headings; the folder unless given.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"path": value}
        if not isinstance(value, dict):
            raise ValueError("expected a folder, or a mapping with path and name")
        return value


class WorkspacesSpec(Part):
    workspaces: Annotated[
        tuple[ListedSpec, ...],
        Field(
            strict=False,
            min_length=1,
            description="In the order they are planned and applied; a later one may need what an "
            "earlier one registers.",
        ),
    ]


class Workspaces(Manifest):
    """The workspaces of one repository."""

    KIND: ClassVar[str] = "Workspaces"

    kind: Literal["Workspaces"]
    spec: WorkspacesSpec

    @property
    def place(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One workspace by its name, and its folder seen from where the program runs."""

    name: str
    path: Path


def load_listing(path: str | Path, names: Sequence[str] = ()) -> Sequence[Listed]:
    """Read which workspaces there are, or of them those called `names`, in the file's order.

    Raises: ManifestError with everything that is wrong with the file; ConfigError for a name that
        it does not list.
    """
    file = Path(path)
    problems: list[Diagnostic] = []
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ManifestError([Diagnostic("unreadable", message, Origin(str(file)))]) from error
    found = [
        validate(value, document, {Workspaces.KIND: Workspaces}, problems)
        for document, value in read(data, str(file), problems)
    ]
    if not problems and len(found) != 1:
        message = "a list of workspaces is one document"
        problems.append(Diagnostic("workspaces-file", message, Origin(str(file))))
    listed = [] if problems or found[0] is None else list(_listed(found[0], problems))
    if problems:
        raise ManifestError(problems)
    known = [one.name for one in listed]
    for name in names:
        if name not in known:
            raise ConfigError(f"{file} lists no workspace {name} ({did_you_mean(name, known)})")
    return [one for one in listed if not names or one.name in names]


def _listed(listing: Workspaces, problems: list[Diagnostic]) -> Iterator[Listed]:
    folder = Path(listing.origin.file).parent
    seen: dict[str, int] = {}
    for at, spec in enumerate(listing.spec.workspaces):
        origin = listing.origin_of("spec", "workspaces", at)
        matches = sorted(glob.glob(str(folder / spec.path / WORKSPACE_FILE)))
        if not matches:
            message = f"there is no {(folder / spec.path / WORKSPACE_FILE).as_posix()}"
            problems.append(Diagnostic("missing-file", message, origin))
        if spec.name and len(matches) > 1:
            message = f"{len(matches)} workspaces cannot all be called {spec.name}"
            problems.append(Diagnostic("duplicate", message, origin))
            continue
        for match in matches:
            inner = Path(match).parent
            name = spec.name or Path(os.path.relpath(inner, folder)).as_posix()
            if name in seen:
                message = f"the workspace {name} is listed twice"
                problems.append(Diagnostic("duplicate", message, origin))
                continue
            seen[name] = at
            yield Listed(name, inner)
