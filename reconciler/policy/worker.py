"""The process in which policies are evaluated: it holds a plan, a few libraries and nothing else.

Run as a script, never imported: `python -I worker.py`. It reads one job from its standard input
and writes one line of JSON for each policy as soon as that is done (`asking` says what both look
like). Before anything of a policy runs it gives up what a policy could misuse: no file or socket
can be opened any more, no process be started, and memory is bounded. The environment was never
given to it.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any


def main() -> None:
    """Read the job, judge, write; what breaks one policy is told of that one."""
    job = json.loads(sys.stdin.buffer.read())
    # Answers go where no library writes: theirs is the standard error stream.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    sys.path[:] = [*sys.path, *(path for path in job["path"] if path not in sys.path)]
    # Only now: what is ours and what evaluates lies on that path.
    from reconciler.policy.findings import Broken
    from reconciler.policy.inputs import Inputs

    inputs = Inputs(job)
    engines: dict[str, Callable[[Any], Sequence[dict[str, Any]]]] = {}
    for policy in job["policies"]:
        engine = policy["engine"]
        if engine not in engines:
            module = importlib.import_module(f"reconciler.policy.in_{engine}")
            engines[engine] = module.engine(inputs, job)
    _give_up(job["memory"])
    for policy in job["policies"]:
        tell({"begins": policy["id"]})
        answer: dict[str, Any] = {"id": policy["id"], "findings": []}
        try:
            answer["findings"] = engines[policy["engine"]](policy)
        except Broken as error:
            answer.update(error=str(error), line=error.line)
        except MemoryError:
            answer.update(error="it takes more memory than it may", line=0)
        except RecursionError:
            answer.update(error="it nests too deeply", line=0)
        tell(answer)


def _give_up(memory: int) -> None:
    """Give up files, sockets, processes and more memory than that; where there are such limits."""
    try:
        import resource
    except ImportError:  # Windows knows none of these
        return
    # Rego's allocator reserves far more than it takes, so what counts is what comes on top; of
    # what it takes of its reserve the other process keeps watch.
    space = _address_space() + memory
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, value in (("RLIMIT_NPROC", 0), ("RLIMIT_FSIZE", 1 << 30), ("RLIMIT_AS", space)):
        limit = getattr(resource, name, None)
        if limit is None:
            continue
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS takes no bound of the address space
            continue


def _address_space() -> int:
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # no Linux
        return 0


if __name__ == "__main__":
    main()
