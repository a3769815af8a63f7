"""How to reach the object store past Admin, as flytekit's `storage.connection` says it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """An S3 store; all of it empty means what the store's own library finds.

    Attributes:
        endpoint: Its URL, `http://localhost:30002`; "" for Amazon's.
        access_key, secret_key: Who asks; the secret is in no `repr`.
        addressing_style: `path`, `virtual` or `auto`; "" for the library's choice. (flytekit makes
            `virtual` of whatever is said.)
        region: "" for the library's choice.
    """

    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    addressing_style: str = ""
    region: str = ""

    @property
    def is_said(self) -> bool:
        """Whether anybody said anything about it."""
        return self != Storage()
