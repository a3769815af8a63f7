"""Keep tokens in the system's keyring, for who asks for it (`RECONCILER_KEYRING=1`)."""

from typing import Any

from reconciler.errors import ConfigError


class KeyringVault:
    """A Vault; one that is locked or broken is told, and never stops a login.

    Raises: ConfigError without the library.
    """

    def __init__(self, endpoint: str) -> None:
        try:
            import keyring
        except ImportError as error:
            raise ConfigError(
                "RECONCILER_KEYRING asks for the system's keyring, and its library is not here: "
                "pip install 'flyte-reconciler[keyring]'"
            ) from error
        self._keyring: Any = keyring
        self._service = f"flyte-reconciler {endpoint}"

    def read(self, name: str) -> str | None:
        try:
            text: str | None = self._keyring.get_password(self._service, name)
        except Exception as error:  # backends raise whatever their system does
            raise self._as_os_error(error) from None
        return text

    def write(self, name: str, text: str) -> None:
        try:
            self._keyring.set_password(self._service, name, text)
        except Exception as error:
            raise self._as_os_error(error) from None

    def delete(self, name: str) -> None:
        try:
            self._keyring.delete_password(self._service, name)
        except Exception as error:
            raise self._as_os_error(error) from None

    def _as_os_error(self, error: Exception) -> OSError:
        # By its kind alone: its text is the system's, and may be anything.
        return OSError(f"the system's keyring does not work ({type(error).__name__})")
