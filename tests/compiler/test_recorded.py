"""The compiler's answers, held against those of flyte itself.

Exact but for what Admin says in random order: the names of unreachable nodes, the way
round a circle, and the fields of a dataclass in an error.
"""

import itertools

import pytest
from flyteidl.core import compiler_pb2

from tests.compiler.recorded import Recorded, normal, play, workflows

CASES = list(workflows("workflows.jsonl.gz"))
SCENARIOS = {
    name: list(cases)
    for name, cases in itertools.groupby(CASES, key=lambda case: case.name.rpartition(" (")[0])
}
VARIATIONS = list(workflows("variations.jsonl.gz"))


def check(case: Recorded) -> None:
    before = case.template.SerializeToString(deterministic=True)

    answer = play(case)

    assert case.template.SerializeToString(deterministic=True) == before
    if case.answer is None:
        assert isinstance(answer, compiler_pb2.CompiledWorkflowClosure), answer
    elif isinstance(answer, str):
        assert normal(answer) == case.answer
    else:
        assert answer == case.answer


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_compiles_as_a_running_admin_did(scenario: str) -> None:
    """Whole closures and whole lists of errors."""
    for case in SCENARIOS[scenario]:
        check(case)


@pytest.mark.parametrize("part", range(20))
def test_compiles_variations_as_the_original_does(part: int) -> None:
    """Every kind of fault, most of them in company."""
    for case in VARIATIONS[part::20]:
        check(case)


def test_enough_was_recorded() -> None:
    """A recording that lost its answers would pass everything."""
    answers = [case.answer for case in CASES + VARIATIONS]

    assert sum(isinstance(each, compiler_pb2.CompiledWorkflowClosure) for each in answers) > 200
    assert sum(isinstance(each, str) and each != "panic" for each in answers) > 800
    assert answers.count("panic") > 5
