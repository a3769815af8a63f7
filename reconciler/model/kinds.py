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
    # Code for tasks: its digest is its name. Admin's store keeps it, and no table lists it.
    BUNDLE = ("code bundle", False, 2)
    TASK = ("task", True, 3)
    WORKFLOW = ("workflow", True, 4)
    LAUNCH_PLAN = ("launch plan", True, 5)
    # Which version of a launch plan is active: a property of the name, so a resource of its own.
    ACTIVATION = ("activation", False, 6)

    def __init__(self, word: str, versioned: bool, rank: int) -> None:
        self.word = word
        self.versioned = versioned
        self.rank = rank

    def __str__(self) -> str:
        return self.word

    @property
    def slug(self) -> str:
        """The word as JSON and addresses spell it: `launch_plan`."""
        return self.word.replace(" ", "_")
