"""What an editor shows and offers: what keys mean, choices, defaults, and examples that fit."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from reconciler.manifest import KINDS, Workspace, Workspaces, json_schema
from reconciler.manifest.examples import EXAMPLES
from reconciler.manifest.hover import HOVER
from reconciler.manifest.models.base import Part
from reconciler.manifest.schema import manifest_schema

ALL = [*KINDS, Workspace.KIND, Workspaces.KIND]
Schema = dict[str, Any]


def keys(kind: str) -> Iterator[tuple[str, str, Schema]]:
    """Every key of a kind, with the model that has it and its schema."""
    schema = json_schema(kind)
    for name, definition in {kind: schema, **schema.get("$defs", {})}.items():
        # A choice that is no mapping of its own says when the others fit.
        choices = [one for one in definition.get("anyOf", ()) if one.get("type") == "object"]
        for choice in (definition, *choices):
            for key, value in choice.get("properties", {}).items():
                yield name, key, value


def branches(schema: Schema, definitions: Mapping[str, Schema]) -> Iterator[Schema]:
    """The ways to fill a value, references to variables aside."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name != "Substituted":
            yield from branches(definitions[name], definitions)
    elif "anyOf" in schema and "properties" not in schema:
        for one in schema["anyOf"]:
            yield from branches(one, definitions)
    else:
        yield schema


def offers_itself(schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Whether an editor can complete a value by the schema: words, or a mapping of known keys."""
    found = list(branches(schema, definitions))
    inside = [
        one
        for branch in found
        for part in (branch.get("items"), branch.get("additionalProperties"))
        if isinstance(part, dict)
        for one in branches(part, definitions)
    ]
    return any(
        "enum" in one or "const" in one or "properties" in one or one.get("type") == "boolean"
        for one in (*found, *inside)
    )


def fields() -> Mapping[str, FieldInfo]:
    """Each model's fields, by its name and the key."""
    found: dict[str, FieldInfo] = {}
    waiting: list[type[Part]] = [Part]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        for name, field in model.model_fields.items():
            found[f"{model.__name__}.{field.alias or name}"] = field
    return found


@pytest.mark.parametrize("kind", ALL)
def test_a_key_says_itself_what_it_means(kind: str) -> None:
    """Where editors look first, and not in what it leads to only; and short enough to read."""
    silent = [f"{name}.{key}" for name, key, value in keys(kind) if "description" not in value]
    long = [key for _, key, value in keys(kind) if len(value.get("description", "")) > 240]

    assert silent == []
    assert long == []


@pytest.mark.parametrize("kind", ALL)
def test_what_cannot_be_completed_has_an_example(kind: str) -> None:
    """But for choices of words and mappings of known keys, which complete themselves."""
    definitions = json_schema(kind).get("$defs", {})

    bare = [
        f"{name}.{key}"
        for name, key, value in keys(kind)
        # flyteidl's own messages are for who knows them.
        if not name.startswith("flyteidl.")
        and not offers_itself(value, definitions)
        and not any("examples" in one for one in (value, *branches(value, definitions)))
    ]

    assert bare == []


@pytest.mark.parametrize("kind", ALL)
def test_examples_and_defaults_fit(kind: str) -> None:
    """What an editor inserts is not marked as wrong in the next moment."""
    definitions = {"$defs": json_schema(kind).get("$defs", {})}
    for name, key, value in keys(kind):
        validator = Draft202012Validator({**value, **definitions})
        offered = [*value.get("examples", ()), *([value["default"]] if "default" in value else ())]
        for one in offered:
            assert validator.is_valid(one), f"{name}.{key}: {one!r}"


def test_examples_are_taken_by_the_models() -> None:
    """Each by the field that it is an example of."""
    known, used = fields(), 0
    for name, examples in EXAMPLES.items():
        if name.startswith("*.") or name not in known:
            continue
        field = known[name]
        annotated: Any = Annotated
        reader: TypeAdapter[Any] = TypeAdapter(
            annotated[(field.annotation, "an example", *field.metadata)]
        )
        for example in examples:
            reader.validate_python(example)
            used += 1

    assert used > 150


def test_a_choice_is_offered_as_one() -> None:
    """Whatever the models take as one of several words, the schema lists."""
    listed = set()
    for kind in ALL:
        known = json_schema(kind).get("$defs", {})
        listed |= {f"{n}.{key}" for n, key, value in keys(kind) if offers_itself(value, known)}
    words = {
        name
        for name, field in fields().items()
        if "Literal[" in str(field.annotation) and not name.startswith(("Manifest.", "Part."))
    }

    models = _models()
    assert words - listed <= {name for name in words if name.split(".")[0] not in models}


def _models() -> set[str]:
    return {name for kind in ALL for name, _, _ in keys(kind)}


def test_defaults_are_those_of_the_models() -> None:
    """A default that is no more than `not said` is not shown."""
    models, told = fields(), 0
    for kind in ALL:
        for name, key, value in keys(kind):
            field = models.get(f"{name}.{key}")
            if field is None or "default" not in value:
                continue
            default = field.get_default(call_default_factory=True, validated_data={})
            assert value["default"] == (list(default) if isinstance(default, tuple) else default)
            told += 1

    assert told > 100


@pytest.mark.parametrize("words", [HOVER, EXAMPLES], ids=["hover", "examples"])
def test_nothing_is_said_of_a_key_that_is_gone(words: Mapping[str, object]) -> None:
    """Each belongs to some schema, and is shown there."""
    known = {f"{name}.{key}" for kind in ALL for name, key, _ in keys(kind)}
    known |= {f"*.{key}" for kind in ALL for _, key, _ in keys(kind)}

    assert sorted(set(words) - known) == []


def test_one_schema_has_them_all() -> None:
    """What two kinds call the same is the same, and a document's kind decides which one it is."""
    combined = manifest_schema()
    Draft202012Validator.check_schema(combined)

    for kind in KINDS:
        own = json_schema(kind)
        definitions = own.pop("$defs")
        assert {name: combined["$defs"][name] for name in definitions} == definitions
        del own["$schema"]
        assert combined["$defs"][kind] == own
    kinds = [
        combined["$defs"][one["$ref"].rpartition("/")[2]]["properties"]["kind"]["const"]
        for one in combined["oneOf"]
    ]
    assert kinds == list(KINDS)
