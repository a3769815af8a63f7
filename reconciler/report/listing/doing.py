"""What `launch`, `watch` and their like print for machines, field by field.

`schemas/executions.json` is written from these classes, and what is printed is checked against
them in tests. Instants are RFC 3339.
"""

from typing import Annotated, Any, Literal, TypedDict

from reconciler.report.listing.documents import Execution, ExecutionRow, LogLink


class LaunchedLine(ExecutionRow):
    """What `launch`, `relaunch` and `recover` print: all of it, or the first line."""

    format_version: str
    type: Literal["launched"]
    console_url: str


class BranchFacts(TypedDict):
    """One node of a tree, or the execution itself."""

    path: Annotated[str, "node ids from the execution on, joined by /"]
    name: str
    phase: str
    runs: Annotated[str | None, "in a few words"]
    started_at: str | None
    ended_at: str | None
    cache: str | None
    attempts: Annotated[int, "at its task; 0 where nobody looked, as of what ended well"]
    reason: Annotated[str | None, "what it waits for or does"]
    error: str | None
    logs: list[LogLink]


class PhaseLine(BranchFacts):
    """A change that was seen while an execution was watched."""

    type: Literal["phase"]
    before: Annotated[str | None, "null: it is new"]


class BranchTree(BranchFacts):
    """The same, with all below it."""

    children: list["BranchTree"]


class Watched(Execution):
    """What an execution came to: the last line of `watch`, and of `--wait` and `--watch`."""

    format_version: str
    type: Literal["watched"]
    phase: str
    succeeded: bool
    tree: BranchTree


class RequestDocument(TypedDict):
    """What `launch --dry-run` would send."""

    format_version: str
    type: Literal["request"]
    request: Annotated[dict[str, Any], "Flyte's message, as protobuf's JSON has it"]


class TerminatedRow(Execution):
    """One execution that was to be ended."""

    terminated: bool
    message: Annotated[str | None, "why not"]


class Terminated(TypedDict):
    """What `terminate` prints."""

    format_version: str
    type: Literal["terminated"]
    executions: list[TerminatedRow]


class Answered(TypedDict):
    """What `signal approve`, `reject` and `set` print."""

    format_version: str
    type: Literal["signal"]
    project: str
    domain: str
    execution: str
    signal: str
    done: Literal["approved", "rejected", "set"]


class UploadedFile(TypedDict):
    """A file or folder, and where it lies now."""

    path: str
    uri: str
    kind: Literal["file", "directory"]
    files: int
    bytes: int
    md5: Annotated[str | None, "of a file, in hexadecimal"]
    seconds: float


class Uploaded(TypedDict):
    """What `upload` prints."""

    format_version: str
    type: Literal["uploaded"]
    files: list[UploadedFile]


class DownloadedFile(TypedDict):
    """A file that was written."""

    path: str
    bytes: int


class Downloaded(TypedDict):
    """What `download` prints."""

    format_version: str
    type: Literal["downloaded"]
    files: list[DownloadedFile]


DONE = (
    LaunchedLine,
    PhaseLine,
    Watched,
    RequestDocument,
    Terminated,
    Answered,
    Uploaded,
    Downloaded,
)
