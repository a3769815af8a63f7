"""Libraries that know fsspec open `flyte://` as they open anything else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from reconciler.storage import FlyteFS


@pytest.fixture(autouse=True)
def environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    monkeypatch.setenv("RECONCILER_ADMIN", sandbox.endpoint)
    monkeypatch.setenv("HOME", str(tmp_path))
    yield
    FlyteFS.clear_instance_cache()


@pytest.mark.filterwarnings("ignore")  # what pandas deprecates is not ours
def test_pandas(top: str) -> None:
    """Text, and Parquet in one file and in partitions."""
    import pandas as pd  # type: ignore[import-untyped]

    frame = pd.DataFrame({"day": ["mon", "tue", "tue"], "rows": [1, 2, 3]})
    frame.to_csv(f"flyte://{top}/t.csv", index=False)
    assert pd.read_csv(f"flyte://{top}/t.csv").equals(frame)
    frame.to_parquet(f"flyte://{top}/t.parquet")
    assert pd.read_parquet(f"flyte://{top}/t.parquet", columns=["rows"]).rows.sum() == 6
    frame.to_parquet(f"flyte://{top}/parts", partition_cols=["day"])
    found = pd.read_parquet(f"flyte://{top}/parts", filters=[("day", "==", "tue")])
    assert sorted(found["rows"]) == [2, 3]


def test_pyarrow(top: str) -> None:
    """As one of its file systems, with datasets of many files."""
    import fsspec
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.dataset as ds  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
    from pyarrow.fs import FSSpecHandler, PyFileSystem  # type: ignore[import-untyped]

    handler: Any = FSSpecHandler(fsspec.filesystem("flyte"))
    system = PyFileSystem(handler)
    table = pa.table({"n": list(range(1000)), "k": [n % 3 for n in range(1000)]})
    pq.write_table(table, f"{top}/one.parquet", filesystem=system, row_group_size=100)
    part = pq.read_table(f"{top}/one.parquet", filesystem=system, filters=[("n", ">", 990)])
    assert part.num_rows == 9
    ds.write_dataset(table, f"{top}/set", filesystem=system, format="parquet", partitioning=["k"])
    found = ds.dataset(f"{top}/set", filesystem=system, partitioning=["k"])
    assert found.count_rows() == 1000
    assert system.get_file_info(f"{top}/one.parquet").size > 0
    with system.open_input_file(f"{top}/one.parquet") as file:
        assert file.read_at(4, 0) == b"PAR1"


@pytest.mark.filterwarnings("ignore")  # what zarr and numpy deprecate is not ours
def test_zarr(top: str) -> None:
    """Chunk by chunk; one that was never written reads as the fill value."""
    import numpy as np
    import zarr

    store = f"flyte://{top}/a.zarr"
    array = zarr.create_array(store, shape=(40, 10), chunks=(10, 10), dtype="i4", fill_value=7)
    array[:20] = np.arange(200).reshape(20, 10)
    found: Any = zarr.open_array(store, mode="r")
    assert found[19, 9] == 199
    assert (found[20:] == 7).all()
