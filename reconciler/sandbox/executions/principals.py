"""Who is calling."""

from reconciler.sandbox.dispatch import Call


def user_of(call: Call) -> str:
    """Return the authenticated subject; nobody without authentication."""
    return str(call.facts.get("user", ""))
