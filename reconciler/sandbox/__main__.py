"""`python -m reconciler.sandbox`: the embedded Admin in the foreground."""

import argparse
import sys

from reconciler.sandbox.config_file import ConfigError, load_config
from reconciler.sandbox.server import serve
from reconciler.sandbox.store import MEMORY, StoreError


def main() -> int:
    """Parse, serve, exit: 0 after a signal, 1 if it cannot start."""
    parser = argparse.ArgumentParser(prog="reconciler-sandbox", description=__doc__)
    parser.add_argument("--grpc-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--data", default=MEMORY, help="path of the store, or :memory:")
    parser.add_argument("--config", help="flyteadmin's configuration file")
    options = parser.parse_args()
    try:
        serve(
            data=options.data,
            config=load_config(options.config) if options.config else None,
            grpc_port=options.grpc_port,
            http_port=options.http_port,
        )
    except (ConfigError, StoreError, OSError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
