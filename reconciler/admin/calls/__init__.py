"""Every RPC of Admin's five services as a method: request message in, response message out."""

from reconciler.admin.calls.admin_calls import AdminCalls

__all__ = ["AdminCalls"]
