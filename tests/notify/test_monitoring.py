"""The alert rules and the dashboard that are shipped are about metrics that exist."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, Metric

from reconciler.model import DriftKind
from reconciler.notify.telemetry import _Meters
from reconciler.report import DRIFT_METRICS, drifts_as_prometheus
from tests.report.test_drift import REPORT

FOLDER = Path(__file__).parent.parent.parent / "examples/monitoring"
PROMTOOL = shutil.which("promtool")
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())


def queries() -> Iterator[str]:
    """Every query of the dashboard and the rules."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["definition"]
    yield from (rule["expr"] for rule in RULES)


def told_by_runs() -> set[str]:
    """What a collector calls the metrics of runs, by Prometheus' rules for names and units."""
    reader = InMemoryMetricReader()
    with_meters = MeterProvider([reader], shutdown_on_exit=False)
    meters = _Meters(with_meters.get_meter("test"))
    for counter in (meters.runs, meters.applied):
        counter.add(1)
    for gauge in (meters.planned, meters.drifted):
        gauge.set(1)
    for histogram in (meters.took, meters.steps):
        histogram.record(1)
    found = reader.get_metrics_data()
    with_meters.shutdown()
    assert found is not None
    metrics = found.resource_metrics[0].scope_metrics[0].metrics
    return {name for metric in metrics for name in _exported(metric)}


def _exported(metric: Metric) -> Iterator[str]:
    name = metric.name.replace(".", "_") + ("_seconds" if metric.unit == "s" else "")
    kind = type(metric.data).__name__
    if kind == "Histogram":
        yield from (f"{name}_bucket", f"{name}_sum", f"{name}_count")
    else:
        yield f"{name}_total" if kind == "Sum" else name


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_query_names_a_metric_that_exists(query: str) -> None:
    """And kinds of drift that there are."""
    named = set(re.findall(r"\breconciler_\w+", query))

    assert named
    assert named <= set(DRIFT_METRICS) | told_by_runs()
    kinds = re.findall(r'kind!?="([\w-]+)"', query)
    assert set(kinds) <= {str(kind) for kind in DriftKind}


def test_the_dashboard_can_be_imported() -> None:
    """Panels have numbers of their own, stand beside each other, and ask the chosen source."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == "${datasource}"


def test_every_alert_is_played_through() -> None:
    """By a test of its own beside the rules."""
    tests: list[Any] = yaml.safe_load((FOLDER / "alerts_test.yaml").read_text())["tests"]
    played = {
        one["alertname"] for test in tests for one in test["alert_rule_test"] if one["exp_alerts"]
    }
    assert played == {rule["alert"] for rule in RULES}


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
@pytest.mark.parametrize("words", [("check", "alerts.yaml"), ("test", "alerts_test.yaml")])
def test_prometheus_agrees(words: tuple[str, str]) -> None:
    """With its own tool: the rules are ones, and fire when they are to."""
    assert PROMTOOL is not None
    kind, file = words
    done = subprocess.run(
        [PROMTOOL, kind, "rules", file], cwd=FOLDER, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_reads_what_is_written() -> None:
    """Every metric, whatever names hold; its own linter has nothing to say."""
    assert PROMTOOL is not None
    odd = 'sh"op\\'
    text = drifts_as_prometheus(
        [(odd, "é", REPORT)],
        failed=[("shop", "dev")],
        told={("shop", "dev"): {"chat": "abcd"}},
    )
    done = subprocess.run(
        [PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert all(f"# TYPE {name} gauge" in text for name in DRIFT_METRICS)
