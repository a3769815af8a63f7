"""`python -m reconciler.sandbox`: the embedded Admin in the foreground."""

import argparse
import logging
import sys

from reconciler.sandbox.config_file import ConfigError
from reconciler.sandbox.foreground import serve
from reconciler.sandbox.options import Options, add_arguments
from reconciler.sandbox.store import StoreError


def main() -> int:
    """Parse, serve, exit: 0 after a signal, 1 if it cannot start."""
    parser = argparse.ArgumentParser(prog="reconciler-sandbox", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--verbose", action="store_true", help="log every call")
    given = vars(parser.parse_args())
    ready_fd = given.pop("ready_fd")
    level = logging.INFO if given.pop("verbose") else logging.WARNING
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("reconciler").setLevel(level)
    try:
        serve(Options(**given), ready_fd=ready_fd)
    except (ConfigError, StoreError, OSError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
