"""Data frames as the Parquet that a dataset holds; whoever has one has its library loaded."""

from pathlib import Path
from typing import Any

# Module and class, by which a frame is known without importing anything.
_FRAMES = {("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "Table")}


def is_frame(value: Any) -> bool:
    """True for a frame of pandas or polars, or a table of Arrow."""
    kind = type(value)
    return (kind.__module__.split(".")[0], kind.__name__) in _FRAMES


def write_frame(frame: Any, folder: Path) -> Path:
    """Write a frame below `folder`, and return the folder that is the dataset.

    Shape: one file `00000`, as flytekit names its first part.
    """
    dataset = folder / "dataset"
    dataset.mkdir()
    file = dataset / "00000"
    if hasattr(frame, "to_parquet"):
        frame.to_parquet(file, index=False)
    elif hasattr(frame, "write_parquet"):
        frame.write_parquet(file)
    else:
        from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore]

        parquet.write_table(frame, file)
    return dataset
