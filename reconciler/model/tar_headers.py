"""The headers of a tar, from whoever may have written it.

Where the standard library takes a damaged header for the end of the archive, follows a size below
zero round in circles, or keeps whatever headers say about headers, here it is an error.
"""

import tarfile

# No path on any system is longer, by far.
LONGEST_NAME = 4096
# Nothing in a package is larger, nor all of it.
LARGEST = 1 << 30
# What a reader of such headers raises for those that are no good.
UNREADABLE = (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError)

_MOST_OF_ONE = 256 << 10
# How many bytes may say more about entries than their own headers do: so many at once, and so many
# for each entry. A long path takes a few hundred.
_FREE = 1 << 20
_OF_AN_ENTRY = 4 << 10
# What is said of all entries, which is gone through for each: git says one thing, its commit.
_MOST_OF_ALL = 50
_EXTENSIONS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_TOO_LARGE = "a header is larger than any sensible size"


def wary_headers() -> type[tarfile.TarInfo]:
    """Return a class for the headers of one archive, as `tarinfo` of its reader.

    Its reader then raises one of UNREADABLE for an archive that is damaged or asks for too much.
    """
    return type("Header", (_Header,), {})


class _Header(tarfile.TarInfo):
    spare = _FREE

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> "_Header":
        if len(tarfile_.pax_headers) > _MOST_OF_ALL:
            raise EOFError(_TOO_LARGE)
        try:
            header = super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise  # two blocks of zeros: the end
        except tarfile.EmptyHeaderError as error:  # type: ignore[attr-defined]
            raise EOFError("the archive is cut off") from error
        except tarfile.HeaderError as error:
            raise EOFError(f"a header is damaged: {error}") from error
        if header.size < 0:
            raise EOFError("an entry has a size below zero")
        if header.size > LARGEST:
            # A reader of streams would read on to there, long after there is nothing left.
            raise EOFError("an entry is larger than any sensible size")
        return header

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        header = super().frombuf(buf, encoding, errors)
        extends = header.type in _EXTENSIONS
        cls.spare += -header.size if extends else _OF_AN_ENTRY
        if header.size < 0 or cls.spare < 0 or (extends and header.size > _MOST_OF_ONE):
            raise EOFError(_TOO_LARGE)
        return header
