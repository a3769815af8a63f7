"""The value of each setting, the nearest place first, and who said it."""

from collections.abc import Mapping
from typing import Any

from reconciler.config.file import SettingsFile
from reconciler.config.keys import KEYS, Key
from reconciler.config.origin import Origin
from reconciler.errors import ConfigError


class Values:
    """What variables and a file say; a variable that is set and empty says nothing.

    Args:
        file: The file about the endpoint; its values give way to variables.
        personal: The file that is the user's own, of which only what is about them counts.

    Raises: ConfigError, for a value that is none of its kind.
    """

    def __init__(
        self, environ: Mapping[str, str], file: SettingsFile, personal: SettingsFile
    ) -> None:
        self._found: dict[str, Any] = {}
        self.origins: dict[str, Origin] = {}
        self._by_variable: set[str] = set()
        for key in KEYS:
            self._look_up(key, environ, (file, personal) if key.personal else (file,))

    def get(self, name: str) -> Any:
        """A value, or None if nobody said one."""
        return self._found.get(name)

    def text(self, name: str) -> str:
        return self._found.get(name) or ""

    def words(self, name: str) -> tuple[str, ...]:
        return self._found.get(name) or ()

    def seconds(self, name: str) -> float | None:
        return self._found.get(name)

    def by_variable(self, name: str) -> bool:
        """Whether the environment said it, not a file."""
        return name in self._by_variable

    def _look_up(
        self, key: Key, environ: Mapping[str, str], files: tuple[SettingsFile, ...]
    ) -> None:
        said: list[tuple[Any, str]] = [
            (value, name) for name in key.variables if (value := environ.get(name, "").strip())
        ]
        if said:
            self._by_variable.add(key.name)
        for file in files:
            found = file.find(key)
            if found is not None and found not in said:
                said.append(found)
        if not said:
            return
        (written, place), *others = said
        # What is not heard need not be right either.
        value = key.read(written, place)
        self._found[key.name] = value
        over = tuple(place for other, place in others if _differs(key, other, place, value))
        self.origins[key.name] = Origin(
            source=place, shown="***" if key.secret else shown(value), over=over
        )


def shown(value: Any) -> str:
    """A value as people read it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g} s"
        case tuple():
            return " ".join(value)
    return str(value)


def _differs(key: Key, written: Any, place: str, value: Any) -> bool:
    try:
        return bool(key.read(written, place) != value)
    except ConfigError:
        return True
