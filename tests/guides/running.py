"""Run the Python of a guide as its reader would: block after block, in one session."""

import re
from pathlib import Path
from typing import Any

_BLOCK = re.compile(
    r"(?P<skip><!-- not run: [^>]*-->\n)?```python\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL
)


def run_page(page: Path, namespace: dict[str, Any]) -> int:
    """Run all blocks of a page in one namespace, and say how many.

    A block under the comment `<!-- not run: REASON -->` is left out. A failure's traceback names
    the page and its line.
    """
    text = page.read_text()
    count = 0
    for found in _BLOCK.finditer(text):
        if found["skip"]:
            continue
        lines_before = text.count("\n", 0, found.start("code"))
        code = compile("\n" * lines_before + found["code"], str(page), "exec")
        exec(code, namespace)
        count += 1
    return count
