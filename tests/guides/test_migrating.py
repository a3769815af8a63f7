"""The tables for who comes from flytekit name all that is there, and nothing that is not."""

import re
from pathlib import Path

import pytest
from flytekit.clients.friendly import SynchronousFlyteClient
from flytekit.remote.remote import FlyteRemote

from reconciler.admin import AdminClient
from reconciler.remote import Remote

PAGE = Path(__file__).parent.parent.parent / "docs" / "migrating.md"
ROW = re.compile(r"^\| `(\w+)` \| (?:`(\w+)`)? *\|", re.MULTILINE)


def rows(heading: str) -> dict[str, str]:
    """flytekit's method and ours, of the table under a heading."""
    section = PAGE.read_text().partition(f"## {heading},")[2].partition("\n## ")[0]
    return dict(ROW.findall(section))


@pytest.mark.parametrize(
    ("theirs", "ours"), [(SynchronousFlyteClient, AdminClient), (FlyteRemote, Remote)]
)
def test_every_method_has_its_row(theirs: type, ours: type) -> None:
    """Each public method of flytekit's class is in the table, and leads to one that exists."""
    table = rows(theirs.__name__)

    assert [n for n in dir(theirs) if not n.startswith("_") and n not in table] == []
    assert [n for n in table if not hasattr(theirs, n)] == []
    missing = [n for n in table.values() if n and not hasattr(ours, n)]
    instance_attributes = {"config", "default_project", "default_domain"}
    assert [n for n in missing if n not in instance_attributes] == []
