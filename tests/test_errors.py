"""The tree of errors is drawn as it is, and every one of it crosses processes."""

import pickle
import re

import pytest

from reconciler import errors
from reconciler.errors import AdminError, ReconcilerError

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, ReconcilerError) and value.__name__ == name
}


def test_every_error_is_in_the_drawing() -> None:
    """And nothing is drawn that is not there."""
    drawing = (errors.__doc__ or "").partition("\n\n")[2].partition("\n\n")[0]
    drawn = set(re.findall(r"\b[A-Z]\w+Error\b", drawing))
    assert drawn == set(CLASSES)


@pytest.mark.parametrize("kind", [one for one in CLASSES.values() if issubclass(one, AdminError)])
def test_admins_errors_are_pickled_whole(kind: type[AdminError]) -> None:
    """As what they were, whatever their constructors take."""
    error = kind.__new__(kind, "GetTask: said")
    error.__dict__.update(text="said", attached=(), in_doubt=True)
    after = pickle.loads(pickle.dumps(error))
    assert (type(after), str(after), after.__dict__) == (kind, "GetTask: said", error.__dict__)
