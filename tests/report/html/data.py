"""What a page holds, read as its script reads it."""

import json
import re
from typing import Any


def data_of(page: str) -> dict[str, Any]:
    """The data of a page: there is exactly one block of it."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    found: dict[str, Any] = json.loads(text)
    return found


def part_of(page: str) -> dict[str, Any]:
    """The only part of a page."""
    (part,) = data_of(page)["parts"]
    found: dict[str, Any] = part
    return found
