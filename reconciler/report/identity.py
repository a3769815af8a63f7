"""Who a resource is, and one field of it that changes, as data."""

from reconciler.model import Change, ResourceId
from reconciler.report import documents


def identity_as_data(id: ResourceId) -> documents.Identity:
    """A resource's id, in parts and as one word."""
    data: documents.Identity = {
        "address": id.address,
        "kind": id.kind.slug,
        "project": id.project,
        "domain": id.domain or None,
        "name": id.name or None,
        "version": id.version or None,
    }
    if id.facet:
        data["facet"] = id.facet
    return data


def change_as_data(change: Change) -> documents.FieldChange:
    """One change; its values must be masked already."""
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "sensitive": change.sensitive,
    }
