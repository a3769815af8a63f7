"""One round of looking for drift: each environment compared and told, then what is written."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reconciler.cli import failures
from reconciler.cli.exits import Exit, for_error, worst
from reconciler.cli.metrics import write_metrics
from reconciler.cli.notifying import targets_of
from reconciler.cli.options import Settings
from reconciler.cli.readers import drift_for_readers
from reconciler.cli.sections import Result
from reconciler.cli.session import (
    WORKSPACE_FILE,
    Unit,
    connected,
    home_of,
    manifests,
    say_without_ledger,
)
from reconciler.cli.telemetry import note_drift, stage
from reconciler.errors import ConfigError, MetricsError, ReconcilerError
from reconciler.manifest import Manifest
from reconciler.model import Diagnostic, DriftKind, DriftReport
from reconciler.report import drift_as_text, drifts_as_prometheus, told_in, without_secrets_in

if TYPE_CHECKING:
    from reconciler.ci import Forge, Request, Standing, Telling

Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says."""

    ledger_only: bool
    ignore_pending: bool
    notifies: bool
    parallelism: int
    patch: Path | None
    sarif: Path | None
    prometheus: Path | None
    push: str | None
    labels: Sequence[str]


class Round:
    """Looks at units one after the other; its end writes what is about all of them."""

    def __init__(
        self,
        asked: Asked,
        units: Sequence[Unit],
        request: "Request",
        environ: Mapping[str, str],
        options: Settings,
        *,
        say: Callable[[str], None],
    ) -> None:
        self._asked = asked
        self._units = units
        self._request = request
        self._environ = environ
        self._options = options
        self._say = say
        self._forge: Forge | None = None
        self._reports: list[tuple[str, str, DriftReport]] = []
        self._failed: list[tuple[str, str, Sequence[Diagnostic]]] = []
        self._standings: list[Standing] = []
        self._remembers = bool(asked.prometheus or asked.push)
        self._told: dict[Place, Mapping[str, str]] = dict(self._told_before())

    def connect(self) -> None:
        """Talk to the forge, if there is one, from now on."""
        from reconciler.ci import forge_of

        self._forge = forge_of(self._request, self._environ, self._say)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._forge is not None:
            self._forge.close()
        if error is None:
            self._write()
        elif isinstance(error, Exception) and failures.is_ours(error):
            # What could not be compared has to be told as well; it stays what the command ends by.
            try:
                self._write()
            except (ReconcilerError, OSError) as second:
                self._say(f"Error: {second}")

    def look(self, unit: Unit) -> Result:
        """Compare one environment, tell of it, and print it."""
        name, _ = place = _place(unit)
        try:
            found, declared = self._compare(unit)
        except Exception as error:
            if failures.is_ours(error):
                self._failed.append((*place, failures.diagnostics(error)))
            raise
        report = without_secrets_in(found, unit.sensitive)
        say_without_ledger(unit)
        self._reports.append((name, unit.environment, report))
        if self._options.outputs.is_text:
            text = drift_as_text(
                drift_for_readers(report, unit), color=self._options.colors(sys.stdout)
            )
            sys.stdout.write(text)
            sys.stdout.flush()
        counted = self._counted(report)
        telling = self._tell(unit, found, report, declared)
        for text in telling.said:
            self._say(text)
        for problem in telling.errors:
            self._say(f"Error: {problem}")
        codes = [for_error(problem) for problem in telling.errors]
        codes.append(
            Exit.CHANGES if counted.drifts else Exit.PARTIAL if report.unread else Exit.OK
        )
        return Result(worst(codes), self._options.outputs.drifted(unit, report))

    def _compare(self, unit: Unit) -> tuple[DriftReport, Sequence[Manifest]]:
        asked = self._asked
        home = home_of(unit) if asked.ledger_only else unit.home
        declared = None if asked.ledger_only else manifests((), unit)
        with (
            connected(self._options, unit, parallelism=asked.parallelism) as (remote, _),
            stage("compare"),
        ):
            found = remote.drift(declared, home)
            note_drift(found)
        return found, declared or ()

    def _counted(self, report: DriftReport) -> DriftReport:
        if not self._asked.ignore_pending:
            return report
        drifts = tuple(one for one in report.drifts if one.kind is not DriftKind.PENDING)
        return replace(report, drifts=drifts)

    def _tell(
        self,
        unit: Unit,
        found: DriftReport,
        report: DriftReport,
        declared: Sequence[Manifest],
    ) -> "Telling":
        from reconciler.ci import Memory, Standing, key_of, tell_drift
        from reconciler.cli.repository import folder_name

        name, _ = place = _place(unit)
        targets, lost = targets_of(unit, "drift") if self._asked.notifies else ([], [])
        standing = Standing(
            key=key_of(folder_name(), unit.listed, unit.environment),
            title="/".join(one for one in (name, unit.environment) if one),
            workspace=name,
            environment=unit.environment,
            report=self._counted(report),
            patch=self._patch(self._counted(found), declared),
            listed=unit.listed,
            reveal=unit.workspace.revealed if unit.workspace else (),
        )
        self._standings.append(standing)
        known: Memory | None = None
        if self._remembers:
            known = Memory(by=self._told.get(place, {}))
        elif targets and self._forge is None and standing.report.drifts:
            self._say(
                "Nothing is known of what was told before, without a forge, --prometheus-into "
                "or --push: so it is told again"
            )
        telling = tell_drift(
            standing,
            targets,
            forge=self._forge,
            before=known,
            run_url=self._request.run_url,
            labels=self._asked.labels,
            mask=self._options.outputs.mask,
        )
        self._told[place] = telling.told.by
        return replace(telling, errors=(*telling.errors, *lost))

    def _patch(self, found: DriftReport, declared: Sequence[Manifest]) -> str:
        wanted = self._asked.patch
        if not found.drifts or not declared or (self._forge is None and wanted is None):
            return ""
        from reconciler.ci import changed_lines
        from reconciler.remote import adopting_patch

        patch = adopting_patch(found, declared)
        if wanted is not None:
            _write(wanted, patch.text)
            for remark in patch.remarks:
                self._say(f"Not in {wanted}: {remark}")
        return changed_lines(patch.text)

    def _told_before(self) -> Mapping[Place, Mapping[str, str]]:
        """What the metrics of the last run say was told."""
        file, url = self._asked.prometheus, self._asked.push
        if file is not None:
            try:
                return told_in(file.read_text(encoding="utf-8"))
            except FileNotFoundError:
                pass
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"{file} cannot be read: {error}") from error
        if url is None:
            return {}
        from reconciler.ci import read_metrics

        try:
            return told_in(read_metrics(url))
        except MetricsError as error:
            self._say(f"Warning: what was told before is not known: {error}")
            return {}

    def _write(self) -> None:
        from reconciler.ci import write_drift_summary

        self._failed += self._not_begun()
        write_drift_summary(self._environ, self._standings)
        if self._asked.sarif is not None:
            _write(self._asked.sarif, self._sarif())
        failed = [(workspace, environment) for workspace, environment, _ in self._failed]
        if self._asked.prometheus is not None:
            text = drifts_as_prometheus(self._reports, failed=failed, told=self._told)
            write_metrics(self._asked.prometheus, text)
        if self._asked.push:
            self._push(self._asked.push, failed)

    def _not_begun(self) -> Iterator[tuple[str, str, Sequence[Diagnostic]]]:
        """Units of which not even the workspace could be settled, and why."""
        seen = {one[:2] for one in (*self._reports, *self._failed)}
        for unit in self._units:
            if (place := _place(unit)) in seen:
                continue
            try:
                unit.settled  # noqa: B018  it is asked for its errors
            except Exception as error:
                if failures.is_ours(error):
                    yield (*place, failures.diagnostics(error))

    def _push(self, url: str, failed: Sequence[Place]) -> None:
        """A group for each, so that runs about others leave it alone."""
        from reconciler.ci import push_metrics

        for place in (*(one[:2] for one in self._reports), *failed):
            text = drifts_as_prometheus(
                [one for one in self._reports if one[:2] == place],
                failed=[one for one in failed if one == place],
                told={place: self._told.get(place, {})},
            )
            group = {"workspace": place[0], "environment": place[1]}
            push_metrics(url, text, group=group)

    def _sarif(self) -> str:
        from reconciler import __version__
        from reconciler.cli.repository import top_folder
        from reconciler.report import Compared, drift_as_sarif

        found: dict[Place, DriftReport | Sequence[Diagnostic]] = {
            one[:2]: one[2] for one in self._failed
        }
        found |= {one[:2]: self._counted(one[2]) for one in self._reports}
        compared = [
            Compared(
                workspace=place[0],
                environment=place[1],
                found=found[place],
                file=unit.workspace.origin.file if unit.workspace else WORKSPACE_FILE,
                listed=unit.listed,
                reveal=unit.workspace.revealed if unit.workspace else (),
            )
            for unit in self._units
            if (place := _place(unit)) in found
        ]
        return drift_as_sarif(compared, version=__version__, top=top_folder())


def _place(unit: Unit) -> Place:
    return unit.workspace.metadata.name if unit.workspace else "", unit.environment


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror or error}") from error
