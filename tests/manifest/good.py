"""What must be taken: each case is one change to a good document."""

from typing import Any

from tests.manifest.bad import Path

_REQUESTS = ("spec", "container", "resources", "requests")
_DAY = ("spec", "nodes", "fetch", "inputs", "day")
_FETCH = ("spec", "nodes", "fetch")
_CASE = {"if": "inputs.day > '2026-01-01'", "then": {"task": "x"}}
_NOTHING: list[Any] = ["absent", {}]
CASES: list[tuple[str, Path, Any]] = [
    ("Project", ("metadata", "name"), "a"),
    ("Project", ("metadata", "name"), "0-9" + "a" * 60),
    ("Project", ("spec", "title"), "ü" * 32),
    ("Project", ("spec", "labels"), {"example.com/a_b.c": "", "X": "1.0-a"}),
    ("Domain", ("spec",), {}),
    *[
        ("Domain", ("spec", "attributes", type), value)
        for type in ("taskResources", "clusterResources", "executionQueue", "pluginOverrides")
        for value in _NOTHING
    ],
    ("Domain", ("spec", "attributes", "executionClusterLabel"), {"value": "absent"}),
    ("Domain", ("spec", "attributes", "clusterResources"), {"absent": "absent"}),
    ("Domain", ("spec", "attributes", "taskResources"), {"raw": {"limits": {"cpu": "-1"}}}),
    ("Domain", ("spec", "attributes", "workflowExecutionConfig"), {"maxParallelism": -1}),
    ("Domain", ("spec", "launchPlans"), {"any name": {"description": "", "archived": False}}),
    ("Project", ("spec", "attributes"), {"taskResources": "absent"}),
    ("Task", ("metadata", "description"), "é" * 300),
    ("LaunchPlan", ("metadata", "archived"), True),
    ("Task", ("metadata", "name"), "tasks/ünicode name?"),
    ("Task", ("spec", "version"), "v1"),
    ("Task", ("spec", "type"), "spark"),
    ("Task", ("spec", "inputs", "x"), {"type": "int"}),
    ("Task", ("spec", "inputs", "x"), {"type": {"proto": {"simple": "STRUCT"}}}),
    *[
        ("Task", ("spec", "inputs", "x"), text)
        for text in (
            *("int", " float ", "none", "struct", "binary", "error", "schema", "duration"),
            *("list[int]", "list [ dict[ str , file[csv] ] ]", "dict[str, str]|none"),
            *("file", "file[csv]", "directory", "directory[x]", "dataset", "dataset [parquet]"),
            *("dataset(a: int, b: list[str])", "dataset[parquet] (a: str)", "schema(a: int)"),
            *("enum[a]", "enum[\"a b\", 'c|d', e]", 'enum["]"]', "int | str | list[int | none]"),
        )
    ],
    *[("Task", (*_REQUESTS, "cpu"), amount) for amount in (0, 2, 0.5, "1e3", "+1", ".5", "1.")],
    *[("Task", (*_REQUESTS, "memory"), amount) for amount in ("1Gi", "1.5Mi", "12E", "100k")],
    *[("Task", (*_REQUESTS, "gpu"), amount) for amount in (0, 2, 2.0, "1")],
    *[
        ("Task", ("spec", "timeout"), text)
        for text in ("0", "90s", "1h30m", "1.5d", "+1h", "PT1H30M", "P1DT2.5S", "P1W", "PT0,5S")
    ],
    ("Task", ("spec", "retries"), 0),
    ("Task", ("spec", "container", "env"), {"A.b-C": "", "x": "y"}),
    (
        "Task",
        ("spec", "container", "env"),
        [{"name": "B", "value": ""}, {"name": "A", "value": "$(B)"}],
    ),
    ("Task", ("spec", "container", "ports"), [8080, {"port": 80, "name": "http"}]),
    ("Task", ("spec", "container", "architecture"), "arm64"),
    ("Task", ("spec", "container", "data"), {"inputPath": "/in", "upload": "never"}),
    ("Task", ("spec", "custom"), {"a": [1, 2.5, None, {"b": True}], "n": 2**60}),
    ("Task", ("spec", "extendedResources"), {"accelerator": "nvidia-l4"}),
    ("Task", ("spec", "extendedResources"), {"sharedMemory": {"sizeLimit": "2Gi"}}),
    ("Task", ("spec", "secrets"), [{"group": "db", "key": "password", "mount": "file"}]),
    ("Task", ("spec", "runAs"), {"oauth2Client": {"id": "x", "secret": {"key": "y"}}}),
    ("Task", ("spec", "runtime"), {"version": "1.2.3", "flavor": "python"}),
    ("Task", ("spec", "description"), "One line."),
    ("Task", ("spec", "description"), {"long": "# Title", "tags": ["a"]}),
    ("Task", ("spec", "description"), {"long": {"uri": "s3://a/b", "format": "rst"}}),
    ("Task", ("spec", "raw"), {"metadata": {"cacheIgnoreInputVars": ["day"]}, "sql": None}),
    ("Task", ("spec", "raw"), {"task_type_version": 3}),
    *[
        ("Workflow", _DAY, value)
        for value in (
            *(None, True, 5, 1.5, "text", [], {}, [1, [None]], {"a": {"b": [1]}}),
            {"from": "inputs.day"},
            {"from": """again.table[0].field["a key"]['b']"""},
            [{"a": {"from": "again.rows"}}, {"value": {"from": 5}}],
            {"value": {"from": "literally"}},
            {"value": 5},
            {"value": {"x": {"from": 7}}},
        )
    ],
    ("Workflow", ("spec", "nodes", "a_B-9"), {"workflow": {"name": "x", "version": "latest"}}),
    ("Workflow", ("spec", "outputs"), {"x": {"type": "none", "value": None}}),
    ("Workflow", ("spec", "outputs"), {"x": {"type": "list[int]", "value": [1, 2]}}),
    ("Workflow", ("spec", "outputs"), {"x": {"from": "fetch.rows", "description": "all"}}),
    *[
        ("Workflow", _FETCH, {"branch": [{"if": text, "then": {"task": "x"}}, {"error": "none"}]})
        for text in (
            *("again.ok", "not again.ok", "(again.ok)", "inputs.day > '2026'", "5 <= again.n"),
            'again.n == -1.5e3 and again.a != "it\'s" or not (again.b and inputs.day < again.d)',
        )
    ],
    (
        "Workflow",
        _FETCH,
        {
            "branch": [
                {"if": "again.ok", "then": {"id": "big", "branch": [_CASE, {"error": ""}]}},
                {"else": {"gate": {"sleep": "1m"}}},
            ]
        },
    ),
    ("Workflow", _FETCH, {"gate": {"approve": {}}, "inputs": {"a": 1, "b": {"from": "again.x"}}}),
    ("Workflow", _FETCH, {"gate": {"approve": "go"}}),
    ("Workflow", _FETCH, {"gate": {"signal": {"type": "int | none", "output": "o0"}}}),
    ("Workflow", _FETCH, {"array": {"each": {"task": "x"}, "parallelism": 0}, "inputs": {"a": 1}}),
    ("Workflow", _FETCH, {"array": {"each": {"launchPlan": "x"}, "minSuccessRatio": 0.5}}),
    ("Workflow", _FETCH, {"task": "x", "cache": True, "retries": 0, "timeout": "1h"}),
    ("Workflow", _FETCH, {"task": "x", "cache": {"version": "2"}, "config": {"a": "b"}}),
    ("Workflow", _FETCH, {"task": "x", "overrides": {"pod": {"spec": {"containers": []}}}}),
    ("Workflow", _FETCH, {"raw": {"taskNode": {"referenceId": {"name": "x"}}}}),
    ("Workflow", ("spec", "failureNode"), {"task": "x", "inputs": {"a": {"from": "inputs.day"}}}),
    ("Workflow", ("spec", "qualityOfService"), "high"),
    ("Workflow", ("spec", "qualityOfService"), {"queueingBudget": "5m"}),
    ("Workflow", ("spec", "raw"), {"metadata": None, "failure_node": {"id": "x"}}),
    ("LaunchPlan", ("spec", "workflow"), {"name": "w", "project": "p", "version": "latest"}),
    ("LaunchPlan", ("spec", "schedule"), {"rate": {"every": 2, "unit": "hours"}}),
    ("LaunchPlan", ("spec", "schedule"), {"cron": "TZ=Europe/Rome 0 6 * * mon-fri"}),
    ("LaunchPlan", ("spec", "schedule"), {"cron": "@every 2h"}),
    ("LaunchPlan", ("spec", "inputs"), {"a": None, "b": {"from": "no reference here"}}),
    ("LaunchPlan", ("spec", "notifications"), []),
    ("LaunchPlan", ("spec",), {"version": "2024-1", "state": "active"}),
    ("LaunchPlan", ("spec",), {"version": "latest", "state": "active"}),
    ("LaunchPlan", ("spec",), {"state": "inactive"}),
    ("LaunchPlan", ("spec", "concurrency"), {"max": 1, "behavior": "skip"}),
    ("LaunchPlan", ("spec", "clusterPool"), "gpus"),
    ("LaunchPlan", ("spec", "runAs"), {"serviceAccount": "robot", "iamRole": "arn:aws:x"}),
    ("LaunchPlan", ("spec", "secrets"), [{"group": "a"}]),
    ("LaunchPlan", ("spec", "env"), {"A": "b"}),
    ("LaunchPlan", ("spec", "overwriteCache"), True),
    ("LaunchPlan", ("spec", "interruptible"), False),
    ("LaunchPlan", ("spec", "qualityOfService"), {"tier": "low"}),
    ("LaunchPlan", ("spec", "executionEnvironments"), [{"nodes": ["a"], "spec": {"n": 1}}]),
    ("LaunchPlan", ("spec", "raw"), {"role": "arn:aws:x", "labels": None}),
    ("LaunchPlan", ("spec", "notifications"), [{"phases": ["aborted"], "pagerDuty": ["a@b.c"]}]),
    ("LaunchPlan", ("spec", "annotations"), {"any key at all": "any value"}),
    *[("CodeBundle", ("spec", "maxSize"), size) for size in (1, "1.5 MB", "64MiB", "2GB")],
    ("CodeBundle", ("spec", "ignoreFiles"), []),
    ("CodeBundle", ("spec", "exclude"), ["*", "!/weather/*.py"]),
    ("CodeBundle", ("spec", "destination"), "/root"),
    ("Task", ("spec", "bundle"), "app"),
    ("Task", ("spec", "bundle"), {"name": "app", "project": "shared", "domain": "production"}),
    ("Package", ("spec", "destination"), "/opt/code"),
    *[
        ("Backfill", ("spec", "window"), window)
        for window in (
            {"last": "7d", "zone": "Europe/Rome"},
            {"from": "2024-01-01 06:00", "to": "2024-01-01T06:00:00.5Z", "inclusive": True},
        )
    ],
    ("Backfill", ("spec", "launchPlan"), "daily"),
    ("Backfill", ("spec", "launchPlan", "version"), "active"),
    ("Backfill", ("metadata", "name"), "2024-01.of_January"),
    ("Backfill", ("spec", "anchor"), "2024-01-01T00:00:00Z"),
    (
        "Backfill",
        ("spec",),
        {
            "launchPlan": "daily",
            "window": {"from": "2024-01-01", "to": "2025-01-01"},
            "strategy": "workflow",
            "workflow": {"parallel": True, "maxNodes": 50, "retries": 2},
            "order": "newestFirst",
            "onFailure": "stop",
            "satisfiedBy": "thisVersion",
        },
    ),
    ("Package", ("spec", "activation"), {}),
    ("Package", ("spec", "version"), "2024.01"),
]
