"""Real clients, run in processes of their own, and what they ask of an Admin of this one.

Importing flytekit takes seconds. A fork server has it imported once and for all; each command is
a fork of it, with the environment and the folder that a user would have.
"""

import json
import multiprocessing
import os
import sys
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pool, json_format, message_factory

from reconciler.sandbox import Admin, Refusal

_PRELOADED = ["flytekit", "flytekit.remote", "flytekit.clis.sdk_in_container.pyflyte"]
_SECONDS = 120


class Recorder:
    """Stands between callers and an Admin, and writes down what is said.

    Attributes:
        calls: As in a trace: `{call, request, code, response | message, details}`.
    """

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def carry(self, admin: Admin, method: str, payload: bytes, metadata: Any) -> bytes:
        """Answer as the Admin does."""
        service, name = method.lstrip("/").split("/")
        found = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
        call = {
            "call": f"{service.rpartition('.')[2]}.{name}",
            "request": _as_json(found.input_type, payload),
        }
        self.calls.append(call)
        try:
            answer = admin.answer(method, payload, metadata)
        except Refusal as refusal:
            call |= {"code": refusal.code.name, "message": refusal.message}
            if refusal.details:
                details = refusal.status().details
                call["details"] = [_message_as_json(detail) for detail in details]
            raise
        call |= {"code": "OK", "response": _as_json(found.output_type, answer)}
        return answer


def _as_json(descriptor: Any, payload: bytes) -> Any:
    return _message_as_json(message_factory.GetMessageClass(descriptor).FromString(payload))


def _message_as_json(message: Any) -> Any:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


class Clients:
    """Runs commands of users of one folder."""

    def __init__(self, context: ForkServerContext) -> None:
        self._context = context

    def run(
        self, step: Mapping[str, Any], *, cwd: Path, env: Mapping[str, str]
    ) -> tuple[int, str]:
        """Run `argv` (pyflyte) or `python` (a script); return its exit status and output."""
        output = cwd.parent / "output.txt"
        job = json.dumps(
            {
                "argv": step.get("argv"),
                "python": step.get("python"),
                "cwd": str(cwd),
                "env": dict(env),
                "output": str(output),
            }
        )
        process = self._context.Process(target=perform, args=(job,))
        process.start()
        process.join(_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        return int(process.exitcode or 0), output.read_text("utf-8", "replace")


@contextmanager
def forked_clients(env: Mapping[str, str]) -> Iterator[Clients]:
    """Give clients that fork from a process which has flytekit imported.

    Args:
        env: What flytekit reads while it is imported.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_PRELOADED, __name__])
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        first = context.Process(target=_nothing)  # starts the server, in this environment
        first.start()
        first.join()
    finally:
        os.environ.clear()
        os.environ.update(before)
    yield Clients(context)


def _nothing() -> None:
    pass


def perform(text: str) -> None:
    """Do one command; the whole life of a forked process."""
    job = json.loads(text)
    with open(job["output"], "wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
    os.environ.clear()
    os.environ.update(job["env"])
    os.chdir(job["cwd"])
    code = 0
    try:
        if job["argv"]:
            _pyflyte(job["argv"])
        else:
            _script(job["python"])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # no waiting for threads that a client left behind


def _pyflyte(argv: list[str]) -> None:
    from flytekit.clis.sdk_in_container import pyflyte

    sys.argv = argv
    pyflyte.main(args=argv[1:], prog_name="pyflyte")


def _script(text: str) -> None:
    path = Path("snippet.py").resolve()
    path.write_text(text, "utf-8")
    sys.argv, sys.path[0] = [str(path)], str(path.parent)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__file__ = str(path)
    exec(compile(text, str(path), "exec"), main.__dict__)
