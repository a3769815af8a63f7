"""Images that flytekit describes: named while planning, built only once something is written."""

from collections.abc import Sequence
from typing import Any

from reconciler.remote.register.reachable import image_specs_in


def name_images(objects: Sequence[Any], settings: Any) -> None:
    """Tell the settings what the images are called, so that serialising builds none of them.

    Works in place on `settings`; the objects are to be `untouched` around it.
    """
    specs = image_specs_in(objects)
    if not specs:
        return
    from flytekit.configuration import Image
    from flytekit.core.python_auto_container import update_image_spec_copy_handling

    images = settings.image_config.images
    known = {image.name for image in images or ()}
    if images is None:
        images = settings.image_config.images = []
    for spec in specs:
        update_image_spec_copy_handling(spec, settings)
        if spec.id not in known:
            known.add(spec.id)
            images.append(Image.look_up_image_info(spec.id, spec.image_name()))


def build_images(objects: Sequence[Any], settings: Any) -> None:
    """Have flytekit build what is not there yet.

    Raises: whatever the builder does.
    """
    specs = image_specs_in(objects)
    if not specs:
        return
    from flytekit.core.python_auto_container import update_image_spec_copy_handling
    from flytekit.image_spec.image_spec import ImageBuildEngine

    for spec in specs:
        update_image_spec_copy_handling(spec, settings)
        ImageBuildEngine.build(spec)
