"""Policies in Rego: modules with rules of ours, asked about the plan or about every step."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.policy.findings import Broken, said
from reconciler.policy.inputs import Inputs

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


def engine(inputs: Inputs, job: Mapping[str, Any]) -> Callable[[Any], Sequence[dict[str, Any]]]:
    """What judges modules in Rego, and runs their tests."""
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
                given = asked(engine, f"{package}.{rule}")
                found += (
                    {"ruling": RULES[rule], "message": text or rule, "object": object or address}
                    for text, object in said(given, where, 0)
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
