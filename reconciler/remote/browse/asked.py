"""What a person asks a list for, in words, and as the client's filters and orders say it.

    phase=FAILED   name!=x   created_at>=2026-01-01   name~etl   phase in FAILED,ABORTED

Admin's own spelling, `eq(phase,FAILED)`, is taken as it is. Admin's columns have other names on
some lists than the messages that come back; whoever asks need not know.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.admin import Filter, Sort, asc, contains, desc

_SYMBOLS = {
    "!=": "ne",
    ">=": "gte",
    "<=": "lte",
    "~": "contains",
    "=": "eq",
    ">": "gt",
    "<": "lt",
}
_PLAIN = re.compile(r"\s*([A-Za-z_.]+)\s*(!=|>=|<=|~|=|>|<)\s*(.*?)\s*", re.DOTALL)
_WORDED = re.compile(r"\s*([A-Za-z_.]+)\s+(not in|in|contains)\s+\(?(.*?)\)?\s*", re.DOTALL)
_OURS = re.compile(r"[a-z_]+\([A-Za-z_.]+,.+\)", re.DOTALL)
_FUNCTIONS = {"in": "value_in", "not in": "value_not_in", "contains": "contains"}

# What people call a column, by the list that it is of.
ENTITIES: Mapping[str, str] = {}
LAUNCH_PLANS: Mapping[str, str] = {"workflow": "workflow.name"}
EXECUTIONS: Mapping[str, str] = {
    "project": "execution_project",
    "domain": "execution_domain",
    "name": "execution_name",
    "created_at": "execution_created_at",
    "updated_at": "execution_updated_at",
    "launch_plan": "launch_plan.name",
    "launchplan": "launch_plan.name",
    "version": "launch_plan.version",
    "workflow": "workflow.name",
    "task": "task.name",
    "tag": "admin_tag.name",
}
NODES: Mapping[str, str] = {
    "node": "node_id",
    "created_at": "node_execution_created_at",
    "updated_at": "node_execution_updated_at",
}
ATTEMPTS: Mapping[str, str] = {
    "attempt": "retry_attempt",
    "task": "task.name",
    "created_at": "task_execution_created_at",
    "updated_at": "task_execution_updated_at",
}
PROJECTS: Mapping[str, str] = {"id": "identifier"}
SIGNALS: Mapping[str, str] = {"id": "signal_id", "signal": "signal_id"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a list are wanted, in what order, and how many.

    Attributes:
        filters: As a person writes them; all must hold.
        sort: A column; with `-` before it the greatest first. "" for the list's own order.
        limit: At most so many; None for all.
    """

    filters: Sequence[str] = ()
    sort: str = ""
    limit: int | None = None

    def conditions(self, columns: Mapping[str, str]) -> Sequence[Filter | str]:
        """The filters as the client takes them, which knows what its list can be asked.

        Args:
            columns: What a column is called on this list.

        Raises: ValueError for what is no filter.
        """
        return [_read(text, columns) for text in self.filters]

    def order(self, columns: Mapping[str, str], otherwise: str) -> Sort:
        """The order, or else `otherwise`, spelled as people do."""
        wanted = self.sort or otherwise
        key = _column(wanted.removeprefix("-"), columns).rpartition(".")[2]
        return desc(key) if wanted.startswith("-") else asc(key)


def _read(text: str, columns: Mapping[str, str]) -> Filter | str:
    if _OURS.fullmatch(text.strip()):
        return text.strip()
    if found := _WORDED.fullmatch(text):
        field, word, value = found.groups()
        function = _FUNCTIONS[word]
        values = [value] if word == "contains" else re.split("[;,]", value)
    elif found := _PLAIN.fullmatch(text):
        field, symbol, value = found.groups()
        function, values = _SYMBOLS[symbol], [value]
    else:
        raise ValueError(f"{text!r} is no filter; write for instance name=etl.daily or phase!=X")
    values = [value.strip() for value in values]
    if not all(values):
        raise ValueError(f"{text!r} compares with nothing")
    key = _column(field, columns)
    return (
        contains(key, values[0]) if function == "contains" else Filter(function, key, (*values,))
    )


def _column(name: str, columns: Mapping[str, str]) -> str:
    return columns.get(name, name)


EVERYTHING = Asked()
"""All rows, in the list's own order."""
