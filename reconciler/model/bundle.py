"""Code that travels apart from the tasks that run it: one digest, one archive, one address.

A digest says what the code is; where Admin's store will keep it, only Admin knows, and only once
asked for an upload, which planning must not do. So in everything planned a *token* stands where
the address will be: it names the digest, reads as what it is, and is replaced when the create
that carries it is sent. Nothing else ever needs the address: what Admin holds is compared with its
addresses turned back into tokens.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from google.protobuf.message import Message

from reconciler.model.identity import ResourceId
from reconciler.model.kinds import Kind
from reconciler.model.texts import rewrite_texts, texts

# The runtime tells an archive by its suffix; the folder above says which one it is.
BUNDLE_FILE = "code.tar.gz"
PICKLE_FILE = "pkl.gz"
# Part of every digest. A change of what is hashed, or how, must change it too.
_ENCODING = b"reconciler code bundle 1"


@dataclass(frozen=True, slots=True)
class CodeFolder:
    """A folder, and which of its files are taken.

    `root` is a path as the program sees it; `include` and `exclude` are patterns as in a
    `.gitignore` at the root, `include` empty for everything; `ignore_files` are the names of the
    ignore files that count; `max_bytes` bounds the sum of the sizes of what is taken.
    """

    root: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore_files: tuple[str, ...] = (".gitignore", ".dockerignore", ".flyteignore")
    max_bytes: int = 100_000_000


@dataclass(frozen=True, slots=True)
class CodeArchive:
    """The `fast….tar.gz` inside a package: the package's path, and the member's name in it.

    `known_as` are ends of addresses at which flytectl and pyflyte put this very archive: they name
    it by its MD5. `url` and `sha256` say where the package is had from, if it was fetched.
    """

    package: str
    member: str
    known_as: tuple[str, ...] = ()
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class CodePickle:
    """Python objects by value, gzipped, under the one name that flytekit's runtime looks for.

    Written by `remote`, unpacked by the container alone: nothing here ever reads one.
    """

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Code:
    """What a folder or archive was found to hold.

    `digest` is `code_digest` of its files; `files` their number, `size` their bytes together.
    """

    digest: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One file of a bundle as its digest sees it.

    `path` is relative, its parts parted by slashes, in the file system's own bytes; `mode` is `x`
    for what may be executed, `-` for other files and `l` for a link, whose content is its
    target; `sha256` is of the content, `size` its length.
    """

    path: bytes
    mode: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """Code for the tasks of one project and domain.

    `name` is what people call it (of the CodeBundle or the package); who it is, `project`,
    `domain` and the digest alone decide. `source` says where the content is found again.
    """

    project: str
    domain: str
    name: str
    code: Code
    source: CodeFolder | CodeArchive | CodePickle

    @property
    def file(self) -> str:
        """What it is called where it is uploaded."""
        return PICKLE_FILE if isinstance(self.source, CodePickle) else BUNDLE_FILE

    @property
    def id(self) -> ResourceId:
        return ResourceId(Kind.BUNDLE, self.project, self.domain, self.code.digest)

    @property
    def token(self) -> str:
        """What stands for the address while nobody knows it."""
        return f"(known after upload: {self._place})"

    def is_address(self, text: str) -> bool:
        """Tell whether a text is an address at which this very code was uploaded.

        Uploads are named by their content, so the end of the path tells, whatever the store.
        """
        return "://" in text and text.endswith(self._ends)

    @property
    def _ends(self) -> tuple[str, ...]:
        known = self.source.known_as if isinstance(self.source, CodeArchive) else ()
        others = (f"/{self.project}/{self.domain}/{end}" for end in known)
        return (f"/{self._place}/{self.file}", *others)

    @property
    def _place(self) -> str:
        return f"{self.project}/{self.domain}/{self.code.digest}"


def code_digest(files: Iterable[CodeFile]) -> str:
    """Name code by its files: 64 hexadecimal digits of SHA-256.

    Over path, mode and content of each file, each preceded by its length, in the order of the
    paths' bytes. The content is in it as its own hash and its size, so that a file that did not
    change need not be read again. Times, owners, other mode bits and how the files are
    archived or compressed do not count.
    """
    sha = hashlib.sha256(_ENCODING)
    for file in sorted(files, key=lambda file: file.path):
        sha.update(len(file.path).to_bytes(8, "big"))
        sha.update(file.path)
        sha.update(file.mode.encode())
        sha.update(file.size.to_bytes(8, "big"))
        sha.update(file.sha256)
    return sha.hexdigest()


def bundles_in(message: Message, bundles: Collection[Bundle]) -> tuple[Bundle, ...]:
    """Those of `bundles` whose tokens stand in a message: what must be uploaded to send it."""
    if not bundles:
        return ()
    found = set(texts(message))
    return tuple(bundle for bundle in bundles if bundle.token in found)


def with_addresses(message: Message, addresses: Mapping[str, str]) -> None:
    """Put the addresses where the tokens stand. Works in place; `addresses` is by token."""
    rewrite_texts(message, lambda text: addresses.get(text, text))


def as_token(text: str, bundles: Iterable[Bundle]) -> str:
    """Turn a text that is the address of one of `bundles` back into its token."""
    if "://" not in text:
        return text
    return next((bundle.token for bundle in bundles if bundle.is_address(text)), text)
