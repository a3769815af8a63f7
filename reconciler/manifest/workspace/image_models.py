"""What `images` of a workspace may say: a tag to be resolved, or a build of one's own."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.base import NAME_SCHEMA, Maybe, Name, Part, or_text


class BuildSpec(Part):
    """How an image is made: by a command of your own that builds and pushes it."""

    command: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            min_length=1,
            description="Program and arguments, run in the workspace's folder without a shell. "
            "RECONCILER_IMAGE is the repository:tag that it has to push.",
        ),
    ]
    inputs: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            min_length=1,
            description="Files, folders and globs that the image is made of; it is built anew "
            "when one of them changes.",
        ),
    ]


def _one_way(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": ["tag"]}, {"required": ["build"]}]
    schema["dependentRequired"] = {"repository": ["build"], "build": ["repository"]}
    or_text(NAME_SCHEMA)(schema)


class ImageSpec(Part):
    """An image of a name: a tag to be resolved, or a build of your own. A text alone is a tag."""

    model_config = ConfigDict(json_schema_extra=_one_way)

    tag: Annotated[
        Maybe[Name],
        Field(description="registry/repository:tag, as `docker pull` takes it."),
    ] = None
    repository: Annotated[
        Maybe[Name], Field(description="registry/repository, where the build is pushed.")
    ] = None
    build: Maybe[BuildSpec] = None
    insecure: Annotated[
        bool, Field(description="The registry speaks plain HTTP; localhost always may.")
    ] = False

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"tag": value}
        if not isinstance(value, dict):
            raise ValueError("expected an image such as ghcr.io/acme/etl:1.4, or a mapping")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> "ImageSpec":
        if (self.tag is None) == (self.build is None):
            raise ValueError("an image says one of tag and build")
        if (self.repository is None) != (self.build is None):
            raise ValueError("repository and build go together")
        return self
