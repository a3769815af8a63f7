"""What keeps a configuration from its Admin, for who has no business with the yard."""

from reconciler.admin import Finding, Person, Verdict, diagnose

__all__ = ["Finding", "Person", "Verdict", "diagnose"]
