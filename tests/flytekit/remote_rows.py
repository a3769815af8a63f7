"""Rows of FlyteRemote: what a script does with it, and the calls that it makes."""

from tests.flytekit.rows import Row

# What every script begins with.
REMOTE = """
import os, sys, datetime, pathlib
sys.path.insert(0, os.getcwd())
from flytekit.configuration import Config, ImageConfig, SerializationSettings
from flytekit.remote import FlyteRemote
remote = FlyteRemote(Config.auto(), "flytesnacks", "development")
images = ImageConfig.auto(img_name="ghcr.io/acme/app:1")
def settings(version):
    return SerializationSettings(images, "flytesnacks", "development", version)
"""

FLYTE_REMOTE = [
    Row(
        "register_task",
        (
            "from shop.flow import double\n"
            "for _ in range(2): remote.register_task(double, settings('r1'), 'r1')"
        ),
        "CreateTask > GetTask > CreateTask:ALREADY_EXISTS x4",
    ),
    Row(
        "register_workflow",
        ("from shop.flow import chain\nremote.register_workflow(chain, settings('r2'), 'r2')"),
        "CreateTask x2 > CreateWorkflow > CreateLaunchPlan > GetWorkflow",
    ),
    Row(
        "register_launch_plan, activated",
        (
            "from shop.plans import hourly\n"
            "hourly._auto_activate = True\n"
            "remote.register_launch_plan(hourly, version='r3', "
            "serialization_settings=settings('r3'))"
        ),
        (
            "GetWorkflow:NOT_FOUND x4 > CreateTask x2 > CreateWorkflow > CreateLaunchPlan > "
            "GetWorkflow > CreateLaunchPlan > UpdateLaunchPlan > GetLaunchPlan"
        ),
    ),
    Row(
        "register_script",
        (
            "from auto import clock\n"
            "remote.register_script(clock, source_path='.', module_name='auto', version='r4', "
            "image_config=images)"
        ),
        ("CreateUploadLocation > CreateTask > CreateWorkflow > CreateLaunchPlan > GetWorkflow"),
        folder="single",
    ),
    Row(
        "interactive registration",
        (
            "from shop.flow import chain\n"
            "FlyteRemote(Config.auto(), 'flytesnacks', 'development', "
            "interactive_mode_enabled=True).register_workflow(chain, settings('r5'), 'r5')"
        ),
        ("CreateUploadLocation > CreateTask x2 > CreateWorkflow > CreateLaunchPlan > GetWorkflow"),
    ),
    Row("fetch_task", "remote.fetch_task(name='shop.flow.double', version='v1')", "GetTask"),
    Row(
        "fetch_task, the newest",
        "remote.fetch_task(name='shop.flow.double')",
        "ListTasks > GetTask",
    ),
    Row(
        "fetch_workflow, the newest",
        "remote.fetch_workflow(name='shop.plans.runs_plan')",
        "ListWorkflows > GetWorkflow > GetLaunchPlan",
    ),
    Row(
        "fetch_launch_plan, the newest",
        "remote.fetch_launch_plan(name='shop.daily')",
        "ListLaunchPlans > GetLaunchPlan > GetWorkflow",
    ),
    Row(
        "fetch_*_lazy",
        (
            "remote.fetch_task_lazy(name='shop.flow.double', version='v1')\n"
            "remote.fetch_workflow_lazy(name='shop.flow.chain', version='v1')"
        ),
        "",
    ),
    Row(
        "fetch_task_lazy, looked at",
        "print(remote.fetch_task_lazy(name='shop.flow.double', version='v1').interface)",
        "GetTask",
    ),
    Row(
        "execute, name taken",
        (
            "remote.execute(remote.fetch_task(name='shop.flow.double', version='v1'), "
            "{'x': 1}, execution_name='done')"
        ),
        "GetTask > CreateExecution:ALREADY_EXISTS x4 > GetExecution",
    ),
    Row(
        "execute a local workflow",
        (
            "from shop.flow import chain\n"
            "remote.execute(chain, {'x': 1}, version='r6', image_config=images)"
        ),
        (
            "GetWorkflow:NOT_FOUND x4 > CreateTask x2 > CreateWorkflow > CreateLaunchPlan > "
            "GetWorkflow > GetLaunchPlan > CreateExecution > GetExecution"
        ),
    ),
    Row(
        "wait",
        "print(remote.wait(remote.fetch_execution(name='done')).outputs['o0'])",
        (
            "GetExecution x2 > GetExecutionData > GetLaunchPlan > GetWorkflow > GetExecution > "
            "GetExecutionData > ListNodeExecutions > GetNodeExecutionData > "
            "ListTaskExecutions > GetTaskExecution > GetTaskExecutionData > "
            "GetNodeExecutionData > ListTaskExecutions > GetTaskExecution > "
            "GetTaskExecutionData"
        ),
        says="16",
    ),
    Row(
        "terminate",
        (
            "remote.terminate(remote.execute(remote.fetch_task(name='shop.flow.double', "
            "version='v1'), {'x': 1}), 'no more')"
        ),
        "GetTask > CreateExecution > GetExecution > TerminateExecution",
    ),
    Row(
        "list_signals",
        "print(sorted(signal.id.signal_id for signal in remote.list_signals('waits')))",
        "ListSignals",
        says="['copies', 'no', 'ok']",
    ),
    Row(
        "approve, reject, set_input, set_signal",
        (
            "remote.approve('ok', 'waits')\n"
            "remote.reject('no', 'waits')\n"
            "remote.set_input('copies', 'waits', 3)\n"
            "remote.set_signal('copies', 'waits', 4)"
        ),
        "SetSignal x4",
    ),
    Row(
        "get, a literal",
        "print(remote.get('flyte://v1/flytesnacks/development/done/n1/o/o0'))",
        "GetData",
        says="16",
    ),
    Row(
        "get, absent",
        "print(remote.get('flyte://v1/flytesnacks/development/done/nowhere/o'))",
        "GetData:NOT_FOUND x4",
        says="None",
    ),
    Row(
        "get_execution_metrics",
        "print(type(remote.get_execution_metrics(remote.fetch_execution(name='done').id)).__name__)",
        ("GetExecution x2 > GetExecutionData > GetLaunchPlan > GetWorkflow > GetExecutionMetrics"),
    ),
    Row(
        "upload_file",
        "print(remote.upload_file(pathlib.Path('shop/flow.py'))[1])",
        "CreateUploadLocation",
        says="s3://my-s3-bucket/flytesnacks/development/",
    ),
    Row(
        "launch_backfill",
        (
            "remote.launch_backfill('flytesnacks', 'development', datetime.datetime(2024, 2, "
            "1), datetime.datetime(2024, 2, 4), 'shop.daily', 'v1')"
        ),
        (
            "GetLaunchPlan > GetWorkflow > CreateWorkflow > CreateLaunchPlan > GetWorkflow > "
            "GetLaunchPlan > CreateExecution > GetExecution"
        ),
    ),
    Row(
        "launch_backfill, not executed",
        (
            "print(remote.launch_backfill('flytesnacks', 'development', "
            "datetime.datetime(2024, 2, 1), datetime.datetime(2024, 2, 4), 'shop.daily', "
            "execute=False).name)"
        ),
        (
            "ListLaunchPlans > GetLaunchPlan > GetWorkflow > CreateWorkflow > "
            "CreateLaunchPlan > GetWorkflow"
        ),
    ),
    Row(
        "activate_launchplan",
        (
            "plan = remote.fetch_launch_plan(name='shop.fixed', version='v1')\n"
            "remote.activate_launchplan(plan.id)\n"
            "remote.fetch_active_launchplan(name='shop.fixed')\n"
            "remote.deactivate_launchplan(plan.id)"
        ),
        (
            "GetLaunchPlan > GetWorkflow > UpdateLaunchPlan > GetActiveLaunchPlan > "
            "UpdateLaunchPlan"
        ),
    ),
]
