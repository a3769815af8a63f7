"""Proving to Admin who we are: a token from somewhere, kept, sent along, renewed when refused."""

from reconciler.admin.auth.interceptor import Authorizer
from reconciler.admin.auth.keeper import TokenKeeper
from reconciler.admin.auth.login import authorizers
from reconciler.admin.auth.person import Person

__all__ = ["Authorizer", "Person", "TokenKeeper", "authorizers"]
