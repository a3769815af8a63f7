"""What a task or workflow is, for people, as the message beside its template."""

from typing import Any

from flyteidl.admin.description_entity_pb2 import DescriptionEntity, DescriptionFormat

from reconciler.manifest import DescriptionPart

_FORMATS = {
    "unknown": DescriptionFormat.DESCRIPTION_FORMAT_UNKNOWN,
    "markdown": DescriptionFormat.DESCRIPTION_FORMAT_MARKDOWN,
    "html": DescriptionFormat.DESCRIPTION_FORMAT_HTML,
    "rst": DescriptionFormat.DESCRIPTION_FORMAT_RST,
}


def add_description(spec: Any, declared: DescriptionPart) -> None:
    """Fill `spec.description` of a TaskSpec or WorkflowSpec, if there is anything to say."""
    if not (declared.short or declared.long or declared.source or declared.tags):
        return
    message = DescriptionEntity(short_description=declared.short, tags=declared.tags)
    if declared.long is not None:
        page = message.long_description
        page.format = _FORMATS[declared.long.format]
        page.icon_link = declared.long.icon
        if declared.long.text is not None:
            page.value = declared.long.text
        if declared.long.uri is not None:
            page.uri = declared.long.uri
    if declared.source:
        message.source_code.link = declared.source
    if message.ListFields():
        spec.description.CopyFrom(message)
