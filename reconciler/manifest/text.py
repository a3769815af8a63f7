"""What can be wrong with a file before it means anything: its encoding and YAML's own rules."""

import re

from yaml.error import MarkedYAMLError, YAMLError

from reconciler.model import Diagnostic, Origin

# All that YAML does not list as printable: said so, the pattern is quick to compile.
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class UnreadableText(Exception):
    """Bytes that are no text which YAML could be; `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(str(diagnostic))


def decode(data: bytes, file: str) -> str:
    """Return the text of a file in UTF-8, without a byte order mark.

    Raises: UnreadableText for other encodings, and for the control characters that YAML bans.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableText(_not_utf8(data, file, error)) from None
    if control := _CONTROL.search(text):
        before = text[: control.start()]
        line = before.count("\n") + 1
        origin = Origin(file, line, control.start() - (before.rfind("\n") + 1) + 1)
        message = f"the control character U+{ord(control.group()):04X} cannot stand in YAML"
        hint = f'in double quotes it is written "\\u{ord(control.group()):04x}"'
        raise UnreadableText(Diagnostic("yaml-syntax", message, origin, hint))
    return text


# What libyaml says, and what it mostly means.
_MEANINGS = (
    (
        "mapping values are not allowed",
        "a key and a value where none fit",
        "quote a text that contains `: `, or mend the indentation",
    ),
    ("did not find expected key", "expected another key here", "check the indentation"),
    (
        "did not find expected '-' indicator",
        "expected another `- ` item here",
        "check the indentation",
    ),
    ("found unexpected end of stream", "the text in quotes does not end", ""),
    ("found unexpected document indicator", "the text in quotes does not end", ""),
    ("did not find expected ',' or ']'", "the list does not end", "a `,` or `]` is missing"),
    ("did not find expected ',' or '}'", "the mapping does not end", "a `,` or `}` is missing"),
    ("did not find expected node content", "expected a value here", "is a bracket left open?"),
    ("found undefined alias", "this alias has no anchor", "quote a text that starts with *"),
    ("tab character that violates indentation", "a tab cannot indent", "use spaces"),
    (
        "invalid Unicode character escape code",
        "this escape is no character",
        "write the character itself, not a pair of surrogates",
    ),
    ("exceeded maximum nesting depth", "nested too deeply", ""),
)


def syntax_problem(error: YAMLError, text: str, file: str, first_line: int) -> Diagnostic:
    """Say in plain words what the parser found wrong in `text`, which starts in `first_line`."""
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    problem = str((isinstance(error, MarkedYAMLError) and error.problem) or error)
    if mark is None:
        return Diagnostic("yaml-syntax", problem, Origin(file, first_line))
    origin = Origin(file, first_line + mark.line, mark.column + 1)
    lines = text.split("\n", mark.line + 1)
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    if "cannot start any token" in problem:
        if rest[:1] == "\t" or not rest[:1]:
            return Diagnostic("yaml-syntax", "a tab cannot indent", origin, "use spaces")
        message = f"no value can start with `{rest[0]}`"
        return Diagnostic("yaml-syntax", message, origin, "quote the text")
    if rest[:1] == "{" and lines[mark.line][: mark.column].endswith("$"):
        message = "a reference inside of brackets needs quotes"
        origin = Origin(file, first_line + mark.line, mark.column)
        reference = f"${rest.partition('}')[0]}}}"
        return Diagnostic("yaml-syntax", message, origin, f'write "{reference}"')
    for words, message, hint in _MEANINGS:
        if words in problem:
            context = error.context_mark if isinstance(error, MarkedYAMLError) else None
            if context is not None and "does not end" in message:
                origin = Origin(file, first_line + context.line, context.column + 1)
            return Diagnostic("yaml-syntax", message, origin, hint)
    return Diagnostic("yaml-syntax", problem, origin)


def _not_utf8(data: bytes, file: str, error: UnicodeDecodeError) -> Diagnostic:
    before = data[: error.start]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    origin = Origin(file, before.count(b"\n") + 1, column)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Diagnostic("encoding", "the file is UTF-16", origin, "save it as UTF-8")
    if data.startswith(b"\x1f\x8b"):
        hint = "unpack it, and name the folder"
        return Diagnostic("encoding", "the file is an archive, not YAML", Origin(file), hint)
    message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
    return Diagnostic("encoding", message, origin, "save the file as UTF-8")
