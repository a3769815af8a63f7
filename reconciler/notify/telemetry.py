"""Traces and metrics of one run, to an OpenTelemetry collector by OTLP over HTTP.

    reconciler apply                        one run: the command, its exit code
      └ section                             one environment of one workspace
          ├ read manifests, read ledger, plan, lock, apply        its stages
          └   └ activate activation         each step of an apply, beneath `apply`

Attributes are counts, verbs and names; no value of any manifest or of Flyte Admin is one, and no
error's text. Loaded only where a collector is named; see `docs/monitoring.md` for all names.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Meter
from opentelemetry.propagate import extract
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span, Status, StatusCode, set_span_in_context

from reconciler.model import Action, ApplyReport, DriftKind, DriftReport, Event, Plan, Started
from reconciler.model import Status as Outcome

Value = str | int | float | bool
Result = TypeVar("Result")

_SCOPE = "reconciler"
_SECONDS = 5  # for all of it: nobody waits longer for a collector that is not there
_TIMEOUT = "OTEL_EXPORTER_OTLP_TIMEOUT"


class Telemetry:
    """What one run tells a collector; `end` must be called, and sends the rest.

    Not safe for threads: stages, and the events of an apply, all come from one.
    """

    @staticmethod
    def start(
        command: str,
        *,
        environ: Mapping[str, str],
        version: str,
        mask: Callable[[str], str],
        traces: bool = True,
        metrics: bool = True,
    ) -> "Telemetry":
        """Begin a run, beneath the span that `TRACEPARENT` names if a pipeline set it.

        Args:
            environ: For what the libraries do not read themselves.
            mask: Takes sensitive values out of a text; asked when something is told.
        """
        name = {} if environ.get("OTEL_SERVICE_NAME") else {"service.name": "reconciler"}
        resource = Resource.create({**name, "service.version": version})
        return Telemetry(
            command,
            environ=environ,
            mask=mask,
            resource=resource,
            traces=traces,
            metrics=metrics,
        )

    def __init__(
        self,
        command: str,
        *,
        environ: Mapping[str, str],
        mask: Callable[[str], str],
        resource: Resource,
        traces: bool,
        metrics: bool,
    ) -> None:
        # What goes wrong is said once, by `end`; their own logs would name endpoints.
        quiet = logging.getLogger("opentelemetry")
        quiet.propagate = False
        quiet.handlers[:] = [logging.NullHandler()]
        timeout = None if environ.get(_TIMEOUT) else _SECONDS
        self._mask = mask
        self._command = command
        self._sent = _Sent()
        self._place: dict[str, Value] = {}
        self._tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
        if traces:
            self._tracing.add_span_processor(BatchSpanProcessor(_Spans(self._sent, timeout)))
        readers = [
            PeriodicExportingMetricReader(
                _Metrics(self._sent, timeout), export_interval_millis=float("inf")
            )
        ]
        self._metering = MeterProvider(
            readers if metrics else [], resource=resource, shutdown_on_exit=False
        )
        self._tracer = self._tracing.get_tracer(_SCOPE)
        self._meters = _Meters(self._metering.get_meter(_SCOPE))
        carrier = {
            key: environ[key.upper()]
            for key in ("traceparent", "tracestate")
            if environ.get(key.upper())
        }
        root = self._tracer.start_span(
            f"reconciler {command}",
            context=extract(carrier),
            attributes={"reconciler.command": command},
        )
        self._stack: list[Span] = [root]
        self._steps: dict[str, Span] = {}

    @contextmanager
    def stage(self, name: str, **attributes: Value) -> Iterator[None]:
        """A part of the run, beneath the one that it is in; an error that ends it is named."""
        with self._beneath(name, attributes) as span:
            try:
                yield
            except BaseException as error:
                _fail(span, error)
                raise

    @contextmanager
    def section(self, *, workspace: str, environment: str) -> Iterator[None]:
        """One environment of one workspace: what is told within is about that."""
        before = self._place
        self._place = {"workspace": workspace, "environment": environment}
        try:
            with self.stage("section"):
                yield
        finally:
            self._place = before

    def planned(self, plan: Plan) -> None:
        """Tell how much a plan would do."""
        counts: dict[str, int] = {}
        for action in plan:
            counts[str(action.verb)] = counts.get(str(action.verb), 0) + 1
        self._note("plan.actions", len(plan.actions))
        self._note("plan.conflicts", len(plan.conflicts))
        for verb, count in sorted(counts.items()):
            self._note(f"plan.actions.{verb}", count)
            self._meters.planned.set(count, self._labels(verb=verb))

    def applied(self, report: ApplyReport) -> None:
        """Tell what an apply came to."""
        for status in Outcome:
            self._note(f"apply.{status}", report.counts()[status])
        for outcome in report.outcomes:
            labels = self._labels(verb=str(outcome.action.verb), status=str(outcome.status))
            self._meters.applied.add(1, labels)

    def drifted(self, report: DriftReport) -> None:
        """Tell how much drifted, by kind, those of which there is none as well."""
        counts = report.counts()
        self._note("drift.compared", report.compared)
        for kind in DriftKind:
            self._note(f"drift.{kind}", counts[kind])
            self._meters.drifted.set(counts[kind], self._labels(kind=str(kind)))

    def event(self, event: Event) -> None:
        """Tell of a step of an apply that begins or ends."""
        if isinstance(event, Started):
            action = event.action
            span = self._tracer.start_span(
                self._mask(f"{action.verb} {action.id.kind.slug}"),
                context=set_span_in_context(self._stack[-1]),
                attributes=self._of(action),
            )
            self._steps[action.id.address] = span
            return
        outcome = event.outcome
        ended = self._steps.pop(outcome.action.id.address, None)
        if ended is None:  # it never began: another one's failure stood in its way
            return
        labels = self._labels(verb=str(outcome.action.verb), status=str(outcome.status))
        self._meters.steps.record(outcome.seconds, labels)
        ended.set_attribute("reconciler.status", str(outcome.status))
        ended.set_attribute("reconciler.applied", outcome.applied)
        ended.set_attribute("reconciler.settled", outcome.settled)
        ended.set_attribute("reconciler.existed", outcome.existed)
        if outcome.status is Outcome.FAILED:
            _fail(ended, outcome.error)
        ended.end()

    def end(self, code: int, seconds: float) -> str:
        """End the run and send what is left.

        Args:
            code: The exit code. `seconds`: how long it took.

        Returns: why nothing, or not all, could be sent; "" if it was. Never raises.
        """
        labels: dict[str, Value] = {"command": self._command, "exit_code": code}
        self._meters.runs.add(1, labels)
        self._meters.took.record(seconds, labels)
        root = self._stack[0]
        root.set_attribute("reconciler.exit_code", code)
        if code not in (0, 2):
            root.set_status(Status(StatusCode.ERROR))
        for span in (*self._steps.values(), *reversed(self._stack)):
            span.end()
        with ThreadPoolExecutor(2) as pool:  # neither waits until the other has given up
            [*pool.map(_send_rest, (self._tracing, self._metering))]
        return self._sent.problem

    @contextmanager
    def _beneath(self, name: str, attributes: Mapping[str, Value]) -> Iterator[Span]:
        span = self._tracer.start_span(
            name,
            context=set_span_in_context(self._stack[-1]),
            attributes=self._told({**self._place, **attributes}),
        )
        self._stack.append(span)
        try:
            yield span
        finally:
            self._stack.remove(span)
            span.end()

    def _note(self, name: str, value: Value) -> None:
        self._stack[-1].set_attribute(f"reconciler.{name}", value)

    def _of(self, action: Action) -> dict[str, Value]:
        id = action.id
        said = {
            "verb": str(action.verb),
            "kind": id.kind.slug,
            "project": id.project,
            "domain": id.domain,
            "name": id.name,
            "version": id.version,
        }
        return self._told({**self._place, **{key: value for key, value in said.items() if value}})

    def _told(self, attributes: Mapping[str, Value]) -> dict[str, Value]:
        return {
            f"reconciler.{key}": self._mask(value) if isinstance(value, str) else value
            for key, value in attributes.items()
        }

    def _labels(self, **labels: str) -> dict[str, Value]:
        masked = {key: self._mask(str(value)) for key, value in self._place.items()}
        return {**masked, **labels}


class _Meters:
    """What is counted and timed."""

    def __init__(self, meter: Meter) -> None:
        self.runs = meter.create_counter("reconciler.runs", "{run}", "Runs, by exit code.")
        self.took = meter.create_histogram("reconciler.run.duration", "s", "How long runs take.")
        self.planned = meter.create_gauge(
            "reconciler.plan.actions", "{action}", "What the last plan would do, by verb."
        )
        self.applied = meter.create_counter(
            "reconciler.apply.actions", "{action}", "What applies did, by verb and status."
        )
        self.steps = meter.create_histogram(
            "reconciler.action.duration", "s", "How long steps of applies take."
        )
        self.drifted = meter.create_gauge(
            "reconciler.drift", "{thing}", "Things that drifted, by kind."
        )


class _Sent:
    """What of all that was sent did not arrive."""

    def __init__(self) -> None:
        self._lost: set[str] = set()

    def note(self, what: str) -> None:
        self._lost.add(what)

    @property
    def problem(self) -> str:
        lost = " and ".join(sorted(self._lost))
        return f"the collector did not take {lost}" if lost else ""


class _Spans(OTLPSpanExporter):
    def __init__(self, sent: _Sent, timeout: float | None) -> None:
        super().__init__(timeout=timeout)
        self._said = sent

    def export(self, spans: Any) -> SpanExportResult:
        result = _safely(super().export, spans, SpanExportResult.FAILURE)
        if result is not SpanExportResult.SUCCESS:
            self._said.note("traces")
        return result


class _Metrics(OTLPMetricExporter):
    def __init__(self, sent: _Sent, timeout: float | None) -> None:
        super().__init__(timeout=timeout)
        self._said = sent

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        result = _safely(super().export, metrics_data, MetricExportResult.FAILURE)
        if result is not MetricExportResult.SUCCESS:
            self._said.note("metrics")
        return result


def _send_rest(provider: TracerProvider | MeterProvider) -> None:
    provider.force_flush()
    provider.shutdown()


def _safely(export: Callable[[Any], Result], data: Any, failure: Result) -> Result:
    try:
        return export(data)
    except Exception:  # an endpoint that is no URL: telemetry never ends a command
        return failure


def _fail(span: Span, error: BaseException | None) -> None:
    # Its class only: its text may repeat what somebody wrote.
    span.set_status(Status(StatusCode.ERROR))
    if error is not None:
        span.set_attribute("error.type", type(error).__name__)
