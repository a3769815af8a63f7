"""Tokens of people, kept between runs in a file that only its owner can read.

One file for each Admin, client, audience and set of scopes, so that two configurations never
share one. A lock beside it lets one process renew or log in while the others wait for the result:
where refresh tokens are good once, two who used the same one would both be thrown out.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from reconciler.config import Config
from reconciler.errors import LoginError
from reconciler.ports import Clock

_LOCK_PAUSE = 0.1  # seconds between two looks at a lock that another process has


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept; times in seconds since 1970.

    Attributes:
        fresh_until: When it should be renewed; None if nobody knows.
        until: When it ends; None if nobody knows.
        header: The header that Admin looks for it in.
        endpoint: Whose it is, for people who look into the file.
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    fresh_until: float | None = None
    until: float | None = None
    header: str = ""
    endpoint: str = ""


class Vault(Protocol):
    """Somewhere to keep a text under a name."""

    def read(self, name: str) -> str | None: ...

    def write(self, name: str, text: str) -> None: ...

    def delete(self, name: str) -> None: ...


class TokenStore:
    """The kept token of one configuration.

    Args:
        tell: Says what a person should know about what is kept.
    """

    def __init__(self, config: Config, clock: Clock, tell: Callable[[str], None]) -> None:
        self.name = name_of(config)
        self._folder = Path(config.token_folder) if config.token_folder else None
        self._endpoint = config.endpoint
        self._clock = clock
        self._tell = tell
        self._vault: Vault | None = None
        if config.keyring:
            from reconciler.admin.auth.keyring import KeyringVault

            self._vault = KeyringVault(config.endpoint)
        elif self._folder:
            self._vault = FileVault(self._folder, tell)

    def read(self) -> Kept | None:
        """What is kept; None if nothing is, or nothing that can be used."""
        try:
            text = self._vault.read(self.name) if self._vault else None
            return Kept(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None  # another version's, or damaged: as good as none
        except OSError as error:
            self._tell(f"Warning: cannot read the kept token: {_reason(error)}")
            return None

    def write(self, kept: Kept) -> None:
        """Keep this from now on; where that cannot be, say so and go on without."""
        if self._vault is None:
            return
        try:
            self._vault.write(self.name, json.dumps(asdict(kept)))
        except OSError as error:
            self._tell(f"Warning: the token is not kept: {_reason(error)}")

    def clear(self) -> None:
        """Keep nothing any more."""
        with suppress(OSError):
            if self._vault is not None:
                self._vault.delete(self.name)

    @contextmanager
    def locked(self, seconds: float) -> Iterator[None]:
        """Be the only process that renews this token.

        Raises: LoginError if another one still does after so many seconds.
        """
        handle = self._open_lock()
        if handle is None:
            yield
            return
        try:
            until = self._clock.monotonic() + seconds
            while not _take(handle):
                if self._clock.monotonic() >= until:
                    raise LoginError(
                        f"another process has been logging in to {self._endpoint} for "
                        f"{seconds:.0f} s; end it, or try again"
                    )
                self._clock.sleep(_LOCK_PAUSE)
            yield
        finally:
            os.close(handle)

    def _open_lock(self) -> int | None:
        if self._folder is None:
            return None
        try:
            _make_private(self._folder)
            return os.open(self._folder / f"{self.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None  # a folder that cannot be written to keeps nothing either


class FileVault:
    """A file for each name, 0600 in a folder of 0700."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell

    def read(self, name: str) -> str | None:
        path = self._path(name)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return None
        with os.fdopen(handle, encoding="utf-8") as file:
            about = os.fstat(handle)
            if os.name == "nt":  # no such modes; the user's folder is theirs
                return file.read()
            if problem := _problem(about):
                # Somebody else may have put it there, to have us act in their name.
                self._tell(f"Warning: {path} {problem}; it is not used. Delete it")
                return None
            if stat.S_IMODE(about.st_mode) & 0o077:
                os.fchmod(handle, 0o600)
                self._tell(
                    f"Warning: {path} could be read by others, which is mended; "
                    "they may have its token"
                )
            return file.read()

    def write(self, name: str, text: str) -> None:
        _make_private(self._folder)
        # Beside it and then in its place: whoever reads meanwhile finds the one or the other.
        handle, written = tempfile.mkstemp(dir=self._folder, prefix=f".{name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(written, self._path(name))
        except BaseException:
            with suppress(OSError):
                os.unlink(written)
            raise

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def name_of(config: Config) -> str:
    """The name under which a configuration's token is kept: no two share one."""
    login = config.login
    parts = (config.endpoint, login.client_id, login.audience, login.token_url)
    text = json.dumps([*parts, sorted(login.scopes)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def has_file(config: Config) -> bool:
    """Whether a token of this configuration may be kept in a file."""
    return Path(config.token_folder, f"{name_of(config)}.json").exists()


def _problem(about: os.stat_result) -> str:
    if not stat.S_ISREG(about.st_mode):
        return "is no file"
    if about.st_uid != os.geteuid():
        return "belongs to somebody else"
    if stat.S_IMODE(about.st_mode) & 0o022:
        return "can be written by others"
    return ""


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(0o700)


def _take(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: processes there may renew at once
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _reason(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"
