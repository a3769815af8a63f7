"""Comments for forges: whole, never too long, and harmless whatever stands in a plan."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.model import Change, Conflict, Diagnostic, Plan, Severity
from reconciler.report import (
    LIMITS,
    MARKER,
    SMALLEST,
    errors_as_markdown,
    plan_as_markdown,
    report_as_markdown,
)
from reconciler.report.blocks import Block, code, documents, folded, plain, table
from tests.builders import (
    a_create,
    a_launch_plan,
    a_plan,
    a_project,
    a_report,
    a_task,
    a_warning,
    a_workflow,
    an_id,
    an_update,
    blocked,
    done,
    failed,
    skipped,
)

LARGE = Plan(
    tuple(a_create(a_task(f"task-{n:04}")) for n in range(2000))
    + tuple(a_create(a_workflow(f"workflow-{n:04}")) for n in range(500))
    + tuple(a_create(a_launch_plan(f"plan-{n:04}")) for n in range(500)),
    warnings=tuple(a_warning(f"warning {n}") for n in range(300)),
)
# Whatever would end a fence, a fold or a table, call somebody, or hide what follows.
HOSTILE = "```\n</details><script>x</script> @everyone | a\x1b[2J <!-- #1 ![x](http://x) ````"
LINE = st.text(max_size=300)


def is_whole(document: str) -> bool:
    """Every fence and every fold that is opened in a document is closed in it."""
    fences = [token for token in MarkdownIt().parse(document) if token.type == "fence"]
    shown = MarkdownIt().render(document)
    opened = len(re.findall("^<details>", document, re.MULTILINE))
    closed = len(re.findall("^</details>", document, re.MULTILINE))
    return opened == closed == len(fences) and "</details>" in shown + "</details>"


@pytest.mark.parametrize("forge", LIMITS)
def test_a_large_plan_fits_into_comments(forge: str) -> None:
    """In several where one is too short; nothing is lost, and each is whole."""
    found = plan_as_markdown(LARGE, limit=LIMITS[forge])

    assert (len(found) > 1) is (LIMITS[forge] < 200_000)
    for document in found:
        assert len(document.encode()) <= LIMITS[forge]
        assert is_whole(document)
        assert document.startswith(f"{MARKER}\n## Plan\n")
    together = "".join(found)
    assert all(f"task-{n:04}@v1" in together for n in range(2000))
    assert all(f"warning {n} " in together for n in range(300))


def test_what_goes_on_says_so() -> None:
    """At the end of one, and at the beginning of the next."""
    first, *_, last = plan_as_markdown(LARGE)

    assert first.endswith("\n_Continued in the next one._\n")
    assert "_(continued)_" not in first
    assert "_(continued)_" in last
    assert not last.endswith("_Continued in the next one._\n")


def test_no_more_comments_than_wanted() -> None:
    """The first says that the end is left out, and is no longer for that."""
    found = plan_as_markdown(LARGE, most=2)

    assert len(found) == 2
    assert "> [!WARNING]\n> This is too long to be told in full" in found[0]
    assert all(len(one.encode()) <= LIMITS["github"] and is_whole(one) for one in found)
    assert not found[-1].endswith("_Continued in the next one._\n")
    assert "WARNING" not in plan_as_markdown(a_plan(), most=2)[0]


def test_without_a_limit_it_is_one() -> None:
    """For a file or a job's summary."""
    (document,) = plan_as_markdown(LARGE, limit=None)

    assert len(document) > 150_000


def test_a_limit_that_leaves_no_room_is_refused() -> None:
    """By the number that is the least."""
    with pytest.raises(ValueError, match=str(SMALLEST)):
        plan_as_markdown(LARGE, limit=SMALLEST - 1)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.builds(lambda lines: folded("x", lines), st.lists(LINE, max_size=200)),
            st.builds(
                lambda rows: table(("a", "b"), [(code(one), plain(one)) for one in rows]),
                st.lists(LINE, min_size=1, max_size=80),
            ),
            st.builds(lambda text: Block((f"{plain(text)}\n\n",)), LINE),
        ),
        max_size=8,
    ),
    st.integers(SMALLEST, 3 * SMALLEST),
)
def test_blocks_are_cut_anywhere_and_stay_whole(blocks: list[Block], limit: int) -> None:
    """No document is too long, no fence is open, and every line is in one of them, in order."""
    found = documents(blocks, limit=limit, head="## head\n\n")

    assert all(len(one.encode("utf-8", "surrogatepass")) <= limit for one in found)
    assert all(is_whole(one) for one in found)
    lines = iter("".join(found).splitlines(keepends=True))
    for block in blocks:
        for line in block.lines:
            for part in line.splitlines(keepends=True):
                assert any(part == one for one in lines), part


def test_nothing_in_a_plan_is_markdown() -> None:
    """Names, values and messages end no fence, call nobody, and hide nothing."""
    plan = Plan(
        (
            an_update(a_project(), a_project(), Change("description", HOSTILE, f"{HOSTILE}x")),
            a_create(a_task(image=HOSTILE)),
        ),
        conflicts=(Conflict(an_id(name="etl"), (Change(HOSTILE, 1, 2),)),),
        warnings=(a_warning(HOSTILE),),
        obstacles=(Diagnostic("x", HOSTILE, severity=Severity.WARNING),),
    )

    (document,) = plan_as_markdown(plan, title=HOSTILE)

    shown = MarkdownIt("commonmark", {"html": True}).render(document)
    outside = re.sub(r"<pre>.*?</pre>", "", shown, flags=re.DOTALL)
    assert is_whole(document)
    assert "<script" not in outside
    assert "<img" not in outside
    assert "@everyone" not in re.sub(r"<code>.*?</code>", "", document_outside(document))
    assert "\x1b" not in document


def document_outside(document: str) -> str:
    """The source without what is fenced."""
    return re.sub(r"^(`{3,})diff\n.*?^\1$", "", document, flags=re.DOTALL | re.MULTILINE)


def test_an_apply_tells_failures_first() -> None:
    """Then every step, and the plan."""
    task, workflow, launch_plan, switch = a_plan().actions
    report = a_report(
        done(task), failed(workflow), blocked(launch_plan, workflow), skipped(switch)
    )

    (document,) = report_as_markdown(a_plan(), report)

    assert document.index("Apply incomplete: 1 done, 1 failed, 1 blocked, 1 skipped.") < (
        document.index("CreateTask: INTERNAL: out of order")
    )
    assert "+ task flytesnacks/development/etl.extract@v1: registered" in document
    assert "! launch plan flytesnacks/development/etl.daily@v1: blocked by workflow" in document
    assert is_whole(document)


def test_an_interrupted_apply_says_so() -> None:
    """As the text does."""
    (document,) = report_as_markdown(a_plan(), a_report(interrupted=True))

    assert "**Apply interrupted: nothing to do.**" in document


def test_errors_are_listed() -> None:
    """With their places."""
    (document,) = errors_as_markdown([a_warning("no such key")], title="prod")

    assert document.startswith(f"{MARKER}\n## prod\n")
    assert "etl.yaml:7:3: no such key" in document
