"""Things made wrong, a little: values, texts and bytes.

Every choice is drawn from hypothesis, so that what fails shrinks to the least that fails, and the
same seed makes the same things.
"""

import copy
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

Draw = st.DrawFn
T = TypeVar("T")

# What somebody may write where something else belongs.
ODD_TEXTS = (
    *(
        "",
        " ",
        "~",
        "null",
        "no",
        "yes",
        "0x1f",
        "1e999",
        "-0",
        ".inf",
        ".nan",
        "=",
        "<<",
        "*",
        "&a",
    ),
    *("auto", "latest", "active", "inputs.x", "inputs", "start-node", "end-node", "each.key"),
    *(
        "${",
        "${}",
        "${var.x}",
        "${env.HOME}",
        "${image.x}",
        "${each.key}",
        "$${x}",
        "${each.value.a}",
    ),
    *(
        "list[",
        "list[list[int]]",
        "dict[int, str]",
        "int | ",
        "enum[]",
        "T",
        "list[" * 60 + "int" + "]" * 60,
    ),
    *(
        "* * * * *",
        "@every 1s",
        "0 0 31 2 *",
        "TZ=",
        "TZ=Mars/Olympus 0 0 * * *",
        "@reboot",
        "99 * * * *",
    ),
    *("1h", "-5m", "P1Y", "PT1H", "999999999999h", "1s1s", "9" * 400, "1." + "0" * 400),
    *("2026-02-30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "24:00"),
    *(
        "a" * 300,
        "é漢🙂",
        "\u202e",
        "\x7f",
        "\u0085",
        "\u2028",
        "a\0b",
        "a/b/../c",
        "../../etc/passwd",
    ),
    *(
        "s3://b/k@sha256:" + "0" * 64,
        "s3://b",
        "memory://x@sha256:00",
        "{{ .dest_dir }}",
        "[*",
        "a[b",
    ),
    *("a.b.c[0].d", 'a.b["c"]', "a == b and not c", "((((((((((" * 20, "x" + " and x" * 200),
)
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**32, 2**63, 2**64, -(2**63) - 1, 10**400),
    *(0.5, -0.0, 1e308, float("inf"), float("-inf"), float("nan")),
    *([], {}, [[]], [{}], {"": ""}, {"from": "inputs.x"}, {"value": {"from": 1}}, {"proto": {}}),
    *(
        {"name": "x", "version": "latest"},
        {"matrix": {"a": [1, 2]}},
        ["a"] * 50,
        {"a": {"a": {"a": 1}}},
    ),
)


def pick(draw: Draw, items: Sequence[T]) -> T:
    """One of some items, drawn by its number: what hypothesis tells of itself stays short."""
    return items[draw(st.integers(0, len(items) - 1))]


def odd(draw: Draw) -> Any:
    """A value that hardly belongs anywhere."""
    match draw(st.integers(0, 2)):
        case 0:
            return pick(draw, ODD_TEXTS)
        case 1:
            return copy.deepcopy(pick(draw, ODD_VALUES))
    return draw(st.text("ab1-_.:/ é\n\"'{}[]$", max_size=8))


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a value, the whole first."""
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += paths(item, (*path, index))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def change_value(draw: Draw, value: Any, others: list[Any]) -> Any:
    """A value with one to three things about it wrong.

    Args:
        others: Where parts may come from that belong elsewhere.
    """
    made = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = [path for path in paths(made) if path]
        if not places:
            return odd(draw)
        path = pick(draw, places)
        holder, key = at(made, path[:-1]), path[-1]
        match draw(
            st.sampled_from(["odd", "odd", "gone", "other", "renamed", "twice", "wrapped"])
        ):
            case "odd":
                holder[key] = odd(draw)
            case "gone":
                del holder[key]
            case "other":
                other = pick(draw, others)
                holder[key] = copy.deepcopy(at(other, pick(draw, paths(other))))
            case "renamed" if isinstance(holder, dict):
                holder[draw(st.sampled_from([key + "s", key[:-1], key.upper(), ""]))] = holder.pop(
                    key
                )
            case "twice" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder[key] = draw(st.sampled_from([[holder[key]], {"value": holder[key]}]))
    return made


_PIECES = (
    *(
        b"&a ",
        b"*a",
        b"!!python/object:os.system ",
        b"!x ",
        b"? ",
        b"- ",
        b": ",
        b"{",
        b"}",
        b"[",
        b"]",
    ),
    *(
        b"'",
        b'"',
        b"|\n",
        b">-\n",
        b"#",
        b"\t",
        b"\r",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xc2\x85",
    ),
    *(
        b"---\n",
        b"...\n",
        b"%YAML 1.1\n",
        b"<<: ",
        b"\n\n",
        b"\xed\xa0\x80",
        b"  ",
        b"${",
        b"1:30",
        b"~",
    ),
)


def change_bytes(draw: Draw, content: bytes, others: list[bytes]) -> bytes:
    """Content with one to four bytes, pieces or lines wrong, cut off or mixed with another's."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(made)))
        end = min(len(made), place + draw(st.integers(0, 40)))
        match draw(st.sampled_from(["flip", "piece", "cut", "gone", "twice", "other"])):
            case "flip" if place < len(made):
                made[place] ^= 1 << draw(st.integers(0, 7))
            case "piece":
                made[place:place] = draw(st.sampled_from(_PIECES))
            case "cut":
                del made[place:]
            case "gone":
                del made[place:end]
            case "twice":
                made[end:end] = made[place:end]
            case _:
                other = pick(draw, others)
                start = draw(st.integers(0, len(other)))
                made[place:place] = other[start : start + draw(st.integers(0, 200))]
    return bytes(made)
