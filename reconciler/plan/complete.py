"""What a manifest leaves out of a mutable resource stays as it is in Admin."""

from dataclasses import replace
from typing import Any

from reconciler.model import Kind, Resource


def completed(desired: Resource, observed: Resource) -> Resource:
    """Return `desired` with its unsaid fields taken from `observed`.

    An update replaces labels and writes the state whatever it is sent, so the whole message is
    sent. A name or description, once given, cannot be cleared in Admin: empty means unmanaged.
    """
    assert desired.id.kind is Kind.PROJECT, f"{desired.id.kind} resources are not mutable"
    wanted: Any = desired.spec
    found: Any = observed.spec
    project = type(wanted)()
    project.CopyFrom(wanted)
    project.name = wanted.name or found.name
    project.description = wanted.description or found.description
    if not wanted.HasField("labels") and found.HasField("labels"):
        project.labels.CopyFrom(found.labels)
    return replace(desired, spec=project, request=project)


def registered(desired: Resource) -> Resource:
    """Return `desired` as Admin will hold it once it is registered.

    A project without a title gets its id for one, so that is what was left there.
    """
    if desired.id.kind is not Kind.PROJECT or desired.request is None:
        return desired
    return replace(desired, spec=desired.request)
