"""A declarative GitOps reconciler for Flyte v1."""

__version__ = "0.1.0"
