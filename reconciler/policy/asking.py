"""Policies and a plan's document → verdicts, by way of a process that can do nothing else.

Policies are somebody's text, and the libraries that evaluate them are native code: so both live in
a process of their own (`worker`) without environment, files, sockets or processes, with bounded
memory and time. Whatever becomes of it, each policy ends with an answer; one that gave none is
broken, and a broken policy denies.

    job     {path, memory, document, now, environment, workspace, policies: [{id, engine, …}]}
    answer  {begins: id} and then {id, findings: [{ruling, message, object}]}
            or {id, error, line}; a line each
"""

import importlib.util
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from reconciler.model import Origin, Policy, Ruling, Verdict, unapproved
from reconciler.policy.exempt import exempted, expired

__all__ = ["MEMORY", "Ruling", "Verdict", "answers", "evaluate", "unapproved"]

MEMORY = 2 << 30
"""Bytes of address space that evaluating may take; a plan of 10,000 steps is 200 MB of it."""

_STARTING = 30.0
_ENDING = 5.0
_GLANCE = 0.05
_EXTRAS = {"cel": ("cel_expr_python", "policy-cel"), "rego": ("regopy", "policy-rego")}


def evaluate(
    policies: Sequence[Policy],
    document: Mapping[str, Any],
    *,
    now: datetime,
    environment: str = "",
    workspace: str = "",
    memory: int = MEMORY,
) -> tuple[Verdict, ...]:
    """What policies say about a plan, in their order; nothing is loaded where there are none.

    Args:
        document: What `plan --json` prints, each step with its `object` besides: values masked.
        now: The time that policies are told; with a time zone.
        memory: Bytes that evaluating may take.

    Raises: nothing. What cannot be evaluated is a verdict that denies, with file and line.
    """
    if not policies:
        return ()
    job = {
        "path": where(),
        "memory": memory,
        "document": document,
        "now": now.isoformat(),
        "environment": environment,
        "workspace": workspace,
    }
    origins = {step["address"]: _origin(step) for step in document.get("actions", ())}
    found: list[Verdict] = []
    for policy, answer in answers(policies, job):
        found += _verdicts(policy, answer, origins)
    found = [exempted(verdict, policies, today=now.date()) for verdict in found]
    return (*found, *expired(policies, today=now.date()))


def where() -> list[str]:
    """Where the other process finds modules: ours, and whatever this one does."""
    return [str(Path(__file__).parents[2]), *(path for path in sys.path if path)]


def answers(
    policies: Sequence[Policy],
    job: Mapping[str, Any],
    *,
    tests: Mapping[int, Sequence[tuple[str, str]]] | None = None,
) -> Iterator[tuple[Policy, Mapping[str, Any]]]:
    """Each policy with what its evaluation gave, or with why it gave nothing.

    Args:
        tests: Rego modules with tests, by the index of the policy whose they are.
    """
    missing = {engine for engine in _EXTRAS if not _is_there(engine)}
    waiting: list[tuple[int, Policy]] = []
    done: dict[int, Mapping[str, Any]] = {}
    for at, policy in enumerate(policies):
        if policy.engine in missing:
            extra = _EXTRAS[policy.engine][1]
            error = f"{policy.engine.upper() if policy.engine == 'cel' else 'Rego'} is not here: "
            done[at] = {"error": f"{error}pip install 'flyte-reconciler[{extra}]'", "line": 0}
        else:
            waiting.append((at, policy))
    while waiting:
        asked = [_asked(at, policy, (tests or {}).get(at, ())) for at, policy in waiting]
        done |= _run({**job, "policies": asked}, {at: one.timeout for at, one in waiting})
        waiting = [(at, policy) for at, policy in waiting if at not in done]
    for at, policy in enumerate(policies):
        yield policy, done[at]


def _is_there(engine: str) -> bool:
    return importlib.util.find_spec(_EXTRAS[engine][0]) is not None


def _asked(at: int, policy: Policy, tests: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": at,
        "engine": policy.engine,
        "file": policy.origin.file,
        "source": policy.source,
        "expression": policy.source,
        "ruling": str(policy.ruling),
        "each": policy.each,
        "when": policy.when,
        "message": policy.message or policy.description or policy.name,
        "params": policy.params,
        "lines": {"when": 0, "expression": 0, "message": 0, **policy.lines},
        "modules": [{"file": file, "source": source} for file, source in policy.modules],
        "tests": [{"file": file, "source": source} for file, source in tests],
    }


def _run(job: Mapping[str, Any], timeouts: Mapping[int, float]) -> dict[int, Mapping[str, Any]]:
    """What one process answers until it ends: of at least one policy, if only that it broke."""
    done: dict[int, Mapping[str, Any]] = {}
    first = next(iter(timeouts))
    begun, limit = first, _STARTING
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps(job, default=str).encode())
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("worker.py"))],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    assert process.stdout is not None
    with process, process.stdout as stdout:
        lines = _lines(stdout, watch=lambda: _check_memory(process.pid, job["memory"]))
        try:
            deadline = time.monotonic() + limit
            while (line := lines(deadline)) is not None:
                answer = json.loads(line)
                if "begins" in answer:
                    begun, limit = answer["begins"], timeouts[answer["begins"]]
                    deadline = time.monotonic() + limit
                else:
                    done[answer["id"]] = answer
            process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            pass
        except MemoryError:
            error = f"it takes more memory than it may ({job['memory'] >> 20:,} MiB)"
            done[begun] = {"error": error, "line": 0}
        except TimeoutError:
            done[begun] = {"error": f"it took longer than {limit:g} s", "line": 0}
        finally:
            process.kill()
    if len(done) < len(timeouts) and begun not in done:
        done[begun] = {"error": _ended(process.returncode), "line": 0}
    return done


def _environment() -> dict[str, str]:
    # Windows starts nothing without it.
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


def _check_memory(pid: int, most: int) -> None:
    """Raise MemoryError for a process that takes more; where nobody tells, its own bound holds."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return
    if pages * os.sysconf("SC_PAGE_SIZE") > most:
        raise MemoryError


def _lines(stream: IO[bytes], *, watch: Callable[[], None]) -> Callable[[float], bytes | None]:
    """A function that gives the next line, or None after the last one.

    Args:
        watch: Called again and again while waiting.

    Raises: TimeoutError if there is none by the deadline that it is given.
    """
    selector = selectors.DefaultSelector()
    selector.register(stream, selectors.EVENT_READ)
    buffer = bytearray()

    def next_line(deadline: float) -> bytes | None:
        while True:
            line, newline, rest = buffer.partition(b"\n")
            if newline:
                buffer[:] = rest
                return bytes(line)
            left = deadline - time.monotonic()
            if not selector.select(min(max(left, 0.0), _GLANCE)):
                watch()
                if left <= 0:
                    raise TimeoutError
                continue
            data = os.read(stream.fileno(), 1 << 16)
            if not data:
                selector.close()
                return None
            buffer.extend(data)

    return next_line


def _ended(code: int) -> str:
    how = f"signal {-code}" if code < 0 else f"exit {code}"
    return f"its evaluation ended ({how}): most likely it takes more memory than it may"


def _verdicts(
    policy: Policy, answer: Mapping[str, Any], origins: Mapping[str, Origin | None]
) -> Iterator[Verdict]:
    if "error" in answer:
        origin = Origin(policy.origin.file, answer.get("line") or policy.origin.line)
        yield Verdict(
            policy.name,
            Ruling.DENY,
            f"the policy cannot be evaluated: {answer['error']}",
            origin=origin,
            broken=True,
            source=origin,
        )
        return
    for one in answer["findings"]:
        yield Verdict(
            policy.name,
            policy.severity or Ruling(one["ruling"]),
            one["message"],
            address=one["object"],
            origin=origins.get(one["object"]),
            source=policy.origin,
        )


def _origin(step: Mapping[str, Any]) -> Origin | None:
    at = step.get("origin")
    return Origin(at["file"], at.get("line") or 0, at.get("column") or 0) if at else None
