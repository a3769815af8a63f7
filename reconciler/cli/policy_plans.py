"""Plans for tests of policies: manifests against an embedded Admin that holds what a case says."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.config import Config
from reconciler.errors import ConfigError
from reconciler.manifest import load
from reconciler.remote import Remote
from reconciler.report import policy_document


def planned(manifests: Sequence[Path], admin: Sequence[Path]) -> Mapping[str, Any]:
    """What policies are given of a plan of `manifests`, where `admin` was applied before.

    Raises: ManifestError for manifests that are wrong; ConfigError for what cannot be applied.
    """
    # Imported late: only such cases need a server in this process.
    from reconciler.sandbox import Sandbox

    sandbox = Sandbox(data=":memory:").start()
    try:
        config = Config.for_endpoint(sandbox.endpoint, insecure=True)
        with Remote(config) as remote:
            if admin:
                report = remote.apply(remote.plan(load([str(one) for one in admin])))
                if not report.succeeded:
                    raise ConfigError("what Flyte Admin should hold before could not be applied")
            return policy_document(remote.plan(load([str(one) for one in manifests])))
    finally:
        sandbox.stop()
