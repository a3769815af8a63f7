"""Send a message: in words by a library that knows the services, or as an event to a machine.

Nothing here writes a URL anywhere: those of chat services hold their tokens.
"""

import logging
import re
import warnings

from reconciler.errors import NotifyError
from reconciler.notify.events import send_event
from reconciler.notify.unlogged import unlogged
from reconciler.notify.values import Message, Target

TITLE = "{summary}"
BODY = "{detail}\n\n{url}"
_WORD = re.compile(r"\{([a-z]+)\}")


@unlogged()
def send(message: Message, target: Target) -> None:
    """Tell one target; once this returns it, or its service, has taken the message.

    Raises: NotifyError if it has not.
    """
    if target.is_machine:
        send_event(message, target)
        return
    # What its plugins do with Python's own modules is nothing that a user could mend.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _send_words(message, target)


def _send_words(message: Message, target: Target) -> None:
    try:
        import apprise
    except ImportError:
        raise NotifyError(
            target.name, "words need `pip install 'flyte-reconciler[notify]'`"
        ) from None
    # It logs what it sends, and where to.
    quiet = logging.getLogger("apprise")
    quiet.propagate = False
    quiet.handlers[:] = [logging.NullHandler()]
    service = apprise.Apprise()
    if not service.add(target.url):
        raise NotifyError(target.name, "its URL is none that apprise knows, see its page of them")
    body = _filled(target.body or BODY, message).strip()
    try:
        taken = service.notify(
            title=_filled(target.title or TITLE, message),
            body=body or message.summary,
            notify_type=apprise.NotifyType(str(message.mood)),
            body_format=apprise.NotifyFormat.MARKDOWN,
        )
    except Exception as error:  # a service's own, whose text may hold its URL
        raise NotifyError(target.name, f"it failed ({type(error).__name__})") from None
    if not taken:
        raise NotifyError(target.name, "its service did not take the message")


def _filled(template: str, message: Message) -> str:
    words = message.words
    return _WORD.sub(lambda found: words.get(found[1], found[0]), template)
