"""Exemptions: what a policy found and is not held against its object, and those that ran out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from reconciler.model import Exemption, Policy, Ruling, Verdict


def exempted(verdict: Verdict, policies: Sequence[Policy], *, today: date) -> Verdict:
    """The verdict, excused if an exemption that is still good covers it.

    A policy that broke has not looked, so nothing excuses that.
    """
    if verdict.broken:
        return verdict
    for one in _exemptions(policies):
        good = one.until is None or today <= one.until
        if good and fnmatchcase(verdict.policy, one.policy) and _covers(one, verdict.address):
            until = f", until {one.until}" if one.until else ""
            return replace(verdict, excused=f"{one.reason}{until} ({one.origin})")
    return verdict


def expired(policies: Sequence[Policy], *, today: date) -> Iterator[Verdict]:
    """A warning for each exemption that is no longer good: somebody meant to come back to it."""
    for one in _exemptions(policies):
        if one.until is not None and today > one.until:
            message = f"the exemption of {one.object} from {one.policy} ended on {one.until}"
            yield Verdict(
                "expired-exemption", Ruling.WARN, message, origin=one.origin, source=one.origin
            )


def _exemptions(policies: Sequence[Policy]) -> Sequence[Exemption]:
    return list(dict.fromkeys(one for policy in policies for one in policy.exemptions))


def _covers(one: Exemption, address: str) -> bool:
    """Whether a glob means what an address (`task:project/domain/name@version`) names."""
    place = address.partition(":")[2].partition("#")[0]
    # A version is what follows the last @; names have none.
    path = place.rpartition("@")[0] or place
    name = path.rpartition("/")[2]
    return any(fnmatchcase(text, one.object) for text in (address, path, name))
