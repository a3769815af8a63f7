"""Refusals keep within what a header carries."""

import grpc
import pytest
from flyteidl.admin import project_pb2

from reconciler.sandbox.errors import Refusal, already_exists, invalid, transformed


def test_a_long_message_is_cut_and_loses_its_details() -> None:
    """Admin cuts at 32000 bytes, and sends no details then."""
    refusal = transformed(invalid("x" * 32001, project_pb2.InactiveProject(id="p")))

    assert refusal.message == "x" * 32000
    assert refusal.details == ()


def test_a_message_that_fits_is_left_alone() -> None:
    """Exactly 32000 bytes pass, details and all."""
    refusal = invalid("x" * 32000, project_pb2.InactiveProject(id="p"))

    assert transformed(refusal) is refusal


@pytest.mark.parametrize("kept", [1, 2])
def test_a_character_cut_in_two_is_replaced(kept: int) -> None:
    """What is left of it reads as replacement characters."""
    refusal = transformed(invalid("x" * (32000 - kept) + "€"))

    assert refusal.message == "x" * (32000 - kept) + "\ufffd" * kept


def test_the_status_carries_code_message_and_details() -> None:
    """This is what travels in grpc-status-details-bin."""
    status = invalid("no", project_pb2.InactiveProject(id="p")).status()

    assert (status.code, status.message) == (3, "no")
    assert status.details[0].type_url == "type.googleapis.com/flyteidl.admin.InactiveProject"


def test_a_violated_key_names_the_constraint() -> None:
    """Clients tell lost races by this text."""
    refusal = already_exists("tasks_pkey")

    assert refusal.code is grpc.StatusCode.ALREADY_EXISTS
    assert refusal.message == (
        "value with matching already exists (duplicate key value violates unique constraint "
        '"tasks_pkey")'
    )
    assert isinstance(refusal, Refusal)
