"""Which file and line each value of a document came from, and what it would be if nobody said."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest.each import FIELD
from reconciler.manifest.explain import dotted
from reconciler.manifest.layers import Layered
from reconciler.manifest.loader import prepared_in
from reconciler.manifest.models import KINDS
from reconciler.manifest.models.base import Manifest, Part, Positions
from reconciler.manifest.models.base import Path as Steps
from reconciler.manifest.models.package import Package
from reconciler.manifest.prepare import Prepared, Setting
from reconciler.manifest.rules import place_of
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.validate import validate
from reconciler.manifest.workspace import Settled
from reconciler.model import Diagnostic, Explanation, Ingredient, Layer, Origin, Provenance

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[([0-9]+)\]|\["([^"]*)"\]')
_HEAD = ("apiVersion", "kind")


def explain_values(
    paths: Sequence[str | Path],
    id: str,
    field: str = "",
    *,
    settled: Settled | None = None,
    ignore: Sequence[str] = (),
) -> tuple[Explanation, ...]:
    """Explain every document that `id` means.

    Args:
        id: `name`, `project/domain/name`, `Kind/project/domain/name`, or an address as plans have
            it, with or without its version.
        field: A dotted path, with or without `spec.`; everything below it is explained. Empty:
            the whole document.

    Raises: ManifestError if the documents cannot be used; ConfigError if `id` means none of
        them, or none has the field.
    """
    setting = settled.setting if settled else Setting()
    problems: list[Diagnostic] = []
    found: list[tuple[Prepared, Manifest]] = []
    known: list[str] = []
    packages: list[str] = []
    for prepared in prepared_in(paths, setting, problems, ignore=ignore):
        names = _names(prepared.value)
        known += names[:1] if "/" in id else names[3:]
        if isinstance(prepared.value, dict) and prepared.value.get("kind") == Package.KIND:
            packages += names[1:2]
        if id.partition("@")[0] not in names:
            continue
        manifest = validate(prepared.value, prepared.places, KINDS, problems, names=setting.places)
        if manifest is not None:
            found.append((prepared, manifest))
    if problems and not found:
        raise ManifestError(problems)
    if not found:
        hint = did_you_mean(id, known)
        if packages:
            hint = f"{hint}; " if hint else ""
            hint += f"what comes out of a package is said by it: {', '.join(packages)}"
        raise ConfigError(f"no manifest declares {id}" + (f" ({hint})" if hint else ""))
    explained = tuple(_explained(*one, field, settled) for one in found)
    if not any(one.values for one in explained):
        raise ConfigError(f"{explained[0].label} has no field {field}{_elsewhere(found, field)}")
    return tuple(one for one in explained if one.values)


def _elsewhere(found: Sequence[tuple[Prepared, Manifest]], field: str) -> str:
    """Where in the documents a field of that name is."""
    wanted = _steps(field)[-1:]
    paths = (path for prepared, _ in found for path, _ in _leaves(prepared.value, ()))
    near = dict.fromkeys(
        dotted(path[: at + 1])
        for path in paths
        for at, step in enumerate(path)
        if (step,) == wanted
    )
    return f" (did you mean {' or '.join(list(near)[:3])}?)" if near else ""


def _names(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    path = "/".join(part for part in place_of(value) if part)
    kind = str(value.get("kind"))
    slug = re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()
    return [path, f"{kind}/{path}", f"{slug}:{path}", path.rpartition("/")[2]]


def _explained(
    prepared: Prepared, manifest: Manifest, field: str, settled: Settled | None
) -> Explanation:
    steps = _steps(field)
    for prefix in ((), ("spec",)):
        wanted = (*prefix, *steps)
        values = list(_said(prepared, wanted, settled))
        if values:
            break
        values = list(_unsaid(manifest, wanted, prepared.places))
        if values:
            break
    label = f"{manifest.label} (forEach {prepared.key})" if prepared.key else manifest.label
    return Explanation(label, manifest.origin, tuple(values))


def _steps(field: str) -> Steps:
    steps: list[str | int] = []
    for name, number, quoted in _STEP.findall(field):
        steps.append(int(number) if number else name or quoted)
    return tuple(steps)


def _said(prepared: Prepared, wanted: Steps, settled: Settled | None) -> Iterator[Provenance]:
    """What somebody says at `wanted` and below it."""
    for path, leaf in _leaves(prepared.value, ()):
        if path[: len(wanted)] == wanted and path[0] not in _HEAD:
            yield _told(path, leaf, prepared, settled)


def _leaves(value: Any, path: Steps) -> Iterator[tuple[Steps, Any]]:
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    if not entries:
        yield path, value
    for key, item in entries:
        yield from _leaves(item, (*path, key))


def _told(path: Steps, value: Any, prepared: Prepared, settled: Settled | None) -> Provenance:
    places = prepared.places
    origin = places.value_origin(path)
    if settled and (mapped := _mapped(path, value, places, settled)):
        return mapped
    if not isinstance(places, Layered):
        return Provenance(dotted(path), value, Layer.MANIFEST, origin)
    substitution = places.substituted(path)
    names = substitution.names if substitution else ()
    sensitive = substitution is not None and substitution.sensitive
    if sensitive and settled:
        value = settled.sensitive.mask(str(value))
    return Provenance(
        dotted(path),
        value,
        Layer(places.layer(path)),
        origin,
        spelled=places.spelled(path) if substitution else "",
        ingredients=tuple(_ingredient(name, prepared, settled) for name in dict.fromkeys(names)),
        sensitive=sensitive,
    )


def _mapped(path: Steps, value: Any, places: Positions, settled: Settled) -> Provenance | None:
    """A project or domain that the environment calls otherwise than its manifest does."""
    spec = settled.workspace.spec.environments.get(settled.environment)
    key = str(path[-1])
    names = {"project": spec.projects, "domain": spec.domains}.get(key, {}) if spec else {}
    written = places.source(path)
    if len(path) != 2 or path[0] != "metadata" or written == value or names.get(written) != value:
        return None
    origin = settled.workspace.origin_of(
        "spec", "environments", settled.environment, f"{key}s", written
    )
    return Provenance(dotted(path), value, Layer.ENVIRONMENT, origin, spelled=written)


def _ingredient(name: str, prepared: Prepared, settled: Settled | None) -> Ingredient:
    kind, _, short = name.partition(".")
    origin: Origin | None = None
    if kind == "each":
        origin = _listed_at(short, prepared)
    elif settled and kind == "var" and short in settled.given:
        origin = settled.given[short].origin
    elif settled and kind in ("env", "image"):
        field = "images" if kind == "image" else "env"
        origin = settled.workspace.origin_of("spec", field, *([short] if kind == "image" else []))
    return Ingredient(name, origin)


def _listed_at(name: str, prepared: Prepared) -> Origin:
    """Where `forEach` lists the axis or the entry; where it stands itself if that is all of it."""
    places = prepared.places
    whole = places.value_origin((FIELD,))
    inner = ((FIELD, "matrix", name), (FIELD, prepared.key))
    return next((at for path in inner if (at := places.value_origin(path)) != whole), whole)


def _unsaid(manifest: Manifest, wanted: Steps, places: Positions) -> Iterator[Provenance]:
    """What the language takes where nobody says anything; nothing if there is no such field."""
    value: Any = manifest
    for number, step in enumerate(wanted):
        if value is None:
            # There might be such a field, if only somebody said what is around it.
            wanted = wanted[:number]
            break
        try:
            value = _inside(value, step)
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(value, Manifest) or (isinstance(value, Part) and not wanted):
        return
    yield Provenance(dotted(wanted), _plain(value), Layer.LANGUAGE, None)


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(value, Part):
        fields = type(value).model_fields.items()
        names = {field.alias or name: name for name, field in fields}
        return getattr(value, names[str(step)])
    return value[step]


def _plain(value: Any) -> Any:
    """A value of a model as JSON would have it."""
    match value:
        case Part():
            return value.model_dump(by_alias=True, mode="python", exclude_none=True) or {}
        case Message():
            return MessageToDict(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
    return value
