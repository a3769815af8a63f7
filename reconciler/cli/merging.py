"""Apply one environment of what was merged, and tell its request, whatever came of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.ci import Forge, Merge, Request, append_summary, key_of, read_artifacts
from reconciler.cli import failures
from reconciler.cli.applying import apply_manifests
from reconciler.cli.carrying import Manner
from reconciler.cli.options import Settings, say
from reconciler.cli.previewing import told
from reconciler.cli.repository import folder_name, head_commit
from reconciler.cli.sections import Result
from reconciler.cli.session import Unit
from reconciler.errors import ConfigError, NotReviewedError
from reconciler.model import PlanOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """What all environments of one command share."""

    request: Request
    forge: Forge | None
    manner: Manner
    approved: Sequence[str]
    reviewed: Path | None
    reviewed_only: bool

    def apply(
        self,
        unit: Unit,
        paths: Sequence[Path],
        options: Settings,
        *,
        planning: PlanOptions,
        build: bool,
    ) -> Result:
        """Plan, compare, apply, tell."""
        merge = self._merge(unit)
        manner = replace(
            self.manner,
            approved=(*self.manner.approved, *merge.approved_policies()),
            has_ended=merge.has_ended,
            review=merge.check,
            told=merge.done,
        )
        try:
            return apply_manifests(unit, paths, options, manner, planning=planning, build=build)
        except NotReviewedError:
            raise  # the request knows
        except Exception as error:
            if failures.is_ours(error):
                merge.failed(told(error, options))
            raise

    def _merge(self, unit: Unit) -> Merge:
        key = key_of(folder_name(), unit.listed, unit.environment)
        return Merge(
            request=self.request,
            commit=head_commit() or self.request.head,
            key=key,
            title=unit.title,
            forge=self.forge,
            say=say,
            approved=self.approved,
            reviewed_only=self.reviewed_only,
            artifact=self._artifact(key),
            reveal=tuple(unit.workspace.revealed) if unit.workspace else (),
            summary=lambda pages: append_summary(os.environ, pages),
        )

    def _artifact(self, key: str) -> tuple[Sequence[str], str] | None:
        if self.reviewed is None:
            return None
        left = {one.key: one for one in read_artifacts(self.reviewed).entries}
        if key not in left:
            raise ConfigError(f"{self.reviewed} holds no preview of {key}")
        return left[key].steps, left[key].commit
