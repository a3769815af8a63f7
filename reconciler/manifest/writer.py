"""Documents → YAML, as people write manifests: keys in order, short mappings on one line."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from reconciler.manifest.scalars import plain_value

_WIDTH = 99


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        # Lists stand further in than the key they belong to.
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # YAML 1.2 knows other numbers than this dumper does; and only between double quotes is a sign
    # that ends lines, or cannot be seen, written so that it comes back.
    is_seen = all(sign.isprintable() or sign == "\n" for sign in text)
    style = None if is_seen and _is_plain(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_plain(text: str) -> bool:
    try:
        return isinstance(plain_value(text), str)
    except ValueError:
        return False


_Dumper.add_representer(str, _text)


def to_yaml(documents: Iterable[Mapping[str, Any]], *, plain: bool = False) -> str:
    """Return documents of plain values as one YAML text that loads as exactly these.

    Texts that YAML 1.1 takes for something else are quoted, so every parser reads the same; what
    looks like a reference to a variable is no reference.

    Args:
        plain: It is no manifest, and `${` is written as it is.
    """
    return "---\n".join(
        yaml.dump(
            document if plain else _literally(document),
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=_WIDTH,
            default_flow_style=False,
        )
        for document in documents
    )


def _literally(value: Any) -> Any:
    """The value with every `${` in it written so that it stands for itself."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {key: _literally(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_literally(item) for item in value]
    return value
