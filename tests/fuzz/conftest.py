"""What the long form came to, under the results of the tests."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the chunks tell, whichever process ran them."""
    counts: dict[str, dict[str, Any]] = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "fuzz" and isinstance(value, dict):
                _add(counts.setdefault(str(value["family"]), {}), value)
                _add(counts.setdefault("all", {}), value)
    if not counts:
        return
    terminalreporter.section("inputs made wrong")
    for family, sums in counts.items():
        terminalreporter.write_line(
            f"{family:18} {sums['inputs']:>8,} inputs, judged valid {sums['valid']:,} and refused "
            f"{sums['refused']:,} times; at most {sums['slowest']:.2f} s, {sums['largest']:.0f} MB"
        )


def _add(sums: dict[str, Any], value: dict[str, Any]) -> None:
    for key in ("inputs", "valid", "refused"):
        sums[key] = sums.get(key, 0) + value[key]
    for key in ("slowest", "largest"):
        sums[key] = max(sums.get(key, 0.0), value[key])
