"""Proving to Admin who we are: a token from somewhere, kept, sent along, renewed when refused."""

from reconciler.admin.auth.interceptor import Authorizer
from reconciler.admin.auth.keeper import TokenKeeper
from reconciler.admin.auth.login import authorizers

__all__ = ["Authorizer", "TokenKeeper", "authorizers"]
