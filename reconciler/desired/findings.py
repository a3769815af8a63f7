"""What rules find, told to the author: unless the object says why it may be so."""

from collections.abc import Iterable, Mapping

from reconciler.compiler import CompilationError
from reconciler.desired.entity import Entity, Excuse
from reconciler.desired.faults import in_words
from reconciler.desired.member import Member
from reconciler.desired.problems import Problems
from reconciler.desired.refusals import Refusal
from reconciler.manifest import LaunchPlan, Package, Task, Workflow
from reconciler.model import Diagnostic, Origin, Severity


class Findings:
    """Tells findings, and keeps account of which excuses were needed."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._needed: set[Excuse] = set()

    def tell(self, entity: Entity, findings: Iterable[Refusal]) -> bool:
        """Tell what is not excused; True if an error was among it."""
        errors = False
        for finding in findings:
            if finding.asked_for and finding.code not in entity.severities:
                continue
            excuse = next((one for one in entity.excuses if one.code == finding.code), None)
            if excuse is not None:
                self._needed.add(excuse)
                if finding.excusable:
                    continue
            severity = finding.severity
            if finding.idle and isinstance(entity.source, Member) and entity.state != "active":
                severity = Severity.WARNING
            if finding.excusable:
                severity = entity.severities.get(finding.code, severity)
            errors = errors or severity is Severity.ERROR
            self._problems.found.append(_diagnostic(entity, finding, severity))
        return errors

    def tell_faults(self, entity: Entity, error: CompilationError) -> None:
        """Tell what keeps something from being compiled, each fault at its node."""
        for fault in error.errors:
            self._problems.error(
                _slug(fault.code),
                f"{entity.place}: {in_words(fault)}",
                _node_origin(entity, fault.node_id),
            )

    def tell_needless(self, entities: Iterable[Entity]) -> None:
        """Warn of excuses for what was not found: they would hide it once it comes."""
        for excuse in dict.fromkeys(one for entity in entities for one in entity.excuses):
            if excuse not in self._needed:
                message = f"{excuse.code} is ignored, and there is nothing to ignore"
                self._problems.warning("needless-ignore", message, excuse.origin, hint="drop it")


def excuses(manifest: Task | Workflow | LaunchPlan | Package) -> tuple[Excuse, ...]:
    """The rules that a manifest is excused from."""
    lint = manifest.metadata.lint
    if lint is None:
        return ()
    return tuple(
        Excuse(one.code, manifest.origin_of("metadata", "lint", "ignore", index))
        for index, one in enumerate(lint.ignore)
    )


def severities(manifest: Task | Workflow | LaunchPlan | Package) -> Mapping[str, Severity]:
    """How grave rules are taken of a manifest, where that is not as usual."""
    lint = manifest.metadata.lint
    said = lint.severity if lint is not None else {}
    return {code: Severity(word) for code, word in said.items()}


def _diagnostic(entity: Entity, finding: Refusal, severity: Severity) -> Diagnostic:
    message, origin, source = finding.message, entity.origin, entity.source
    if isinstance(source, Member):
        message = f"{entity.place}: {message}"
    else:
        origin = source.origin_of("spec", *finding.path)
    return Diagnostic(finding.code, message, origin, finding.hint, severity)


def _node_origin(entity: Entity, node_id: str) -> Origin:
    if isinstance(entity.source, Workflow):
        path = entity.source.spec.node_paths.get(node_id)
        if path is not None:
            return entity.source.origin_of("spec", *path)
    return entity.origin


def _slug(code: str) -> str:
    """`MismatchingTypes` → `mismatching-types`."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in code).lstrip("-")
