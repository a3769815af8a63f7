"""The embedded Admin over HTTP: JSON gateway, object store, authorization, status page."""

from reconciler.sandbox.http.server import HttpServer

__all__ = ["HttpServer"]
