"""A workspace, an environment and values of variables → what surrounds the manifests.

Of several values of a variable the last one given counts, in Terraform's order:

1. the variable's default
2. `RECONCILER_VAR_name` in the process's environment
3. `variables` of the chosen environment
4. `--var` and `--var-file`, in the order of the command line
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest.models.base import Path, Positions
from reconciler.manifest.prepare import Setting
from reconciler.manifest.rules import Matcher, Rule
from reconciler.manifest.substitute import Known, substitute
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.workspace.assignments import Assignment
from reconciler.manifest.workspace.images import KNOWN_AFTER_BUILD, ImageState
from reconciler.manifest.workspace.models import Admin, EnvironmentSpec, LedgerSpec, Workspace
from reconciler.manifest.workspace.preview_models import PreviewSpec
from reconciler.manifest.workspace.rule_models import MatchSpec, RuleSpec
from reconciler.manifest.workspace.variables import VariableDeclaration, texts_of
from reconciler.model import Diagnostic, Guards, Origin, Sensitive

VARIABLE_PREFIX = "RECONCILER_VAR_"
_HINTS = {
    "var": "reconciler.yaml declares no variables: add them to spec.variables",
    "env": "reconciler.yaml allows no environment variable: list it in spec.env",
    "image": "reconciler.yaml declares no images: add them to spec.images",
    "each": "each is known in documents with forEach",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a variable, and where it was given."""

    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Settled:
    """A workspace in one of its environments: what `load` and a connection need of it.

    `environment` is "" where none was chosen. `given` tells where each variable's value is from.
    `unbuilt` are the images whose digest is not known yet.
    """

    workspace: Workspace
    environment: str
    setting: Setting
    admin: Admin | None
    given: Mapping[str, Given] = field(default_factory=dict)
    unbuilt: tuple[str, ...] = ()

    @property
    def ledger(self) -> LedgerSpec | None:
        """Where the ledger is kept; None if there is none."""
        environment = self.workspace.spec.environments.get(self.environment)
        own = environment.ledger if environment is not None else None
        return own or self.workspace.spec.ledger

    @property
    def guards(self) -> Guards:
        """When a plan is refused as a likely mistake."""
        said = self.workspace.spec.guards
        if said is None:
            return Guards()
        return Guards(
            share=said.share,
            fewest=said.fewest,
            launches=said.launches,
            protect=said.protect,
        )

    @property
    def preview(self) -> PreviewSpec | None:
        """Where requests are tried out; None if nowhere."""
        environment = self.workspace.spec.environments.get(self.environment)
        own = environment.preview if environment is not None else None
        return own or self.workspace.spec.preview

    @property
    def has_own_admin(self) -> bool:
        """Whether the environment itself, and not the workspace, says where its Admin is."""
        environment = self.workspace.spec.environments.get(self.environment)
        return environment is not None and environment.admin is not None

    @property
    def sensitive(self) -> Sensitive:
        return self.setting.sensitive

    @property
    def secrets(self) -> Mapping[str, tuple[str, ...]]:
        """The texts of sensitive values by who gives them, `var.NAME` or `env.NAME`, as ordered.

        Shape: in the order of `sensitive`; who gives none is left out.
        """
        return dict(_secrets(self.workspace, self.setting.known.values["env"], self.given))


def choose_environments(workspace: Workspace, names: Sequence[str]) -> Sequence[str]:
    """Which environments a command works on: those named, else the default one, else "".

    Raises: ConfigError for a name that is none, and where one must be named and is not.
    """
    spec = workspace.spec
    for name in names:
        if name not in spec.environments:
            hint = did_you_mean(name, spec.environments) if spec.environments else ""
            raise ConfigError(
                f"{workspace.origin.file} has no environment {name}"
                + (f" ({hint})" if hint else "")
            )
    if names:
        return tuple(dict.fromkeys(names))
    if spec.default_environment is not None:
        return (spec.default_environment,)
    if spec.environments:
        raise ConfigError(
            f"{workspace.origin.file} has several environments; name one by -e: "
            f"{', '.join(spec.environments)}"
        )
    return ("",)


def settle(
    workspace: Workspace,
    environment: str = "",
    *,
    environ: Mapping[str, str],
    assignments: Sequence[Assignment] = (),
    images: Mapping[str, ImageState] | None = None,
    needed: Collection[str] | None = None,
) -> Settled:
    """Settle everything that manifests may refer to and that is said about them.

    Args:
        environ: The process's environment.
        assignments: Of the command line, in its order.
        images: What `images.lock` knows, by name.
        needed: The variables that must have a value; all of them, unless it is said.

    Raises: ManifestError with every variable that has no value or one that it cannot have, and
        with every reference in the workspace file that names nothing.
    """
    problems: list[Diagnostic] = []
    chosen = workspace.spec.environments.get(environment, EnvironmentSpec.model_validate({}))
    where: Path = ("spec", "environments", environment)
    env = _environment_variables(workspace, environ)
    given = _values(workspace, where, chosen, env, environ, assignments, needed, problems)
    known = _known(workspace, env, given, images or {})
    defaults = _rules(workspace, workspace.spec.defaults, ("spec", "defaults"), "default")
    overrides = _rules(workspace, chosen.overrides, (*where, "overrides"), "override")
    admin = chosen.admin or workspace.spec.admin
    admin_at = (*where, "admin") if chosen.admin else ("spec", "admin")
    setting = Setting(
        known=known,
        defaults=tuple(_substituted(rule, known, problems) for rule in defaults),
        overrides=tuple(_substituted(rule, known, problems) for rule in overrides),
        projects=chosen.projects,
        domains=chosen.domains,
        scopes=tuple(
            (project, domain or "*")
            for project, _, domain in (
                scope.partition("/") for scope in chosen.scopes or workspace.spec.scopes
            )
        ),
        sensitive=_sensitive(workspace, env, given),
    )
    admin = _connected(admin, workspace, admin_at, known, problems)
    if problems:
        raise ManifestError(problems)
    return Settled(
        workspace,
        environment,
        setting,
        admin,
        given,
        tuple(name for name, state in (images or {}).items() if state.image is None),
    )


def _environment_variables(workspace: Workspace, environ: Mapping[str, str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for allowed in workspace.spec.env:
        value = environ.get(allowed.name, allowed.default)
        if value is not None:
            found[allowed.name] = value
    return found


def _values(
    workspace: Workspace,
    where: Path,
    chosen: EnvironmentSpec,
    env: Mapping[str, str],
    environ: Mapping[str, str],
    assignments: Sequence[Assignment],
    needed: Collection[str] | None,
    problems: list[Diagnostic],
) -> Mapping[str, Given]:
    declared = workspace.spec.variables
    for one in assignments:
        if one.name not in declared:
            hint = did_you_mean(one.name, declared) if declared else "none is declared"
            message = f"there is no variable {one.name}"
            problems.append(Diagnostic("unknown-variable", message, one.origin, hint))
    known = _known(workspace, env, {}, {})
    values: dict[str, Given] = {}
    for name, declaration in declared.items():
        found = list(
            _candidates(name, declaration, workspace, where, chosen, environ, assignments)
        )
        if not found and needed is not None and name not in needed:
            continue
        if not found:
            message = f"the variable {name} has no value"
            ways = f"--var {name}=…, {VARIABLE_PREFIX}{name}, a --var-file or a default"
            origin = workspace.origin_of("spec", "variables", name)
            problems.append(Diagnostic("unset-variable", message, origin, f"give one by {ways}"))
            continue
        raw, origin, is_text = found[-1]
        try:
            if is_text:
                value = declaration.read(raw)
            else:
                value = _referring(raw, origin, known, problems)
                value = declaration.check(value)
        except ValueError as error:
            message = f"variable {name}: {error}"
            problems.append(Diagnostic("invalid-variable", message, origin))
            continue
        values[name] = Given(value, origin)
    return values


def _candidates(
    name: str,
    declaration: VariableDeclaration,
    workspace: Workspace,
    where: Path,
    chosen: EnvironmentSpec,
    environ: Mapping[str, str],
    assignments: Sequence[Assignment],
) -> Iterator[tuple[Any, Origin, bool]]:
    """Every value somebody gives, the one that counts last; True if it is a text to be read."""
    if declaration.has_default:
        origin = workspace.origin_of("spec", "variables", name, "default")
        yield declaration.default, origin, False
    if (variable := VARIABLE_PREFIX + name) in environ:
        yield environ[variable], Origin(variable), True
    if name in chosen.variables:
        yield chosen.variables[name], workspace.origin_of(*where, "variables", name), False
    for one in assignments:
        if one.name == name:
            yield one.value, one.origin, one.is_text


class _Spot:
    """The place of one value, as documents know places."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin

    def origin(self, path: Path) -> Origin:
        return self._origin

    def value_origin(self, path: Path) -> Origin:
        return self._origin

    def source(self, path: Path) -> str:
        return ""


def _referring(value: Any, origin: Origin, known: Known, problems: list[Diagnostic]) -> Any:
    """A value of the workspace file, whose `${env.NAME}` are replaced."""
    return substitute(value, _Spot(origin), known, problems)[0]


def _known(
    workspace: Workspace,
    env: Mapping[str, str],
    given: Mapping[str, Given],
    images: Mapping[str, ImageState],
) -> Known:
    spec = workspace.spec
    return Known(
        values={
            "var": {name: one.value for name, one in given.items()},
            "env": env,
            "image": {name: state.image or KNOWN_AFTER_BUILD for name, state in images.items()},
        },
        missing={
            "var": {name: "it has no value" for name in spec.variables if name not in given},
            "env": {
                allowed.name: "it is not set, and has no default"
                for allowed in spec.env
                if allowed.name not in env
            },
            "image": {
                name: "images.lock was not read" for name in spec.images if name not in images
            },
        },
        sensitive=frozenset(
            [
                *(f"var.{name}" for name, one in spec.variables.items() if one.sensitive),
                *(f"env.{one.name}" for one in spec.env if one.sensitive),
            ]
        ),
        hints=_HINTS,
    )


def _sensitive(
    workspace: Workspace, env: Mapping[str, str], given: Mapping[str, Given]
) -> Sensitive:
    return Sensitive([text for _, texts in _secrets(workspace, env, given) for text in texts])


def _secrets(
    workspace: Workspace, env: Mapping[str, str], given: Mapping[str, Given]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, declared in workspace.spec.variables.items():
        if declared.sensitive and name in given:
            yield f"var.{name}", tuple(texts_of(given[name].value))
    for one in workspace.spec.env:
        if one.sensitive and one.name in env:
            yield f"env.{one.name}", (env[one.name],)


def _rules(
    workspace: Workspace, specs: Sequence[RuleSpec], path: Path, layer: str
) -> Iterator[Rule]:
    places: Positions = workspace.positions
    for at, spec in enumerate(specs):
        origin = workspace.origin_of(*path, at, "match")
        said = spec.set.parts
        yield Rule(_matcher(spec.match), said, places, (*path, at, "set"), layer, origin)


def _matcher(spec: MatchSpec) -> Matcher:
    return Matcher(
        id=spec.id or (),
        kind=spec.kind or (),
        project=spec.project or (),
        domain=spec.domain or (),
        name=spec.name or (),
        labels=spec.labels,
    )


def _substituted(rule: Rule, known: Known, problems: list[Diagnostic]) -> Rule:
    said, places = substitute(rule.said, _Below(rule.places, rule.path), known, problems)
    return replace(rule, said=said, places=places, path=())


@dataclass(frozen=True, slots=True)
class _Below:
    """A part of a document as a document of its own."""

    places: Positions
    path: Path

    def origin(self, path: Path) -> Origin:
        return self.places.origin((*self.path, *path))

    def value_origin(self, path: Path) -> Origin:
        return self.places.value_origin((*self.path, *path))

    def source(self, path: Path) -> str:
        return self.places.source((*self.path, *path))


def _connected(
    admin: Admin | None,
    workspace: Workspace,
    path: Path,
    known: Known,
    problems: list[Diagnostic],
) -> Admin | None:
    """The endpoint with its references replaced."""
    if admin is None:
        return None
    origin = workspace.origin_of(*path, "endpoint")
    endpoint = _referring(admin.endpoint, origin, known, problems)
    return admin.model_copy(update={"endpoint": str(endpoint)})
