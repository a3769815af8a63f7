"""Versions of packages: any difference in any member counts, and nothing of how it is packaged."""

import random
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired import bind, declare
from reconciler.desired.package import Contents, package_version, read_package
from reconciler.manifest import Package
from reconciler.model import Kind
from tests.desired.test_content_version import put, values, ways
from tests.desired.test_package_changes import HERE, SCHEDULES, a_package, version_of

CHAINED = HERE / "packages" / "chained.tgz"


@cache
def members() -> Contents:
    return read_package(CHAINED)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.data())
def test_any_difference_in_any_member_counts(data: st.DataObject) -> None:
    """All of a package share one version, so it is of all that is in it."""
    some = list(members())
    number = data.draw(st.integers(0, len(some) - 1))
    member = some[number]
    changed: Any = type(member.spec)()
    changed.CopyFrom(member.spec)
    way = data.draw(st.sampled_from(list(ways(type(changed)))))
    put(changed, way, data.draw(values(way[-1])), data.draw(st.sampled_from("ab")))
    some[number] = replace(member, spec=changed)

    after = package_version(Contents(tuple(some), None))

    before = package_version(Contents(tuple(members()), None))
    assert (after == before) == (changed == member.spec)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(st.randoms(use_true_random=False))
def test_files_count_for_what_they_hold(rand: random.Random) -> None:
    """Neither their order nor their names."""
    some = [replace(one, file=f"{rand.random()}") for one in members()]
    rand.shuffle(some)

    assert package_version(Contents(tuple(some), None)) == package_version(
        Contents(tuple(members()), None)
    )


def test_a_member_less_is_another_package() -> None:
    """And so is one more."""
    some = tuple(members())
    versions = {package_version(Contents(some[:number], None)) for number in range(1, len(some))}

    assert len(versions | {package_version(Contents(some, None))}) == len(some)


def elsewhere(package: Package, **metadata: Any) -> Package:
    return package.model_copy(update={"metadata": package.metadata.model_copy(update=metadata)})


PLAIN = a_package(SCHEDULES, version="auto")


@pytest.mark.parametrize(
    "package",
    [
        a_package(SCHEDULES, version="auto", activation={"etl_daily": "active"}),
        a_package(SCHEDULES, version="auto", activation={"etl_*": "inactive"}),
        a_package(SCHEDULES, version="auto", build={"command": ["make", "{output}"]}),
        elsewhere(PLAIN, name="another"),
        elsewhere(PLAIN, project="other"),
        elsewhere(PLAIN, domain="production"),
    ],
    ids=["active", "inactive", "build", "name", "project", "domain"],
)
def test_what_is_not_registered_does_not_count(package: Package) -> None:
    """What is active, how it is made, what the manifest calls it, and where it goes."""
    state, plain = (bind(declare([one]), None) for one in (package, PLAIN))

    assert version_of(state) == version_of(plain)
    assert {one.id.name for one in state if one.id.kind is Kind.TASK} == {
        one.id.name for one in plain if one.id.kind is Kind.TASK
    }
