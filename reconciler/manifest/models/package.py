"""Package: what `pyflyte package` wrote, taken as it is, and what is to be different about it."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.manifest.models.base import (
    DomainName,
    Manifest,
    Maybe,
    Name,
    Part,
    Problem,
    ProjectName,
    Text,
    refuse,
)
from reconciler.manifest.models.code_bundle import Destination
from reconciler.manifest.models.schedule import Notification, Schedule
from reconciler.manifest.models.security import RunAs
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import EntityMetadata, Labels, State, Version

# A place that is no path, and behind it the digest of what must be found there.
_URL = re.compile(r"([a-z][a-z0-9+.-]*(?:::[a-z][a-z0-9+.-]*)*://.+?)(?:@sha256:([0-9a-f]{64}))?")
_PLACED = "{output}"


def _pinned(text: str) -> str:
    found = _URL.fullmatch(text)
    if found and not found[2]:
        refuse(
            [
                Problem(
                    "what lies at a URL may change; say which content is meant: URL@sha256:…",
                    hint="`reconciler build --push` writes both; `sha256sum` tells the digest",
                )
            ]
        )
    return text


Source = Annotated[
    Name,
    AfterValidator(_pinned),
    Field(
        description="The archive, folder or single file, relative to this manifest's file; or a "
        "URL that fsspec reads, pinned by digest: s3://bucket/etl.tgz@sha256:…",
        json_schema_extra={
            "anyOf": [{"not": {"pattern": "://"}}, {"pattern": "://.+@sha256:[0-9a-f]{64}$"}]
        },
    ),
]


class LaunchPlanChanges(Part):
    """What a launch plan of the package shall have instead of, or besides, what it has."""

    schedule: Annotated[
        Maybe[Schedule], Field(description="In place of the package's, or where it has none.")
    ] = None
    unscheduled: Annotated[bool, Field(description="Take the package's schedule away.")] = False
    labels: Annotated[Labels, Field(description="Added to the package's; of a key, this one.")]
    annotations: Annotated[
        dict[Text, Text], Field(description="Added to the package's; of a key, this one.")
    ] = Field(default_factory=dict)
    notifications: Annotated[
        Maybe[Annotated[tuple[Notification, ...], Field(strict=False)]],
        Field(description="In place of the package's; an empty list: none."),
    ] = None
    run_as: Annotated[
        Maybe[RunAs],
        Field(description="What it says replaces the package's; secrets and all else stay."),
    ] = None
    output_location: Annotated[
        Maybe[Name],
        Field(description="Where outputs that are files go, such as s3://bucket/prefix."),
    ] = None
    max_parallelism: Maybe[Annotated[int, Field(ge=0, le=2**31 - 1)]] = None

    @model_validator(mode="after")
    def _scheduled_or_not(self) -> "LaunchPlanChanges":
        if self.unscheduled and self.schedule is not None:
            raise ValueError("unscheduled takes the schedule away; say only one of both")
        return self


class TaskChanges(Part):
    """What a task of the package shall have instead of, or besides, what it has."""

    image: Annotated[Maybe[Name], Field(description="Of the container that runs it.")] = None
    tags: Annotated[
        dict[Text, Text], Field(description="Added to the package's; of a key, this one.")
    ] = Field(default_factory=dict)
    labels: Annotated[
        Labels, Field(description="Of the pod, for tasks that have one; added to the package's.")
    ]


class ReferenceChanges(Part):
    """Where else to find what the package refers to with a version: reference tasks and the like.

    What is not said here stays as it is in the package.
    """

    project: Maybe[ProjectName] = None
    domain: Maybe[DomainName] = None
    version: Annotated[
        Maybe[Version],
        Field(description="auto: the one that this package registers; else a fixed text."),
    ] = None


class PackageOverrides(Part):
    """What to register differently from what the package says. All of it counts for the version.

    Names are those of the package, or globs (`etl.*`). Where several fit, a name wins over a glob
    and a longer glob over a shorter one.
    """

    launch_plans: dict[Name, LaunchPlanChanges] = Field(default_factory=dict)
    tasks: dict[Name, TaskChanges] = Field(default_factory=dict)
    references: Annotated[
        dict[Name, ReferenceChanges],
        Field(
            description="By name or glob of what is referred to: instead of the place and version "
            "that the code spells out (`@reference_task(…, version=…)`)."
        ),
    ] = Field(default_factory=dict)
    images: Annotated[
        dict[Name, Name],
        Field(
            description="Image by what stands in the package: the whole image, its name without "
            "tag and digest, or NAME where it says ${image.NAME}. Replaced wherever it is used."
        ),
    ] = Field(default_factory=dict)


class Build(Part):
    """How the package is made. Run by `reconciler build` and with `--build`, never by planning."""

    command: Annotated[
        tuple[Text, ...],
        Field(
            strict=False,
            min_length=1,
            description="The program and its arguments, as they are: there is no shell. {output} "
            "stands for where the package is to be written.",
        ),
    ]
    cwd: Annotated[
        Name, Field(description="The folder it is run in, relative to this manifest's file.")
    ] = "."
    env: Annotated[
        dict[Name, Text], Field(description="Variables added to those of whoever builds.")
    ] = Field(default_factory=dict)
    output: Annotated[
        Maybe[Name],
        Field(
            description="What the command writes, relative to this manifest's file; source if it "
            "is a path. Not needed with {output}."
        ),
    ] = None

    @property
    def is_told_where(self) -> bool:
        """Whether the command says where the package is to be written."""
        return any(_PLACED in word for word in self.command)

    def argv(self, output: str) -> tuple[str, ...]:
        """The command with the place of the package filled in."""
        return tuple(word.replace(_PLACED, output) for word in self.command)


class PackageSpec(Part):
    source: Source
    version: Version = "auto"
    versions: Annotated[
        Literal["shared", "perEntity", "own"],
        Field(
            description="shared: one version for all of it. perEntity: each entity is named by "
            "its own content, so that what did not change keeps its version. own: each keeps the "
            "version that it says itself, as `import live`, `export` and `promote` write it."
        ),
    ] = "shared"
    activation: Annotated[
        dict[Name, State],
        Field(
            description="State by launch plan name; those not listed are left as they are. A glob "
            "means every launch plan that fits, but for the default ones of workflows."
        ),
    ] = Field(default_factory=dict)
    # Packages of `pyflyte package` say the folder themselves; those of `serialize` leave it open.
    destination: Destination = "."
    overrides: PackageOverrides = Field(default_factory=unsaid(PackageOverrides))
    build: Maybe[Build] = None

    model_config = ConfigDict(
        json_schema_extra={
            "if": {
                "properties": {"versions": {"enum": ["perEntity", "own"]}},
                "required": ["versions"],
            },
            "then": {"properties": {"version": {"const": "auto"}}},
        }
    )

    @model_validator(mode="after")
    def _one_meaning(self) -> "PackageSpec":
        problems = []
        if self.versions != "shared" and self.version != "auto":
            message = {
                "perEntity": "perEntity names each entity by its own content",
                "own": "own takes the version that each entity says itself",
            }[self.versions]
            hint = "leave version out, or versions"
            problems.append(Problem(message, ("versions",), hint=hint))
        build = self.build
        if build and self.is_remote and build.output is None and not build.is_told_where:
            message = "it is not said where the command writes the package"
            hint = "write {output} into the command, or say output"
            problems.append(Problem(message, ("build",), hint=hint))
        if problems:
            refuse(problems)
        return self

    @property
    def is_remote(self) -> bool:
        """Whether the source is a URL, and so pinned by its digest."""
        return _URL.fullmatch(self.source) is not None

    @property
    def location(self) -> tuple[str, str]:
        """The source's URL or path, and the SHA-256 it must have, "" for a path."""
        found = _URL.fullmatch(self.source)
        return (found[1], found[2]) if found else (self.source, "")


class Package(Manifest):
    """Every task, workflow and launch plan of one archive or folder."""

    KIND: ClassVar[str] = "Package"

    kind: Literal["Package"]
    metadata: EntityMetadata
    spec: PackageSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place
