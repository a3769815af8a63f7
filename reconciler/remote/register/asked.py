"""What a caller of `Remote.register_…` says → settings, a wish, and what comes of them."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.errors import ConfigError
from reconciler.manifest import Manifest
from reconciler.model import CodeFolder, Plan
from reconciler.remote.register.registering import (
    Wish,
    register_manifests,
    register_objects,
    register_package,
)
from reconciler.remote.register.result import Registered
from reconciler.remote.register.settings import settings_for
from reconciler.remote.register.sources import find_root, folder_of

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote

# Versions that mean something else where references say them.
_WORDS = ("latest", "active")


def register_one(
    remote: "Remote",
    entity: Any,
    given: Any | None,
    version: str,
    *,
    project: str | None = None,
    domain: str | None = None,
    folder: CodeFolder | None = None,
    destination: str = ".",
    dry_run: bool = False,
    default_launch_plans: bool = True,
    options: Any | None = None,
    activate: bool | None = None,
    **settings: Any,
) -> Any:
    """Register one object; return its entity, or the plan.

    Args:
        given: The caller's SerializationSettings.
        settings: As `settings_for` takes them.
    """
    wish = _wish(
        remote,
        given,
        version,
        project=project,
        domain=domain,
        destination=destination,
        dry_run=dry_run,
        default_launch_plans=default_launch_plans,
        options=options,
        activate=activate,
    )
    wish = _with_code(remote, wish, folder)
    found = register_objects(remote, [entity], _settings(given, entity, wish, **settings), wish)
    return found if isinstance(found, Plan) else found[1][0]


def register_many(
    remote: "Remote",
    what: Any,
    given: Any | None,
    version: str,
    *,
    project: str | None,
    domain: str | None,
    source_path: str | Path | None,
    everything: bool,
    image_config: Any | None,
    **said: Any,
) -> Registered | Plan:
    """Register objects, a package or manifests; return what came of it, or the plan.

    Raises: ConfigError for nothing at all, and for a version or place over those of manifests.
    """
    if not isinstance(what, str | Path | list | tuple):
        what = [what]
    if isinstance(what, list | tuple) and not what:
        raise ConfigError("there is nothing to register")
    if not isinstance(what, str | Path) and all(isinstance(one, Manifest) for one in what):
        if version or project or domain:
            raise ConfigError("manifests say their own version, project and domain")
        return register_manifests(remote, what, dry_run=said["dry_run"])
    wish = _wish(remote, given, version, project=project, domain=domain, **said)
    if isinstance(what, str | Path):
        return register_package(remote, Path(what), wish)
    folder = None
    if source_path is not None or everything:
        folder = folder_of(what[0], source_path, everything=everything)
    wish = _with_code(remote, wish, folder)
    settings = _settings(given, what[0], wish, image_config=image_config)
    found = register_objects(remote, what, settings, wish)
    return found if isinstance(found, Plan) else found[0]


def _wish(
    remote: "Remote",
    given: Any | None,
    version: str,
    *,
    project: str | None,
    domain: str | None,
    **said: Any,
) -> Wish:
    project, domain = remote._place(
        project or getattr(given, "project", None), domain or getattr(given, "domain", None)
    )
    version = version or getattr(given, "version", None) or ""
    if version in _WORDS:
        raise ConfigError(f"{version} is a word for what is fetched; give a version of its own")
    if version == "auto":  # as manifests say it
        version = ""
    return Wish(project=project, domain=domain, version=version, **said)


def _with_code(remote: "Remote", wish: Wish, folder: CodeFolder | None) -> Wish:
    """Say which code goes along: a folder's, or in a notebook the objects themselves."""
    if folder is None and remote.interactive_mode_enabled:
        # The runtime looks for a pickle where it is started.
        return replace(wish, pickles=True, destination=".")
    return replace(wish, folder=folder)


def _settings(given: Any | None, entity: Any, wish: Wish, **said: Any) -> Any:
    sends_code = wish.pickles or wish.folder is not None
    root = wish.folder.root if wish.folder is not None else find_root(entity)
    destination = wish.destination if sends_code else None
    return settings_for(given, destination=destination, source_root=root, **said)
