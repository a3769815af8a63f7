"""Bad days on request: seeded, reproducible faults between clients and the embedded Admin.

    seed=42,latency=20ms~5ms,unavailable=5%;methods=Create*,lost_answer=0.1

`parse_faults` reads such a text (`grammar` says what it may hold), `Faults` is the day itself:
given to `Sandbox(faults=…)`, every call passes it. Tests that want one certain fault script it
(`Faults().next("CreateTask", Fault.LOST_ANSWER)`).

What strikes a call follows from the seed, the method and how many calls of this method came
before; so the same calls meet the same day again, and what happens to one method does not depend
on how calls of others fall in between.
"""

from reconciler.sandbox.faults.day import Faults, Happening
from reconciler.sandbox.faults.grammar import FaultsError, parse_faults
from reconciler.sandbox.faults.latency import Latency
from reconciler.sandbox.faults.rules import Fault, Rule
from reconciler.sandbox.faults.torn import Tear

__all__ = [
    "Fault",
    "Faults",
    "FaultsError",
    "Happening",
    "Latency",
    "Rule",
    "Tear",
    "parse_faults",
]
