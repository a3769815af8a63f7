"""A workspace, an Admin and a pipeline's environment with a secret in every place that takes one.

Three kinds, by what may become of them:

* `CREDENTIALS`, and `MARKED` which the workspace calls sensitive: shown nowhere.
* `DECLARED` in manifests and `LIVE` in Flyte Admin, which nobody marked: shown to a person on a
  terminal, and in nothing that is kept or sent.
"""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import NamedEntityIdentifier
from flyteidl.admin.launch_plan_pb2 import (
    ActiveLaunchPlanRequest,
    LaunchPlan,
    LaunchPlanCreateRequest,
    LaunchPlanCreateResponse,
    LaunchPlanState,
    LaunchPlanUpdateRequest,
    LaunchPlanUpdateResponse,
)
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes, WorkflowExecutionConfig
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesUpdateRequest,
    ProjectDomainAttributesUpdateResponse,
)
from flyteidl.core.identifier_pb2 import Identifier
from google.protobuf.json_format import ParseDict

from reconciler.cli import run
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.secrets.planted import Secret, found_in
from tests.notify.collector import Collector, collector
from tests.notify.sinks import Web, web

MARKED = {
    name: Secret(name)
    for name in ("variable", "variable file", "environment variable", "lines of a variable")
}
PARTS = (
    *("task env", "pod env", "custom", "config", "node input"),
    *("default input", "fixed input", "launch plan env", "e-mail", "attribute env"),
)
DECLARED = {name: Secret(f"declared {name}") for name in PARTS}
LIVE = {
    name: Secret(f"live {name}")
    for name in (*PARTS, "variable", "execution input", "execution env")
}
# What somebody else put there, past us.
STRANGE = {name: Secret(f"strange {name}") for name in ("default input", "env", "e-mail")}
CREDENTIALS = {
    name: Secret(name)
    for name in (
        *("login token", "client secret", "forge token", "telemetry header"),
        *("chat URL", "events token", "gateway password", "git password"),
    )
}
NEVER = (*MARKED.values(), *CREDENTIALS.values())
VALUES = (*DECLARED.values(), *LIVE.values(), *STRANGE.values())

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: secretive}
spec:
  manifests: ["manifests/*.yaml"]
  ledger: {project: flytesnacks, domain: development}
  preview: {domain: staging, ttl: 2d}
  prune: {}
  policies: [{path: policies}]
  environments:
    dev: {}
    next: {domains: {development: staging}}
  defaultEnvironment: dev
  variables:
    password: {type: string, sensitive: true, default: unset}
    from_file: {type: string, sensitive: true, default: unset}
    pem: {type: string, sensitive: true, default: unset}
  env: [{name: DB_DSN, sensitive: true, default: unset}]
  notifications:
    - {name: chat, url: {env: CHAT_URL}, on: [drift, plan, apply]}
    - name: bus
      form: cloudevents
      url: {env: BUS_URL}
      token: {env: BUS_TOKEN}
      on: [drift, plan, apply]
"""
# Which quotes all that it is given to see.
POLICY = """\
apiVersion: reconciler/v1
kind: Policy
metadata: {name: quotes}
spec:
  when: step.kind == "task"
  warn: >-
    object.?template.?container.?env.orValue([]).map(e, e.key + " is " + e.value)
"""
MANIFEST = """\
apiVersion: reconciler/v1
kind: CodeBundle
metadata: {project: flytesnacks, domain: development, name: shop}
spec: {source: ../src}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: shop.load}
spec:
  inputs: {key: str, note: str}
  outputs: {rows: int}
  bundle: shop
  custom: {connection: {password: "<custom>"}}
  config: {apiKey: "<config>"}
  container:
    image: "ghcr.io/acme/shop:<tag>"
    args: [load, "{{.inputs.key}}"]
    env:
      PLAIN: "<task env>"
      PASSWORD: "${var.password}"
      FROM_FILE: "${var.from_file}"
      PEM: "${var.pem}"
      DSN: "postgres://shop:${env.DB_DSN}@db/shop"
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: shop.pod}
spec:
  inputs: {key: str}
  pod:
    primaryContainer: main
    spec:
      containers:
        - name: main
          image: "ghcr.io/acme/shop:<tag>"
          env: [{name: POD_KEY, value: "<pod env>"}]
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: shop.daily}
spec:
  inputs: {key: str, region: str}
  outputs: {rows: {type: int, from: load.rows}}
  nodes:
    load:
      task: shop.load
      inputs: {key: {from: inputs.key}, note: "<node input>"}
    after:
      task: shop.pod
      inputs: {key: {from: inputs.key}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: shop.daily}
spec:
  workflow: shop.daily
  inputs: {key: "<default input>"}
  fixedInputs: {region: "<fixed input>"}
  env: {LP_KEY: "<launch plan env>"}
  schedule: {cron: "0 6 * * *"}
  notifications:
    - {phases: [failed], email: ["<e-mail>@example.com"]}
  state: active
---
apiVersion: reconciler/v1
kind: Domain
metadata: {project: flytesnacks, name: development}
spec:
  attributes:
    workflowExecutionConfig:
      maxParallelism: <parallelism>
      env: {ATTRIBUTE_KEY: "<attribute env>"}
"""
_WORDS_ONLY = ("e-mail",)


def manifest(secrets: Mapping[str, Secret], *, tag: str, parallelism: int) -> str:
    """The manifests with these secrets in them."""
    text = MANIFEST.replace("<tag>", tag).replace("<parallelism>", str(parallelism))
    for name in PARTS:
        secret = secrets[name]
        value = secret.word if name in _WORDS_ONLY else secret.text
        text = text.replace(f"<{name}>", value.replace("\\", "\\\\").replace('"', '\\"'))
    return text


@dataclass(frozen=True)
class Run:
    """What a command line left: its exit code, streams, and whatever anybody logged."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str
    logged: str


@dataclass
class World:
    """All of it, running."""

    folder: Path
    admin: EmbeddedAdmin
    site: Web
    spans: Collector
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *argv: str | Path) -> Run:
        """Run a command line in this process, with everything logged that anybody logs."""
        out, err, logged = io.StringIO(), io.StringIO(), io.StringIO()
        with everything_logged(logged), redirect_stdout(out), redirect_stderr(err):
            code = run([str(argument) for argument in argv])
        return Run(
            tuple(map(str, argv)), int(code), out.getvalue(), err.getvalue(), logged.getvalue()
        )

    def process(self, *argv: str, **environ: str) -> Run:
        """Run a command line as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *argv],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Run(argv, done.returncode, done.stdout, done.stderr, "")

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    def declare(self) -> None:
        """Write what is not applied yet, with the secrets of today."""
        file = self.folder / "manifests" / "shop.yaml"
        file.write_text(manifest(DECLARED, tag="2", parallelism=7))

    def sent_but_its_own(self) -> dict[str, bytes]:
        """What was told to whom, without the address and credential that lead there."""
        posts = b"\n".join(post.raw for post in self.site.posts)
        return {"notifications": posts, "telemetry": b"\n".join(self.spans.raw)}


@contextmanager
def everything_logged(into: io.StringIO) -> Iterator[None]:
    """Keep what anybody logs, at whatever level."""
    handler = logging.StreamHandler(into)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Everything planted, and yesterday's manifests applied; `enter` it in each test."""
    with embedded_admin() as admin, web() as site, collector() as spans:
        made = World(folder / "checkout", admin, site, spans)
        made.environ = _environ(made)
        (made.folder / "manifests").mkdir(parents=True)
        (made.folder / "src").mkdir()
        (made.folder / "src" / "shop.py").write_text("print('no secret')\n")
        (made.folder / "reconciler.yaml").write_text(WORKSPACE)
        (made.folder / "policies").mkdir()
        (made.folder / "policies" / "quotes.yaml").write_text(POLICY)
        (made.folder / "secrets.yaml").write_text(
            f"from_file: '{MARKED['variable file'].text.replace(chr(39), chr(39) * 2)}'\n"
        )
        with pytest.MonkeyPatch.context() as patch:
            enter(made, patch)
            made.git("init", "-q", "-b", "main")
            made.git("config", "user.name", "alice")
            made.git("config", "user.email", "alice@example.com")
            password = CREDENTIALS["git password"].word
            made.git("remote", "add", "origin", f"https://bot:{password}@git.acme.dev/acme/shop")
            (made.folder / "manifests" / "shop.yaml").write_text(
                manifest(LIVE, tag="1", parallelism=5)
            )
            made.git("add", "manifests", "policies", "reconciler.yaml", "src")
            made.git("commit", "-q", "-m", "yesterday")
            applied = made.run(
                *("apply", "--auto-approve", "--var", f"password={LIVE['variable'].text}")
            )
            assert applied.code == 0, applied.err
            launched = made.run(
                *("launch", "shop.daily", "--name", "planted"),
                *("-i", f"key={LIVE['execution input'].text}"),
                *("--env-var", f"EXTRA={LIVE['execution env'].text}"),
            )
            assert launched.code == 0, launched.err
            _past_us(admin)
            made.declare()
            made.git("commit", "-q", "-am", "today")
        yield made


def _past_us(admin: EmbeddedAdmin) -> None:
    """Somebody else registers a launch plan, activates it, and writes an attribute."""
    place = {"project": "flytesnacks", "domain": "development"}
    id = {**place, "name": "shop.daily", "resource_type": "LAUNCH_PLAN"}
    active = admin.call(
        "GetActiveLaunchPlan",
        ActiveLaunchPlanRequest(id=NamedEntityIdentifier(**place, name="shop.daily")),
        LaunchPlan,
    )
    theirs = LaunchPlanCreateRequest(
        id=ParseDict({**id, "version": "theirs"}, Identifier()), spec=active.spec
    )
    key = theirs.spec.default_inputs.parameters["key"]
    key.default.scalar.primitive.string_value = STRANGE["default input"].text
    theirs.spec.envs.values[0].value = STRANGE["env"].text
    theirs.spec.entity_metadata.notifications[0].email.recipients_email[0] = (
        f"{STRANGE['e-mail'].word}@example.com"
    )
    admin.call("CreateLaunchPlan", theirs, LaunchPlanCreateResponse)
    admin.call(
        "UpdateLaunchPlan",
        LaunchPlanUpdateRequest(id=theirs.id, state=LaunchPlanState.ACTIVE),
        LaunchPlanUpdateResponse,
    )
    row = WorkflowExecutionConfig(max_parallelism=99)
    row.envs.values.add(key="ATTRIBUTE_KEY", value=STRANGE["env"].text)
    admin.call(
        "UpdateProjectDomainAttributes",
        ProjectDomainAttributesUpdateRequest(
            attributes=ProjectDomainAttributes(
                **place, matching_attributes=MatchingAttributes(workflow_execution_config=row)
            )
        ),
        ProjectDomainAttributesUpdateResponse,
    )


def enter(made: World, patch: pytest.MonkeyPatch) -> None:
    """Go there, with every credential in the environment."""
    for name in list(os.environ):
        if name.startswith(("FLYTE", "RECONCILER", "GITHUB_", "GITLAB_", "CI", "OTEL_", "GIT_")):
            patch.delenv(name)
    for name, value in made.environ.items():
        patch.setenv(name, value)
    patch.chdir(made.folder)


def _environ(made: World) -> dict[str, str]:
    word = {name: secret.word for name, secret in CREDENTIALS.items()}
    return {
        "HOME": str(made.folder.parent / "home"),
        "XDG_CACHE_HOME": str(made.folder.parent / "cache"),
        "TMPDIR": str(made.folder.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "RECONCILER_ADMIN": made.admin.endpoint,
        "RECONCILER_TOKEN": word["login token"],
        "FLYTE_CREDENTIALS_CLIENT_SECRET": word["client secret"],
        "GITHUB_TOKEN": word["forge token"],
        "RECONCILER_VAR_password": MARKED["variable"].text,
        "RECONCILER_VAR_pem": f"-----BEGIN-----\n{MARKED['lines of a variable'].text}\n-----END",
        "DB_DSN": MARKED["environment variable"].text,
        "CHAT_URL": made.site.service(f"/chat/{word['chat URL']}"),
        "BUS_URL": made.site.url(f"/bus?key={word['chat URL']}"),
        "BUS_TOKEN": word["events token"],
        "OTEL_EXPORTER_OTLP_ENDPOINT": made.spans.url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={word['telemetry header']}",
    }


def leaks(what: Mapping[str, Any], secrets: Any) -> dict[str, set[str]]:
    """The names of secrets by where they were found; empty is what is wanted."""
    found = {name: found_in(data, secrets) for name, data in what.items()}
    return {name: names for name, names in found.items() if names}
