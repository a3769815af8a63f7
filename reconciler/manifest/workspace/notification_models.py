"""What `notifications` of a workspace may say: who is to be told of what, and where that is.

Where is a secret, for the URLs of chat services hold their tokens: so it is named, by a variable
or a file, and never written here.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Maybe, Name, Part, Text
from reconciler.manifest.workspace.variables import Identifier

WORDS = (
    *("occasion", "state", "workspace", "environment"),
    *("place", "summary", "detail", "url"),
)
_WORD = re.compile(r"\{([^{}]*)\}")


def _template(text: str) -> str:
    for word in _WORD.findall(text):
        if word not in WORDS:
            raise ValueError(f"{{{word}}} is nothing; there are {', '.join(WORDS)}")
    return text


Template = Annotated[
    Text,
    AfterValidator(_template),
    Field(
        json_schema_extra={
            "pattern": rf"^([^{{}}]|\{{({'|'.join(WORDS)})\}}|[{{}}](?![^{{}}]*\}}))*$"
        }
    ),
]


class SecretSource(Part):
    """Where a secret is: a variable of the process's environment, or a file."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["env"]}, {"required": ["file"]}]}
    )

    env: Annotated[Maybe[Identifier], Field(description="A variable of the environment.")] = None
    file: Annotated[
        Maybe[Name],
        Field(description="A file, relative to the workspace's folder; blanks around are cut."),
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> "SecretSource":
        if (self.env is None) == (self.file is None):
            raise ValueError("a secret is in one of env and file")
        return self

    @property
    def place(self) -> str:
        """Where it is, to be said to people."""
        return self.env or self.file or ""

    def read(self, environ: Mapping[str, str], folder: Path) -> str:
        """The secret; "" if there is none there."""
        if self.env is not None:
            return environ.get(self.env, "").strip()
        try:
            return (folder / (self.file or "")).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""


class NotificationSpec(Part):
    """Somebody to be told."""

    name: Annotated[Identifier, Field(description="What it is called in logs.")]
    url: Annotated[
        SecretSource,
        Field(
            description="Where that is: a URL as apprise takes it, such as slack://…, mailto://… "
            "or json://…; of CloudEvents http:// or https://."
        ),
    ]
    form: Annotated[
        Literal["words", "cloudevents"],
        Field(description="Words for people, or CloudEvents for machines, by HTTP POST."),
    ] = "words"
    token: Annotated[
        Maybe[SecretSource], Field(description="Of CloudEvents: a bearer token to send along.")
    ] = None
    on: Annotated[
        tuple[Literal["drift", "plan", "apply"], ...],
        Field(
            strict=False,
            min_length=1,
            description="What is told: changes of what drifted, by `ci drift`; every plan; every "
            "apply that did or failed to do something.",
        ),
    ] = ("drift",)
    environments: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Only what happens in these; else in all."),
    ] = ()
    title: Annotated[
        Maybe[Template],
        Field(description="In the place of {summary}; refers to the same words as body."),
    ] = None
    body: Annotated[
        Maybe[Template],
        Field(description=f"In the place of {{detail}} and {{url}}; may say {', '.join(WORDS)}."),
    ] = None
