"""YAML spelled otherwise than it should be, line by line: what editors, merges and people do."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.fuzz.mutations import pick

Draw = st.DrawFn
Change = Callable[[Draw, list[str]], None]


@st.composite
def misspelled(draw: Draw, content: bytes) -> bytes:
    """A file with one to five of its lines wrong, or merely unusual."""
    lines = content.decode().split("\n")
    for _ in range(draw(st.integers(1, 5))):
        pick(draw, _CHANGES)(draw, lines)
    text = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])).join(lines)
    return text.encode("utf-8", "surrogatepass")


def _line(draw: Draw, lines: list[str]) -> int:
    return draw(st.integers(0, max(0, len(lines) - 1)))


def _indent(draw: Draw, lines: list[str]) -> None:
    start = _line(draw, lines)
    by = draw(st.sampled_from([" ", "  ", "    ", "\t", "- ", "? ", ": "]))
    for number in range(start, min(len(lines), start + draw(st.integers(1, 6)))):
        lines[number] = by + lines[number]


def _outdent(draw: Draw, lines: list[str]) -> None:
    start, by = _line(draw, lines), draw(st.integers(1, 4))
    for number in range(start, min(len(lines), start + draw(st.integers(1, 6)))):
        blank = len(lines[number]) - len(lines[number].lstrip(" "))
        lines[number] = lines[number][min(blank, by) :]


def _moved(draw: Draw, lines: list[str]) -> None:
    start, end = _line(draw, lines), draw(st.integers(1, 6))
    block = lines[start : start + end]
    if draw(st.booleans()):
        del lines[start : start + end]
    at = draw(st.integers(0, len(lines)))
    lines[at:at] = block


def _gone(draw: Draw, lines: list[str]) -> None:
    start = _line(draw, lines)
    del lines[start : start + draw(st.integers(1, 6))]


def _conflict(draw: Draw, lines: list[str]) -> None:
    """What a merge leaves behind."""
    at = _line(draw, lines)
    lines[at:at] = ["<<<<<<< HEAD", *lines[at : at + 2], "=======", *lines[at : at + 3], ">>>>>>>"]


_HEADS = (
    *("&a ", "*a ", "!x ", "!!str ", "!!binary ", "! ", "!<tag:x> ", "- ", "- - ", "? ", "# "),
    *("|\n ", ">-\n ", "|2\n ", ">+9\n ", '"', "'", "[", "{", "@", "`", "%", "<<: ", "~ "),
)
_TAILS = (
    *(" # said", "#said", "   ", "\t", ":", ": ", ": |", ": >-", ",", "]", "}", '"', "'", " &b"),
    *("\u0085", "\u2028", "\ufeff", "\\", "\\x41", " !x", " *a", "\x00", "\x1b", "é🙂", ": {}"),
)


def _headed(draw: Draw, lines: list[str]) -> None:
    """Before the value of a line, or before all of it."""
    at = _line(draw, lines)
    if not lines:
        return
    key, colon, value = lines[at].partition(": ")
    head = pick(draw, _HEADS)
    if colon and draw(st.booleans()):
        lines[at] = f"{key}{colon}{head}{value}"
    else:
        rest = lines[at].lstrip(" ")
        lines[at] = lines[at][: len(lines[at]) - len(rest)] + head + rest


def _tailed(draw: Draw, lines: list[str]) -> None:
    if lines:
        lines[_line(draw, lines)] += pick(draw, _TAILS)


def _joined(draw: Draw, lines: list[str]) -> None:
    at = _line(draw, lines)
    if at + 1 < len(lines):
        glue = draw(st.sampled_from([" ", "", ", ", " # "]))
        lines[at : at + 2] = [lines[at] + glue + lines[at + 1].lstrip(" ")]


def _broken(draw: Draw, lines: list[str]) -> None:
    at = _line(draw, lines)
    if lines and lines[at]:
        place = draw(st.integers(0, len(lines[at])))
        lines[at : at + 1] = [lines[at][:place], lines[at][place:]]


_MARKS = ("---", "...", "--- # x", "--- {a: 1}", "--- |", "%YAML 1.2", "", "", "# x", "----")


def _parted(draw: Draw, lines: list[str]) -> None:
    at = draw(st.integers(0, len(lines)))
    mark = draw(
        st.sampled_from(
            ["---", "...", "--- # x", "--- {a: 1}", "%YAML 1.2", "", "", "# x", "----"]
        )
    )
    lines[at:at] = [mark] * draw(st.integers(1, 3))


def _large(draw: Draw, lines: list[str]) -> None:
    """Deep, long, or much in little."""
    at = draw(st.integers(0, len(lines)))
    number = draw(st.sampled_from([10, 99, 101, 1_000, 5_000]))
    match draw(st.integers(0, 7)):
        case 0:
            made = ["x: " + "[" * number + "]" * draw(st.sampled_from([0, number]))]
        case 1:
            made = ["x: " + "{a: " * number + "}" * draw(st.sampled_from([0, number]))]
        case 2:
            made = [f"x: {'a' * number * 10}"]
        case 3:
            made = [f"x: {'9' * number}"]
        case 4:
            made = [f"x: [{', '.join('a' * number)}]"]
        case 5:
            letters = "abcdefghijkl"[: min(number, 12)]
            pairs = zip(letters[1:], letters, strict=False)
            made = ["a: &a [x, x, x, x, x, x, x, x]"]
            made += [f"{one}: &{one} [{', '.join([f'*{other}'] * 8)}]" for one, other in pairs]
        case 6:
            made = [f"{'- ' * number}x"]
        case _:
            made = [f"k{index}: *a" if index else "k: &a {b: c}" for index in range(number)]
    lines[at:at] = made


_CHANGES: tuple[Change, ...] = (
    *(_indent, _outdent, _moved, _gone, _headed, _headed, _tailed, _tailed, _joined, _broken),
    *(_parted, _conflict, _large),
)
