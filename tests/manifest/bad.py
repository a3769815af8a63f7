"""What must be refused, and how: each case is one change to a good document.

The loader and the JSON Schemas are held to the same list; where a schema cannot know, the case
says why.
"""

import copy
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

GOOD: dict[str, dict[str, Any]] = {
    "Project": {
        "metadata": {"name": "weather"},
        "spec": {"title": "Weather", "labels": {"team": "data"}, "state": "active"},
    },
    "Domain": {
        "metadata": {"project": "weather", "name": "development"},
        "spec": {
            "attributes": {
                "taskResources": {
                    "defaults": {"cpu": 1, "memory": "1Gi"},
                    "limits": {"cpu": "4", "ephemeralStorage": "2Gi"},
                },
                "clusterResources": {"projectQuotaCpu": "100"},
                "executionQueue": {"tags": ["gpu"]},
                "pluginOverrides": {"spark": {"plugins": ["mine"], "ifMissing": "fail"}},
                "workflowExecutionConfig": {"maxParallelism": 5, "interruptible": False},
                "clusterAssignment": "absent",
            },
            "workflows": {"daily": {"attributes": {"executionQueue": {}}, "archived": True}},
            "tasks": {"old": {"description": "of old"}},
        },
    },
    "Task": {
        "metadata": {"project": "weather", "domain": "development", "name": "fetch"},
        "spec": {
            "inputs": {"day": "datetime", "table": {"type": "str", "description": "where"}},
            "outputs": {"rows": "int"},
            "container": {
                "image": "acme/etl:1",
                "command": ["run"],
                "args": ["{{.inputs.day}}"],
                "env": {"STAGE": "dev"},
                "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"gpu": 1}},
            },
            "retries": 3,
            "timeout": "1h",
            "cache": {"version": "1", "serialize": True, "ignoreInputs": ["table"]},
            "interruptible": True,
        },
    },
    "Workflow": {
        "metadata": {"project": "weather", "domain": "development", "name": "daily"},
        "spec": {
            "inputs": {"day": "datetime"},
            "outputs": {"rows": {"type": "int", "from": "fetch.rows"}},
            "nodes": {
                "fetch": {"task": "fetch", "inputs": {"day": {"from": "inputs.day"}}},
                "again": {
                    "launchPlan": {"name": "daily", "version": "active", "domain": "production"},
                    "inputs": {"all": [{"from": "fetch.rows"}, 5]},
                    "after": ["fetch"],
                },
            },
        },
    },
    "LaunchPlan": {
        "metadata": {"project": "weather", "domain": "development", "name": "daily"},
        "spec": {
            "workflow": "daily",
            "inputs": {"size": 10},
            "fixedInputs": {"region": "eu"},
            "schedule": {"cron": "0 6 * * *", "kickoffInput": "day"},
            "labels": {"team": "data"},
            "annotations": {"why": "because"},
            "notifications": [{"phases": ["failed"], "email": ["a@example.com"]}],
            "maxParallelism": 5,
            "state": "active",
        },
    },
    "CodeBundle": {
        "metadata": {"project": "weather", "domain": "development", "name": "app"},
        "spec": {"source": "../src", "include": ["/weather/"], "exclude": ["*.csv"]},
    },
    "Package": {
        "metadata": {"project": "weather", "domain": "development", "name": "code"},
        "spec": {"source": "build/package.tgz", "activation": {"daily": "active"}},
    },
    "Backfill": {
        "metadata": {"project": "weather", "domain": "development", "name": "january"},
        "spec": {
            "launchPlan": {"name": "daily", "version": "v1"},
            "window": {"from": "2024-01-01", "to": "2024-02-01T06:00:00+01:00", "zone": "UTC"},
            "concurrency": 5,
            "retries": 1,
            "inputs": {"region": "eu"},
            "labels": {"team": "data"},
        },
    },
}
MISSING = object()


@dataclass(frozen=True)
class Case:
    """`kind` with the value at `path` replaced (or taken out: MISSING), and what is said of it."""

    kind: str
    path: Path
    value: Any
    code: str
    message: str
    # Why a JSON Schema cannot refuse it; empty where it must.
    beyond_schema: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{'.'.join(map(str, self.path))}-{self.code}-{str(self.value)[:20]}"

    @property
    def document(self) -> dict[str, Any]:
        document = good(self.kind)
        if not self.path:
            return {**document, **self.value}
        *parents, last = self.path
        place: Any = document
        for step in parents:
            place = place[step]
        if self.value is MISSING:
            del place[last]
        else:
            place[last] = self.value
        return document


def good(kind: str) -> dict[str, Any]:
    """A document that is right, the caller's to change."""
    return {"apiVersion": "reconciler/v1", "kind": kind, **copy.deepcopy(GOOD[kind])}


GRAMMAR = "the inside of a text with a grammar of its own"
CROSS = "one part of the document against another"
DOUBLES = "which whole numbers are doubles"
BYTES = "schemas count characters, Admin bytes"

_TASK = ("spec", "container")
_REQUESTS = (*_TASK, "resources", "requests")
_NODE = ("spec", "nodes", "fetch")
_ATTRIBUTES = ("spec", "attributes")
_LIMITS = (*_ATTRIBUTES, "taskResources", "limits")
_OVERRIDE = (*_ATTRIBUTES, "pluginOverrides", "spark")
_CONFIG = (*_ATTRIBUTES, "workflowExecutionConfig")
_ELSE = {"else": {"task": "x"}}
_THEN = {"if": "again.ok", "then": {"task": "x"}}
CASES = [
    # The head.
    Case("Task", ("apiVersion",), MISSING, "missing-field", "the document lacks apiVersion"),
    Case("Task", ("apiVersion",), "v2", "invalid-value", "expected reconciler/v1, found the text"),
    Case("Task", ("kind",), "Taks", "unknown-kind", "unknown kind Taks (did you mean Task?)"),
    Case("Task", ("kind",), 5, "wrong-type", "kind: expected a text, found the number 5"),
    Case("Task", ("kind",), MISSING, "missing-field", "the document lacks kind: Project or"),
    Case("Task", ("metadata",), MISSING, "missing-field", "the document lacks metadata"),
    Case("Task", ("spec",), MISSING, "missing-field", "the document lacks spec"),
    Case("Task", ("spec",), None, "wrong-type", "spec: expected a mapping, found nothing"),
    Case("Task", ("status",), {}, "unknown-field", "unknown field status in the document"),
    Case("Task", ("metadata", "name"), MISSING, "missing-field", "metadata lacks name"),
    Case("Task", ("metadata", "name"), "", "invalid-value", "metadata.name: must not be empty"),
    Case("Task", ("metadata", "name"), "a\0b", "invalid-value", "NUL cannot be stored by Admin"),
    Case("Task", ("metadata", "name"), 5, "wrong-type", 'needs quotes: "5"'),
    Case("Task", ("metadata", "names"), "x", "unknown-field", "did you mean name?"),
    # Project and domain.
    Case("Project", ("metadata", "name"), "Weather", "invalid-value", "is no project id"),
    Case("Project", ("metadata", "name"), "a" * 64, "invalid-value", "is no project id"),
    Case("Project", ("metadata", "name"), "-a", "invalid-value", "is no project id"),
    Case("Project", ("metadata", "name"), "a.b", "invalid-value", "is no project id"),
    Case("Project", ("metadata", "name"), "", "invalid-value", "is no project id"),
    Case("Project", ("spec", "title"), "x" * 65, "invalid-value", "65 bytes are more than the 64"),
    Case("Project", ("spec", "title"), "ü" * 33, "invalid-value", "66 bytes are more", BYTES),
    Case("Project", ("spec", "title"), None, "invalid-value", "a value is missing here"),
    Case("Project", ("spec", "description"), "x" * 301, "invalid-value", "301 bytes are more"),
    Case("Project", ("spec", "state"), "archive", "invalid-value", "did you mean archived?"),
    Case("Project", ("spec", "labels", "a b"), "x", "invalid-label", "label key 'a b'"),
    Case("Project", ("spec", "labels", "-"), "x", "invalid-label", "label key '-'"),
    Case("Project", ("spec", "labels", "A/b"), "x", "invalid-label", "what precedes the slash"),
    Case("Project", ("spec", "labels", "a" * 64), "x", "invalid-label", "label key", GRAMMAR),
    Case("Project", ("spec", "labels", "team"), "a b", "invalid-label", "label value 'a b'"),
    Case("Project", ("spec", "labels", "team"), "a" * 64, "invalid-label", "label value"),
    Case("Project", ("spec", "labels", "team"), 1, "wrong-type", "expected a text, found the n"),
    Case(
        "Project",
        ("spec", "labels"),
        {f"l{n}": "x" for n in range(17)},
        "invalid-value",
        "17 labels are more than the 16",
    ),
    Case("Domain", ("metadata", "project"), MISSING, "missing-field", "metadata lacks project"),
    Case("Domain", ("spec",), {"a": 1}, "unknown-field", "unknown field a in spec (there are a"),
    # Attributes and names.
    Case("Domain", (*_ATTRIBUTES, "taskResources"), "none", "wrong-type", "expected a mapping"),
    Case("Domain", (*_ATTRIBUTES, "taskResource"), "absent", "unknown-field", "taskResources"),
    Case("Domain", (*_ATTRIBUTES, "executionQueue"), None, "invalid-value", "a value is missing"),
    Case("Domain", (*_ATTRIBUTES, "executionQueue"), {"tags": "a"}, "wrong-type", "a list"),
    Case("Domain", (*_ATTRIBUTES, "qualityOfService"), {}, "refused-field", "at every level"),
    Case("Domain", (*_LIMITS, "cpu"), "2 cores", "invalid-value", "is no quantity"),
    Case("Domain", (*_LIMITS, "cpus"), 2, "unknown-field", "did you mean cpu?"),
    Case("Domain", (*_ATTRIBUTES, "clusterResources", "a"), 5, "wrong-type", "expected a text"),
    Case("Domain", (*_OVERRIDE, "ifMissing"), "default", "invalid-value", "did you mean useDef"),
    Case("Domain", (*_CONFIG, "maxParallelism"), 2**31, "invalid-value", "or less"),
    Case("Domain", (*_CONFIG, "raw"), {"maxParalelism": 5}, "unknown-field", "maxParallelism"),
    Case(
        "Domain",
        (*_CONFIG, "raw"),
        {"labels": {"values": {"a": 1}}},
        "invalid-value",
        "not a flyteidl.admin.WorkflowExecutionConfig",
    ),
    Case("Domain", ("spec", "workflows"), {"": {}}, "invalid-value", "must not be empty"),
    Case("Domain", ("spec", "tasks", "t"), {"attributes": {}}, "unknown-field", "attributes"),
    Case("Domain", ("spec", "tasks", "t"), {"archived": "yes"}, "wrong-type", "true or false"),
    Case(
        "Project",
        ("spec", "attributes"),
        {"pluginOverrides": "absent"},
        "refused-field",
        "for whole projects (say them for a domain or a workflow)",
    ),
    Case("Task", ("metadata", "archived"), 1, "wrong-type", "expected true or false"),
    Case("Workflow", ("metadata", "description"), "x" * 301, "invalid-value", "301 characters"),
    Case("Package", ("metadata", "archived"), True, "unknown-field", "unknown field archived"),
    # Task.
    Case("Task", ("spec", "version"), 1.1, "wrong-type", "found the number 1.1 (a text that"),
    Case("Task", ("spec", "version"), "", "invalid-value", "spec.version: must not be empty"),
    Case("Task", ("spec", "version"), "latest", "invalid-value", "a word for references"),
    Case("Task", ("spec", "inputs"), ["day"], "wrong-type", "expected a mapping, found a list"),
    Case("Task", ("spec", "inputs", "x"), "integer", "invalid-value", "did you mean int?"),
    Case("Task", ("spec", "inputs", "x"), "list[inn]", "invalid-value", "character 6", GRAMMAR),
    Case("Task", ("spec", "inputs", "x"), 5, "invalid-value", "expected a type such as int"),
    Case("Task", ("spec", "inputs", "x"), None, "invalid-value", "expected a type such as int"),
    Case("Task", ("spec", "inputs", ""), "int", "invalid-value", "must not be empty"),
    Case("Task", ("spec", "inputs", "x"), {"type": "int", "help": "x"}, "unknown-field", "are"),
    Case("Task", ("spec", "inputs", "x"), {"type": 5}, "invalid-value", "expected a type such"),
    Case("Task", ("spec", "inputs", "x"), {"type": {"proto": {}}}, "invalid-value", "no type"),
    Case(
        "Task",
        ("spec", "inputs", "x"),
        {"type": {"proto": {"simpel": "INTEGER"}}},
        "unknown-field",
        "flyteidl.core.LiteralType has no field simpel (did you mean simple?)",
    ),
    Case("Task", ("spec", "inputs", "x"), {}, "missing-field", "spec.inputs.x lacks type"),
    Case("Task", _TASK, MISSING, "missing-field", "without container and pod says its type"),
    Case("Task", (*_TASK, "image"), MISSING, "missing-field", "spec.container lacks image"),
    Case("Task", (*_TASK, "image"), "", "invalid-value", "must not be empty"),
    Case(
        "Task", (*_TASK, "command"), "run", "wrong-type", "expected a list, found the text 'run'"
    ),
    Case("Task", (*_TASK, "args", 0), 5, "wrong-type", "spec.container.args[0]: expected a text"),
    Case("Task", (*_TASK, "env", "A=B"), "x", "invalid-value", "cannot name an environment"),
    Case("Task", (*_TASK, "env", "STAGE"), True, "wrong-type", "found the truth value true"),
    Case("Task", (*_REQUESTS, "cpu"), "1 core", "invalid-value", "'1 core' is no quantity"),
    Case("Task", (*_REQUESTS, "cpu"), -1, "invalid-value", "'-1' is no quantity"),
    Case("Task", (*_REQUESTS, "cpu"), True, "invalid-value", "expected a quantity"),
    Case("Task", (*_REQUESTS, "memory"), "1K", "invalid-value", "'1K' is no quantity"),
    Case("Task", (*_REQUESTS, "gpu"), "500m", "invalid-value", "a number of GPUs is whole"),
    Case("Task", (*_REQUESTS, "gpu"), 0.5, "invalid-value", "a number of GPUs is whole"),
    Case("Task", (*_REQUESTS, "gpus"), 1, "unknown-field", "did you mean gpu?"),
    Case("Task", (*_REQUESTS, "ephemeral_storage"), "1Gi", "unknown-field", "ephemeralStorage?"),
    Case("Task", ("spec", "retries"), -1, "invalid-value", "must be 0 or more, found the number"),
    Case("Task", ("spec", "retries"), 2**32, "invalid-value", "must be 4294967295 or less"),
    Case("Task", ("spec", "retries"), "3", "wrong-type", "expected a whole number, found the t"),
    Case("Task", ("spec", "retries"), 1.5, "wrong-type", "expected a whole number"),
    Case(
        "Task", ("spec", "retries"), 3.0, "wrong-type", "whole number", "3.0 is an integer there"
    ),
    Case("Task", ("spec", "timeout"), 60, "invalid-value", "expected a duration with its unit"),
    Case("Task", ("spec", "timeout"), "60", "invalid-value", "'60' is no duration"),
    Case("Task", ("spec", "timeout"), "-1h", "invalid-value", "is negative"),
    Case("Task", ("spec", "timeout"), "4000000d", "invalid-value", "10,000 years", GRAMMAR),
    Case("Task", ("spec", "cache"), True, "wrong-type", "expected a mapping, found the truth"),
    Case("Task", ("spec", "cache", "version"), MISSING, "missing-field", "cache lacks version"),
    Case(
        "Task",
        ("spec", "cache", "ignoreInputs", 0),
        "tabel",
        "unknown-input",
        "spec.cache.ignoreInputs[0]: there is no input tabel (did you mean table?)",
        CROSS,
    ),
    Case("Task", ("spec", "interruptible"), "yes", "wrong-type", "expected true or false"),
    Case("Task", ("spec", "sql"), {"statement": "x"}, "invalid-value", "found container and sql"),
    Case("Task", ("spec", "pod"), {"spec": {}}, "invalid-value", "must not be empty"),
    Case("Task", ("spec", "pod"), {}, "missing-field", "spec.pod lacks spec"),
    Case("Task", ("spec", "custom"), [], "wrong-type", "expected a mapping, found a list"),
    Case("Task", ("spec", "custom"), {"a": [2**60 + 1]}, "invalid-value", "exactly", DOUBLES),
    Case("Task", ("spec", "config"), {"a": 5}, "wrong-type", "spec.config.a: expected a text"),
    Case("Task", ("spec", "typeVersion"), -1, "invalid-value", "must be 0 or more"),
    Case("Task", (*_TASK, "ports"), [0], "invalid-value", "must be 1 or more"),
    Case("Task", (*_TASK, "ports"), ["http"], "invalid-value", "expected a port, or a mapping"),
    Case("Task", (*_TASK, "architecture"), "arm", "invalid-value", "expected amd64, arm64"),
    Case("Task", (*_TASK, "data"), {"format": "xml"}, "invalid-value", "json, yaml or proto"),
    Case("Task", (*_TASK, "env"), [{"name": "A"}], "missing-field", "env[0] lacks value"),
    Case("Task", (*_TASK, "env"), [{"name": "A=", "value": ""}], "invalid-value", "cannot name"),
    Case("Task", (*_TASK, "env"), "A=B", "wrong-type", "expected a list"),
    Case(
        "Task",
        ("spec", "extendedResources"),
        {"accelerator": {"device": "a100", "partition": "1g.5gb", "unpartitioned": True}},
        "invalid-value",
        "one of partition and unpartitioned",
        CROSS,
    ),
    Case("Task", ("spec", "secrets"), [{}], "invalid-value", "its group, its key or both"),
    Case("Task", ("spec", "secrets"), [{"key": "a", "mount": "x"}], "invalid-value", "any, env"),
    Case("Task", ("spec", "runAs"), {"user": "x"}, "unknown-field", "unknown field user"),
    Case("Task", ("spec", "runtime"), {}, "missing-field", "spec.runtime lacks version"),
    Case("Task", ("spec", "description"), 5, "invalid-value", "expected a text, or a mapping"),
    Case(
        "Task",
        ("spec", "description"),
        {"long": {"text": "x", "uri": "y"}},
        "invalid-value",
        "says one of text and uri",
        CROSS,
    ),
    Case("Task", ("spec", "raw"), {"custm": {}}, "unknown-field", "did you mean custom?"),
    Case("Task", ("spec", "raw"), {"id": {}}, "refused-field", "metadata and version say it"),
    Case(
        "Task",
        ("spec", "raw"),
        {"metadata": {"runtime": {"version": 5}}},
        "invalid-value",
        "not a flyteidl.core.TaskTemplate",
    ),
    Case(
        "Task",
        ("spec", "raw"),
        {"metadata": {"runtime": {"vers": "5"}}},
        "unknown-field",
        "spec.raw.metadata.runtime.vers: flyteidl.core.RuntimeMetadata has no field vers",
    ),
    # Workflow.
    Case("Workflow", ("spec", "nodes"), {}, "invalid-value", "spec.nodes: must not be empty"),
    Case("Workflow", ("spec",), {}, "missing-field", "spec: a workflow has at least one node"),
    Case("Workflow", ("spec", "nodes"), [], "wrong-type", "expected a mapping, found a list"),
    Case("Workflow", ("spec", "nodes", "a.b"), {"task": "x"}, "invalid-value", "is no node id"),
    Case("Workflow", ("spec", "nodes", "inputs"), {"task": "x"}, "invalid-value", "a reserved"),
    Case("Workflow", ("spec", "nodes", "end-node"), {"task": "x"}, "invalid-value", "a reserved"),
    Case("Workflow", (*_NODE, "task"), MISSING, "invalid-value", "this one says none"),
    Case("Workflow", (*_NODE, "workflow"), "x", "invalid-value", "this one says several"),
    Case("Workflow", (*_NODE, "task"), 5, "invalid-value", "expected a name, or a mapping with"),
    Case("Workflow", (*_NODE, "task"), "", "invalid-value", "must not be empty"),
    Case("Workflow", (*_NODE, "task"), None, "invalid-value", "a value is missing here"),
    Case(
        "Workflow", (*_NODE, "task"), {"name": "x", "version": "active"}, "invalid-value", "only"
    ),
    Case("Workflow", (*_NODE, "task"), {"name": "x", "version": "auto"}, "invalid-value", "leave"),
    Case("Workflow", (*_NODE, "task"), {"name": "x", "verzion": "1"}, "unknown-field", "version?"),
    Case("Workflow", (*_NODE, "task"), {"version": "1"}, "missing-field", "task lacks name"),
    Case("Workflow", (*_NODE, "inputs", "day"), {"from": "day"}, "invalid-value", "inputs.day"),
    Case("Workflow", (*_NODE, "inputs", "day"), {"from": 5}, "invalid-value", "such as inputs.d"),
    Case("Workflow", (*_NODE, "inputs", "day"), {"from": "a.b.[0]"}, "invalid-value", "such as"),
    Case(
        "Workflow",
        (*_NODE, "inputs", "day"),
        {"from": "inputs.day", "default": 5},
        "invalid-value",
        "says nothing else, found default",
    ),
    Case(
        "Workflow",
        (*_NODE, "inputs", "day"),
        [{"a": {"from": "nowhere"}}],
        "invalid-value",
        "spec.nodes.fetch.inputs.day[0].a.from: expected where it comes from",
    ),
    Case(
        "Workflow",
        (*_NODE, "inputs", "day"),
        {"from": "inputs.dya"},
        "unknown-input",
        "the workflow has no input dya (did you mean day?)",
        CROSS,
    ),
    Case(
        "Workflow",
        (*_NODE, "inputs", "day"),
        [{"from": "agian.rows"}],
        "unknown-node",
        "spec.nodes.fetch.inputs.day[0].from: there is no node agian (did you mean again?)",
        CROSS,
    ),
    Case("Workflow", (*_NODE, "after"), ["fetch"], "cycle", "cannot come after itself", CROSS),
    Case("Workflow", (*_NODE, "after"), ["x"], "unknown-node", "are fetch, again", CROSS),
    Case("Workflow", (*_NODE, "after"), "again", "wrong-type", "expected a list"),
    Case("Workflow", ("spec", "outputs", "rows"), "int", "invalid-value", "a mapping with type"),
    Case("Workflow", ("spec", "outputs", "rows", "from"), MISSING, "invalid-value", "one of from"),
    Case("Workflow", ("spec", "outputs", "rows", "value"), 5, "invalid-value", "one of from and"),
    Case("Workflow", ("spec", "outputs", "rows", "from"), "x", "invalid-value", "such as inputs"),
    Case(
        "Workflow",
        ("spec", "outputs", "rows"),
        {"value": 5},
        "invalid-value",
        "an output that is no mere from says its type",
    ),
    Case("Workflow", ("spec", "outputs", "rows", "from"), "x.y", "unknown-node", "node x", CROSS),
    Case("Workflow", _NODE, {"branch": []}, "invalid-value", "fetch.branch: must not be empty"),
    Case("Workflow", _NODE, {"branch": [_THEN]}, "invalid-value", "with else or error", CROSS),
    Case("Workflow", _NODE, {"branch": [_ELSE]}, "invalid-value", "starts with a case", CROSS),
    Case(
        "Workflow", _NODE, {"branch": [_THEN, _ELSE, _ELSE]}, "invalid-value", "last case", CROSS
    ),
    Case(
        "Workflow",
        _NODE,
        {"branch": [{**_THEN, "error": "x"}, _ELSE]},
        "invalid-value",
        "spec.nodes.fetch.branch[0]: a case says if and then, or else, or error",
    ),
    Case(
        "Workflow",
        _NODE,
        {"branch": [{"if": "inputs.dya", "then": {"task": "x"}}, _ELSE]},
        "unknown-input",
        "spec.nodes.fetch.branch[0].if: the workflow has no input dya (did you mean day?)",
        CROSS,
    ),
    Case(
        "Workflow",
        _NODE,
        {"branch": [{"if": "again.ok", "then": {"task": "x", "after": ["again"]}}, _ELSE]},
        "invalid-value",
        "a node in a branch waits for nobody",
        CROSS,
    ),
    Case(
        "Workflow",
        _NODE,
        {"branch": [{"if": "fetch.ok", "then": {"task": "x"}}, _ELSE]},
        "cycle",
        "what is inside fetch cannot read what comes out of it",
        CROSS,
    ),
    Case(
        "Workflow",
        _NODE,
        {"branch": [_THEN, _ELSE], "inputs": {"a": 1}},
        "invalid-value",
        "a branch has no inputs of its own",
        CROSS,
    ),
    *[
        Case(
            "Workflow",
            _NODE,
            {"branch": [{"if": text, "then": {"task": "x"}}, _ELSE]},
            "invalid-value",
            message,
            GRAMMAR if text else "",
        )
        for text, message in (
            ("", "expected an input, an output of a node, or a constant, found the end"),
            ("inputs.day = 5", "expected one of == != >= <= > <, found `=` at character 12"),
            ("inputs.day > ", "found the end at character 14"),
            ("inputs.day day", "expected and, or, or the end, found `day`"),
            ("(inputs.day", "expected `)`, found the end"),
            ("5 > 3", "a comparison of two constants"),
            ("inputs.day == none", "Flyte cannot compare with none"),
            ("day > 5", "'day' is neither inputs.NAME nor NODE.OUTPUT"),
            ("inputs.day == 'x", "found `'`"),
            ("not " * 30 + "inputs.day", "nested deeper than 20 levels"),
        )
    ],
    Case("Workflow", _NODE, {"gate": {}}, "invalid-value", "one of approve, signal and sleep"),
    Case("Workflow", _NODE, {"gate": {"signal": {}}}, "missing-field", "gate.signal lacks type"),
    Case("Workflow", _NODE, {"gate": {"sleep": 5}}, "invalid-value", "expected a duration"),
    Case("Workflow", _NODE, {"gate": {"approve": 5}}, "invalid-value", "expected a signal's id"),
    Case(
        "Workflow",
        _NODE,
        {"gate": {"sleep": "1h"}, "inputs": {"a": 1}},
        "invalid-value",
        "only gates that approve have inputs",
        CROSS,
    ),
    Case("Workflow", _NODE, {"array": {}}, "missing-field", "array lacks each"),
    Case("Workflow", _NODE, {"array": {"each": {}}}, "invalid-value", "this one says none"),
    Case(
        "Workflow",
        _NODE,
        {"array": {"each": {"task": "x"}, "minSuccesses": 1, "minSuccessRatio": 0.5}},
        "invalid-value",
        "one of minSuccesses and minSuccessRatio",
        CROSS,
    ),
    Case(
        "Workflow",
        _NODE,
        {"array": {"each": {"task": "x"}, "minSuccessRatio": 1.5}},
        "invalid-value",
        "must be 1.0 or less",
    ),
    Case(
        "Workflow",
        _NODE,
        {"array": {"each": {"task": "x", "inputs": {"a": 1}}}},
        "invalid-value",
        "inputs are the array's own",
        CROSS,
    ),
    Case(
        "Workflow",
        _NODE,
        {"workflow": "x", "overrides": {"image": "a"}},
        "invalid-value",
        "only nodes that run a task have overrides",
        CROSS,
    ),
    Case("Workflow", (*_NODE, "cache"), "1", "invalid-value", "expected true or false, or a map"),
    Case("Workflow", (*_NODE, "retries"), -1, "invalid-value", "must be 0 or more"),
    Case("Workflow", (*_NODE, "raw"), {"id": "x"}, "refused-field", "the node's own key says it"),
    Case("Workflow", ("spec", "failureNode"), {}, "invalid-value", "this one says none"),
    Case(
        "Workflow",
        ("spec", "failureNode"),
        {"task": "x", "id": "again"},
        "duplicate",
        "there is a node again already",
        CROSS,
    ),
    Case("Workflow", ("spec", "qualityOfService"), "urgent", "invalid-value", "high, medium, low"),
    Case("Workflow", ("spec", "qualityOfService"), {}, "invalid-value", "one of tier and queue"),
    Case("Workflow", ("spec", "raw"), {"id": {}}, "refused-field", "metadata and version say it"),
    Case("Workflow", ("spec", "onFailure"), "abort", "invalid-value", "failImmediately or fail"),
    # Launch plan.
    Case("LaunchPlan", ("spec", "workflow"), MISSING, "missing-field", "workflow is missing"),
    Case("LaunchPlan", ("spec",), {"version": "1"}, "missing-field", "workflow is missing"),
    Case("LaunchPlan", ("spec",), {"state": "active"}, "missing-field", "say the version"),
    Case(
        "LaunchPlan",
        ("spec",),
        {"state": "active", "version": "active"},
        "invalid-value",
        "the version that is active already",
    ),
    Case(
        "LaunchPlan",
        ("spec",),
        {"state": "inactive", "version": "latest"},
        "invalid-value",
        "inactive is the whole name",
    ),
    Case(
        "LaunchPlan",
        ("spec",),
        {"state": "active", "version": "1", "env": {}},
        "missing-field",
        "it says version and state only, not env",
    ),
    Case("LaunchPlan", ("spec", "version"), "latest", "invalid-value", "is a word for references"),
    Case("LaunchPlan", ("spec", "concurrency"), {}, "missing-field", "concurrency lacks max"),
    Case(
        "LaunchPlan",
        ("spec", "concurrency"),
        {"max": 1, "behavior": "wait"},
        "invalid-value",
        "expected skip, found the text 'wait'",
    ),
    Case(
        "LaunchPlan",
        ("spec", "executionEnvironments"),
        [{"extant": {}, "spec": {}}],
        "invalid-value",
        "one of extant and spec",
    ),
    Case(
        "LaunchPlan",
        (
            "spec",
            "env",
        ),
        {"A": 5},
        "wrong-type",
        "spec.env.A: expected a text",
    ),
    Case("LaunchPlan", ("spec", "outputLocation"), 5, "wrong-type", "expected a text"),
    Case("LaunchPlan", ("spec", "interruptible"), "no", "wrong-type", "expected true or false"),
    Case("LaunchPlan", ("spec", "raw"), {"workflowId": {}}, "refused-field", "spec.workflow says"),
    Case(
        "LaunchPlan",
        ("spec", "raw"),
        {"entityMetadata": {"launchConditions": {}}},
        "refused-field",
        "Admin refuses launch conditions",
    ),
    Case("LaunchPlan", ("spec", "schedule"), {}, "invalid-value", "says one of cron and rate"),
    Case("LaunchPlan", ("spec", "schedule"), "0 6 * * *", "wrong-type", "expected a mapping"),
    Case(
        "LaunchPlan",
        ("spec", "schedule", "rate"),
        {"every": 1, "unit": "days"},
        "invalid-value",
        "says one of cron and rate",
    ),
    Case(
        "LaunchPlan",
        ("spec", "schedule"),
        {"rate": {"every": 0, "unit": "days"}},
        "invalid-value",
        "spec.schedule.rate.every: must be 1 or more",
    ),
    Case(
        "LaunchPlan",
        ("spec", "schedule"),
        {"rate": {"every": 1, "unit": "day"}},
        "invalid-value",
        "expected minutes, hours or days, found the text 'day' (did you mean days?)",
    ),
    Case(
        "LaunchPlan",
        ("spec", "schedule", "cron"),
        "0 6 * * 7",
        "invalid-value",
        "Invalid cron expression: end of range (7) above maximum (6): 7",
        GRAMMAR,
    ),
    Case("LaunchPlan", ("spec", "schedule", "cron"), "", "invalid-value", "must not be empty"),
    Case("LaunchPlan", ("spec", "inputs", "region"), "us", "invalid-value", "is fixed and", CROSS),
    Case("LaunchPlan", ("spec", "fixed_inputs"), {}, "unknown-field", "did you mean fixedInputs?"),
    Case("LaunchPlan", ("spec", "description"), "x", "unknown-field", "unknown field description"),
    Case("LaunchPlan", ("spec", "labels", "a b"), "x", "invalid-label", "label key 'a b'"),
    Case("LaunchPlan", ("spec", "annotations", "why"), 5, "wrong-type", "expected a text"),
    Case("LaunchPlan", ("spec", "notifications"), {}, "wrong-type", "expected a list"),
    Case("LaunchPlan", ("spec", "notifications", 0, "slack"), ["x"], "invalid-value", "one of em"),
    Case("LaunchPlan", ("spec", "notifications", 0, "email"), [], "invalid-value", "be empty"),
    Case("LaunchPlan", ("spec", "notifications", 0, "email"), [""], "invalid-value", "be empty"),
    Case("LaunchPlan", ("spec", "notifications", 0, "phases"), [], "invalid-value", "be empty"),
    Case("LaunchPlan", ("spec", "notifications", 0, "phases", 0), "FAILED", "invalid-value", "?"),
    Case("LaunchPlan", ("spec", "maxParallelism"), -1, "invalid-value", "must be 0 or more"),
    Case("LaunchPlan", ("spec", "state"), "on", "invalid-value", "active, inactive or unmanaged"),
    Case("LaunchPlan", ("spec", "state"), True, "invalid-value", "found the truth value true"),
    # CodeBundle.
    Case("CodeBundle", ("spec", "source"), MISSING, "missing-field", "spec lacks source"),
    Case("CodeBundle", ("spec", "include", 0), "!a", "invalid-value", "under exclude: a"),
    Case("CodeBundle", ("spec", "exclude", 0), "", "invalid-value", "must not be empty"),
    Case("CodeBundle", ("spec", "ignoreFiles"), [".ignore"], "invalid-value", ".flyteignore"),
    Case("CodeBundle", ("spec", "maxSize"), "10 cars", "invalid-value", "such as 100MB"),
    Case("CodeBundle", ("spec", "maxSize"), 0, "invalid-value", "such as 100MB"),
    Case("CodeBundle", ("spec", "maxSize"), True, "invalid-value", "such as 100MB"),
    Case("CodeBundle", ("spec", "maxSize"), "9" * 400, "invalid-value", "such as 100MB"),
    Case("Task", ("spec", "bundle"), 5, "invalid-value", "expected a name"),
    Case("Task", ("spec", "bundle"), {"name": "a", "version": "1"}, "unknown-field", "version"),
    # Backfill.
    *[
        Case("Backfill", ("metadata", "name"), name, "invalid-value", "is no name of a backfill")
        for name in ("-a", "a b", "a" * 64, "ü")
    ],
    Case("Backfill", ("spec", "launchPlan"), MISSING, "missing-field", "spec lacks launchPlan"),
    Case("Backfill", ("spec", "launchPlan"), 5, "invalid-value", "expected a name, or a mapping"),
    Case(
        "Backfill",
        ("spec", "launchPlan", "version"),
        "auto",
        "invalid-value",
        "auto is no version to refer to",
    ),
    Case(
        "Backfill",
        ("spec", "launchPlan", "project"),
        "x",
        "unknown-field",
        "unknown field project",
    ),
    Case("Backfill", ("spec", "window"), {}, "invalid-value", "says from and to, or last"),
    Case("Backfill", ("spec", "window", "to"), MISSING, "invalid-value", "says from and to"),
    Case("Backfill", ("spec", "window", "last"), "7d", "invalid-value", "and not both"),
    Case("Backfill", ("spec", "window", "from"), "2024", "invalid-value", "'2024' is no datetime"),
    Case(
        "Backfill",
        ("spec", "window", "from"),
        "2024-02-31",
        "invalid-value",
        "is no datetime",
        GRAMMAR,
    ),
    Case("Backfill", ("spec", "window", "from"), 2024, "invalid-value", "expected a time such as"),
    Case(
        "Backfill",
        ("spec", "window", "zone"),
        "Europe/Nowhere",
        "invalid-value",
        "is no time zone",
        "which zones there are",
    ),
    Case(
        "Backfill",
        ("spec", "window"),
        {"last": "0s"},
        "invalid-value",
        "holds nothing",
        GRAMMAR,
    ),
    *[
        Case("Backfill", ("spec", "concurrency"), number, "invalid-value", "")
        for number in (0, 1001)
    ],
    Case("Backfill", ("spec", "retries"), 100, "invalid-value", "must be 99 or less"),
    Case("Backfill", ("spec", "strategy"), "both", "invalid-value", "expected executions or"),
    Case(
        "Backfill",
        ("spec", "workflow"),
        {"parallel": True},
        "invalid-value",
        "is for strategy workflow only",
        CROSS,
    ),
    Case("Backfill", ("spec", "strategy"), "workflow", "invalid-value", "retries are for", CROSS),
    Case(
        "Backfill",
        ("spec", "labels"),
        {"reconciler-backfill": "x"},
        "invalid-value",
        "says which backfill started an execution",
        "a name that is taken",
    ),
    # Package.
    Case("Package", ("spec", "source"), MISSING, "missing-field", "spec lacks source"),
    Case("Package", ("spec", "source"), "", "invalid-value", "must not be empty"),
    Case(
        "Package", ("spec", "activation", "x"), "on", "invalid-value", "expected active, inactive"
    ),
    Case("Package", ("spec", "activations"), {}, "unknown-field", "did you mean activation?"),
]
