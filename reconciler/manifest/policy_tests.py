"""Tests of policies as files: documents of kind PolicyTest, each some plans and what is said."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from reconciler.errors import ManifestError
from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Text
from reconciler.manifest.reader import read
from reconciler.manifest.validate import validate
from reconciler.model import Diagnostic, Origin


def _as_time(value: Any) -> Any:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_as_time),
    Field(strict=False, json_schema_extra={"type": "string", "format": "date-time"}),
]


class ExpectedSpec(Part):
    """A verdict that there should be."""

    policy: Name
    ruling: Annotated[Maybe[Literal["deny", "require-approval", "warn"]], Field()] = None
    object: Annotated[Text, Field(description="Glob of the step's address.")] = ""
    message: Annotated[Text, Field(description="A part of what is said.")] = ""


class CaseSpec(Part):
    """A plan, and all that should be said of it."""

    name: Name
    plan: Annotated[
        Maybe[dict[str, Any]],
        Field(description="What a plan says, as `policy input` prints it; as much as counts."),
    ] = None
    plan_file: Annotated[Maybe[Name], Field(description="A file that holds it, as JSON.")] = None
    manifests: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Files and folders that are planned."),
    ] = ()
    admin: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Of `manifests`: what Flyte Admin holds before."),
    ] = ()
    with_: Annotated[dict[Name, Any], Field(alias="with")] = Field(default_factory=dict)
    environment: Annotated[Maybe[Text], Field()] = None
    now: Maybe[Moment] = None
    expect: Annotated[
        tuple[ExpectedSpec, ...], Field(strict=False, description="Empty: nothing is said.")
    ]

    @model_validator(mode="after")
    def _one_plan(self) -> "CaseSpec":
        given = (self.plan is not None, self.plan_file is not None, bool(self.manifests))
        if sum(given) != 1:
            raise ValueError("say one of plan, planFile and manifests")
        return self


class PolicyTestSpec(Part):
    policies: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            description="Files and folders, relative to this one; else the file that it is "
            "named after.",
        ),
    ] = ()
    with_: Annotated[dict[Name, Any], Field(alias="with")] = Field(default_factory=dict)
    environment: Text = ""
    now: Maybe[Moment] = None
    cases: Annotated[tuple[CaseSpec, ...], Field(strict=False, min_length=1)]


class PolicyTestMetadata(Part):
    name: Name


class PolicyTest(Manifest):
    """Cases that policies are held to."""

    KIND: ClassVar[str] = "PolicyTest"

    kind: Literal["PolicyTest"]
    metadata: Annotated[Maybe[PolicyTestMetadata], Field()] = None
    spec: PolicyTestSpec

    @property
    def place(self) -> tuple[str, ...]:
        return (self.metadata.name if self.metadata else "",)


def read_policy_tests(file: Path) -> Sequence[PolicyTest]:
    """The tests of a file.

    Raises: ManifestError with everything that is wrong with it.
    """
    problems: list[Diagnostic] = []
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ManifestError([Diagnostic("unreadable", message, Origin(str(file)))]) from error
    found = [
        validate(value, document, {PolicyTest.KIND: PolicyTest}, problems)
        for document, value in read(data, str(file), problems)
    ]
    if problems:
        raise ManifestError(problems)
    return [one for one in found if one is not None]
