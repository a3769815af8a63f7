"""One thing that Admin holds, whole: its message as JSON has it, without the values that hide.

Nobody marked what Admin holds as sensitive, so what tends to be secret (values of environment
variables, of inputs and outputs, of plugin configuration) is masked unless it is asked for.
"""

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from reconciler.report.diagnostics import FORMAT_VERSION
from reconciler.report.masking import Masks


def in_full(message: Message, *, kind: str, reveal: bool = False, **more: Any) -> dict[str, Any]:
    """One message as a document: `type` and the message under the name of its kind.

    Args:
        kind: What it is, for instance `task`.
        reveal: Show every value.
        more: Further keys of the document: other messages, or plain values that are shown.
    """
    masks = Masks()

    def told(key: str, value: Any) -> Any:
        if not isinstance(value, Message):
            return value
        found = MessageToDict(value)
        # The key is a part of the paths that are masked: `inputs.literals.day`.
        return found if reveal else masks.document({key: found})[key]

    return {
        "format_version": FORMAT_VERSION,
        "type": kind,
        kind: told(kind, message),
        **{key: told(key, value) for key, value in more.items()},
    }
