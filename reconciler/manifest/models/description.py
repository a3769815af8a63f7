"""What a task or workflow is, for people: a line, a page, and where its source is."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Maybe, Name, Part, Text, or_text
from reconciler.manifest.models.shared import unsaid


class LongDescription(Part):
    """A page about it: its text, or where that text is. A text alone is Markdown."""

    model_config = ConfigDict(
        json_schema_extra=or_text(
            {"type": "string", "description": "Markdown.", "pattern": "^[^\\u0000]*$"}
        )
    )

    text: Maybe[Text] = None
    uri: Maybe[Name] = None
    format: Literal["markdown", "html", "rst", "unknown"] = "markdown"
    icon: Annotated[Text, Field(description="Address of a picture.")] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"text": value}
        if not isinstance(value, dict):
            raise ValueError("expected a text, or a mapping with text or uri, and format")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> "LongDescription":
        if self.text is not None and self.uri is not None:
            raise ValueError("a long description says one of text and uri")
        return self


class DescriptionPart(Part):
    """A text alone is the short description."""

    model_config = ConfigDict(
        json_schema_extra=or_text({"type": "string", "pattern": "^[^\\u0000]*$"})
    )

    short: Annotated[Text, Field(description="One line, shown in lists.")] = ""
    long: Maybe[LongDescription] = None
    source: Annotated[Text, Field(description="Address of the source code.")] = ""
    tags: tuple[Text, ...] = Field(default=(), strict=False)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"short": value}
        if not isinstance(value, dict):
            raise ValueError("expected a text, or a mapping with short, long, source and tags")
        return value


Description = Annotated[
    DescriptionPart, Field(default_factory=unsaid(DescriptionPart), description="For people.")
]
