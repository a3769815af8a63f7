"""What `defaults` and `overrides` of a workspace may say: something about documents that match."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from reconciler.manifest.models import KINDS
from reconciler.manifest.models.base import (
    NAME_SCHEMA,
    Manifest,
    Maybe,
    Name,
    Part,
    Problem,
    refuse,
)
from reconciler.manifest.suggest import did_you_mean


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Globs = Annotated[
    tuple[Name, ...],
    BeforeValidator(_one_or_more),
    Field(
        strict=False,
        min_length=1,
        json_schema_extra={**NAME_SCHEMA, "type": ["string", "array"], "minItems": 1},
    ),
]


_KIND_SCHEMA: dict[str, Any] = {
    "type": "string",
    "anyOf": [{"enum": list(KINDS)}, {"pattern": r"[*?\[]"}],
}


def _kinds(globs: tuple[str, ...]) -> tuple[str, ...]:
    for kind in globs:
        if not set("*?[") & set(kind) and kind not in KINDS:
            raise ValueError(f"unknown kind {kind} ({did_you_mean(kind, KINDS)})")
    return globs


class MatchSpec(Part):
    """Which documents: all that is said must match; each is a glob or a list of them."""

    id: Annotated[
        Maybe[Globs],
        Field(description="project/domain/name, or Kind/project/domain/name."),
    ] = None
    kind: Annotated[
        Maybe[Annotated[Globs, AfterValidator(_kinds)]],
        WithJsonSchema(
            {"anyOf": [_KIND_SCHEMA, {"type": "array", "minItems": 1, "items": _KIND_SCHEMA}]}
        ),
    ] = None
    project: Annotated[Maybe[Globs], Field(description="As the environment calls it.")] = None
    domain: Annotated[Maybe[Globs], Field(description="As the environment calls it.")] = None
    name: Maybe[Globs] = None
    labels: Annotated[
        Maybe[Annotated[dict[Name, Globs], Field(min_length=1)]],
        Field(description="Labels that the document's spec has, name to value."),
    ] = None


_IDENTIFYING = ("project", "domain", "name")


class SaidSpec(Part):
    """What a rule says: any part of a document but what it is and where."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    spec: Annotated[Maybe[Annotated[dict[str, Any], Field(min_length=1)]], Field()] = None
    metadata: Annotated[
        Maybe[Annotated[dict[str, Any], Field(min_length=1)]],
        Field(description="Anything but project, domain and name."),
    ] = None

    @model_validator(mode="after")
    def _says_something(self) -> "SaidSpec":
        if self.spec is None and self.metadata is None:
            raise ValueError("nothing is said; say spec or metadata")
        return self

    @property
    def parts(self) -> dict[str, dict[str, Any]]:
        """What is said, as a document has it."""
        parts = {"metadata": self.metadata, "spec": self.spec}
        return {name: part for name, part in parts.items() if part is not None}


class RuleSpec(Part):
    """Something said about every document that matches."""

    match: Annotated[MatchSpec, Field(description="Which documents; {} is all of them.")]
    set: Annotated[
        SaidSpec,
        Field(
            description="Merged with the document: mappings key by key, everything else as a "
            "whole; null takes a key away.",
        ),
    ]

    @model_validator(mode="after")
    def _says_what_can_be(self) -> "RuleSpec":
        problems = [
            Problem(
                f"no kind that this is about has {key} in its {part}",
                ("set", part, key),
                code="unknown-field",
                hint=did_you_mean(key, self._fields(part)),
            )
            for part, said in self.set.parts.items()
            for key in said
            if key not in self._fields(part)
        ]
        if problems:
            refuse(problems)
        return self

    def _fields(self, part: str) -> Mapping[str, None]:
        kinds = [
            kind for kind in KINDS if not self.match.kind or _any_matches(self.match.kind, kind)
        ]
        return {
            field.alias or name: None
            for kind in kinds
            for name, field in _fields_of(KINDS[kind], part).items()
            if not (part == "metadata" and name in _IDENTIFYING)
        }


def _any_matches(globs: tuple[str, ...], text: str) -> bool:
    from reconciler.manifest.rules import any_glob

    return any_glob(globs, text)


def _fields_of(kind: type[Manifest], part: str) -> Mapping[str, Any]:
    said = kind.model_fields[part].annotation
    return said.model_fields if isinstance(said, type) and issubclass(said, Part) else {}


Rules = Annotated[tuple[RuleSpec, ...], Field(strict=False)]
