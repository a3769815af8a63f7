"""Which version of a launch plan is active: declared by versions, and by what only switches."""

from collections.abc import Sequence

from reconciler.desired.bound import Bound
from reconciler.desired.entity import Entity, Pointer
from reconciler.desired.needs import Index
from reconciler.desired.problems import Problems
from reconciler.model import Resource, ResourceId


class Switches:
    """Gathers activations; that a name is declared in two ways becomes a problem."""

    def __init__(self, index: Index, problems: Problems) -> None:
        self.resources: list[Resource] = []
        self.needs: dict[ResourceId, set[ResourceId]] = {}
        self._index = index
        self._problems = problems
        self._said: dict[ResourceId, tuple[str, Entity]] = {}

    def only(self, entity: Entity, targets: Sequence[tuple[Pointer, Bound]]) -> None:
        """Declare which version is active of what others register, and nothing else."""
        place = entity.place
        if not targets:
            # None is to be active, so this version is nobody's: only the name counts.
            id = ResourceId(place.kind, place.project, place.domain, place.name, "-")
            self.declare(entity, id, needs=set())
        for pointer, target in targets:
            needs = {target.id} if self._index.declared(pointer) else set()
            self.declare(entity, target.id, needs=needs)

    def declare(self, entity: Entity, id: ResourceId, *, needs: set[ResourceId]) -> None:
        """State is of the name: whichever of its versions says it, says it for all."""
        if entity.state == "unmanaged":
            return
        wanted = (id.version,) if entity.state == "active" else ()
        said = f"{entity.state} at {id.version}" if wanted else entity.state
        activation = id.activation
        earlier, other = self._said.setdefault(activation, (said, entity))
        if other is not entity:
            if earlier != said:
                self._problems.error(
                    "contradictory-state",
                    f"{entity.place} is declared {said}, and {earlier} at {other.origin}",
                    entity.origin,
                    hint="one version of a name can be active",
                )
            return
        self.resources.append(Resource(activation, origin=entity.origin, active=wanted))
        self.needs[activation] = needs
