"""Runs that interleave: whatever order, one set of comments is left, and it is the newest's."""

import contextlib
from collections.abc import Callable, Collection, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ForgeError, ForgeMissingError
from reconciler.forge import Check, Comment, Forge, Issue, Pull, Review, find_request
from reconciler.forge.token import Token

OLD, NEW = "a" * 40, "b" * 40
MARKER = "preview:production"


class Memory(Forge):
    """A forge in a list; something else may happen before any call to it."""

    name = title = "memory"
    limit = 1_000

    def __init__(self, before: Callable[[], None]) -> None:
        super().__init__(find_request({}), Token("T", ("A", "b"), ("b",)))
        self.before = before
        self.head = NEW
        self.kept: list[Comment] = []
        self.made = 0

    def comments(self, number: int) -> Sequence[Comment]:
        self.before()
        return [*self.kept]

    def create_comment(self, number: int, body: str) -> None:
        self.before()
        self.made += 1
        self.kept.append(Comment(id=str(self.made), body=body, author="us", at="2026"))

    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        self.before()
        at = self._find(comment)
        self.kept[at] = Comment(id=comment.id, body=body, author="us", at="2026")

    def delete_comment(self, number: int, comment: Comment) -> None:
        self.before()
        del self.kept[self._find(comment)]

    def _find(self, comment: Comment) -> int:
        for at, one in enumerate(self.kept):
            if one.id == comment.id:
                return at
        raise ForgeMissingError("gone")

    def account(self) -> str:
        return "us"

    def pull(self, number: int) -> Pull:
        self.before()
        return Pull(
            number=7,
            title="",
            author="",
            head=self.head,
            base="",
            source="",
            target="",
            merge_commit="",
            is_open=True,
            is_merged=False,
            is_fork=False,
            labels=frozenset(),
            url="",
        )

    # Nothing else is asked of it here.

    def pulls_of(self, commit: str) -> Sequence[int]:
        return []

    def open_pulls(self, target: str) -> Sequence[int]:
        return []

    def reviews(self, number: int) -> Sequence[Review]:
        return []

    def set_check(self, check: Check) -> None: ...

    def open_issues(self, marker: str) -> Sequence[Issue]:
        return []

    def create_issue(self, title: str, body: str, labels: Collection[str]) -> None: ...

    def update_issue(
        self,
        issue: Issue,
        *,
        title: str | None = None,
        body: str | None = None,
        close: bool = False,
    ) -> Issue:
        return issue

    def remark(self, issue: Issue, body: str) -> None: ...

    def _ended(self, path: str) -> bool:
        return False


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    others=st.dictionaries(
        st.integers(0, 14),
        st.sampled_from(["old", "new", "delete", "lose"]),
        max_size=4,
    ),
    first=st.sampled_from(["old", "new"]),
    pages=st.tuples(st.integers(1, 3), st.integers(1, 3)),
)
def test_one_set_of_comments_is_left(
    others: dict[int, str], first: str, pages: tuple[int, int]
) -> None:
    """Whole other runs happen between any two calls of one, comments vanish, answers are lost."""
    calls = -1
    running = False

    def before() -> None:
        nonlocal calls, running
        if running:
            return
        calls += 1
        event = others.get(calls)
        if event == "delete" and forge.kept:
            del forge.kept[0]
        elif event == "lose":
            raise ForgeError("cut", in_doubt=True)
        elif event in ("old", "new"):
            running = True
            post(event)
            running = False

    forge = Memory(before)

    def post(which: str) -> None:
        commit, number = (OLD, pages[0]) if which == "old" else (NEW, pages[1])
        at = "2026-03-01T12:00:00Z" if which == "old" else "2026-03-01T12:00:01Z"
        texts = [f"{which} {page}" for page in range(number)]
        forge.post(7, MARKER, texts, facts={"commit": commit, "at": at})

    # A question whose answer is lost may end a run; the next one mends it.
    with contextlib.suppress(ForgeError):
        post(first)
    others.clear()
    post("new")

    left = [comment.body.partition("\n\n")[2] for comment in forge.kept]
    assert left == [f"new {page}" for page in range(pages[1])]
    calls = -1
    post("old")
    assert [comment.body.partition("\n\n")[2] for comment in forge.kept] == left


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 14), st.sampled_from(["old", "new"]))
def test_without_faults_no_run_has_to_be_repeated(at: int, first: str) -> None:
    """Two runs, one within the other at any point: the newest commit's words stand at once."""
    calls = -1
    done = False

    def before() -> None:
        nonlocal calls, done
        calls += 1
        if calls == at and not done:
            done = True
            post("new" if first == "old" else "old")

    forge = Memory(before)

    def post(which: str) -> None:
        commit, second = (OLD, 0) if which == "old" else (NEW, 1)
        facts = {"commit": commit, "at": f"2026-03-01T12:00:0{second}Z"}
        forge.post(7, MARKER, [f"{which} text"], facts=facts)

    post(first)
    if not done:
        post("new")
    assert [one.body.partition("\n\n")[2] for one in forge.kept] == ["new text"]
