"""Name what is pickled by its meaning: code and captured values, not the bytes of the pickle.

Two pickles of the same functions differ from run to run: in the order of sets, in file names and
line numbers, in what happened to be looked up before. Here a function is its code, its defaults,
what its closure holds and the globals that it names; a value is what it is made of. Whatever
comes from an installed module is its name, for the container has it.
"""

import copyreg
import hashlib
import os
import site
import sys
import types
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

# Part of every fingerprint. A change of what is hashed, or how, must change it too.
_ENCODING = b"reconciler pickle 1"
_PLAIN = (type(None), bool, int, float, complex, str, type(...))
_CLASS_NOISE = frozenset({"__dict__", "__weakref__", "__module__", "__doc__", "__firstlineno__"})
_NATIVE = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
_MOST_DEPTH = 200


class Unstable(Exception):
    """A value that cannot be named by what it is made of."""


class Fingerprint:
    """The fingerprint of some tasks.

    Attributes:
        modules: Those of the user's own that something was taken from.
        reasons: Why it is that of the pickle's bytes, if it is.
    """

    def __init__(self) -> None:
        self._sha = hashlib.sha256(_ENCODING + repr(sys.version_info[:2]).encode())
        self._modules: dict[str, ModuleType] = {}
        self.reasons: list[str] = []

    @property
    def modules(self) -> list[ModuleType]:
        return [self._modules[name] for name in sorted(self._modules)]

    def add(self, name: str, task: Any) -> None:
        """Count a task in: its function, or what else it consists of."""
        walk = _Walk(self._modules)
        try:
            said = walk.digest((name, type(task).__qualname__, _essence(task)))
        except (Unstable, RecursionError) as error:
            self.reasons.append(f"{name}: {error}")
            return
        self._sha.update(said)

    def digest(self, data: bytes) -> str:
        """64 hexadecimal digits.

        Args:
            data: The pickle, by which those go that cannot go by what they are made of.
        """
        sha = self._sha.copy()
        if self.reasons:
            sha.update(data)
        return sha.hexdigest()


def _essence(task: Any) -> Any:
    function = getattr(task, "task_function", None)
    if function is not None:
        # What its decorator was told: Admin's message of the task says that as well, and counts.
        return function
    ours = {"_task_resolver", "_get_command_fn", "_python_interface", "_interface", "_metadata"}
    return {key: value for key, value in vars(task).items() if key not in ours}


class _Walk:
    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self._modules = modules
        self._under_way: dict[int, int] = {}
        self._done: dict[int, tuple[Any, bytes]] = {}

    def digest(self, value: Any) -> bytes:
        """32 bytes for a value; inside a circle, how far back it leads."""
        if type(value) in _PLAIN:
            return _hash(type(value).__name__.encode(), repr(value).encode())
        if type(value) in (bytes, bytearray):
            return _hash(type(value).__name__.encode(), value)
        if id(value) in self._under_way:
            back = len(self._under_way) - self._under_way[id(value)]
            return _hash(b"back", str(back).encode())
        if id(value) in self._done:
            return self._done[id(value)][1]
        if len(self._under_way) > _MOST_DEPTH:
            raise Unstable("is nested too deeply")
        self._under_way[id(value)] = len(self._under_way)
        found = _hash(*self._parts(value))
        del self._under_way[id(value)]
        # Kept as well, so that nothing else gets its id meanwhile.
        self._done[id(value)] = (value, found)
        return found

    def _parts(self, value: Any) -> Iterator[bytes]:
        match value:
            case tuple() | list() if type(value) in (tuple, list):
                yield type(value).__name__.encode()
                yield from map(self.digest, value)
            case set() | frozenset() if type(value) in (set, frozenset):
                yield type(value).__name__.encode()
                yield from sorted(map(self.digest, value))
            case dict() if type(value) is dict:
                yield b"dict"
                for key, item in value.items():
                    yield self.digest(key)
                    yield self.digest(item)
            case MappingProxyType():
                yield b"proxy"
                yield self.digest(dict(value))
            case FunctionType():
                yield from self._function(value)
            case CodeType():
                yield from self._code(value)
            case types.CellType():
                yield b"cell"
                yield from _filled(value, self)
            case ModuleType():
                yield from self._module(value)
            case type():
                yield from self._class(value)
            case _:
                yield from self._object(value)

    def _function(self, function: FunctionType) -> Iterator[bytes]:
        module = self._own(function.__module__)
        if module is None:
            yield from _named("function", function.__module__, function.__qualname__)
            return
        yield b"function"
        yield function.__qualname__.encode()
        yield self.digest(function.__code__)
        yield self.digest(function.__defaults__)
        yield self.digest(function.__kwdefaults__)
        yield self.digest(function.__closure__)
        for name in sorted(_global_names(function.__code__)):
            if name in function.__globals__:
                yield name.encode()
                yield self.digest(function.__globals__[name])
        if hasattr(function, "__wrapped__"):
            yield self.digest(function.__wrapped__)

    def _code(self, code: CodeType) -> Iterator[bytes]:
        yield b"code"
        yield code.co_code
        yield code.co_exceptiontable
        yield repr(
            (
                *(code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars),
                *(code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
                code.co_flags,
            )
        ).encode()
        yield from map(self.digest, code.co_consts)

    def _module(self, module: ModuleType) -> Iterator[bytes]:
        """A module of the user's own by its source; another by its name."""
        yield b"module"
        yield module.__name__.encode()
        file = getattr(module, "__file__", None)
        if self._own(module.__name__) is not None and file and os.path.isfile(file):
            with open(file, "rb") as source:
                yield source.read()

    def _class(self, kind: type) -> Iterator[bytes]:
        if self._own(kind.__module__) is None:
            yield from _named("class", kind.__module__, kind.__qualname__)
            return
        yield b"class"
        yield kind.__qualname__.encode()
        yield from map(self.digest, kind.__bases__)
        for name, value in sorted(vars(kind).items()):
            if name not in _CLASS_NOISE:
                yield name.encode()
                yield self.digest(value)

    def _object(self, value: Any) -> Iterator[bytes]:
        """Anything else: by what its own class would have pickled of it."""
        function = getattr(value, "task_function", None)
        if isinstance(function, FunctionType):
            # Another task, called like a function.
            yield b"task"
            yield self.digest(function)
            return
        if isinstance(value, staticmethod | classmethod):
            yield type(value).__name__.encode()
            yield self.digest(value.__func__)
            return
        if isinstance(value, property):
            yield b"property"
            yield from map(self.digest, (value.fget, value.fset, value.fdel))
            return
        if isinstance(value, _NATIVE):
            yield from _named("builtin", getattr(value, "__module__", ""), value.__qualname__)
            return
        try:
            reduce = copyreg.dispatch_table.get(type(value))
            reduced: Any = reduce(value) if reduce is not None else value.__reduce_ex__(4)
        except Exception as error:  # whatever the classes of users raise
            raise Unstable(f"holds a {type(value).__name__}, {error}") from error
        if isinstance(reduced, str):
            yield from _named("global", type(value).__module__, reduced)
            return
        yield b"object"
        for part in reduced[:3]:
            yield self.digest(part)
        for items in reduced[3:5]:
            yield self.digest(list(items) if items is not None else None)

    def _own(self, name: str | None) -> ModuleType | None:
        """The module, if it is the user's own: no container has it but by what is pickled."""
        module = sys.modules.get(name or "")
        if module is None or _is_installed(module):
            return None
        if module.__name__ != "__main__":
            self._modules[module.__name__] = module
        return module


def _filled(cell: types.CellType, walk: _Walk) -> Iterator[bytes]:
    try:
        content = cell.cell_contents
    except ValueError:
        yield b"empty"
    else:
        yield walk.digest(content)


def _global_names(code: CodeType) -> set[str]:
    """The names that code may look up among its globals, that of functions inside it too."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _global_names(constant)
    return found


def _is_installed(module: ModuleType) -> bool:
    if module.__name__ == "__main__":
        return False
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return True  # built in, or made by no file: whoever made it makes it again
    path = os.path.realpath(file)
    return any(path.startswith(place) for place in _INSTALLED)


def _installed() -> Iterator[str]:
    import sysconfig

    paths: Mapping[str, str] = sysconfig.get_paths()
    places = [paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"]]
    for place in (*places, site.getusersitepackages(), *site.getsitepackages()):
        yield os.path.realpath(place) + os.sep


_INSTALLED = tuple(dict.fromkeys(_installed()))


def _named(*parts: str | None) -> Iterator[bytes]:
    return ((part or "").encode() for part in parts)


def _hash(*parts: bytes | bytearray) -> bytes:
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.digest()
