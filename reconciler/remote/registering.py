"""Register tasks, workflows and launch plans, from flytekit's objects, packages or manifests."""

from reconciler.remote.base import Connected


class Registering(Connected):
    """What is registered is planned first, as everywhere."""
