"""The workspace file, `reconciler.yaml`: which manifests there are and which Admin they mean."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reconciler.errors import ManifestError
from reconciler.manifest.files import WORKSPACE_FILE
from reconciler.manifest.models.base import Manifest, Maybe, Name, Part
from reconciler.manifest.reader import read
from reconciler.manifest.validate import validate
from reconciler.model import Diagnostic, Origin


class Admin(Part):
    """The Flyte Admin that the workspace's manifests describe."""

    endpoint: Annotated[
        Name,
        Field(description="host:port or dns:///host:port; sandbox:PATH for the embedded one."),
    ]
    insecure: Annotated[bool, Field(description="Plain text instead of TLS.")] = False


class WorkspaceMetadata(Part):
    name: Name


class WorkspaceSpec(Part):
    manifests: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            min_length=1,
            description="Files, folders and globs, relative to the workspace file.",
        ),
    ]
    admin: Maybe[Admin] = None


class Workspace(Manifest):
    """One repository of manifests."""

    KIND: ClassVar[str] = "Workspace"

    kind: Literal["Workspace"]
    metadata: WorkspaceMetadata
    spec: WorkspaceSpec

    @property
    def place(self) -> tuple[str, ...]:
        return (self.metadata.name,)

    @property
    def paths(self) -> tuple[str, ...]:
        """`spec.manifests` as `load` takes them: seen from where the program runs."""
        folder = Path(self.origin.file).parent
        return tuple((folder / pattern).as_posix() for pattern in self.spec.manifests)


def load_workspace(path: str | Path) -> Workspace:
    """Read a workspace file, or `reconciler.yaml` in the folder that `path` names.

    Raises: ManifestError with everything that is wrong with it.
    """
    file = Path(path)
    if file.is_dir():
        file /= WORKSPACE_FILE
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise _unusable("missing-file", "there is no such file", file) from None
    except OSError as error:
        raise _unusable("unreadable", f"cannot be read: {error.strerror}", file) from error
    problems: list[Diagnostic] = []
    workspaces = [
        validate(value, document, {Workspace.KIND: Workspace}, problems)
        for document, value in read(data, str(file), problems)
    ]
    if problems:
        raise ManifestError(problems)
    if len(workspaces) != 1 or workspaces[0] is None:
        raise _unusable("workspace-file", "a workspace file holds one document", file)
    return workspaces[0]


def _unusable(code: str, message: str, file: Path) -> ManifestError:
    return ManifestError([Diagnostic(code, message, Origin(str(file)))])
