"""Rows of pyflyte: a command, and the calls that it makes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One command, and what it makes of an Admin.

    Attributes:
        name: Of the test.
        command: Arguments of pyflyte, or the text of a script that has a `remote`.
        trace: The calls, `A > B x2 > C:CODE`; neighbours that are the same call count as one.
        folder: Where it is run, below the sources.
        exit: Its exit status.
        says: A part of what it prints.
    """

    name: str
    command: tuple[str, ...] | str
    trace: str
    folder: str = "proj"
    exit: int = 0
    says: str = ""


SEP = " > "
PLACE = ("-p", "flytesnacks", "-d", "development")
RUN = ("run", "--remote", *PLACE)
WINDOW = ("--from-date", "2024-01-01", "--to-date", "2024-01-04")
# Of a workflow and its default launch plan: new, refused, and already there.
PAIR = "CreateWorkflow > CreateLaunchPlan"
REFUSED = "CreateWorkflow:INVALID_ARGUMENT x4 > CreateLaunchPlan:NOT_FOUND x4"
THERE = "CreateWorkflow:ALREADY_EXISTS x4 > CreateLaunchPlan:ALREADY_EXISTS x4"


PYFLYTE = [
    Row(
        "register, copy none",
        ("register", *PLACE, "--copy", "none", "-v", "v2", "shop"),
        f"CreateTask x9 > {SEP.join([PAIR] * 9)} x4 > {PAIR}",
    ),
    Row(
        "register, copy none without a version",
        ("register", *PLACE, "--copy", "none", "shop"),
        "",
        exit=1,
    ),
    Row("register, dry run", ("register", *PLACE, "--dry-run", "shop"), "CreateUploadLocation"),
    Row(
        "register, skip errors",
        (
            "register",
            *PLACE,
            "-d",
            "nowhere",
            "--skip-errors",
            "--copy",
            "none",
            "-v",
            "v1",
            "shop",
        ),
        f"CreateTask:INVALID_ARGUMENT x36 > {SEP.join([REFUSED] * 9)[:-1]}16 > {REFUSED}",
    ),
    Row(
        "register, what is there",
        ("register", *PLACE, "--copy", "none", "-v", "v1", "shop/flow.py"),
        f"CreateTask:ALREADY_EXISTS x12 > {SEP.join([THERE] * 4)}",
    ),
    Row(
        "run a task",
        (*RUN, "shop/flow.py", "double", "--x", "2"),
        "CreateUploadLocation > CreateTask > GetTask > CreateExecution > GetExecution",
    ),
    Row(
        "run a launch plan",
        (*RUN, "shop/plans.py", "hourly"),
        (
            "CreateUploadLocation > GetWorkflow:NOT_FOUND x4 > CreateTask x2 > "
            "CreateWorkflow > CreateLaunchPlan > GetWorkflow > CreateLaunchPlan > "
            "GetLaunchPlan > CreateExecution > GetExecution"
        ),
    ),
    Row(
        "run with a file",
        (*RUN, "shop/kinds.py", "file_size", "--f", "shop/flow.py"),
        (
            "CreateUploadLocation x2 > CreateTask > CreateWorkflow > CreateLaunchPlan > "
            "GetWorkflow > GetLaunchPlan > CreateExecution > GetExecution"
        ),
    ),
    Row(
        "run with a folder",
        (*RUN, "shop/kinds.py", "folder", "--d", "shop"),
        (
            "CreateUploadLocation x6 > CreateTask > CreateWorkflow > CreateLaunchPlan > "
            "GetWorkflow > GetLaunchPlan > CreateExecution > GetExecution"
        ),
    ),
    Row(
        "run with a fixed input",
        (*RUN, "shop/plans.py", "fixed"),
        (
            "CreateUploadLocation > GetWorkflow > CreateLaunchPlan > GetLaunchPlan > "
            "CreateExecution:INVALID_ARGUMENT x4"
        ),
        exit=1,
    ),
    Row(
        "run remote-launchplan with version",
        ("run", *PLACE, "remote-launchplan", "shop.hourly:v1"),
        "GetLaunchPlan > GetWorkflow > CreateExecution > GetExecution",
    ),
    Row(
        "run remote-launchplan, none active",
        ("run", *PLACE, "remote-launchplan", "shop.hourly"),
        (
            "GetActiveLaunchPlan:NOT_FOUND x4 > ListLaunchPlans > GetLaunchPlan > "
            "GetWorkflow > CreateExecution > GetExecution"
        ),
        says="No active launch plan found",
    ),
    Row(
        "run remote-workflow",
        ("run", *PLACE, "remote-workflow", "shop.flow.chain", "--x", "1"),
        "ListWorkflows > GetWorkflow > GetLaunchPlan > CreateExecution > GetExecution",
    ),
    Row(
        "run remote-workflow with version",
        ("run", *PLACE, "remote-workflow", "shop.flow.chain:v1", "--x", "1"),
        "GetWorkflow > GetLaunchPlan > CreateExecution > GetExecution",
    ),
    Row(
        "run remote-task",
        ("run", *PLACE, "remote-task", "shop.flow.double", "--x", "1"),
        "ListTasks > GetTask > CreateExecution > GetExecution",
    ),
    Row("run remote-task, the list", ("run", *PLACE, "remote-task"), "ListTaskIds", exit=2),
    Row(
        "run remote-workflow, the list",
        ("run", "--limit", "2", *PLACE, "remote-workflow"),
        "ListWorkflowIds",
        exit=2,
    ),
    Row(
        "launchplan --activate",
        ("launchplan", *PLACE, "--activate", "shop.hourly"),
        "ListLaunchPlans > GetLaunchPlan > GetWorkflow > UpdateLaunchPlan",
    ),
    Row(
        "launchplan --activate with version",
        ("launchplan", *PLACE, "--activate", "shop.hourly", "v1"),
        "GetLaunchPlan > GetWorkflow > UpdateLaunchPlan",
    ),
    Row(
        "run remote-launchplan, one active",
        ("run", *PLACE, "remote-launchplan", "shop.hourly"),
        "GetActiveLaunchPlan > GetWorkflow > CreateExecution > GetExecution",
    ),
    Row(
        "get launchplan, active ones",
        ("get", "launchplan", *PLACE, "--active-only"),
        "ListActiveLaunchPlans",
    ),
    Row(
        "launchplan --deactivate",
        ("launchplan", *PLACE, "--deactivate", "shop.hourly", "v1"),
        "GetLaunchPlan > GetWorkflow > UpdateLaunchPlan",
    ),
    Row(
        "get launchplan, one version",
        ("get", "launchplan", *PLACE, "shop.hourly", "v1"),
        "GetLaunchPlan",
    ),
    Row(
        "backfill",
        ("backfill", *PLACE, *WINDOW, "shop.daily", "v1"),
        (
            "GetLaunchPlan > GetWorkflow > CreateWorkflow > CreateLaunchPlan > GetWorkflow > "
            "GetLaunchPlan > CreateExecution > GetExecution"
        ),
    ),
    Row(
        "backfill again, named",
        ("backfill", *PLACE, *WINDOW, "-n", "again", "shop.daily", "v1"),
        (
            "GetLaunchPlan > GetWorkflow > CreateWorkflow:ALREADY_EXISTS x4 > "
            "CreateLaunchPlan:ALREADY_EXISTS x4 > GetWorkflow > GetLaunchPlan > "
            "CreateExecution > GetExecution"
        ),
    ),
    Row(
        "backfill, dry run",
        ("backfill", *PLACE, "--dry-run", *WINDOW, "shop.daily"),
        "ListLaunchPlans > GetLaunchPlan > GetWorkflow",
    ),
    Row(
        "execution relaunch",
        ("execution", *PLACE, "--execution-id", "done", "relaunch"),
        "RelaunchExecution",
    ),
    Row(
        "execution recover",
        ("execution", *PLACE, "--execution-id", "done", "recover"),
        "RecoverExecution",
    ),
    Row("metrics dump", ("metrics", "dump", "done"), "GetExecutionMetrics"),
    Row("metrics explain", ("metrics", "explain", "done"), "GetExecutionMetrics"),
    Row("fetch", ("fetch", "flyte://v1/flytesnacks/development/done/n0/o"), "GetData"),
    Row("info", ("info",), "GetVersion"),
]
