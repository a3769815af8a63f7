"""One file system for each configuration, in every thread; and how it travels to others.

fsspec keeps an instance for each thread and whatever arguments; here it is one for each Admin, so
that what was written in one thread is known in another, and a changed environment is another one.
"""

import os
import threading
from dataclasses import fields, is_dataclass, replace
from typing import Any

from fsspec.spec import _Cached

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.storage.access import Access

_kept: dict[tuple[int, type, Config, bool], Any] = {}
_lock = threading.Lock()


class ByConfig(_Cached):  # type: ignore[misc]
    """Makes instances, or finds them by configuration. One bound to a Remote is never shared."""

    def __call__(
        cls,
        config: Config | None = None,
        *,
        endpoint: str | None = None,
        insecure: bool | None = None,
        access: Access | None = None,
        native: bool = True,
        **options: Any,
    ) -> Any:
        anew = options.pop("skip_instance_cache", False)
        if access is not None:
            return super().__call__(
                config, access=access, native=native, skip_instance_cache=True, **options
            )
        if config is None:
            config = Config.for_endpoint(endpoint, insecure) if endpoint else Config.auto()
        key = (os.getpid(), cls, config, native)
        with _lock:
            found = None if anew else _kept.get(key)
            if found is None:
                found = super().__call__(config, native=native, skip_instance_cache=True)
                if not anew:
                    _kept[key] = found
        return found

    def clear_instance_cache(cls) -> None:
        """Forget all that were made."""
        with _lock:
            _kept.clear()
        cls._cache.clear()


def access_for(config: Config | None) -> Access:
    """A connection of its own."""
    config = config if config is not None else Config.auto()
    return Access(connect(config), project=config.default_project, domain=config.default_domain)


def without_secrets(config: Config) -> Config:
    """A configuration without the values that its dataclasses hide from `repr`."""
    stripped: Config = _stripped(config)
    return stripped


def rebuilt(kind: Any, config: Config, native: bool) -> Any:
    """What unpickling makes: with the secrets that the environment here has for this Admin."""
    own = Config.for_endpoint(config.endpoint, insecure=config.insecure)
    if _stripped(own.login) == config.login:
        config = replace(config, login=own.login)
    if _stripped(own.storage) == config.storage:
        config = replace(config, storage=own.storage)
    return kind(config, native=native)


def _stripped(value: Any) -> Any:
    changes: dict[str, Any] = {}
    for field in fields(value):
        held = getattr(value, field.name)
        if not field.repr:
            changes[field.name] = type(held)()
        elif is_dataclass(held):
            changes[field.name] = _stripped(held)
    return replace(value, **changes)
