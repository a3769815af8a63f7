"""Bring files to Admin's store and back."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.remote.base import Connected, _in_notebook

if TYPE_CHECKING:  # a plan carries no data
    from flyteidl.service.dataproxy_pb2 import GetDataResponse

    from reconciler.storage import Access, FlyteFS


class Data(Connected):
    """Bring files to Admin's store and back.

    No credentials of the store are needed: Admin signs a URL for each object. Where credentials
    are at hand, downloads use them. Nothing is held in memory, requests that break are tried
    again, and whatever is under way at once is bounded by `parallelism`.
    """

    def upload_file(
        self,
        to_upload: str | Path,
        project: str | None = None,
        domain: str | None = None,
        filename_root: str | None = None,
    ) -> tuple[bytes, str]:
        """Upload a file and return its MD5 (16 bytes) and its native URL, for literals.

        Args:
            project, domain: None for the default ones.
            filename_root: The folder to put it in; None for one that its content names, so that
                the same file is never stored twice.

        Raises: ValueError if it is no file; AlreadyExistsError if another one is there already;
            UploadError if the store does not take it, for instance more than 5 GiB; AdminError or
            UnreachableError if Admin does not sign; OSError if it cannot be read.
        """
        from reconciler.storage import Digest, Place, as_filename, name_problems

        path = Path(to_upload)
        if path.is_dir():
            raise ValueError(f"{path} is a folder; `upload_directory` uploads one")
        if not path.is_file():
            raise ValueError(f"{path} is no file")
        names = [path.name] if filename_root is None else [path.name, filename_root.strip("/")]
        problems = [problem for name in names for problem in name_problems(name)]
        if problems:
            raise ValueError("\n".join(problems))
        project, domain = self._place(project, domain)
        digest = Digest.of(path)
        place = Place(
            project=project,
            domain=domain,
            root=as_filename(filename_root.strip("/")) if filename_root else "",
            name=as_filename(path.name),
        )
        return digest.md5, self._data_access.proxy.upload(path, place, digest)

    def upload_directory(
        self,
        to_upload: str | Path,
        project: str | None = None,
        domain: str | None = None,
        filename_root: str | None = None,
    ) -> str:
        """Upload a folder with all that is in it, and return the native URL of its top.

        It goes where its names and contents say, from every machine to the same place; what is
        there is not sent again. Links are followed. Empty folders are written into the index
        beside the files (see docs/data.md), and come back with `download`.

        Args:
            filename_root: Where to put it instead; files may be added to it, none replaced.

        Raises: UnsuitableError with everything that cannot be carried; UploadError naming files
            in whose place others lie; otherwise as `upload_file`.
        """
        from reconciler.storage import UploadPath, read_tree, upload_tree

        project, domain = self._place(project, domain)
        access = self._data_access
        top = None
        if filename_root:
            root, _, name = filename_root.strip("/").partition("/")
            top = UploadPath(project, domain, root, name)
        return upload_tree(
            read_tree(Path(to_upload)),
            to=top,
            project=project,
            domain=domain,
            proxy=access.proxy,
            resolver=access.resolver,
            indexes=access.indexes,
            parallelism=access.parallelism,
        )

    def download(
        self, data: Any, download_to: str | Path, recursive: bool = True
    ) -> tuple[Path, ...]:
        """Write data to files below a folder, and return the files, sorted.

        A blob becomes `<name>/<its own name>`; a multipart blob, dataset or schema the folder
        `<name>`; everything plain `<name>.json`; bytes `<name>.bin`; lists and maps with files in
        them become folders. A file appears when all of it is there.

        Args:
            data: A literal or map of them (also flytekit's), the inputs or outputs of an
                execution, an execution (its outputs), or a URI of any kind, `flyte://` too.
            recursive: False refuses what is more than one literal, as flytekit does.

        Raises: TypeError for anything else; ValueError for more than `recursive` allows;
            DownloadError and those below it; UnsuitableError; OSError if a file cannot be written.
        """
        from reconciler.remote.transfer.download import Download
        from reconciler.remote.transfer.given import literals_of

        given = literals_of(data)
        download = Download(self._data_access)
        if isinstance(given, str):
            return download.uri(given, Path(download_to))
        if not recursive and not _is_one(data):
            raise ValueError("these are literals by name; download them with recursive=True")
        return download.literals(given, Path(download_to))

    def get(self, flyte_uri: str) -> Any:
        """What a `flyte://v1/…` URL stands for.

        Returns: For all inputs or outputs a LiteralsResolver; for one variable its Literal; for a
            deck its HTML, as bytes, or to be shown where this is a notebook.

        Raises: InvalidArgumentError if it stands for nothing, or has no form that Admin knows;
            NotFoundError if there is no such execution, or no deck.
        """
        answer = self.get_data(flyte_uri)
        which = answer.WhichOneof("data")
        if which == "literal":
            return answer.literal
        if which == "literal_map":
            from reconciler.remote.transfer.resolving import resolver_of

            return resolver_of(answer.literal_map, flyte_uri, self)
        return _page(
            self._data_access.proxy.read_signed(answer.pre_signed_urls.signed_url[0], flyte_uri)
        )

    def get_data(self, flyte_uri: str) -> "GetDataResponse":
        """The same, as Admin answers: a message. Raises: as `get`."""
        return self._data_access.proxy.data(flyte_uri)

    def get_download_artifact_signed_url(
        self,
        node_id: str,
        project: str | None,
        domain: str | None,
        name: str,
        expires_in: timedelta | None = None,
    ) -> str:
        """A URL of a node's deck that anybody may open for a while: a credential.

        Args:
            project, domain: None for the default ones.
            name: Of the execution.
            expires_in: None for as long as Admin allows.

        Raises: NotFoundError if the node has no deck; InvalidArgumentError if there is no such
            node.
        """
        project, domain = self._place(project, domain)
        answer = self.client.get_download_artifact_signed_url(
            node_id, project, domain, name, expires_in=expires_in
        )
        return str((answer.pre_signed_urls.signed_url or answer.signed_url)[0])

    def deck(
        self, node_id: str, name: str, project: str | None = None, domain: str | None = None
    ) -> Any:
        """The HTML that a node shows of itself, as `get` gives it. Raises: as the method above."""
        url = self.get_download_artifact_signed_url(node_id, project, domain, name)
        return _page(self._data_access.proxy.read_signed(url, f"deck of {name}/{node_id}"))

    def filesystem(self, *, native: bool = True) -> "FlyteFS":
        """`flyte://` for fsspec, on this connection; others in the process are not touched.

        Args:
            native: Whether folders are listed by the store itself where there are credentials.
        """
        from reconciler.storage import FlyteFS

        found: FlyteFS = FlyteFS(access=self._data_access, native=native)
        return found

    @cached_property
    def _data_access(self) -> "Access":
        from reconciler.storage import Access

        return Access(
            self._connection,
            project=self.default_project,
            domain=self.default_domain,
            parallelism=self._parallelism,
        )


def _is_one(data: Any) -> bool:
    return not isinstance(data, Mapping) and not hasattr(data, "literals")


def _page(content: bytes) -> Any:
    if not _in_notebook():
        return content
    from importlib import import_module

    # Loaded already, where there is a notebook.
    return import_module("IPython.display").HTML(content.decode("utf-8", "replace"))
