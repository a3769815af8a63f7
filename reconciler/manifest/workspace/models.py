"""What the workspace file, `reconciler.yaml`, may say."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.manifest.models.base import (
    Manifest,
    Maybe,
    Name,
    Part,
    Problem,
    Text,
    or_text,
    refuse,
)
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.workspace.image_models import ImageSpec
from reconciler.manifest.workspace.notification_models import NotificationSpec
from reconciler.manifest.workspace.policy_models import Policies
from reconciler.manifest.workspace.preview_models import PreviewSpec
from reconciler.manifest.workspace.promotion_models import PromotionSpec
from reconciler.manifest.workspace.rule_models import Rules
from reconciler.manifest.workspace.variables import (
    IDENTIFIER_SCHEMA,
    Identifier,
    VariableDeclaration,
)


class Admin(Part):
    """The Flyte Admin that the workspace's manifests describe."""

    endpoint: Annotated[
        Name,
        Field(description="host:port or dns:///host:port; sandbox:PATH for the embedded one."),
    ]
    insecure: Annotated[bool, Field(description="Plain text instead of TLS.")] = False


class LedgerSpec(Part):
    """Where Flyte Admin keeps what must be remembered: what is owned, by whom, since when."""

    project: Annotated[
        Name, Field(description="Its home; best one for all workspaces of a Flyte Admin.")
    ]
    domain: Name


class PruneSpec(Part):
    """What becomes of things of ours that left the manifests; needs a ledger."""

    launch_plans: Annotated[
        Literal["deactivate", "keep"],
        Field(description="Whether launch plans that we left active are switched off."),
    ] = "deactivate"
    names: Annotated[
        Literal["keep", "archive"],
        Field(description="Whether names of tasks, workflows and launch plans are archived."),
    ] = "keep"
    attributes: Annotated[
        Literal["keep", "delete"], Field(description="Whether rows of attributes are deleted.")
    ] = "keep"


class GuardsSpec(Part):
    """When a plan is refused as a likely mistake until a flag says that it is meant."""

    share: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Retiring more than this share of a kind in a project-domain is many.",
        ),
    ] = 0.3
    fewest: Annotated[
        int, Field(ge=1, description="Of fewer than these, any share may be retired.")
    ] = 10
    launches: Annotated[
        int, Field(ge=0, description="More executions of one backfill than this are many.")
    ] = 1000
    protect: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            description="Globs of names, or of project/domain/name, that are not to be switched "
            "off, archived or deleted.",
        ),
    ] = ()


_SCOPE = re.compile(r"[^/\s]+(/[^/\s]+)?")


def _scope(text: str) -> str:
    if not _SCOPE.fullmatch(text):
        raise ValueError(f"{text!r} is no scope; write project/domain, globs allowed")
    return text


Scopes = Annotated[
    tuple[
        Annotated[
            str,
            AfterValidator(_scope),
            Field(json_schema_extra={"pattern": f"^{_SCOPE.pattern}$"}),
        ],
        ...,
    ],
    Field(
        strict=False,
        description="What may be touched: project/domain, globs allowed; without a slash every "
        "domain of the project. A document about anything else is refused. Empty: everything.",
    ),
]


class EnvironmentVariable(Part):
    """An environment variable that manifests may read. A text alone is its name."""

    model_config = ConfigDict(json_schema_extra=or_text(IDENTIFIER_SCHEMA))

    name: Identifier
    default: Maybe[Text] = None
    sensitive: bool = False
    description: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if not isinstance(value, dict):
            raise ValueError("expected a name, or a mapping with name, default and sensitive")
        return value


class EnvironmentSpec(Part):
    """One place that the manifests are for, and what is different there."""

    description: Text = ""
    admin: Maybe[Admin] = None
    ledger: Annotated[Maybe[LedgerSpec], Field(description="In the place of the workspace's.")] = (
        None
    )
    projects: Annotated[
        dict[Name, Name], Field(description="What manifests call a project → its name here.")
    ] = Field(default_factory=dict)
    domains: Annotated[
        dict[Name, Name], Field(description="What manifests call a domain → its name here.")
    ] = Field(default_factory=dict)
    variables: Annotated[
        dict[Identifier, Any], Field(description="Values of variables, by name.")
    ] = Field(default_factory=dict)
    overrides: Annotated[
        Rules, Field(description="What is different in documents here; the later one wins.")
    ] = ()
    scopes: Annotated[Scopes, Field(description="In the place of the workspace's.")] = ()
    promotion: Annotated[
        Maybe[PromotionSpec],
        Field(description="Of what is promoted to here, in the place of the workspace's."),
    ] = None
    preview: Annotated[
        Maybe[PreviewSpec], Field(description="In the place of the workspace's.")
    ] = None
    policies: Annotated[
        Policies,
        Field(
            description="Besides the workspace's; what is said of the same path is laid over that."
        ),
    ] = ()


class WorkspaceMetadata(Part):
    name: Name


class WorkspaceSpec(Part):
    include: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            description="Other workspace files, relative to this one, whose spec is taken as if "
            "it stood here; what this one says wins.",
        ),
    ] = ()
    manifests: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            min_length=1,
            description="Files, folders and globs, relative to the workspace file.",
        ),
    ]
    ignore: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Globs of files that are no manifests."),
    ] = ()
    reveal: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            description="Paths of values, such as container.env[LEVEL].value, that documents "
            "show although such values tend to be secret; * is any name, ** any path.",
        ),
    ] = ()
    admin: Maybe[Admin] = None
    ledger: Annotated[
        Maybe[LedgerSpec],
        Field(description="Without one nothing is locked, owned or remembered."),
    ] = None
    scopes: Scopes = ()
    promotion: Annotated[
        Maybe[PromotionSpec],
        Field(description="What must be true of what is promoted to an environment."),
    ] = None
    activation: Annotated[
        Literal["together", "independent"],
        Field(
            description="When launch plans are switched: once everything in their project and "
            "domain is done, or each once all that it needs is."
        ),
    ] = "together"
    prune: Annotated[
        Maybe[PruneSpec],
        Field(description="What becomes of things that an apply of ours left behind."),
    ] = None
    guards: Annotated[
        Maybe[GuardsSpec],
        Field(description="Which plans are refused until a flag says that they are meant."),
    ] = None
    policies: Annotated[
        Policies,
        Field(description="What every plan is judged by, before it is shown and applied."),
    ] = ()
    preview: Annotated[
        Maybe[PreviewSpec],
        Field(description="Where `ci preview --deploy` registers what a request changes."),
    ] = None
    variables: Annotated[
        dict[Identifier, VariableDeclaration], Field(description="${var.NAME} in manifests.")
    ] = Field(default_factory=dict)
    env: Annotated[
        tuple[EnvironmentVariable, ...],
        Field(
            strict=False,
            description="The environment variables that ${env.NAME} may read; no others can be.",
        ),
    ] = ()
    images: Annotated[
        dict[Identifier, ImageSpec],
        Field(description="${image.NAME} in manifests; pinned by digest in images.lock."),
    ] = Field(default_factory=dict)
    notifications: Annotated[
        tuple[NotificationSpec, ...],
        Field(strict=False, description="Who is told of drift, plans and applies."),
    ] = ()
    defaults: Annotated[
        Rules, Field(description="What documents that do not say otherwise mean.")
    ] = ()
    environments: Annotated[
        dict[Identifier, EnvironmentSpec], Field(description="Chosen by -e NAME.")
    ] = Field(default_factory=dict)
    default_environment: Annotated[
        Maybe[Name], Field(description="The environment that is meant without -e.")
    ] = None

    @model_validator(mode="after")
    def _names_what_is_there(self) -> "WorkspaceSpec":
        problems = [
            Problem(
                f"there is no variable {name}",
                ("environments", environment, "variables", name),
                code="unknown-variable",
                hint=did_you_mean(name, self.variables),
            )
            for environment, spec in self.environments.items()
            for name in spec.variables
            if name not in self.variables
        ]
        default = self.default_environment
        if default is not None and default not in self.environments:
            problems.append(
                Problem(
                    f"there is no environment {default}",
                    ("defaultEnvironment",),
                    code="unknown-environment",
                    hint=did_you_mean(default, self.environments),
                )
            )
        if problems:
            refuse(problems)
        return self


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
    def folder(self) -> Path:
        """Where the workspace file lies, seen from where the program runs."""
        return Path(self.origin.file).parent

    @property
    def paths(self) -> tuple[str, ...]:
        """`spec.manifests` as `load` takes them: seen from where the program runs."""
        return tuple((self.folder / pattern).as_posix() for pattern in self.spec.manifests)

    @property
    def ignored(self) -> tuple[str, ...]:
        """`spec.ignore` as `load` takes them."""
        return tuple((self.folder / pattern).as_posix() for pattern in self.spec.ignore)

    @property
    def revealed(self) -> tuple[str, ...]:
        """`spec.reveal`: paths of values that documents show."""
        return self.spec.reveal
