"""What a token is, and the two ways to one that ask nobody: handed over, or printed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.config import Login, read_text
from reconciler.errors import LoginError

_COMMAND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token.

    Attributes:
        lifetime: Seconds from when it was got; None if nobody says.
        refresh: Gets another one without the person; "" if there is none.
        fresh: Seconds from now after which it should be renewed; None for the usual part of its
            life. It is less where the token was kept for a while already.
    """

    value: str = field(repr=False)
    lifetime: float | None = None
    refresh: str = field(default="", repr=False)
    fresh: float | None = None


class TokenSource(Protocol):
    """Gives a token, a new one every time if it can."""

    def get(self, *, instead_of: str | None = None) -> Token | None:
        """A token; None if Admin needs none, or if there is none to be had without being told to.

        Args:
            instead_of: One that Admin refused, "" for a call that it refused without any; None
                for the first.

        Raises: LoginError or ConfigError if there is none to be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """The token that this run was given, or a file in which somebody keeps it fresh."""

    login: Login

    def get(self, *, instead_of: str | None = None) -> Token:
        if self.login.token:
            return Token(self.login.token)
        return Token(read_text(self.login.token_file, what="the token"))


@dataclass(frozen=True, slots=True)
class Command:
    """What a command of the user's prints: a token, or a client's secret."""

    argv: Sequence[str]
    what: str = "token"

    def get(self, *, instead_of: str | None = None) -> Token:
        return Token(self.printed())

    def printed(self) -> str:
        """What it printed, without the white space around it.

        Raises: LoginError if it cannot run, fails, takes too long or prints no single word; never
            with what it printed.
        """
        import subprocess

        name = f"the {self.what} command {self.argv[0]}"
        try:
            done = subprocess.run(
                self.argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except OSError as error:
            raise LoginError(f"{name} cannot run: {error.strerror or error}") from error
        except subprocess.TimeoutExpired:
            # Not `from` it: what it holds is what the command printed.
            raise LoginError(f"{name} did not end within {_COMMAND_SECONDS:.0f} s") from None
        printed = done.stdout.decode(errors="replace").strip()
        if done.returncode:
            # Its last line of complaint is what people need.
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            said = f": {lines[-1][:200]}" if lines else ""
            if printed:
                said = said.replace(printed, "***")
            raise LoginError(f"{name} ended with {done.returncode}{said}")
        if not printed or any(character.isspace() for character in printed):
            raise LoginError(f"{name} printed no {self.what}")
        return printed
