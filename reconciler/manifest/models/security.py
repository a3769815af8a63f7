"""As whom a task or launch plan runs, and the secrets it gets to see."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Maybe, Name, Part, Text


class Secret(Part):
    """A secret by its name; its value is never in a manifest."""

    group: Annotated[
        Text, Field(description="Where the secret lives, such as a vault's path.")
    ] = ""
    key: Annotated[Text, Field(description="Which secret of the group.")] = ""
    version: Annotated[Text, Field(description="Of the group, where it has versions.")] = ""
    mount: Annotated[
        Literal["any", "env", "file"], Field(description="How the task wants to read it.")
    ] = "any"
    env: Annotated[Text, Field(description="The environment variable that will hold it.")] = ""

    @model_validator(mode="after")
    def _named(self) -> "Secret":
        if not self.group and not self.key:
            raise ValueError("a secret says its group, its key or both")
        return self

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["group"]}, {"required": ["key"]}]}
    )


class OAuth2Client(Part):
    id: Name
    secret: Maybe[Secret] = None


class RunAs(Part):
    """The identity that pods take on."""

    service_account: Annotated[Text, Field(description="A Kubernetes service account.")] = ""
    iam_role: Annotated[Text, Field(description="An IAM role of the cloud.")] = ""
    execution_identity: Annotated[Text, Field(description="On whose behalf it runs.")] = ""
    oauth2_client: Annotated[Maybe[OAuth2Client], Field(alias="oauth2Client")] = None


class Token(Part):
    """A token that Flyte requests for the task before it starts."""

    name: Name
    client: OAuth2Client
    discovery_endpoint: Text = ""
    token_endpoint: Text = ""


class Secured(Part):
    """The part of a task's or launch plan's spec that says as whom it runs."""

    run_as: Maybe[RunAs] = None
    secrets: Annotated[
        tuple[Secret, ...], Field(strict=False, description="Secrets it may read.")
    ] = ()
    tokens: tuple[Token, ...] = Field(default=(), strict=False)
