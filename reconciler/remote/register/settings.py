"""flytekit's serialisation settings, copied and brought to what reproduces.

Place and version are left blank, to be filled in as in a package. The folder of the sources does
not count where content is compared or named.
"""

import copy
from collections.abc import Mapping
from typing import Any

from reconciler.errors import ConfigError
from reconciler.remote.register.extra import need_flytekit


def settings_for(
    given: Any | None,
    *,
    image_config: Any | None = None,
    env: Mapping[str, str] | None = None,
    default_resources: Any | None = None,
    destination: str | None = None,
    source_root: str | None = None,
) -> Any:
    """A SerializationSettings for serialising now; `given` stays as it is.

    Args:
        given: The caller's SerializationSettings, None for flytekit's usual.
        image_config: In place of those of `given`: an ImageConfig, or one image for everything.
        destination: Where code is unpacked; None where the image holds the code.
        source_root: What an image that flytekit builds copies, unless `given` says it.

    Raises: ConfigError if no image is said and flytekit has none for this Python.
    """
    need_flytekit()
    from flytekit.configuration import FastSerializationSettings, SerializationSettings

    if given is None:
        found = SerializationSettings(image_config=_images(image_config))
    else:
        found = copy.deepcopy(given)
        if image_config is not None:
            found.image_config = _images(image_config)
    found.project = found.domain = found.version = ""
    if source_root is not None and found.source_root is None:
        found.source_root = source_root
    if env:
        found.env = {**(found.env or {}), **env}
    if default_resources is not None:
        found.default_resources = copy.deepcopy(default_resources)
    if destination is not None:
        found.fast_serialization_settings = FastSerializationSettings(
            enabled=True, destination_dir=destination
        )
    return found


def _images(given: Any | None) -> Any:
    from flytekit.configuration import ImageConfig

    if isinstance(given, str):
        return ImageConfig.auto(img_name=given)
    if given is not None:
        return copy.deepcopy(given)
    try:
        return ImageConfig.auto_default_image()
    except ValueError as error:
        raise ConfigError(
            f"flytekit has no image of its own for this Python ({error}); "
            'say one: image_config="registry/app:tag"'
        ) from error
