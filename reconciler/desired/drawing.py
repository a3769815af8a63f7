"""What a set declares and what it refers to, as a drawing."""

from reconciler.desired.bind import Declaration
from reconciler.errors import ManifestError
from reconciler.model import Drawing, Kind, spot


def drawing(declaration: Declaration) -> Drawing:
    """Draw every name that a set declares, and every one it refers to.

    Versions of a name are one spot; what only Flyte Admin holds is drawn too, and told apart.

    Raises: ManifestError for packages that cannot be read.
    """
    if declaration.problems:
        raise ManifestError(declaration.problems)
    own = {entity.place.as_spot for entity in declaration.entities}
    arrows = {
        (entity.place.as_spot, pointer.place.as_spot)
        for entity in declaration.entities
        for pointer in entity.pointers
        if pointer.place != entity.place
    }
    for manifest, pointer in declaration.backfills:
        project, domain, name = manifest.place
        mine = spot(Kind.BACKFILL, project=project, domain=domain, name=name)
        own.add(mine)
        arrows.add((mine, pointer.place.as_spot))
    spots = own | {end for _, end in arrows}
    states = {
        entity.place.as_spot: entity.state
        for entity in declaration.entities
        if entity.state != "unmanaged"
    }
    return Drawing(tuple(sorted(spots)), tuple(sorted(arrows)), frozenset(spots - own), states)
