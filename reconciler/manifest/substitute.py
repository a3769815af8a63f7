"""`${var.region}` in scalars: replaced by values, never by text that is parsed again.

A scalar that is one reference and nothing else takes the value with its type, a list or mapping
too; inside a longer text a reference becomes text. `$${` stands for `${`. Keys hold no
references. There is nothing more to it: no conditions, no functions, no templates of text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifest.layers import Layered, Substitution
from reconciler.manifest.models.base import Path, Positions
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import Diagnostic, describe_value

MARK = "${"
_TOKEN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME = re.compile(r"([a-z]+)((?:\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]+\])+)")
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]")
_KINDS = ("var", "env", "image", "each")
_FORMS = "a reference is ${var.NAME}, ${env.NAME}, ${image.NAME} or ${each.key}"
_ITSELF = "for the text itself write $${"


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that references can name.

    `values`: kind (`var`, `env`, …) → name → value. `missing`: kind → name → why a name that is
    declared has no value. `sensitive`: the `kind.name` of what must not be shown. `hints`: kind →
    what to say where nothing of the kind is known.
    """

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    missing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)

    def with_each(self, each: Mapping[str, Any], *, sensitive: bool = False) -> "Known":
        """The same for one instance of a `forEach`."""
        marked = {f"each.{name}" for name in each} if sensitive else set()
        return Known(
            {**self.values, "each": each}, self.missing, self.sensitive | marked, self.hints
        )


class Unresolved(Exception):
    """A reference that names nothing; `code`, `message` and `hint` as a diagnostic has them."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code = code
        self.hint = hint
        super().__init__(message)


def substitute(
    value: Any, places: Positions, known: Known, problems: list[Diagnostic]
) -> tuple[Any, Positions]:
    """Replace every reference in `value`; what cannot be is told in `problems`.

    Shape: a new value (parts without references are shared with the old one, which is left as it
        was), and where it stands.
    """
    walk = _Walk(places, known, problems)
    result = walk.value(value, ())
    if not walk.substitutions:
        return result, places
    if isinstance(places, Layered):
        return result, Layered(
            places.base, places.pieces, {**places.substitutions, **walk.substitutions}
        )
    return result, Layered(places, substitutions=walk.substitutions)


def resolve_text(text: str, known: Known) -> tuple[Any, tuple[str, ...]]:
    """Replace the references in one scalar.

    Shape: the value, and the names of what went into it (`var.region`), outermost name only.
    Raises: Unresolved for the first that cannot be replaced.
    """
    whole = _TOKEN.fullmatch(text)
    if whole and whole[1] is not None:
        value, name = _value(whole[1], known)
        return value, (name,)
    names: list[str] = []

    def replacement(token: re.Match[str]) -> str:
        if token[0] == "$${":
            return MARK
        if token[1] is None:
            raise Unresolved("reference-syntax", "`${` without its `}`", _ITSELF)
        value, name = _value(token[1], known)
        names.append(name)
        return _as_text(value, token[0])

    return _TOKEN.sub(replacement, text), tuple(names)


def _value(inside: str, known: Known) -> tuple[Any, str]:
    written = f"${{{inside}}}"
    found = _NAME.fullmatch(inside)
    if found is None or found[1] not in _KINDS:
        raise Unresolved("reference-syntax", f"{written} is no reference", f"{_FORMS}; {_ITSELF}")
    kind = found[1]
    steps: list[str | int] = [
        step[1] if step[1] is not None else int(step[2]) for step in _STEP.finditer(found[2])
    ]
    first, *others = steps
    if not isinstance(first, str):
        raise Unresolved("reference-syntax", f"{written} is no reference", f"{_FORMS}; {_ITSELF}")
    names = known.values.get(kind, {})
    if first not in names:
        raise _unknown(written, kind, first, known)
    value = names[first]
    for step in others:
        value = _inside(value, step, written)
    return value, f"{kind}.{first}"


def _unknown(written: str, kind: str, name: str, known: Known) -> Unresolved:
    missing = known.missing.get(kind, {})
    if name in missing:
        return Unresolved("unset-reference", f"{written}: {missing[name]}")
    candidates = [*known.values.get(kind, {}), *missing]
    hint = did_you_mean(name, candidates) if candidates else known.hints.get(kind, "")
    return Unresolved("unknown-reference", f"{written} names nothing", hint)


def _inside(value: Any, step: str | int, written: str) -> Any:
    if isinstance(step, str) and isinstance(value, dict):
        if step in value:
            return value[step]
        raise Unresolved(
            "unknown-reference", f"{written}: there is no {step}", did_you_mean(step, value)
        )
    if isinstance(step, int) and isinstance(value, list):
        if step < len(value):
            return value[step]
        raise Unresolved("unknown-reference", f"{written}: the list has {len(value)} items")
    what = "no mapping" if isinstance(step, str) else "no list"
    raise Unresolved("unknown-reference", f"{written}: what comes before {step} is {what}")


def _as_text(value: Any, written: str) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    what = describe_value(value)
    raise Unresolved(
        "reference-type",
        f"{written} is {what}, which cannot be part of a text",
        "let it stand alone",
    )


class _Walk:
    """Goes through one value, keeping the path to each scalar."""

    def __init__(self, places: Positions, known: Known, problems: list[Diagnostic]) -> None:
        self.substitutions: dict[Path, Substitution] = {}
        self._places = places
        self._known = known
        self._problems = problems

    def value(self, value: Any, path: Path) -> Any:
        match value:
            case str():
                return self._scalar(value, path) if MARK in value else value
            case dict():
                self._check_keys(value, path)
                return self._mapping(value, path)
            case list():
                return self._list(value, path)
        return value

    def _mapping(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        made = {key: self.value(item, (*path, key)) for key, item in value.items()}
        return made if any(made[key] is not value[key] for key in value) else value

    def _list(self, value: list[Any], path: Path) -> list[Any]:
        made = [self.value(item, (*path, at)) for at, item in enumerate(value)]
        return made if any(a is not b for a, b in zip(made, value, strict=True)) else value

    def _check_keys(self, value: Mapping[str, Any], path: Path) -> None:
        for key in value:
            if MARK in key and (found := _TOKEN.search(key)) and found[1] is not None:
                self._problems.append(
                    Diagnostic(
                        "reference-in-key",
                        f"the key {key} holds a reference, and only values can",
                        self._places.origin((*path, key)),
                    )
                )

    def _scalar(self, text: str, path: Path) -> Any:
        try:
            value, names = resolve_text(text, self._known)
        except Unresolved as error:
            origin = self._places.value_origin(path)
            self._problems.append(Diagnostic(error.code, str(error), origin, error.hint))
            return text
        sensitive = any(name in self._known.sensitive for name in names)
        self.substitutions[path] = Substitution(names, sensitive)
        return value


def names_in(value: Any) -> Sequence[str]:
    """Every reference that a value holds, as `kind.name`, in the order they stand."""
    match value:
        case str():
            found = (_NAME.fullmatch(token[1] or "") for token in _TOKEN.finditer(value))
            return [
                f"{name[1]}.{first[1]}"
                for name in found
                if name and (first := _STEP.match(name[2]))
            ]
        case dict():
            return [name for item in value.values() for name in names_in(item)]
        case list():
            return [name for item in value for name in names_in(item)]
    return []
