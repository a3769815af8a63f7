"""Messages as Admin prints them: one line, two blanks, Go's escapes."""

import pytest
from flyteidl.core import identifier_pb2, literals_pb2, types_pb2, workflow_pb2
from google.protobuf import struct_pb2

from reconciler.compiler import go_text, type_text
from reconciler.compiler.nil import NIL


def test_an_identifier_shows_its_set_fields_with_two_blanks_between() -> None:
    """The resource type comes by name; what is empty is left out."""
    id = identifier_pb2.Identifier(
        resource_type=identifier_pb2.WORKFLOW, project="p", domain="d", name="n", version="v"
    )

    assert go_text(id) == 'resource_type:WORKFLOW  project:"p"  domain:"d"  name:"n"  version:"v"'


def test_nothing_prints_as_nothing_and_none_as_nil() -> None:
    """An empty message and a missing one are told apart, as in Go."""
    assert go_text(identifier_pb2.Identifier()) == ""
    assert go_text(None) == "<nil>"


def test_an_unknown_enum_value_prints_its_number() -> None:
    """Admin keeps numbers it has no name for."""
    assert go_text(identifier_pb2.Identifier(resource_type=77)) == "resource_type:77"


def test_fields_stand_in_the_order_of_their_declaration() -> None:
    """A node declares its workflow_node (7) before its branch_node (8), and inputs (3) early."""
    node = workflow_pb2.Node(id="n", upstream_node_ids=["b", "a"])
    node.task_node.reference_id.name = "t"
    node.inputs.add(var="x")

    assert go_text(node) == (
        'id:"n"  inputs:{var:"x"}  upstream_node_ids:"b"  upstream_node_ids:"a"  '
        'task_node:{reference_id:{name:"t"}}'
    )


def test_map_entries_are_sorted_and_show_empty_values() -> None:
    """Both key and value stand there even if they are empty."""
    literals = literals_pb2.LiteralMap()
    literals.literals["b"].SetInParent()
    literals.literals[""].scalar.none_type.SetInParent()

    assert go_text(literals) == (
        'literals:{key:""  value:{scalar:{none_type:{}}}}  literals:{key:"b"  value:{}}'
    )


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain 'text'", "\"plain 'text'\""),
        ('"\\', r'"\"\\"'),
        ("\n\r\t", r'"\n\r\t"'),
        ("\x00\x1f\x7f", r'"\x00\x1f\x7f"'),
        ("\x85é\u200b😀", '"\\u0085é\u200b😀"'),
    ],
)
def test_strings_are_escaped_as_go_does(text: str, printed: str) -> None:
    """Control characters are escaped, other characters are not, printable or not."""
    assert go_text(struct_pb2.Value(string_value=text)) == f"string_value:{printed}"


def test_bytes_that_are_no_text_are_escaped_one_by_one() -> None:
    """What is UTF-8 shows as it is."""
    binary = literals_pb2.Binary(value=b"\xff\xc3\xa9\xc3", tag="t")

    assert go_text(binary) == 'value:"\\xffé\\xc3"  tag:"t"'


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (1.5, "1.5"),
        (-2.0, "-2"),
        (100000.0, "100000"),
        (1000000.0, "1e+06"),
        (123456789.0, "1.23456789e+08"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1e300, "1e+300"),
        (5e-324, "5e-324"),
        (12345.678, "12345.678"),
        (0.1, "0.1"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_numbers_have_the_fewest_digits(number: float, printed: str) -> None:
    """Exponents start at a million, as with Go's %g."""
    assert go_text(struct_pb2.Value(number_value=number)) == f"number_value:{printed}"


def test_narrow_floats_need_no_more_digits_than_they_hold() -> None:
    """A 32-bit 0.1 is not 0.10000000149."""
    array = workflow_pb2.ArrayNode(min_success_ratio=0.1, parallelism=3)

    assert go_text(array) == "parallelism:3  min_success_ratio:0.1"


def test_unknown_fields_follow_by_number() -> None:
    """Whatever a later schema added shows without a name."""
    wire = b'\xf8\x06\x05\xf2\x06\x02hi\xfd\x06\x10\x00\x00\x00"\x01n'

    id = identifier_pb2.Identifier.FromString(wire)

    assert go_text(id) == 'name:"n"  111:5  110:"hi"  111:0x10'


def test_what_stands_for_nil_prints_as_an_empty_message() -> None:
    """A type that is set but holds Go's nil."""
    nothing = types_pb2.LiteralType.FromString(NIL)

    assert go_text(types_pb2.LiteralType(collection_type=nothing)) == "collection_type:{}"


def test_a_struct_at_the_top_has_a_form_of_its_own() -> None:
    """Tag and metadata are left out, braces are unbalanced, the same inside another struct."""
    inner = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    struct = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    struct.structure.tag = "T"
    struct.structure.dataclass_type["b"].simple = types_pb2.INTEGER
    struct.structure.dataclass_type["a"].CopyFrom(inner)

    assert type_text(inner) == "simple: STRUCT structure{}"
    assert type_text(struct) == (
        "simple: STRUCT structure{dataclass_type:{key:a value:{simple: STRUCT structure{}}, "
        "dataclass_type:{key:b value:{simple:INTEGER}}"
    )


def test_a_struct_within_another_type_prints_normally() -> None:
    """Only the top is special."""
    many = types_pb2.LiteralType()
    many.collection_type.simple = types_pb2.STRUCT

    assert type_text(many) == "collection_type:{simple:STRUCT}"
    assert type_text(None) == "None"
