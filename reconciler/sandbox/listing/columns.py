"""The tables that lists know, and what their columns hold.

Filters and sort keys name columns; a filter may name the entity before it. Messages name the
entity by a code of one or a few letters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """PostgreSQL's type of a column, as its messages name it."""

    TEXT = "text"
    VARCHAR = "character varying"
    INTEGER = "integer"
    BIGINT = "bigint"
    TIMESTAMP = "timestamp with time zone"
    BYTES = "bytea"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        sql: How a statement refers to it, table and all.
        absent: PostgreSQL's complaint if Admin lets the name pass and the table lacks it.
    """

    name: str
    kind: Kind
    sql: str
    nullable: bool = False
    absent: str = ""


@dataclass(frozen=True)
class Entity:
    """Something that filters can name.

    Attributes:
        prefix: As filters write it before a dot.
        code: As messages write it.
        columns: What may be filtered and sorted by.
    """

    prefix: str
    code: str
    table: str
    columns: Mapping[str, Column]


_ROW = {
    "id": Kind.BIGINT,
    "created_at": Kind.TIMESTAMP,
    "updated_at": Kind.TIMESTAMP,
    "deleted_at": Kind.TIMESTAMP,
}
_ID = dict.fromkeys(("project", "domain", "name"), Kind.TEXT)
_VERSIONED = {**_ID, "version": Kind.TEXT, "digest": Kind.BYTES}
_EXECUTION_ID = dict.fromkeys(
    ("execution_project", "execution_domain", "execution_name"), Kind.TEXT
)
_NAMED = {
    "resource_type": Kind.INTEGER,
    **_ID,
    "description": Kind.VARCHAR,
    "state": Kind.INTEGER,
}

_COLUMNS: dict[str, dict[str, Kind]] = {
    "projects": {
        **_ROW,
        "identifier": Kind.TEXT,
        "name": Kind.TEXT,
        "description": Kind.VARCHAR,
        "labels": Kind.BYTES,
        "state": Kind.INTEGER,
    },
    "tasks": {
        **_ROW,
        **_VERSIONED,
        "closure": Kind.BYTES,
        "type": Kind.TEXT,
        "short_description": Kind.TEXT,
    },
    "workflows": {
        **_ROW,
        **_VERSIONED,
        "typed_interface": Kind.BYTES,
        "remote_closure_identifier": Kind.TEXT,
        "short_description": Kind.TEXT,
    },
    "launch_plans": {
        **_ROW,
        **_VERSIONED,
        "spec": Kind.BYTES,
        "workflow_id": Kind.BIGINT,
        "closure": Kind.BYTES,
        "state": Kind.INTEGER,
        "schedule_type": Kind.TEXT,
        "launch_condition_type": Kind.TEXT,
    },
    "executions": {
        **_ROW,
        **_EXECUTION_ID,
        "launch_plan_id": Kind.BIGINT,
        "workflow_id": Kind.BIGINT,
        "task_id": Kind.BIGINT,
        "phase": Kind.TEXT,
        "closure": Kind.BYTES,
        "spec": Kind.BYTES,
        "started_at": Kind.TIMESTAMP,
        "execution_created_at": Kind.TIMESTAMP,
        "execution_updated_at": Kind.TIMESTAMP,
        "duration": Kind.BIGINT,
        "abort_cause": Kind.TEXT,
        "mode": Kind.INTEGER,
        "source_execution_id": Kind.BIGINT,
        "parent_node_execution_id": Kind.BIGINT,
        "cluster": Kind.TEXT,
        "inputs_uri": Kind.TEXT,
        "user_inputs_uri": Kind.TEXT,
        "error_kind": Kind.TEXT,
        "error_code": Kind.TEXT,
        "user": Kind.TEXT,
        "state": Kind.INTEGER,
        "launch_entity": Kind.TEXT,
    },
    "node_executions": {
        **_ROW,
        **_EXECUTION_ID,
        "node_id": Kind.TEXT,
        "phase": Kind.TEXT,
        "input_uri": Kind.TEXT,
        "closure": Kind.BYTES,
        "started_at": Kind.TIMESTAMP,
        "node_execution_created_at": Kind.TIMESTAMP,
        "node_execution_updated_at": Kind.TIMESTAMP,
        "duration": Kind.BIGINT,
        "node_execution_metadata": Kind.BYTES,
        "parent_id": Kind.BIGINT,
        "parent_task_execution_id": Kind.BIGINT,
        "error_kind": Kind.TEXT,
        "error_code": Kind.TEXT,
        "cache_status": Kind.TEXT,
        "dynamic_workflow_remote_closure_reference": Kind.TEXT,
        "internal_data": Kind.BYTES,
    },
    "task_executions": {
        **_ROW,
        **_ID,
        "version": Kind.TEXT,
        **_EXECUTION_ID,
        "node_id": Kind.TEXT,
        "retry_attempt": Kind.BIGINT,
        "phase": Kind.TEXT,
        "phase_version": Kind.BIGINT,
        "input_uri": Kind.TEXT,
        "closure": Kind.BYTES,
        "started_at": Kind.TIMESTAMP,
        "task_execution_created_at": Kind.TIMESTAMP,
        "task_execution_updated_at": Kind.TIMESTAMP,
        "duration": Kind.BIGINT,
    },
    "entities": dict(_NAMED),
    "named_entity_metadata": {**_ROW, **_NAMED},
    "signals": {
        **_ROW,
        **_EXECUTION_ID,
        "signal_id": Kind.TEXT,
        "type": Kind.BYTES,
        "value": Kind.BYTES,
    },
    "execution_tags": {**_ROW, **_EXECUTION_ID, "key": Kind.VARCHAR, "value": Kind.VARCHAR},
    "description_entities": {
        **_ROW,
        "resource_type": Kind.INTEGER,
        **_ID,
        "version": Kind.TEXT,
        "short_description": Kind.TEXT,
        "long_description": Kind.BYTES,
        "link": Kind.TEXT,
    },
}

# Columns that never hold NULL, so that an index gives their order either way.
_NEVER_NULL = frozenset({"id", "created_at", "updated_at", "project", "domain", "name", "version"})


def columns_of(table: str) -> dict[str, Column]:
    """Return the columns of a table by name."""
    return {
        name: Column(name, kind, f'{table}."{name}"', name not in _NEVER_NULL)
        for name, kind in _COLUMNS[table].items()
    }


def _entity(prefix: str, code: str, table: str) -> Entity:
    return Entity(prefix, code, table, columns_of(table))


_TAG_KEY = Column("name", Kind.VARCHAR, 'execution_tags."key"')

ENTITIES: Mapping[str, Entity] = {
    entity.prefix: entity
    for entity in (
        _entity("task", "t", "tasks"),
        _entity("workflow", "w", "workflows"),
        _entity("launch_plan", "l", "launch_plans"),
        _entity("execution", "e", "executions"),
        _entity("node_execution", "ne", "node_executions"),
        _entity("task_execution", "te", "task_executions"),
        _entity("entities", "nen", "entities"),
        _entity("named_entity_metadata", "nem", "named_entity_metadata"),
        _entity("project", "p", "projects"),
        _entity("signal", "s", "signals"),
        # Tags of old had a table of names; their filters now read the keys.
        Entity("admin_tag", "at", "execution_tags", {"name": _TAG_KEY}),
        Entity("execution_admin_tag", "eat", "execution_tags", {}),
        _entity("execution_tag", "et", "execution_tags"),
    )
}
