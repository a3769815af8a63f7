"""Run every benchmark, or those named: `python -m benchmarks plan history`."""

import sys

from benchmarks import (
    apply,
    bundle,
    data,
    history,
    html,
    large,
    listing,
    package,
    plan,
    policies,
    preview,
    register,
    slots,
    start,
    store,
    sync,
    validate,
)

ALL = {
    "start": start.run,
    "plan": plan.run,
    "policies": policies.run,
    "preview": preview.run,
    "history": history.run,
    "package": package.run,
    "apply": apply.run,
    "bundle": bundle.run,
    "store": store.run,
    "slots": slots.run,
    "validate": validate.run,
    "large": large.run,
    "listing": listing.run,
    "register": register.run,
    "sync": sync.run,
    "data": data.run,
    "html": html.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 64
    missed = 0
    for name in names or ALL:
        print(f"{name}:", flush=True)
        for figure in ALL[name]():
            missed += not figure.met
            print(f"  {figure}", flush=True)
    return 1 if missed else 0


sys.exit(main(sys.argv[1:]))
