"""The client for people and programs: every RPC under the names that flytekit's client has."""

from reconciler.admin.client.admin_client import AdminClient

SynchronousFlyteClient = AdminClient

__all__ = ["AdminClient", "SynchronousFlyteClient"]
