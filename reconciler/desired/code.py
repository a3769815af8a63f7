"""Code bundles while binding: which there are, which a task runs, and how its command comes to it.

In what is bound a bundle's token stands for its address (see `model.bundle`); in what a version
is computed from, its digest does, so that a version depends on the code and not on where some
Admin keeps it.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from reconciler.desired.entity import Entity, RunsFrom
from reconciler.desired.placeholders import (
    ADDRESS,
    DESTINATION,
    container_of,
    fill_placeholders,
    left_open,
    speaks_of_address,
)
from reconciler.desired.problems import Problems
from reconciler.errors import BundleError
from reconciler.manifest import CodeBundle, Manifest, Task
from reconciler.model import Bundle, Code, CodeFolder, bundles_in, rewrite_texts

# What wraps a command so that it finds its code: flytekit's own.
_RUNNER = "pyflyte-fast-execute"
# Stands for code that was not looked at, where nothing is compared or uploaded.
_UNREAD = Code(digest="0" * 64, files=0, size=0)

# What was found in each folder: its code, or why it holds none.
Codes = Mapping[CodeFolder, Code | BundleError]


def folder_of(manifest: CodeBundle) -> CodeFolder:
    """The folder that a manifest means, as seen from where the program runs."""
    spec = manifest.spec
    return CodeFolder(
        root=str(Path(manifest.origin.file).parent / spec.source),
        include=spec.include,
        exclude=spec.exclude,
        ignore_files=spec.ignore_files,
        max_bytes=spec.max_size,
    )


def folders(manifests: Sequence[Manifest]) -> frozenset[CodeFolder]:
    """Every folder whose code must be known before the manifests can be bound."""
    return frozenset(folder_of(one) for one in manifests if isinstance(one, CodeBundle))


class Bundles:
    """The CodeBundles of the set, each with what was found in its folder.

    Args:
        codes: By folder; None if nobody looked.
    """

    def __init__(
        self, manifests: Sequence[Manifest], codes: Codes | None, problems: Problems
    ) -> None:
        self._problems = problems
        self._declared: dict[tuple[str, ...], CodeBundle] = {}
        self._found: dict[tuple[str, ...], RunsFrom] = {}
        # Two names for the same code in one place are one bundle, uploaded once.
        self._by_id: dict[object, Bundle] = {}
        for manifest in manifests:
            if isinstance(manifest, CodeBundle):
                self._declared[manifest.place] = manifest
                self._add(manifest, codes)

    def of(self, task: Task) -> RunsFrom | None:
        """The bundle that a task's manifest names; None if it names none, or a wrong one."""
        return self._found.get(_place(task)) if task.spec.bundle is not None else None

    def run(self, task: Task, template: TaskTemplate) -> tuple[Bundle, ...]:
        """Make a task run from the bundle that its manifest names. Works in place.

        Returns: that bundle, or nothing if it names none or a wrong one, which is told.
        """
        if task.spec.bundle is None:
            for path, text in left_open(template):
                self._problems.error(
                    "unfilled-placeholder",
                    f"{path} says {text}, and the task names no bundle",
                    task.origin_of("spec"),
                    hint="name one under bundle",
                )
            return ()
        code = self._named(task)
        if code is None:
            return ()
        problem = run_from(template, code)
        if problem is not None:
            self._problems.error("bad-bundle", problem, task.origin_of("spec", "bundle"))
        return (code.bundle,)

    def fill(self, message: Message, entity: Entity) -> tuple[Bundle, ...]:
        """Fill in what a member of a package leaves open. Works in place.

        What cannot be filled in is told: an address without any bundle is an error; what stands
        where flytectl too leaves it reaches the container, which is a warning.

        Returns: the package's bundle, if the message now names its address.
        """
        code = entity.code
        values = {DESTINATION: entity.destination}
        if code is not None:
            values[ADDRESS] = code.bundle.token
        fill_placeholders(message, values)
        for path, text in left_open(message):
            where = f"{entity.place}: {path} says {text}"
            if code is None and speaks_of_address(text):
                hint = "package it anew, with the code (`--copy all`) or without fast registration"
                said = f"{where}, and the package holds no code bundle"
                self._problems.error("unfilled-placeholder", said, entity.origin, hint=hint)
            else:
                said = f"{where}, which is filled in for whole arguments of containers only"
                self._problems.warning("unfilled-placeholder", said, entity.origin)
        return bundles_in(message, (code.bundle,)) if code is not None else ()

    def _named(self, task: Task) -> RunsFrom | None:
        place = _place(task)
        if place not in self._declared:
            names = sorted("/".join(one) for one in self._declared)
            near = get_close_matches("/".join(place), names, n=1)
            self._problems.error(
                "unknown-reference",
                f"code bundle {'/'.join(place)} is not declared in this set",
                task.origin_of("spec", "bundle"),
                hint=f"did you mean {near[0]}?" if near else "declare it with kind CodeBundle",
            )
        return self._found.get(place)

    def _add(self, manifest: CodeBundle, codes: Codes | None) -> None:
        folder = folder_of(manifest)
        code = _UNREAD if codes is None else codes[folder]
        if isinstance(code, BundleError):
            origin = manifest.origin_of("spec", "source")
            for problem in code.problems:
                self._problems.error("bad-bundle", problem, origin)
            return
        project, domain, name = manifest.place
        bundle = Bundle(project, domain, name, code, folder)
        bundle = self._by_id.setdefault(bundle.id, bundle)
        self._found[manifest.place] = RunsFrom(bundle, manifest.spec.destination)


def _place(task: Task) -> tuple[str, ...]:
    reference = task.spec.bundle
    assert reference is not None, "the caller has looked"
    return (
        reference.project or task.metadata.project,
        reference.domain or task.metadata.domain,
        reference.name,
    )


def run_from(template: TaskTemplate, code: RunsFrom) -> str | None:
    """Make a task's command fetch its code first, as flytekit does. Works in place.

    A command that leaves flytekit's placeholders for it has them filled in; any other is wrapped.

    Returns: what keeps it from being done, None if nothing does.
    Source: flytekit `core/python_auto_container.py`, get_default_command with fast settings.
    """
    values = {ADDRESS: code.bundle.token, DESTINATION: code.destination}
    if any(text == ADDRESS for _, text in left_open(template)):
        fill_placeholders(template, values)
        return None
    prefix = [_RUNNER, "--additional-distribution", code.bundle.token]
    prefix += ["--dest-dir", code.destination, "--"]
    if template.HasField("container"):
        return _wrap_container(template, prefix)
    if template.HasField("k8s_pod"):
        primary = template.config.get("primary_container_name", "")
        container = container_of(template, primary or template.k8s_pod.primary_container_name)
        if container is None:
            return "a pod of several containers must say with primaryContainer which one runs it"
        return _wrap_pod(container, prefix)
    return "a bundle needs a container or pod that runs its code"


def by_digest(message: Message, bundles: Sequence[Bundle]) -> None:
    """Put digests where tokens stand, for versions. Works in place."""
    digests = {bundle.token: bundle.code.digest for bundle in bundles}
    if digests:
        rewrite_texts(message, lambda text: digests.get(text, text))


def _wrap_container(template: TaskTemplate, prefix: Sequence[str]) -> str | None:
    container = template.container
    argv = [*container.command, *container.args]
    if problem := _unwrappable(argv):
        return problem
    wrapped = container.command or container.args
    words = [*prefix, *wrapped]
    del wrapped[:]
    wrapped.extend(words)
    return None


def _wrap_pod(container: Struct, prefix: Sequence[str]) -> str | None:
    said = {
        key: [value.string_value for value in container.fields[key].list_value.values]
        for key in ("command", "args")
        if key in container.fields
    }
    if problem := _unwrappable([*said.get("command", ()), *said.get("args", ())]):
        return problem
    key = "command" if said.get("command") else "args"
    container.fields[key].list_value.Clear()
    container.fields[key].list_value.extend([*prefix, *said[key]])
    return None


def _unwrappable(argv: Sequence[str]) -> str | None:
    if not argv:
        return "a bundle needs a command to run its code: write under args what is to be run"
    if argv[0] == _RUNNER:
        return f"the command runs {_RUNNER} already; leave that out, or leave {ADDRESS} to fill in"
    return None
