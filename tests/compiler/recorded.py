"""Answers to hold the compiler against, and how to play them.

All come from flyte v1.16.8 itself:

* `recordings/workflows.jsonl.gz`: what a running flyteadmin answered to CreateWorkflow, and
  the closures it gave back. A line is a scenario: tasks and launch plans registered so
  far, and the cases, each with how many of them it found;
* `recordings/variations.jsonl.gz`: the same requests with parts taken out, doubled and
  exchanged, as its compiler, called directly, answered them;
* `recordings/types.jsonl.gz`, `schemas.jsonl.gz`: pairs of types, literals and JSON schemas
  and whether its validators let one be used as the other (`"panic"` if they panicked);
* `recordings/quantities.jsonl`: what Kubernetes' parser makes of texts.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl.core import (
    compiler_pb2,
    identifier_pb2,
    interface_pb2,
    tasks_pb2,
    workflow_pb2,
)
from google.protobuf.json_format import ParseDict

from reconciler.compiler import (
    CompilationError,
    CompilerPanicError,
    LaunchPlanInterface,
    compile_workflow,
    go_text,
    required_references,
)

RECORDINGS = Path(__file__).parent / "recordings"


@dataclass(frozen=True)
class Recorded:
    """One request and its answer: a closure, the text of an error, "panic", or None for OK."""

    name: str
    template: Any
    sub_workflows: Sequence[Any]
    tasks: Sequence[Any]
    launch_plans: Sequence[LaunchPlanInterface]
    answer: Any

    def __str__(self) -> str:
        return self.name


def rows(file: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of a recording."""
    with gzip.open(RECORDINGS / file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def workflows(file: str) -> Iterator[Recorded]:
    """Yield the cases of a recording of workflows."""
    for row in rows(file):
        tasks = [read(each, tasks_pb2.TaskTemplate) for each in row["tasks"]]
        launch_plans = [_launch_plan(each) for each in row["launch_plans"]]
        for number, case in enumerate(row["cases"], 1):
            yield Recorded(
                name=f"{row['scenario']} ({number})",
                template=read(case["template"], workflow_pb2.WorkflowTemplate),
                sub_workflows=[
                    read(each, workflow_pb2.WorkflowTemplate) for each in case["sub_workflows"]
                ],
                tasks=tasks[: case["tasks"]],
                launch_plans=launch_plans[: case["launch_plans"]],
                answer=_answer(case),
            )


def read(value: Any, kind: Any) -> Any:
    """Read a message written as JSON, or as base64 where JSON cannot say it."""
    if isinstance(value, str):
        return kind.FromString(base64.b64decode(value))
    return ParseDict(value, kind())


def play(case: Recorded) -> Any:
    """Do what CreateWorkflow does up to the compiler's answer: find references, compile."""
    try:
        needed = required_references(case.template, case.sub_workflows)
    except CompilationError as exc:
        return f"failed to get workflow requirements with err {exc}"
    tasks, launch_plans = [], []
    for id in needed.tasks:
        task = next((each for each in case.tasks if _found(id, each.id)), None)
        if task is None:
            return _missing("TASK", id)
        tasks.append(task)
    for id in needed.launch_plans:
        found = next((each for each in case.launch_plans if _found(id, each.id)), None)
        if found is None:
            return _missing("LAUNCH_PLAN", id)
        launch_plans.append(LaunchPlanInterface(id, found.expected_inputs, found.expected_outputs))
    try:
        return compile_workflow(
            case.template, case.sub_workflows, tasks=tasks, launch_plans=launch_plans
        )
    except CompilationError as exc:
        return str(exc)
    except CompilerPanicError:
        return "panic"


def normal(text: str) -> str:
    """Take out of a text what Admin puts there in random order."""
    text = re.sub(
        r"(?<=unreachable nodes \[)[^\]]*",
        lambda found: ",".join(sorted(found[0].split(","))),
        text,
    )
    text = re.sub(r"(?<=traversing the Workflow \[)[^\]]*", "…", text)
    return re.sub(r"structure\{dataclass_type[^\]]*", "structure{…", text)


def _launch_plan(row: dict[str, Any]) -> LaunchPlanInterface:
    outputs = row.get("expected_outputs")
    return LaunchPlanInterface(
        id=read(row["id"], identifier_pb2.Identifier),
        expected_inputs=read(row["expected_inputs"], interface_pb2.ParameterMap),
        expected_outputs=None if outputs is None else read(outputs, interface_pb2.VariableMap),
    )


def _answer(case: dict[str, Any]) -> Any:
    if "closure" in case:
        return read(case["closure"], compiler_pb2.CompiledWorkflowClosure)
    if "error" in case:
        return normal(case["error"])
    return "panic" if case.get("panic") else None


def _found(reference: Any, id: Any) -> bool:
    """Look up as Admin's database does: empty parts are not compared, the type never is."""
    parts = ("project", "domain", "name", "version")
    return all(getattr(reference, part) in ("", getattr(id, part)) for part in parts)


def _missing(kind: str, id: Any) -> str:
    bare = identifier_pb2.Identifier(
        project=id.project, domain=id.domain, name=id.name, version=id.version
    )
    return f"missing entity of type {kind} with identifier {go_text(bare)}"
