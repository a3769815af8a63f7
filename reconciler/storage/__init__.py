"""Files wherever fsspec finds them, and those that only Admin's data proxy leads to.

`PinnedFiles` fetches by digests; `DataProxy` and what stands on it carry files to Admin's store
and back by signed URLs; `FlyteFS` is all of that as a file system, `flyte://`.
"""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.storage.pinned import PinnedFiles, Pushed, sha256_of

if TYPE_CHECKING:
    # Named twice is for the other rooms; what users want is listed below.
    from reconciler.storage.access import Access as Access
    from reconciler.storage.atomic import replacing as replacing
    from reconciler.storage.dataproxy import DataProxy, Digest, Place
    from reconciler.storage.directory import upload_tree as upload_tree
    from reconciler.storage.filesystem import FlyteFS
    from reconciler.storage.literals import as_json as as_json
    from reconciler.storage.literals import children as children
    from reconciler.storage.literals import is_plain as is_plain
    from reconciler.storage.literals import raw_bytes as raw_bytes
    from reconciler.storage.literals import resolved as resolved
    from reconciler.storage.literals import uri_of as uri_of
    from reconciler.storage.objects import file_name as file_name
    from reconciler.storage.oserrors import UnsupportedError
    from reconciler.storage.paths import DataPath as DataPath
    from reconciler.storage.paths import UploadPath as UploadPath
    from reconciler.storage.paths import as_filename as as_filename
    from reconciler.storage.paths import name_problems as name_problems
    from reconciler.storage.paths import parse as parse
    from reconciler.storage.resolver import FlytePathResolver
    from reconciler.storage.tree import read_tree as read_tree
    from reconciler.storage.writer import HttpFileWriter
else:
    __getattr__ = opened_for(
        __name__,
        {
            "access": ("Access",),
            "atomic": ("replacing",),
            "dataproxy": ("DataProxy", "Digest", "Place"),
            "directory": ("upload_tree",),
            "filesystem": ("FlyteFS",),
            "literals": ("as_json", "children", "is_plain", "raw_bytes", "resolved", "uri_of"),
            "objects": ("file_name",),
            "oserrors": ("UnsupportedError",),
            "paths": ("DataPath", "UploadPath", "as_filename", "name_problems", "parse"),
            "resolver": ("FlytePathResolver",),
            "tree": ("read_tree",),
            "writer": ("HttpFileWriter",),
        },
    )

__all__ = [
    "DataProxy",
    "Digest",
    "FlyteFS",
    "FlytePathResolver",
    "HttpFileWriter",
    "PinnedFiles",
    "Place",
    "Pushed",
    "UnsupportedError",
    "sha256_of",
]
