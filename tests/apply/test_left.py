"""What became of claims whose outcome nobody knows."""

from reconciler.apply.left import as_left
from reconciler.model import Owned, owned_by
from tests.builders import a_task
from tests.fakes import MemoryAdmin, MemoryReader

HASH = "ajclni6kcxaab4b5jahrr"


def test_a_version_with_other_content_is_not_what_was_claimed() -> None:
    """Somebody else was quicker, with the same version of another content."""
    admin = MemoryAdmin()
    admin.put(a_task(image="theirs"))
    claims = [owned for owned in (owned_by(a_task(image="ours")),) if owned]

    assert as_left(claims, MemoryReader(admin)) == []


def test_code_lies_somewhere_and_the_version_is_what_was_claimed() -> None:
    """A claim is made before code is uploaded, so its digest knows no address."""
    admin = MemoryAdmin()
    task = a_task(version=HASH)
    admin.put(task)
    claim = Owned(task.id, bytes(16))

    assert as_left([claim], MemoryReader(admin)) == [claim]
    assert as_left([claim], MemoryReader(MemoryAdmin())) == []
