"""How far this machine has seen a ledger: one that ends before that was restored from a backup."""

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.model import Head
from reconciler.remote import Home

_FILE = "ledgers.json"


def look(folder: Path, endpoint: str, home: Home, head: Head) -> str:
    """Remember a ledger's head, and return what is odd about it, or "".

    What is odd stays remembered as it was, so that it is told until the ledger has grown past it.
    An empty ledger is a new one: whoever tries things out begins anew all the time.

    Args:
        folder: Of caches. That it cannot be written to is no error.
    """
    known = _load(folder)
    key = f"{endpoint} {home}"
    seen = known.get(key, {})
    serial, digest = int(seen.get("serial", 0)), str(seen.get("digest", ""))
    is_behind = head.serial < serial or (head.serial == serial and head.digest.hex() != digest)
    if head.serial and is_behind:
        entry = "another entry" if head.serial == serial else "entry"
        when = seen.get("at", "an earlier day")
        return (
            f"the ledger ends with {entry} {head.serial}, and on {when} this machine has seen "
            f"entry {serial}: Flyte Admin was restored from a backup. What is declared is "
            "compared with what is there now; `reconciler ledger rebuild` makes the ledger say "
            "so too"
        )
    if head.serial != serial:
        note(folder, endpoint, home, head)
    return ""


def note(folder: Path, endpoint: str, home: Home, head: Head) -> None:
    """Remember a ledger's head, whatever was remembered before."""
    entry = {
        "serial": head.serial,
        "digest": head.digest.hex(),
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps({**_load(folder), f"{endpoint} {home}": entry}, indent=1)
        handle, name = tempfile.mkstemp(dir=folder, prefix=_FILE)
        with os.fdopen(handle, "w") as file:
            file.write(content)
        os.replace(name, folder / _FILE)
    except OSError:
        return


def _load(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        known = json.loads((folder / _FILE).read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {key: one for key, one in known.items() if isinstance(one, dict)}
