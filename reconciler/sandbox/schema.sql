-- The embedded Admin's tables, named and keyed as Flyte Admin's own are.
--
-- Times are microseconds since 1970 UTC, as precise as PostgreSQL's; `id` is the order of
-- insertion. Texts compare byte by byte, which is PostgreSQL's collation C. The rowid is part of
-- every index, so an index on (project, domain) also serves "in order of id".

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    identifier TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    labels BLOB,  -- the whole Project as sent; NULL: it never had any
    state INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    closure BLOB NOT NULL,  -- TaskClosure
    digest BLOB NOT NULL,
    type TEXT NOT NULL,
    short_description TEXT NOT NULL DEFAULT '',
    UNIQUE (project, domain, name, version)
);
CREATE INDEX tasks_domain ON tasks (project, domain);
CREATE INDEX tasks_name ON tasks (project, domain, name);
CREATE INDEX tasks_created ON tasks (project, domain, created_at);
CREATE INDEX tasks_name_created ON tasks (project, domain, name, created_at);
CREATE INDEX tasks_version ON tasks (project, domain, version);

CREATE TABLE workflows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    typed_interface BLOB NOT NULL,  -- TypedInterface, as submitted
    remote_closure_identifier TEXT NOT NULL,  -- where the WorkflowClosure is
    digest BLOB NOT NULL,
    short_description TEXT NOT NULL DEFAULT '',
    UNIQUE (project, domain, name, version)
);
CREATE INDEX workflows_domain ON workflows (project, domain);
CREATE INDEX workflows_name ON workflows (project, domain, name);
CREATE INDEX workflows_created ON workflows (project, domain, created_at);
CREATE INDEX workflows_name_created ON workflows (project, domain, name, created_at);
CREATE INDEX workflows_version ON workflows (project, domain, version);

CREATE TABLE launch_plans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    spec BLOB NOT NULL,  -- LaunchPlanSpec with every free input spelt out
    closure BLOB NOT NULL,  -- LaunchPlanClosure without state and times
    workflow_id INTEGER NOT NULL REFERENCES workflows (id),
    state INTEGER NOT NULL DEFAULT 0,
    digest BLOB NOT NULL,
    schedule_type TEXT NOT NULL DEFAULT 'NONE',
    launch_condition_type TEXT,
    UNIQUE (project, domain, name, version)
);
CREATE INDEX launch_plans_domain ON launch_plans (project, domain);
CREATE INDEX launch_plans_name ON launch_plans (project, domain, name);
CREATE INDEX launch_plans_created ON launch_plans (project, domain, created_at);
CREATE INDEX launch_plans_name_created ON launch_plans (project, domain, name, created_at);
CREATE INDEX launch_plans_version ON launch_plans (project, domain, version);
CREATE INDEX launch_plans_active ON launch_plans (project, domain, name) WHERE state = 1;
CREATE INDEX launch_plans_workflow ON launch_plans (workflow_id);

CREATE TABLE named_entity_metadata (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    resource_type INTEGER NOT NULL,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    state INTEGER NOT NULL DEFAULT 0,
    UNIQUE (resource_type, project, domain, name)
);

CREATE TABLE description_entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    resource_type INTEGER NOT NULL,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    short_description TEXT NOT NULL DEFAULT '',
    long_description BLOB,  -- Description
    link TEXT NOT NULL DEFAULT '',
    UNIQUE (resource_type, project, domain, name, version)
);
CREATE INDEX description_entities_name ON description_entities (project, domain, name, version);

CREATE TABLE resources (  -- matchable attributes
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    project TEXT NOT NULL, domain TEXT NOT NULL, workflow TEXT NOT NULL,
    launch_plan TEXT NOT NULL,
    resource_type TEXT NOT NULL,  -- the name of a MatchableResource
    priority INTEGER NOT NULL,
    attributes BLOB NOT NULL,  -- MatchingAttributes
    UNIQUE (project, domain, workflow, launch_plan, resource_type)
);
CREATE INDEX resources_type ON resources (resource_type, priority);

CREATE TABLE executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    execution_project TEXT NOT NULL, execution_domain TEXT NOT NULL,
    execution_name TEXT NOT NULL,
    launch_plan_id INTEGER, workflow_id INTEGER, task_id INTEGER,
    phase TEXT NOT NULL,
    closure BLOB NOT NULL,  -- ExecutionClosure
    spec BLOB NOT NULL,  -- ExecutionSpec
    started_at INTEGER, execution_created_at INTEGER, execution_updated_at INTEGER,
    duration INTEGER NOT NULL DEFAULT 0,  -- nanoseconds
    abort_cause TEXT NOT NULL DEFAULT '',
    mode INTEGER NOT NULL DEFAULT 0,
    source_execution_id INTEGER, parent_node_execution_id INTEGER,
    cluster TEXT NOT NULL DEFAULT '',
    inputs_uri TEXT NOT NULL DEFAULT '', user_inputs_uri TEXT NOT NULL DEFAULT '',
    error_kind TEXT, error_code TEXT,
    user TEXT NOT NULL DEFAULT '',
    state INTEGER NOT NULL DEFAULT 0,
    launch_entity TEXT NOT NULL DEFAULT '',
    UNIQUE (execution_project, execution_domain, execution_name)
);
CREATE INDEX executions_created
    ON executions (execution_project, execution_domain, execution_created_at);
CREATE INDEX executions_launch_plan ON executions (launch_plan_id);
CREATE INDEX executions_workflow ON executions (workflow_id);
CREATE INDEX executions_parent ON executions (parent_node_execution_id);

CREATE TABLE execution_tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    execution_project TEXT NOT NULL, execution_domain TEXT NOT NULL,
    execution_name TEXT NOT NULL,
    key TEXT NOT NULL, value TEXT NOT NULL,
    UNIQUE (execution_project, execution_domain, execution_name, key, value)
);
CREATE INDEX execution_tags_name ON execution_tags (execution_name);

CREATE TABLE node_executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    execution_project TEXT NOT NULL, execution_domain TEXT NOT NULL,
    execution_name TEXT NOT NULL,
    node_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    input_uri TEXT NOT NULL DEFAULT '',
    closure BLOB NOT NULL,  -- NodeExecutionClosure
    started_at INTEGER, node_execution_created_at INTEGER, node_execution_updated_at INTEGER,
    duration INTEGER NOT NULL DEFAULT 0,  -- nanoseconds
    node_execution_metadata BLOB,  -- NodeExecutionMetaData
    parent_id INTEGER, parent_task_execution_id INTEGER,
    error_kind TEXT, error_code TEXT, cache_status TEXT,
    dynamic_workflow_remote_closure_reference TEXT NOT NULL DEFAULT '',
    internal_data BLOB,
    UNIQUE (execution_project, execution_domain, execution_name, node_id)
);
CREATE INDEX node_executions_parent ON node_executions (parent_id);
CREATE INDEX node_executions_parent_task ON node_executions (parent_task_execution_id);

CREATE TABLE task_executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    execution_project TEXT NOT NULL, execution_domain TEXT NOT NULL,
    execution_name TEXT NOT NULL,
    node_id TEXT NOT NULL,
    retry_attempt INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL,
    phase_version INTEGER NOT NULL DEFAULT 0,
    input_uri TEXT NOT NULL DEFAULT '',
    closure BLOB NOT NULL,  -- TaskExecutionClosure
    started_at INTEGER, task_execution_created_at INTEGER, task_execution_updated_at INTEGER,
    duration INTEGER NOT NULL DEFAULT 0,  -- nanoseconds
    UNIQUE (project, domain, name, version, execution_project, execution_domain,
            execution_name, node_id, retry_attempt)
);
CREATE INDEX task_executions_node
    ON task_executions (execution_project, execution_domain, execution_name, node_id);

CREATE TABLE signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    execution_project TEXT NOT NULL, execution_domain TEXT NOT NULL,
    execution_name TEXT NOT NULL,
    signal_id TEXT NOT NULL,
    type BLOB, value BLOB,  -- LiteralType, Literal
    UNIQUE (execution_project, execution_domain, execution_name, signal_id)
);

CREATE TABLE schedulable_entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    project TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    cron_expression TEXT NOT NULL DEFAULT '',
    fixed_rate_value INTEGER NOT NULL DEFAULT 0,
    unit INTEGER NOT NULL DEFAULT 0,  -- FixedRateUnit
    kickoff_time_input_arg TEXT NOT NULL DEFAULT '',
    active INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project, domain, name, version)
);

CREATE TABLE schedule_entities_snapshots (  -- how far the scheduler got
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
    snapshot BLOB NOT NULL
);

CREATE TABLE objects (  -- what Admin itself keeps in the object store
    uri TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (  -- what must outlive a restart and has no table: keys, secrets
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
