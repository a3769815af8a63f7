"""What every kind has in common: strictness, the head of a document, memory of its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, NoReturn, Protocol, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from reconciler.model import Origin

API_VERSION = "reconciler/v1"

Path = tuple[str | int, ...]
T = TypeVar("T")


class Positions(Protocol):
    """Knows where each value of a document stands."""

    def origin(self, path: Path) -> Origin:
        """Where the entry at `path` stands, or the nearest one around it that is there."""
        ...

    def value_origin(self, path: Path) -> Origin:
        """Where the value at `path` starts, if on the line of its key; else as `origin`."""
        ...

    def source(self, path: Path) -> str:
        """A scalar's own spelling; empty for anything else."""
        ...


class Part(BaseModel):
    """Any mapping of a manifest: keys in camelCase, none unknown, no value converted."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        arbitrary_types_allowed=True,
        # Most commands need few of the models, and building one takes longer than most.
        defer_build=True,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a manifest was read from (see `Manifest.read_from`)."""

    positions: Positions | None = None
    images: Mapping[str, str] = field(default_factory=dict)
    said_in: tuple[str, str] | None = None
    digest: bytes = b""


class Manifest(Part):
    """One validated document that remembers where each of its fields was said."""

    KIND: ClassVar[str] = ""

    api_version: Annotated[Literal["reconciler/v1"], Field(description="The manifest language.")]

    # Of each manifest its own, beside its fields as cached properties are: what pydantic calls
    # private attributes takes longer to make and to ask for than all else about a manifest.
    _reading: ClassVar[_Reading] = _Reading()

    def read_from(
        self,
        positions: Positions,
        images: Mapping[str, str] | None = None,
        said_in: tuple[str, str] | None = None,
        digest: bytes = b"",
    ) -> None:
        """Remember where all of this was said, images by name, the project and domain as they
        were written where the environment calls them otherwise, and a digest of all that was
        validated; for the loader, once."""
        self.__dict__["_reading"] = _Reading(positions, images or {}, said_in, digest)

    @property
    def origin(self) -> Origin:
        """Where the document starts."""
        return self.origin_of()

    def origin_of(self, *path: str | int) -> Origin:
        """Where an entry stands: `origin_of("spec", "nodes", "extract")`.

        Keys are the manifest's own (camelCase), list positions count from 0. What the document
        does not say is placed where the nearest entry around it stands.
        """
        positions = self._reading.positions
        return positions.origin(path) if positions is not None else Origin("manifest")

    @property
    def digest(self) -> bytes:
        """Equal for two documents only if they say the same, with all that was filled in; empty
        where that is not to be kept anywhere, for a value is sensitive, or cannot be told."""
        return self._reading.digest

    @property
    def images(self) -> Mapping[str, str]:
        """The workspace's images by name, for what is found in a package."""
        return self._reading.images

    @property
    def positions(self) -> Positions:
        """Knows where each value of this document stands."""
        positions = self._reading.positions
        assert positions is not None, "only a document that was read has positions"
        return positions

    @property
    def place(self) -> tuple[str, ...]:
        """Project, domain and name, as far as the kind has them."""
        raise NotImplementedError

    @property
    def said_in(self) -> tuple[str, str]:
        """Project and domain as the manifest says them, whatever the environment calls them."""
        said_in = self._reading.said_in
        if said_in is not None:
            return said_in
        project, domain, *_ = (*self.place, "", "")
        return project, domain

    @property
    def own_version(self) -> str:
        """`spec.version` where there is one, else nothing."""
        return ""

    @property
    def identity(self) -> tuple[str, ...]:
        """What no two documents of a set may share: kind, version and place."""
        return (self.KIND, self.own_version, *self.place)

    @property
    def label(self) -> str:
        """How messages name this document: `Task flytesnacks/development/etl.extract`."""
        version = f"@{self.own_version}" if self.own_version not in ("", "auto") else ""
        return f"{self.KIND} {'/'.join(self.place)}{version}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong inside a value, at `path` below the place where it is raised."""

    message: str
    path: Path = ()
    code: str = "invalid-value"
    hint: str = ""


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Raise all problems of one value at once, in the way that the loader understands."""
    raise PydanticCustomError("problems", "several", {"problems": tuple(problems)})


def _not_null(value: Any) -> Any:
    if value is None:
        refuse([Problem("a value is missing here", hint="leave the key out to leave it unset")])
    return value


# A field that may be left out. Saying `key:` with nothing behind it is a slip, not a choice.
Maybe = Annotated[T | None, BeforeValidator(_not_null)]


def _no_nul(text: str) -> str:
    if "\0" in text:
        # Postgres, where Admin keeps it, has no such character.
        raise ValueError("the character NUL cannot be stored by Admin")
    return text


Text = Annotated[
    str, AfterValidator(_no_nul), Field(json_schema_extra={"pattern": "^[^\\u0000]*$"})
]
Name = Annotated[Text, Field(min_length=1)]
# As a schema of its own, where a text alone stands for a mapping.
NAME_SCHEMA: dict[str, Any] = {"type": "string", "minLength": 1, "pattern": "^[^\\u0000]*$"}


class Called(str):
    """A name as the environment calls it; `said` is what the manifest says."""

    __slots__ = ("said",)
    said: str


def said(name: str) -> str:
    """A name as the manifest says it, whatever the environment calls it."""
    return name.said if isinstance(name, Called) else name


def _called(kind: str) -> AfterValidator:
    """What the environment calls a thing, where it maps names; `validate` passes them along."""

    def call(name: str, info: ValidationInfo) -> str:
        names: Mapping[str, Mapping[str, str]] | None = info.context
        if not names or name not in names[kind]:
            return name
        called = Called(names[kind][name])
        called.said = name
        return called

    return AfterValidator(call)


# For references: `metadata` is mapped before it comes here.
ProjectName = Annotated[Name, _called("projects")]
DomainName = Annotated[Name, _called("domains")]


def or_text(text_schema: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Schema of a mapping that may also be said by a text alone."""

    def widen(schema: dict[str, Any]) -> None:
        mapping = dict(schema)
        schema.clear()
        schema["anyOf"] = [text_schema, mapping]

    return widen
