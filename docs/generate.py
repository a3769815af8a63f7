"""Write the API reference, `docs/reference/`, from the docstrings of the doors that users import.

    python docs/generate.py            writes
    python docs/generate.py --check    says which pages are stale, and exits 1 if any is

A page is a door: what its `__all__` lists, in that order of kinds: classes, functions, values. A
class that is made of parts (`Remote`) shows the methods of each part under the part's own words.
"""

import dataclasses
import enum
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent / "reference"
DOORS = ("remote", "admin", "storage", "config", "errors", "manifest", "cron", "testing")
# What a page begins with; the rest follows in the order of its names.
FIRST = ("Remote", "AdminClient", "FlyteFS", "Config", "EmbeddedAdmin")
_SECTION = re.compile(r"(?P<name>[A-Z][A-Za-z]+): *(?P<text>.*)")
_ENTRY = re.compile(r"(?P<names>[\w`.*, ]+): (?P<text>.*)")
_LISTED = {"Args", "Attributes"}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_MODULES = re.compile(r"\b(?:[a-z_][a-z0-9_]*\.)+(?=[A-Za-z_])")
_QUOTED_TYPE = re.compile(r"(?<=: |> )'([^']+)'")


def pages() -> Iterator[tuple[Path, str]]:
    """Every page of the reference and what is to stand there."""
    lines = ["# API reference", "", "Written from the docstrings by `make docs`.", ""]
    for door in DOORS:
        module = importlib.import_module(f"reconciler.{door}")
        lines.append(f"* [`reconciler.{door}`]({door}.md): {_first(module)}")
        yield FOLDER / f"{door}.md", _page(module)
    yield FOLDER / "README.md", "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    stale = [(path, text) for path, text in pages() if not _is(path, text)]
    for path, text in stale:
        print(f"{path.name} is stale" if "--check" in arguments else f"wrote {path.name}")
        if "--check" not in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return int(bool(stale) and "--check" in arguments)


def public(module: ModuleType) -> dict[str, Any]:
    """What a door offers; one that lists nothing offers what it defines itself."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        ]
    return {name: getattr(module, name) for name in names}


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def _page(module: ModuleType) -> str:
    offered = public(module)
    names = sorted(offered, key=lambda name: name not in FIRST)
    classes = {name: offered[name] for name in names if inspect.isclass(offered[name])}
    functions = {name: offered[name] for name in names if inspect.isroutine(offered[name])}
    values = offered.keys() - classes.keys() - functions.keys()
    lines = [f"# `{module.__name__}`", "", *_prose(module.__doc__), ""]
    for name, one in classes.items():
        if name != one.__name__:
            lines += [f"## `{name}`", "", f"Another name of `{one.__name__}`.", ""]
        else:
            lines += _class(one)
    for name, one in functions.items():
        lines += _function(one, name, level=2)
    if values:
        lines += ["## Values", "", *(f"* `{name}`" for name in sorted(values)), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _class(one: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in one.__bases__ if base is not object)
    yield from (f"## `{one.__name__}`", "")
    if bases and not _parts(one):
        yield from (f"A {bases}.", "")
    if not issubclass(one, enum.Enum | BaseException) and not getattr(one, "_is_protocol", False):
        yield from ("```python", f"{one.__name__}{_signature(one)}", "```", "")
    yield from _prose(inspect.getdoc(one) if "__doc__" in vars(one) else None)
    yield ""
    if issubclass(one, enum.Enum):
        yield from ("Members: " + ", ".join(f"`{member.name}`" for member in one), "")
    own = vars(one).get("__init__")
    if inspect.isfunction(own) and own.__doc__:
        yield from (*_prose(inspect.getdoc(own)), "")
    for part in (one, *_parts(one)):
        members = dict(_members(part))
        if part is not one and members:
            yield from (f"### {part.__name__}", "", *_prose(inspect.getdoc(part)), "")
        for name, member in members.items():
            yield from _function(member, name, level=3 if part is one else 4)


def _parts(one: type) -> list[type]:
    """The classes of the same room that a class is put together from."""
    room = one.__module__.rsplit(".", 1)[0]
    parts = [
        base
        for base in one.__mro__[1:]
        if base.__module__.rsplit(".", 1)[0] == room and not issubclass(base, BaseException)
    ]
    return parts if len(parts) > 1 else []


def _members(one: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(one).items():
        if name.startswith("_") or not getattr(member, "__doc__", None):
            continue
        if isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member):
            yield name, member


def _function(one: Any, name: str, *, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} `{name}`", "")
    if not isinstance(one, property):
        function = getattr(one, "__func__", one)
        kind = "@classmethod\n" if isinstance(one, classmethod) else ""
        yield from ("```python", f"{kind}{name}{_signature(function)}", "```", "")
    yield from (*_prose(inspect.getdoc(one)), "")


def _signature(one: Any) -> str:
    if hasattr(one, "model_fields"):  # what pydantic says of it depends on whether it was built
        return "(**data: Any)"
    try:
        signature = inspect.signature(one)
    except (ValueError, TypeError):
        return "(...)"
    parameters = [
        # A default that is an object is named by its class, not by where it lies.
        each.replace(default=_Named(each.default)) if each.default is not each.empty else each
        for each in signature.parameters.values()
        if each.name not in ("self", "cls")
    ]
    signature = signature.replace(parameters=parameters)
    if inspect.isclass(one):
        signature = signature.replace(return_annotation=inspect.Signature.empty)
    text = _brief(str(signature))
    if len(text) > 88:
        shown = [_brief(str(each)) for each in signature.parameters.values()]
        text = "(\n    " + ",\n    ".join(shown) + ",\n)" + text[text.rindex(")") + 1 :]
        starts = [n for n, each in enumerate(parameters) if each.kind is each.KEYWORD_ONLY]
        if starts and not any(each.kind is each.VAR_POSITIONAL for each in parameters):
            mark = f"    {_brief(str(parameters[starts[0]]))}"
            text = text.replace(mark, f"    *,\n{mark}", 1)
    return text


def _brief(text: str) -> str:
    """A signature without the modules of its types."""
    return _MODULES.sub("", _QUOTED_TYPE.sub(r"\1", text))


class _Named:
    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        value = self._value
        if isinstance(value, enum.Enum):
            return str(value)
        if dataclasses.is_dataclass(value) or callable(value):
            return getattr(value, "__name__", f"{type(value).__name__}()")
        return _ADDRESS.sub("", repr(value))


def _prose(text: str | None) -> Iterator[str]:
    """A docstring as Markdown: its sections as lists, what is indented as code."""
    lines = inspect.cleandoc(text or "").splitlines()
    section = ""
    in_code = False
    for n, line in enumerate(lines):
        found = _SECTION.fullmatch(line)
        indented = line.startswith("    ")
        followed = n + 1 < len(lines) and lines[n + 1].startswith("    ")
        if found and (found["text"] or followed):
            section = found["name"]
            yield from ("", f"**{section}:** {found['text']}".rstrip())
            if section in _LISTED:
                yield ""
            continue
        if not line.strip():
            following = next((each for each in lines[n:] if each.strip()), "")
            if not following.startswith("    "):
                section = ""
            if in_code and not following.startswith("    "):
                in_code = False
                yield "```"
            yield ""
            continue
        if indented and section:
            yield _entry(line, is_listed=section in _LISTED)
            continue
        if indented and not in_code:
            in_code = True
            yield "```"
        if not indented:
            section = ""
            if in_code:
                in_code = False
                yield "```"
        yield line.removeprefix("    ") if in_code else line
    if in_code:
        yield "```"


def _entry(line: str, *, is_listed: bool) -> str:
    found = _ENTRY.fullmatch(line.strip()) if is_listed else None
    if found is None or line.startswith("        "):
        return f"  {line.strip()}" if is_listed else line.strip()
    names = ", ".join(f"`{name.strip().strip('`')}`" for name in found["names"].split(","))
    return f"* {names}: {found['text']}"


def _first(module: ModuleType) -> str:
    line = (module.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(line.split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
