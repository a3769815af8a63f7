"""What a real Admin v1.16.8 was seen to do with schedules, one JSON object a case.

Recorded by calling flyteadmin's own code, with zone data 2025b. Times are RFC 3339. Each line
is `{"class": what it shows, "input": …, "answer": …}`.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

Case = dict[str, Any]

_FOLDER = Path(__file__).with_name("recordings")


def by_class(name: str) -> Any:
    """Return one pytest parameter, a list of cases, for each class in `<name>.jsonl`."""
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    # Not splitlines(): some recorded texts hold other line separators.
    for line in (_FOLDER / f"{name}.jsonl").read_text("utf-8").rstrip("\n").split("\n"):
        case = json.loads(line)
        groups[case["class"]].append(case)
    return [pytest.param(cases, id=group) for group, cases in groups.items()]


def differences(cases: list[Case], played: list[Any]) -> list[str]:
    """Return a line for each case whose replay is not the recorded answer."""
    return [
        f"{case['input']}: recorded {case['answer']}, played {answer}"
        for case, answer in zip(cases, played, strict=True)
        if answer != case["answer"]
    ]
