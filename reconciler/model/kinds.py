"""What can be declared, and the few facts about each kind that the core branches on.

A new kind of resource starts here; every other room asks these columns instead of
knowing kinds by name.
"""

from enum import Enum


class Kind(Enum):
    """One kind of thing that Admin holds.

    Columns: the word people read; whether a version is part of its identity (and its content
    thus immutable); its place in an apply (lower goes first where no dependency decides).
    """

    PROJECT = ("project", False, 0)
    DOMAIN = ("domain", False, 1)
    # Settings of one type for a project, a domain of it or a workflow name: limits come before
    # the tasks that are held to them.
    ATTRIBUTES = ("attribute", False, 2)
    # Code for tasks: its digest is its name. Admin's store keeps it, and no table lists it.
    BUNDLE = ("code bundle", False, 3)
    TASK = ("task", True, 4)
    WORKFLOW = ("workflow", True, 5)
    LAUNCH_PLAN = ("launch plan", True, 6)
    # What all versions of a name share, there once the name has one: description, archived or not.
    NAMED_ENTITY = ("named entity", False, 7)
    # Which version of a launch plan is active: a property of the name, so a resource of its own.
    ACTIVATION = ("activation", False, 8)
    # A run of a launch plan: started by a plan, and nobody's to keep.
    EXECUTION = ("execution", False, 9)
    # Slots of a schedule that are to run. Admin knows only their executions.
    BACKFILL = ("backfill", False, 10)

    def __init__(self, word: str, versioned: bool, rank: int) -> None:
        self.word = word
        self.versioned = versioned
        self.rank = rank

    def __str__(self) -> str:
        return self.word

    # Members are single objects, and ids are hashed by the hundred thousand.
    __hash__ = object.__hash__

    @property
    def slug(self) -> str:
        """The word as JSON and addresses spell it: `launch_plan`."""
        return self.word.replace(" ", "_")

    @property
    def facets(self) -> tuple[str, ...]:
        """What tells things of one kind at one place apart; empty if there is but one."""
        return _FACETS.get(self, ())


# Types of attributes, as manifests call them; kinds whose names have metadata.
_FACETS = {
    Kind.ATTRIBUTES: (
        "taskResources",
        "clusterResources",
        "executionQueue",
        "executionClusterLabel",
        "pluginOverrides",
        "workflowExecutionConfig",
        "clusterAssignment",
    ),
    Kind.NAMED_ENTITY: (Kind.TASK.slug, Kind.WORKFLOW.slug, Kind.LAUNCH_PLAN.slug),
}
