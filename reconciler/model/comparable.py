"""What to leave out of account when the same thing, wished for and found, is compared.

Two texts inside specs depend on where and when something was registered, not on what it is: the
address of a code bundle, and the folders on the packaging machine that flytekit writes into its
dynamic and eager tasks. Both are brought to one form on both sides, and out of versions. Nothing
of this touches what is sent.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Mapping
from typing import Any

from reconciler.model.bundle import Bundle, as_token

# How base64 of a gzip stream begins, and the most that settings may inflate to.
_GZIP = "H4sI"
_MAX_SETTINGS = 4 << 20


def comparable(value: Any, bundles: Collection[Bundle] = ()) -> Any:
    """Return a JSON value with every text in it made comparable.

    Args:
        bundles: Those of the desired side; their addresses become their tokens.
    """
    if isinstance(value, str):
        return without_source_root(as_token(value, bundles))
    if isinstance(value, dict):
        return {key: comparable(item, bundles) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable(item, bundles) for item in value]
    return value


def without_source_root(text: str) -> str:
    """Return flytekit's serialised settings without the folders of the machine they were made on.

    That of the sources; and, where `pyflyte serialize` wrote those of its own Python in place of
    the container's, these as well.

    Shape: any text that is not such settings comes back as it is; settings as `settings` and
        their JSON, keys sorted, so that the compressor does not count either.
    Source: flytekit `configuration/__init__.py`, SerializationSettings.serialized_context, which
        dynamic and eager tasks carry in the variable `_F_SS_C`. Nothing reads the folder at run
        time but the building of images; `clis/sdk_in_container/serialize.py` for the Python.
    """
    if not text.startswith(_GZIP):
        return text
    try:
        inflating = zlib.decompressobj(wbits=31)
        data = inflating.decompress(base64.b64decode(text, validate=True), _MAX_SETTINGS)
        settings = json.loads(data) if inflating.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return text
    if not isinstance(settings, dict) or "source_root" not in settings:
        return text
    del settings["source_root"]
    if _is_of_serialize(settings):
        del settings["flytekit_virtualenv_root"], settings["python_interpreter"]
    return f"settings {json.dumps(settings, sort_keys=True)}"


def _is_of_serialize(settings: Mapping[str, Any]) -> bool:
    """Tell whether the Python is that which serialised.

    What says the container's names the folder that its Python is in, and flytekit's own nowhere.
    """
    root = settings.get("flytekit_virtualenv_root")
    python = settings.get("python_interpreter")
    if not isinstance(root, str) or not isinstance(python, str):
        return False
    return root.endswith("/flytekit") and not python.startswith(f"{root}/")
