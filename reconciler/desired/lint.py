"""What Admin takes and nobody wants: rules, each with a code, that an object may be excused from.

Like `refusals` they look at the messages that will be sent, so manifests and packages are held to
the same. What Admin itself would refuse is not here, for there is no excuse from that.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import Node

from reconciler.cron import CronError, EverySchedule, from_rfc3339, never_fires, parse
from reconciler.desired.pods import containers
from reconciler.desired.refusals import Refusal
from reconciler.desired.task import PRIMARY_CONTAINER
from reconciler.manifest import KNOWN_AFTER_BUILD
from reconciler.model import Severity

# Admin's own limit where its configuration says nothing (`registration.maxWorkflowNodes`).
MOST_NODES = 100
# Any day will do: what does not come within five years of one never comes.
_SOME_DAY = from_rfc3339("2026-01-01T00:00:00Z")
_SECRET = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)$"
)

Steps = tuple[str, ...]


def task_lint(template: TaskTemplate) -> Iterator[Refusal]:
    """Images, environment and pods of one task."""
    if template.HasField("container"):
        container = template.container
        yield from _image(container.image, ("container", "image"))
        env = [(one.key, one.value) for one in container.env]
        yield from _env(env, ("container", "env"))
        if container.config:
            yield _deprecated("container.config", "config", ("raw", "container", "config"))
    elif template.HasField("k8s_pod"):
        yield from _pod(template)


def workflow_lint(closure: CompiledWorkflowClosure) -> Iterator[Refusal]:
    """The size of a workflow, the images it overrides and the tasks it uses."""
    template = closure.primary.template
    nodes = [node for node in template.nodes if node.WhichOneof("target") is not None]
    if len(nodes) > MOST_NODES:
        yield _warning(
            "too-many-nodes",
            f"{len(nodes)} nodes are more than the {MOST_NODES} that Admin takes by default",
            ("nodes",),
            "move some into a workflow of their own",
        )
    for node in nodes:
        for inner in _all_nodes(node):
            image = inner.task_node.overrides.container_image
            if image:
                yield from _image(image, ("nodes", node.id, "overrides", "image"))
    for task in closure.tasks:
        why = task.template.metadata.deprecated_error_message
        if why:
            name = task.template.id.name
            yield _warning("deprecated-task", f"task {name} is deprecated: {why}", ("nodes",))


def launch_plan_lint(spec: LaunchPlanSpec, *, active: bool) -> Iterator[Refusal]:
    """Schedules that do not do what they say, and fields of old."""
    schedule = spec.entity_metadata.schedule
    cron = schedule.cron_schedule.schedule or schedule.cron_expression
    if cron and _never_fires(cron):
        ends = "being active it would end" if active else "were it active, it would end"
        yield Refusal(
            "cron-never-fires",
            f"{cron!r} never comes, and {ends} Flyte's whole scheduler at its next start",
            ("schedule", "cron"),
            excusable=not active,
        )
    if schedule.HasField("rate") or _is_rate(cron):
        word = "rate" if schedule.HasField("rate") else "cron"
        yield _warning(
            "rate-drifts",
            "a rate is counted from when Flyte's scheduler started: a restart moves it",
            ("schedule", word),
            "five fields of cron keep to the clock",
        )
    for field in ("role", "auth", "auth_role"):
        if spec.HasField(field) if field != "role" else spec.role:
            yield _deprecated(field, "runAs", ("raw", field))
    env = [(one.key, one.value) for one in spec.envs.values]
    yield from _env(env, ("env",))


@lru_cache(maxsize=4096)
def _never_fires(text: str) -> bool:
    try:
        return never_fires(parse(text), after=_SOME_DAY)
    except CronError:
        # That it does not parse is told elsewhere.
        return False


def _is_rate(cron: str) -> bool:
    try:
        return bool(cron) and isinstance(parse(cron), EverySchedule)
    except CronError:
        return False


def _pod(template: TaskTemplate) -> Iterator[Refusal]:
    names = []
    for index, container in enumerate(containers(template.k8s_pod.pod_spec)):
        path = ("pod", "spec", "containers", str(index))
        names.append(container.name)
        if container.image:
            yield from _image(container.image, (*path, "image"))
        yield from _env(container.env, (*path, "env"))
    primary = template.config.get(PRIMARY_CONTAINER, "")
    if primary not in names:
        found = ", ".join(name for name in names if name) or "none"
        what = f"the pod has no container {primary}" if primary else "no primary container is said"
        yield Refusal(
            "missing-primary-container",
            f"{what}, and Flyte would not run it",
            ("pod", "primaryContainer"),
            f"its containers are {found}",
        )


def _image(image: str, path: Steps) -> Iterator[Refusal]:
    # What is still to be filled in is nobody's to judge.
    if "{{" in image or "${" in image or "@" in image or image == KNOWN_AFTER_BUILD:
        return
    yield Refusal(
        "unpinned-image",
        f"{image} has no digest, so what it is can change",
        path,
        "`images` of reconciler.yaml pins it: write ${image.NAME}",
        Severity.WARNING,
        asked_for=True,
    )
    tag = image.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        what = f"{image} is whatever was pushed last" if tag else f"{image} has no tag"
        hint = "name a version, best with its digest"
        yield _warning("mutable-image", what, path, hint)


def _env(variables: Iterable[tuple[str, str]], path: Steps) -> Iterator[Refusal]:
    seen: set[str] = set()
    for name, value in variables:
        if name in seen:
            yield _warning("doubled-env", f"{name} is there twice", path)
        elif value and "{{" not in value and "$" not in value and _SECRET.search(name.upper()):
            hint = "name it under secrets; its value then stays where secrets are kept"
            yield _warning("secret-in-env", f"{name} looks like a secret", path, hint)
        seen.add(name)


def _all_nodes(node: Node) -> Iterator[Any]:
    yield node
    block = node.branch_node.if_else
    nested = [block.case.then_node, *(case.then_node for case in block.other), block.else_node]
    if node.HasField("branch_node"):
        for one in nested:
            yield from _all_nodes(one)
    if node.HasField("array_node"):
        yield from _all_nodes(node.array_node.node)


def _deprecated(field: str, instead: str, path: Steps) -> Refusal:
    return _warning("deprecated-field", f"{field} is deprecated", path, f"use {instead}")


def _warning(code: str, message: str, path: Steps, hint: str = "") -> Refusal:
    return Refusal(code, message, path, hint, Severity.WARNING)
