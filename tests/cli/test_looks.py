"""How often something is looked at until it is over."""

from collections.abc import Callable, Iterator

import pytest

from reconciler.cli.looks import Rhythm
from reconciler.errors import NotFoundError, UnreachableError
from reconciler.model import Branch

GOING = Branch("e", "e", "RUNNING")
OVER = Branch("e", "e", "SUCCEEDED")


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def rhythm(self, *, every: float | None = None, timeout: float | None = None) -> Rhythm:
        return Rhythm(every=every, timeout=timeout, sleep=self.sleep, monotonic=lambda: self.now)


def looking(*answers: Branch | Exception) -> Callable[[], Branch]:
    """Gives these answers, one a look."""
    rest: Iterator[Branch | Exception] = iter(answers)

    def look() -> Branch:
        answer = next(rest)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


def test_pauses_grow_up_to_ten_seconds() -> None:
    """What ends soon is noticed soon, and what takes a day costs little."""
    time = Time()
    found = list(time.rhythm().looks(looking(*[GOING] * 15, OVER)))

    assert found[-1] is OVER
    assert time.slept[0] == 0.5
    assert time.slept[-1] == 10.0
    assert time.slept == sorted(time.slept)


def test_a_pause_that_is_said_stays() -> None:
    """However long it takes."""
    time = Time()
    list(time.rhythm(every=3).looks(looking(GOING, GOING, GOING, OVER)))

    assert time.slept == [3, 3, 3]


def test_the_last_look_is_when_time_is_up() -> None:
    """Not a pause later, nor earlier."""
    time = Time()
    found = list(time.rhythm(every=4, timeout=10).looks(looking(*[GOING] * 9)))

    assert time.slept == [4, 4, 2]
    assert len(found) == 4


def test_no_time_at_all_is_one_look() -> None:
    """To see how it is now."""
    assert list(Time().rhythm(timeout=0).looks(looking(GOING))) == [GOING]


def test_short_absences_are_waited_out(capsys: pytest.CaptureFixture[str]) -> None:
    """And told once each."""
    gone = UnreachableError("nobody answers at host:1")
    answers = (GOING, gone, gone, GOING, gone, OVER)

    found = list(Time().rhythm().looks(looking(*answers)))

    assert found == [GOING, GOING, OVER]
    assert capsys.readouterr().err.count("Nobody answers") == 2


@pytest.mark.parametrize(
    "answers",
    [
        [UnreachableError("gone")],
        [GOING, *[UnreachableError("gone")] * 5],
        [GOING, NotFoundError("no such execution")],
    ],
)
def test_what_does_not_come_back_is_an_error(answers: list[Branch | Exception]) -> None:
    """At once if it never was there, or if Admin says so itself."""
    with pytest.raises((UnreachableError, NotFoundError)):
        list(Time().rhythm().looks(looking(*answers)))


def test_a_clock_ticks_between_two_looks() -> None:
    """Every second, so that what is shown does not seem to hang."""
    ticks = []
    time = Time()
    list(time.rhythm(every=3.5).looks(looking(GOING, OVER), tick=lambda: ticks.append(time.now)))

    assert ticks == [101.0, 102.0, 103.0]
