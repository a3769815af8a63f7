"""An entity of a package as it was read; whoever only has manifests loads no more of packages."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl.core.identifier_pb2 import Identifier

from reconciler.errors import FetchError
from reconciler.model import Kind

# One of TaskSpec, WorkflowSpec, LaunchPlan (flyteidl ships no types to say so).
Spec = Any

# What was fetched, by source as the manifest says it: a file, or why there is none.
Fetched = Mapping[str, Path | FetchError]


@dataclass(frozen=True, slots=True)
class Member:
    """One entity of a package, its own identifiers still blank."""

    file: str
    kind: Kind
    spec: Spec

    @property
    def id(self) -> Identifier:
        return self.spec.id if self.kind is Kind.LAUNCH_PLAN else self.spec.template.id

    @property
    def name(self) -> str:
        return str(self.id.name)
