"""Policies as files: documents of kind Policy, which hold CEL, and Rego modules."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reconciler.errors import ManifestError
from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Text
from reconciler.manifest.reader import Document, read
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.validate import validate
from reconciler.manifest.workspace import Workspace
from reconciler.manifest.workspace.policy_models import PoliciesSpec
from reconciler.model import Diagnostic, Exemption, Origin, Policy, Ruling

_YAML = (".yaml", ".yml")
_RULINGS = {
    "deny": Ruling.DENY,
    "require_approval": Ruling.APPROVAL,
    "warn": Ruling.WARN,
}


class PolicyMetadata(Part):
    name: Annotated[Name, Field(description="What verdicts, exemptions and --approve call it.")]


class PolicySpec(Part):
    description: Annotated[Text, Field(description="What it is for.")] = ""
    each: Annotated[
        Literal["step", "plan"],
        Field(description="Whether it is asked about every step, or once about the plan."),
    ] = "step"
    when: Annotated[Maybe[Text], Field(description="CEL: of which steps it is asked.")] = None
    deny: Annotated[
        Maybe[Text],
        Field(
            description="CEL: true, or messages, where nothing may be applied. A message is a "
            "text, or {message, object}."
        ),
    ] = None
    require_approval: Annotated[
        Maybe[Text], Field(description="CEL: as `deny`, where somebody has to approve.")
    ] = None
    warn: Annotated[Maybe[Text], Field(description="CEL: as `deny`, where it is only told.")] = (
        None
    )
    message: Annotated[
        Text, Field(description="What is said where the CEL gives true; ${CEL} is replaced.")
    ] = ""

    @model_validator(mode="after")
    def _rules_once(self) -> "PolicySpec":
        if len(self.rules) != 1:
            raise ValueError("say one of deny, requireApproval and warn")
        return self

    @property
    def rules(self) -> Mapping[str, str]:
        """The expressions that are given, by their field; one of a valid policy."""
        found = {name: getattr(self, name) for name in _RULINGS}
        return {name: text for name, text in found.items() if text is not None}


class PolicyFile(Manifest):
    """One policy in CEL, over the steps of a plan."""

    KIND: ClassVar[str] = "Policy"

    kind: Literal["Policy"]
    metadata: PolicyMetadata
    spec: PolicySpec

    @property
    def place(self) -> tuple[str, ...]:
        return (self.metadata.name,)


@dataclass(frozen=True, slots=True)
class _Use:
    """Policies of one path, as the workspace or an environment uses them."""

    spec: PoliciesSpec
    exemptions: tuple[Exemption, ...]
    origin: Origin


def workspace_policies(workspace: Workspace, environment: str = "") -> Sequence[Policy]:
    """The policies of a workspace in one of its environments, in order of their files.

    What the environment says of a path is laid over what the workspace says of it: `with` key by
    key, exemptions besides, everything else in its place.

    Raises: ManifestError with every file that cannot be read and every document that is none.
    """
    uses: dict[str, _Use] = {}
    for use in _uses(workspace, environment):
        path = os.path.normpath(use.spec.path)
        uses[path] = _over(uses[path], use) if path in uses else use
    problems: list[Diagnostic] = []
    found: dict[str, Policy] = {}
    for use in uses.values():
        folder = workspace.folder / use.spec.path
        read = list(read_policies(folder, problems, at=use.origin))
        known = [policy.name for policy in read]
        for glob in use.spec.only:
            if read and not any(fnmatchcase(name, glob) for name in known):
                message = f"{use.spec.path} has no policy {glob}"
                hint = did_you_mean(glob, known)
                problems.append(Diagnostic("unknown-policy", message, use.origin, hint))
        for policy in read:
            if use.spec.only and not any(fnmatchcase(policy.name, one) for one in use.spec.only):
                continue
            if policy.name in found:
                other = found[policy.name].origin
                message = f"there are two policies {policy.name}, the other one is at {other}"
                problems.append(Diagnostic("duplicate", message, policy.origin))
            found[policy.name] = replace(
                policy,
                params=use.spec.with_,
                severity=Ruling(use.spec.severity) if use.spec.severity else None,
                timeout=use.spec.timeout,
                exemptions=use.exemptions,
            )
    if problems:
        raise ManifestError(problems)
    return tuple(found.values())


def read_policies(
    path: Path, problems: list[Diagnostic], *, at: Origin | None = None
) -> Iterator[Policy]:
    """The policies of a file, or of a folder's files at any depth, sorted; tests are left out.

    A Rego module may import every other one of its folder; one without a rule of ours (deny, warn,
    require_approval) is there for that alone.

    Args:
        at: Where the path is said.
    """
    files = [path] if path.is_file() else _files(path)
    if not files:
        message = f"there is no policy in {path.as_posix()}"
        if not path.exists():
            message = f"there is no {path.as_posix()}"
        problems.append(Diagnostic("missing-file", message, at or Origin(str(path))))
    texts: dict[Path, str] = {}
    for file in files:
        try:
            texts[file] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
            problems.append(
                Diagnostic("unreadable", f"cannot be read: {reason}", Origin(str(file)))
            )
    rego = {file: text for file, text in texts.items() if file.suffix == ".rego"}
    for file, text in texts.items():
        if file.suffix == ".rego":
            others = tuple((str(one), said) for one, said in rego.items() if one != file)
            if path.is_file() or _rules(text):
                name = file.stem.replace("_", "-")
                origin = Origin(str(file), 1)
                yield Policy(name=name, engine="rego", source=text, origin=origin, modules=others)
        else:
            yield from _in_cel(file, text, problems)


def _rules(text: str) -> bool:
    words = ("deny", "warn", "require_approval")
    return any(line.startswith(words) for line in text.splitlines())


def _files(folder: Path) -> Sequence[Path]:
    found = [one for one in folder.rglob("*") if one.suffix in (*_YAML, ".rego")]
    return sorted(
        one
        for one in found
        if one.is_file()
        and not one.stem.endswith("_test")
        and not any(part.startswith(".") for part in one.relative_to(folder).parts)
    )


def _in_cel(file: Path, text: str, problems: list[Diagnostic]) -> Iterator[Policy]:
    for document, value in read(text.encode(), str(file), problems):
        found = validate(value, document, {PolicyFile.KIND: PolicyFile}, problems)
        if found is None:
            continue
        ((rule, expression),) = found.spec.rules.items()
        field = "requireApproval" if rule == "require_approval" else rule
        yield Policy(
            name=found.metadata.name,
            engine="cel",
            source=expression,
            origin=found.origin_of("spec", field),
            ruling=_RULINGS[rule],
            description=found.spec.description,
            each=found.spec.each,
            when=found.spec.when or "",
            message=found.spec.message,
            lines={
                "expression": _first_line(document, found, field),
                "when": _first_line(document, found, "when"),
                "message": _first_line(document, found, "message"),
            },
        )


def _first_line(document: Document, found: PolicyFile, field: str) -> int:
    """The line on which the text of a field begins; of a block that is the one after its key."""
    origin = found.origin_of("spec", field)
    _, value = document.nodes(("spec", field))
    is_block = value is not None and value.style in ("|", ">")
    return origin.line + 1 if is_block else origin.line


def _uses(workspace: Workspace, environment: str) -> Iterator[_Use]:
    yield from _said(workspace, ("spec", "policies"), workspace.spec.policies)
    chosen = workspace.spec.environments.get(environment)
    if chosen is not None:
        where = ("spec", "environments", environment, "policies")
        yield from _said(workspace, where, chosen.policies)


def _said(
    workspace: Workspace, where: tuple[str, ...], specs: Sequence[PoliciesSpec]
) -> Iterator[_Use]:
    for at, spec in enumerate(specs):
        exemptions = tuple(
            Exemption(
                one.policy,
                one.object,
                one.reason,
                one.until,
                workspace.origin_of(*where, at, "exemptions", number),
            )
            for number, one in enumerate(spec.exemptions)
        )
        yield _Use(spec, exemptions, workspace.origin_of(*where, at, "path"))


def _over(under: _Use, over: _Use) -> _Use:
    said = over.spec.model_fields_set
    spec = under.spec.model_copy(
        update={
            **{name: getattr(over.spec, name) for name in said},
            "with_": {**under.spec.with_, **over.spec.with_},
        }
    )
    return _Use(spec, (*under.exemptions, *over.exemptions), over.origin)
