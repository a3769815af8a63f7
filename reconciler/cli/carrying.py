"""Show a plan, carry it out, and report: the same for one made just now and one that was saved."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from reconciler.cli.interrupt import Drain, Tally
from reconciler.cli.options import Settings, say
from reconciler.cli.readers import masks_for
from reconciler.cli.session import Unit
from reconciler.cli.telemetry import note_event, note_report, stage
from reconciler.cli.terminal import can_redraw
from reconciler.errors import ApplyRefusedError
from reconciler.model import ApplyReport, Event, Plan
from reconciler.remote import Held, Remote
from reconciler.report import plan_as_text, progress, report_as_json, report_as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to apply, as the command line says it.

    Attributes: `ask` whether a person has to agree; `wait` seconds for the lock; `allow_older`
    whether a commit may be applied that does not build upon the last one; `atomic` whether all
    switches are taken back unless everything was done; `verbose` shows every field; `until_done`
    goes on with backfills until all their slots have run; `has_ended` tells whether the run of a
    pipeline, by its address, is known to be over; `review` is shown each plan before it is carried
    out, and raises for one that must not be; `told` is given what was done.
    """

    ask: bool
    wait: float
    allow_older: bool
    atomic: bool
    verbose: bool
    parallelism: int
    until_done: bool = False
    approved: tuple[str, ...] = ()
    has_ended: Callable[[str], bool] = lambda run: False
    review: Callable[[Plan], None] = lambda plan: None
    told: Callable[[Plan, ApplyReport], None] = lambda plan, report: None


def show(
    plan: Plan, options: Settings, manner: Manner, *, asking: bool, unit: Unit | None = None
) -> None:
    """Show the plan; with `--json` only to who is going to be asked: stdout is the document's."""
    options.outputs.planned(plan)
    if options.json and not asking:
        return
    stream = sys.stderr if options.json else sys.stdout
    color, masks = options.colors(stream), masks_for(plan, unit)
    stream.write(plan_as_text(plan, color=color, verbose=manner.verbose, masks=masks))
    stream.flush()


def ask(endpoint: str) -> None:
    """Return only if a person typed `yes`.

    Raises: ApplyRefusedError for any other answer, and for none.
    """
    sys.stderr.write(f"\nApply this to Flyte Admin at {endpoint}? Only `yes` will do it: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        sys.stderr.write("\n")
        raise ApplyRefusedError("no answer, so nothing was written; --auto-approve asks nothing")
    if answer.strip() != "yes":
        raise ApplyRefusedError("not approved, so nothing was written")


def carry_out(
    remote: Remote,
    plan: Plan,
    options: Settings,
    manner: Manner,
    *,
    unit: Unit,
    shown: Plan,
    held: Held | None,
) -> ApplyReport:
    """Apply `plan`, told of as `shown`: progress on stderr, then the report on stdout."""
    live = can_redraw(os.environ)
    color = options.colors(sys.stderr)
    view = progress(sys.stderr, total=len(plan.actions), live=live, color=color)
    outputs = options.outputs

    def follow(event: Event) -> None:
        view(event)
        outputs.event(event)
        note_event(event)

    tally = Tally(plan, follow)

    def account() -> str:
        if live:
            os.write(2, b"\r\x1b[K\x1b[?25h")  # the display hid the cursor and owns the line
        if outputs.wants_json:
            outputs.last_words(report_as_json(shown, tally.report()))
        if options.json:
            return ""
        # It goes past the streams that would mask it.
        return outputs.mask(report_as_text(tally.report()))

    with Drain(account) as drain:
        with view:
            remarks: list[str] = []
            with stage("apply"):
                report = remote.apply(
                    plan,
                    held=held,
                    stop=drain.stop,
                    on_event=tally,
                    say=remarks.append,
                    together=unit.together,
                    atomic=manner.atomic,
                )
                note_report(report)
        for remark in remarks:
            say(f"Warning: {remark}")
        if not options.json:
            sys.stdout.write(f"\n{report_as_text(report, color=options.colors(sys.stdout))}")
        sys.stdout.flush()
    return report
