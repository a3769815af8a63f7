"""Policies in CEL: compiled once, then asked about every step, or once about the plan."""

import fnmatch
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from reconciler.policy.findings import Broken, said, word
from reconciler.policy.inputs import Inputs

_VARIABLES = (
    "plan",
    "step",
    "object",
    "effect",
    "images",
    "params",
    "now",
    "environment",
    "workspace",
)
_ZONE = re.compile(r"\b[A-Z][A-Za-z]+(?:/[A-Za-z0-9_+-]+)+\b")
_SUFFIXES = {
    "m": Decimal("0.001"),
    **{letter: Decimal(1000) ** at for at, letter in enumerate("kMGTPE", 1)},
    **{f"{letter}i": Decimal(1024) ** at for at, letter in enumerate("KMGTPE", 1)},
}
_INSERTED = re.compile(r"\$\{(.*?)\}", re.DOTALL)


def engine(inputs: Inputs, job: Mapping[str, Any]) -> Callable[[Any], Sequence[dict[str, Any]]]:
    """What judges policies in CEL. Everything that is read from files is read here and now."""
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    kind = cel.Type
    functions = [
        cel.FunctionDecl(
            "quantity", [cel.Overload("quantity_dyn", kind.DOUBLE, [kind.DYN], False, quantity)]
        ),
        cel.FunctionDecl(
            "glob",
            [
                cel.Overload(
                    "glob_string_string", kind.BOOL, [kind.STRING, kind.STRING], False, _glob
                )
            ],
        ),
    ]
    types = dict.fromkeys(_VARIABLES, kind.DYN)
    types |= {"now": kind.TIMESTAMP, "environment": kind.STRING, "workspace": kind.STRING}
    env = cel.NewEnv(
        variables=types,
        extensions=[
            cel.CelExtension("reconciler", functions),
            ext_strings.ExtStrings(),
            ext_optional.ExtOptional(),
            ext_math.ExtMath(),
            ext_bindings.ExtBindings(),
        ],
    )
    # Zones are read from files, and soon no file can be opened.
    for zone in set(_ZONE.findall(json.dumps(job["policies"]))):
        env.compile(f'timestamp("2026-01-01T00:00:00Z").getHours({json.dumps(zone)})').eval(
            data={}
        )

    def compiled(text: str, line: int) -> Any:
        try:
            return env.compile(text)
        except RuntimeError as error:
            raise Broken(*_cel_error(str(error), line)) from None

    def value_of(program: Any, data: Any, what: str, line: int) -> Any:
        try:
            value = program.eval(data)
        except RuntimeError as error:
            raise Broken(f"{what}: {error}", line) from None
        plain = value.value()
        if plain is True or plain is False:  # which is nearly all that there is
            return plain
        if value.type() == kind.ERROR or value.type() == kind.UNKNOWN:
            raise Broken(f"{what}: {value.value()}", line)
        return value.plain_value()

    # What is brought over to the other side once serves every policy with the same parameters.
    brought: dict[tuple[str, str], list[tuple[str, Any]]] = {}

    def cases(policy: Any) -> list[tuple[str, Any]]:
        """The address of each step, "" for the plan, and what is said of it."""
        key = (policy["each"], json.dumps(policy["params"], sort_keys=True))
        if key not in brought:
            shared = {
                "plan": inputs.document,
                "params": policy["params"],
                "now": inputs.moment,
                "environment": inputs.environment,
                "workspace": inputs.workspace,
            }
            none: dict[str, Any] = {"step": None, "object": {}, "effect": None, "images": []}
            each = inputs.steps() if policy["each"] == "step" else [none]
            brought[key] = [
                (one["step"]["address"] if one["step"] else "", env.Activation({**shared, **one}))
                for one in each
            ]
        return brought[key]

    def judge(policy: Any) -> Sequence[dict[str, Any]]:
        lines = policy["lines"]
        when = compiled(policy["when"], lines["when"]) if policy["when"] else None
        program = compiled(policy["expression"], lines["expression"])
        message = _message(policy["message"], lines["message"], compiled, value_of)
        found: list[dict[str, Any]] = []
        for address, data in cases(policy):
            where = f"at {address}" if address else "of the plan"
            if when is not None:
                wanted = value_of(when, data, where, lines["when"])
                if wanted is False:
                    continue
                if wanted is not True:
                    raise Broken(
                        f"{where}: `when` gives {word(wanted)}, not a bool", lines["when"]
                    )
            given = value_of(program, data, where, lines["expression"])
            if given is False:
                continue
            for text, object in said(given, where, lines["expression"]):
                found.append(
                    {
                        "ruling": policy["ruling"],
                        "message": text or message(data, where),
                        "object": object or address,
                    }
                )
        return found

    return judge


def _message(
    text: str, line: int, compiled: Callable[[str, int], Any], value_of: Callable[..., Any]
) -> Callable[[Any, str], str]:
    """A text with `${CEL}` in it, compiled at once: what is wrong with it is known before use."""
    parts = _INSERTED.split(text)
    programs = [compiled(part, line) for part in parts[1::2]]

    def told(data: Any, where: str) -> str:
        texts = list(parts)
        for at, program in enumerate(programs):
            value = value_of(program, data, where, line)
            texts[2 * at + 1] = value if isinstance(value, str) else json.dumps(value, default=str)
        return "".join(texts)

    return told


def _cel_error(text: str, line: int) -> tuple[str, int]:
    """The first line of a compile error, and where it is in the file."""
    found = re.search(r"ERROR: <input>:(\d+):(\d+): ([^\n|]*)", text)
    if found is None:
        return text.splitlines()[0] if text else "it does not compile", line
    return found[3].removesuffix(" (in container '')").strip(), line + int(found[1]) - 1


def quantity(value: Any) -> float:
    """A Kubernetes quantity as a number: `500m` is 0.5, `4Gi` 4294967296; "" and null are 0."""
    if value is None or value == "":
        return 0.0
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    suffix = next(
        (one for one in sorted(_SUFFIXES, key=len, reverse=True) if text.endswith(one)), ""
    )
    try:
        number = Decimal(text.removesuffix(suffix)) if suffix else Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no quantity") from None
    return float(number * _SUFFIXES.get(suffix, Decimal(1)))


def _glob(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text, pattern)
