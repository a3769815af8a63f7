"""The process in which policies are evaluated: it holds a plan, a few libraries and nothing else.

Run as a script, never imported: `python -I worker.py`. It reads one job from its standard input
and writes one line of JSON for each policy as soon as that is done (`asking` says what both look
like). Before anything of a policy runs it gives up what a policy could misuse: no file or socket
can be opened any more, no process be started, and memory is bounded. The environment was never
given to it.
"""

import fnmatch
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

RULES = {"deny": "deny", "warn": "warn", "require_approval": "require-approval"}
# What would let something else than the plan decide, or see more than it.
FORBIDDEN = {
    "http.send": "policies have no network",
    "net.lookup_ip_addr": "policies have no network",
    "opa.runtime": "policies see no environment",
    "time.now_ns": "the time is an input: input.now_ns",
    "rand.intn": "a policy says the same of the same plan",
    "uuid.rfc4122": "a policy says the same of the same plan",
}
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


class Broken(Exception):
    """A policy that cannot be evaluated; `line` is 0 where nobody knows which one."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.line = line
        super().__init__(message)


def main() -> None:
    """Read the job, judge, write; what breaks one policy is told of that one."""
    job = json.loads(sys.stdin.buffer.read())
    # Answers go where no library writes: theirs is the standard error stream.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    sys.path[:] = [*sys.path, *(path for path in job["path"] if path not in sys.path)]
    inputs = _Inputs(job)
    engines: dict[str, Callable[[Any], Sequence[dict[str, Any]]]] = {}
    for policy in job["policies"]:
        engine = policy["engine"]
        if engine not in engines:
            engines[engine] = _ENGINES[engine](inputs, job)
    _give_up(job["memory"])
    for policy in job["policies"]:
        tell({"begins": policy["id"]})
        answer: dict[str, Any] = {"id": policy["id"], "findings": []}
        try:
            answer["findings"] = engines[policy["engine"]](policy)
        except Broken as error:
            answer.update(error=str(error), line=error.line)
        except MemoryError:
            answer.update(error="it takes more memory than it may", line=0)
        except RecursionError:
            answer.update(error="it nests too deeply", line=0)
        tell(answer)


def _give_up(memory: int) -> None:
    """Give up files, sockets, processes and more memory than that; where there are such limits."""
    try:
        import resource
    except ImportError:  # Windows knows none of these
        return
    # Rego's allocator reserves far more than it takes, so what counts is what comes on top; of
    # what it takes of its reserve the other process keeps watch.
    space = _address_space() + memory
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, value in (("RLIMIT_NPROC", 0), ("RLIMIT_FSIZE", 1 << 30), ("RLIMIT_AS", space)):
        limit = getattr(resource, name, None)
        if limit is None:
            continue
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS takes no bound of the address space
            continue


def _address_space() -> int:
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # no Linux
        return 0


class _Inputs:
    """What a policy is given, but for its own parameters."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self.document: dict[str, Any] = job["document"]
        self.now: str = job["now"]
        self.environment: str = job["environment"]
        self.workspace: str = job["workspace"]
        self._effects = {one["address"]: one for one in self.document.get("effects", ())}
        self._steps: list[dict[str, Any]] | None = None

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.now).astimezone(UTC)

    def whole(self) -> dict[str, Any]:
        return {
            "plan": self.document,
            "now": self.now,
            "now_ns": int(self.moment.timestamp()) * 1_000_000_000,
            "environment": self.environment,
            "workspace": self.workspace,
        }

    def steps(self) -> list[dict[str, Any]]:
        """What is said of each step, in the order of the plan."""
        if self._steps is None:
            self._steps = [
                {
                    "step": step,
                    "object": step.get("object") or {},
                    "effect": self._effects.get(step["address"]),
                    "images": sorted(set(_images(_own(step.get("object"))))),
                }
                for step in self.document.get("actions", ())
            ]
        return self._steps


def _own(object: Any) -> Any:
    """What a step itself brings: a workflow's closure repeats the tasks that it runs."""
    if isinstance(object, dict) and "tasks" in object and "primary" in object:
        return {key: value for key, value in object.items() if key != "tasks"}
    return object


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("image", "containerImage") and isinstance(item, str):
                yield item
            else:
                yield from _images(item)
    elif isinstance(value, list):
        for item in value:
            yield from _images(item)


# ── CEL ──────────────────────────────────────────────────────────────────────────────────────


def _cel(inputs: _Inputs, job: Mapping[str, Any]) -> Callable[[Any], Sequence[dict[str, Any]]]:
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
            none = {"step": None, "object": {}, "effect": None, "images": []}
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
                        f"{where}: `when` gives {_word(wanted)}, not a bool", lines["when"]
                    )
            said = value_of(program, data, where, lines["expression"])
            if said is False:
                continue
            for text, object in _said(said, where, lines["expression"]):
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


# ── Rego ─────────────────────────────────────────────────────────────────────────────────────


def _rego(inputs: _Inputs, job: Mapping[str, Any]) -> Callable[[Any], Sequence[dict[str, Any]]]:
    from regopy import Interpreter, RegoError, set_default_log_level
    from regopy.rego_shared import (
        rego_free_output,
        rego_get_error,
        rego_output_ok,
        rego_output_string,
        rego_query,
    )

    # It would write of its troubles where our answers go.
    set_default_log_level("None")

    def asked(engine: Any, query: str) -> Any:
        # Not by `engine.query`, which takes an error for an answer and ends the process.
        answer = rego_query(engine._impl, query)
        if answer is None:
            raise Broken(*_rego_error(rego_get_error(engine._impl), ""))
        try:
            if not rego_output_ok(answer):
                raise Broken(*_rego_error(rego_output_string(answer), ""))
            text = rego_output_string(answer)
        finally:
            rego_free_output(answer)
        if text == "undefined":
            return None
        try:
            output = json.loads(text)
        except ValueError:
            raise Broken(*_rego_error(text, "")) from None
        first = output[0] if isinstance(output, list) else output
        return first["expressions"][0] if first.get("expressions") else None

    def ready(policy: Any, also: Sequence[Mapping[str, Any]] = ()) -> tuple[Any, str]:
        source = policy["source"]
        package = _package(source)
        engine = Interpreter()
        engine.strict_built_in_errors = True
        own = [{"file": policy["file"], "source": source}, *also]
        modules = [*_imported(own, policy["modules"]), *own]
        _check_calls(modules, engine.is_builtin)
        for module in modules:
            try:
                engine.add_module(module["file"], module["source"])
            except (RegoError, ValueError) as error:
                raise Broken(*_rego_error(str(error), module["source"])) from None
        return engine, f"data.{package}"

    def judge(policy: Any) -> Sequence[dict[str, Any]]:
        rules = [
            rule
            for rule in RULES
            if re.search(rf"^{rule}\b", _bare(policy["source"]), re.MULTILINE)
        ]
        if not rules:
            raise Broken(f"it has none of the rules {', '.join(RULES)}")
        engine, package = ready(policy)
        whole = {**inputs.whole(), "params": policy["params"]}
        engine.set_input({"params": policy["params"]})
        each = asked(engine, f"{package}.each") if "each" in policy["source"] else None
        if each not in (None, "plan", "step"):
            raise Broken(f'`each` is "step" or "plan", not {json.dumps(each)}')
        found: list[dict[str, Any]] = []
        if each == "step":
            # Of all that a plan says only what is about this step: a set of a thousand steps
            # would be brought over a thousand times.
            whole = {key: item for key, item in whole.items() if key != "plan"}
            cases = [{**whole, **one} for one in inputs.steps()]
        else:
            cases = [whole]
        for case in cases:
            engine.set_input(case)
            step = case.get("step")
            address = step["address"] if step else ""
            where = f"at {address}" if step else "of the plan"
            for rule in rules:
                said = asked(engine, f"{package}.{rule}")
                found += (
                    {"ruling": RULES[rule], "message": text or rule, "object": object or address}
                    for text, object in _said(said, where, 0)
                )
        return found

    def test(policy: Any) -> Sequence[dict[str, Any]]:
        engine, _ = ready(policy, policy["tests"])
        engine.set_input({"params": policy["params"]})
        found: list[dict[str, Any]] = []
        for module in policy["tests"]:
            package = _package(module["source"])
            for match in re.finditer(r"^(test_\w+)\b", _bare(module["source"]), re.MULTILINE):
                line = module["source"].count("\n", 0, match.start()) + 1
                try:
                    passed = asked(engine, f"data.{package}.{match[1]}") is True
                    error = "" if passed else "it is not true"
                except Broken as broken:
                    error = str(broken)
                found.append(
                    {"test": match[1], "file": module["file"], "line": line, "error": error}
                )
        return found

    return lambda policy: test(policy) if policy.get("tests") else judge(policy)


def _imported(
    own: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Of the other modules those that are referred to, directly or not: what is wrong with one
    breaks nobody who does without it."""
    found: list[Mapping[str, Any]] = []
    texts = [_bare(one["source"]) for one in own]
    waiting = [(_package(one["source"]), one) for one in others]
    while near := [
        (package, one)
        for package, one in waiting
        if any(re.search(rf"\bdata\.{re.escape(package)}\b", text) for text in texts)
    ]:
        found += (one for _, one in near)
        texts = [_bare(one["source"]) for _, one in near]
        waiting = [one for one in waiting if one not in near]
    return found


def _package(source: str) -> str:
    found = re.search(r"^\s*package\s+([\w.]+)", _bare(source), re.MULTILINE)
    if found is None:
        raise Broken("a Rego file begins with its package", 1)
    return found[1]


def _bare(source: str) -> str:
    """The source without what its strings and comments hold; every letter where it was."""
    return re.sub(
        r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*',
        lambda found: re.sub(r"[^\n]", " ", found[0]),
        source,
    )


def _check_calls(modules: Sequence[Mapping[str, Any]], is_builtin: Callable[[str], bool]) -> None:
    """Refuse calls of what there is not: the interpreter takes such a rule for one that says
    nothing, and a policy must not let through what it could not judge."""
    bare = {module["file"]: _bare(module["source"]) for module in modules}
    defined: set[str] = set()
    for text in bare.values():
        package = re.search(r"^\s*package\s+([\w.]+)", text, re.MULTILINE)
        for name in re.findall(r"^(?:default\s+)?([A-Za-z_]\w*)\(", text, re.MULTILINE):
            defined |= {name, f"data.{package[1]}.{name}" if package else name}
    for file, text in bare.items():
        aliases = {
            (found[2] or found[1].rpartition(".")[2]): found[1]
            for found in re.finditer(
                r"^\s*import\s+(data[\w.]*)(?:\s+as\s+(\w+))?", text, re.MULTILINE
            )
        }
        for match in re.finditer(r"(?<![\w.])([A-Za-z_][\w.]*)(\s*\()?", text):
            name, line = match[1], text.count("\n", 0, match.start()) + 1
            if name in FORBIDDEN:
                raise Broken(f"{file}: {name} cannot be used here: {FORBIDDEN[name]}", line)
            if not match[2] or match[2] != "(" or name in ("not", "in", "if", "some", "with"):
                continue
            head, _, rest = name.partition(".")
            known = f"{aliases[head]}.{rest}" if head in aliases and rest else name
            if head in aliases and not rest:
                known = aliases[head]
            if name not in defined and known not in defined and not is_builtin(name):
                raise Broken(f"{file}: there is no function {name}", line)


def _rego_error(text: str, source: str) -> tuple[str, int]:
    """What the interpreter says of itself, without its tree; the line by the offset it names."""
    if "shape `rego-" in text:
        # A limit of this interpreter, as of regopy 1.5: no built-in below `with`, and no rule's
        # name behind `as`.
        return "the interpreter cannot do this below `with`; write a case in *_test.yaml", 0
    messages = re.findall(r"\(errormsg \d+:([^)]*)\)", text)
    at = re.search(r"\(errorast[^|]*\|(\d+)\|", text)
    line = source.count("\n", 0, int(at[1])) + 1 if at and source else 0
    first = (text.strip().splitlines() or [""])[0]
    if first.startswith("Expecting value"):
        first = "it does not compile"
    return "; ".join(dict.fromkeys(messages)) or first or "it does not compile", line


# ── both ─────────────────────────────────────────────────────────────────────────────────────


def _said(value: Any, where: str, line: int) -> Iterator[tuple[str, str]]:
    """Message and object of each finding in what a policy gave; "" where it says none.

    Shape: true or false; a text; an object with `message` and maybe `object`; a list or set of
        such texts and objects.
    """
    match value:
        case None | False:
            return
        case True:
            yield "", ""
        case str():
            yield value, ""
        case list():
            for item in value:
                if not isinstance(item, str | dict):
                    raise Broken(f"{where}: it gives a list with {_word(item)} in it", line)
                yield from _said(item, where, line)
        case {"message": str(message), **rest}:
            object = rest.get("object") or ""
            if not isinstance(object, str):
                raise Broken(f"{where}: `object` is an address, not {_word(object)}", line)
            yield message, object
        case _:
            raise Broken(f"{where}: it gives {_word(value)}, neither a bool nor messages", line)


def _word(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a bool"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case dict():
            return "an object without a message"
        case list():
            return "a list"
    return type(value).__name__


_ENGINES = {"cel": _cel, "rego": _rego}

if __name__ == "__main__":
    main()
