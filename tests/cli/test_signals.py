"""Signals are noticed whoever waits for what."""

import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue

from reconciler.cli.signals import Watch


def test_signal_is_noticed_while_the_main_thread_waits() -> None:
    """Also where it lands in another thread, which wakes nobody."""
    noticed = threading.Event()

    def other() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    with Watch(lambda number: noticed.set()):
        thread = threading.Thread(target=other)
        thread.start()
        assert noticed.wait(timeout=10)
        thread.join()


def test_the_innermost_watch_reacts() -> None:
    """And the outer one again when it is gone."""
    heard: SimpleQueue[tuple[str, int]] = SimpleQueue()

    def hear(who: str) -> Callable[[int], None]:
        return lambda number: heard.put((who, number))

    with Watch(hear("outer")):
        with Watch(hear("inner")):
            signal.raise_signal(signal.SIGINT)
            assert heard.get(timeout=10) == ("inner", signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert heard.get(timeout=10) == ("outer", signal.SIGTERM)
    assert heard.empty()
