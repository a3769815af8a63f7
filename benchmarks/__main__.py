"""Run every benchmark, or those named: `python -m benchmarks plan history`."""

import compileall
import sys
from pathlib import Path

import reconciler
from benchmarks import apply, bundle, history, package, plan, start, store, validate

ALL = {
    "start": start.run,
    "plan": plan.run,
    "history": history.run,
    "package": package.run,
    "apply": apply.run,
    "bundle": bundle.run,
    "store": store.run,
    "validate": validate.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 64
    # As installing does. Where Python may not write bytecode, a checkout would be compiled anew
    # at each start, by the compiler's time and not by ours.
    compileall.compile_dir(Path(reconciler.__file__).parent, quiet=1)
    missed = 0
    for name in names or ALL:
        print(f"{name}:", flush=True)
        for figure in ALL[name]():
            missed += not figure.met
            print(f"  {figure}", flush=True)
    return 1 if missed else 0


sys.exit(main(sys.argv[1:]))
