"""Proving to Admin who we are: a token from somewhere, kept, sent along, renewed when refused."""

from typing import TYPE_CHECKING

from reconciler.admin.auth.interceptor import Authorizer
from reconciler.admin.auth.keeper import TokenKeeper
from reconciler.admin.auth.login import authorizers
from reconciler.doors import opened_for

if TYPE_CHECKING:
    from reconciler.admin.auth.person import Person
else:
    __getattr__ = opened_for(__name__, {"person": ("Person",)})

__all__ = ["Authorizer", "Person", "TokenKeeper", "authorizers"]
