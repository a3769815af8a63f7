"""Faults that Flyte's compiler finds, in the words of the manifest.

The compiler speaks of parameters, bindings and messages in text form. What a manifest can bring
about is said anew here; whatever else comes is passed on as it is.
"""

import re
from collections.abc import Callable
from typing import Any

from flyteidl.core.types_pb2 import LiteralType
from google.protobuf.text_format import Parse, ParseError

from reconciler.compiler import CompileError
from reconciler.model import describe

_CONSTANT = re.compile(
    r"Variable \[(?P<var>.*)\] \(type \[(?P<found>.*)\]\) doesn't match expected type "
    r"\[(?P<wanted>.*)\]\.",
    re.DOTALL,
)
_PROMISE = re.compile(
    r"The output variable '(?P<output>.*)' has type \[(?P<found>.*)\], but it's assigned to the "
    r"input variable '(?P<input>.*)' which has type type \[(?P<wanted>.*)\]\.",
    re.DOTALL,
)
_IN_BRACKETS = re.compile(r"\[(.*?)\]", re.DOTALL)


def in_words(error: CompileError) -> str:
    """Say one fault so that the author of the manifest knows what to do."""
    say = _WORDS.get(error.code)
    said = say(error) if say is not None else ""
    return said or f"node {error.node_id}: {' '.join(error.description.split())}"


def _not_bound(error: CompileError) -> str:
    name = _first(error)
    if error.node_id == "end-node":
        return f"output {name} comes from nothing"
    return f"input {name} of node {error.node_id} is given no value"


def _bound_twice(error: CompileError) -> str:
    return f"input {_first(error)} of node {error.node_id} is given twice"


def _unknown_variable(error: CompileError) -> str:
    if error.node_id == "start-node":
        return f"the workflow has no input {_first(error)}"
    return f"node {error.node_id} has neither an output nor an input {_first(error)}"


def _unknown_node(error: CompileError) -> str:
    return (
        f"node {error.node_id} cannot be read from here: branches and gates only see nodes "
        "outside of them, and nobody sees the node that runs on failure"
    )


def _mismatch(error: CompileError) -> str:
    if found := _PROMISE.fullmatch(error.description):
        # Names stand behind the nodes' display names, which need not be their ids.
        output, input = (found[side].rpartition(".")[2] for side in ("output", "input"))
        what = "output" if error.node_id == "end-node" else f"node {error.node_id}: input"
        return (
            f"{what} {input} wants {_type(found['wanted'])}, and {output} is "
            f"{_type(found['found'])}"
        )
    if found := _CONSTANT.fullmatch(error.description):
        return (
            f"node {error.node_id}: {found['var']} wants {_type(found['wanted'])}, found "
            f"{_type(found['found'])}"
        )
    return ""


def _cycle(error: CompileError) -> str:
    path = _first(error).replace("start-node>", "").replace(">", " → ")
    return f"nodes wait for each other in a circle: {path}"


def _unreachable(error: CompileError) -> str:
    return f"nothing leads to {_first(error).replace(',', ', ')}"


_WORDS: dict[str, Callable[[CompileError], str]] = {
    "ParameterNotBound": _not_bound,
    "ParameterBoundMoreThanOnce": _bound_twice,
    "VariableNameNotFound": _unknown_variable,
    "NodeReferenceNotFound": _unknown_node,
    "MismatchingTypes": _mismatch,
    "CycleDetected": _cycle,
    "UnreachableNodes": _unreachable,
}


def _first(error: CompileError) -> str:
    found = _IN_BRACKETS.search(error.description)
    return found[1] if found else "?"


def _type(text: str) -> str:
    """A type in Go's text form, in the type language where that text can be read."""
    message: Any = LiteralType()
    try:
        Parse(text, message)
    except (ParseError, UnicodeError):
        return text
    return describe(message)
