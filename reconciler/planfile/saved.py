"""A plan that was saved: what it was made from, what it does, what it has to be told again."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.errors import StalePlanError
from reconciler.model import Plan
from reconciler.planfile import plan_pb2 as pb
from reconciler.planfile.decode import decode_plan
from reconciler.planfile.encode import encode_plan
from reconciler.planfile.paths import relocate
from reconciler.planfile.placeholders import Placeholders
from reconciler.planfile.secrets import Secret, Values, hashed, numbered

FORMAT = 1
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a plan was made for, and from.

    Attributes:
        endpoint: The Admin it was planned against, as `Config.endpoint` names it.
        tool_version: Of the program that planned; only the same one applies.
        manifests_digest: SHA-256 over the files of manifests and workspace, as written.
        environment: Of the workspace; "" where it has none.
        workspace: The workspace's name; "" where there is none.
        listed: Its name in a list of workspaces; "" where it is the only one.
        home: Project, domain and name of the ledger; None without one.
        entry: Serial and digest of the newest entry of the ledger when it was planned.
        commit: What was planned, as far as git knows.
        planned_at: When; in UTC, to the second.
        variables: Values of those that are not sensitive.
    """

    endpoint: str
    tool_version: str
    manifests_digest: bytes = b""
    environment: str = ""
    workspace: str = ""
    listed: str = ""
    home: tuple[str, str, str] | None = None
    entry: tuple[int, bytes] = (0, b"")
    commit: str = ""
    planned_at: datetime = _EPOCH
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan.

    Attributes: `message` is what its file holds; `shown` the plan as a reader may see it, its
    sensitive values masked; `secrets` what it was made with and does not hold.
    """

    about: About
    message: bytes
    shown: Plan
    secrets: tuple[Secret, ...]

    @property
    def digest(self) -> bytes:
        """What this saved plan is known by: SHA-256 of the message in its file."""
        return hashlib.sha256(self.message).digest()

    def opened(
        self,
        values: Values,
        *,
        fetch: Callable[[str, str], Path] | None = None,
    ) -> Plan:
        """Return the plan to be carried out.

        Args:
            values: Of the sensitive variables, as `save` was given them; of `secrets` at least.
            fetch: Has the file that a URL and its SHA-256 name; packages that were fetched are
                looked for where they were if it is not given.

        Raises: StalePlanError naming each variable that has another value than when planned;
            FetchError as `fetch` does.
        """
        file = pb.PlanFile.FromString(self.message)
        others = [
            f"{secret.name}: this sensitive value is another one than when planned"
            for secret in self.secrets
            if not secret.is_value(values.get(secret.name, ()), file.nonce)
        ]
        if others:
            raise StalePlanError(others)
        placeholders = Placeholders(file.nonce)
        texts = {
            number: text
            for secret in self.secrets
            for (number, _), text in zip(secret.texts, values[secret.name], strict=True)
        }
        for action in file.actions:
            placeholders.restore(action, texts)
        if fetch is not None:
            _fetch(file, fetch)
        return decode_plan(file)


def save(
    plan: Plan,
    about: About,
    *,
    shown: Plan | None = None,
    values: Values | None = None,
    folder: Path | None = None,
    nonce: bytes | None = None,
) -> SavedPlan:
    """Make a plan one that can be written to a file.

    Args:
        shown: The same plan with its sensitive values masked; what only people read is taken from
            it. Of a plan made with sensitive values it must be given.
        values: Every sensitive value that the plan may have been made with, by `var.NAME` or
            `env.NAME`, in the order in which they are masked.
        folder: Paths inside of it are kept relative.
        nonce: Random bytes of its own; only tests give them.

    Raises: ValueError for a plan that could not be applied.
    """
    if plan.conflicts or plan.obstacles:
        raise ValueError("a plan that could not be applied is not saved")
    file = _encoded(plan, shown) if shown is not None else encode_plan(plan)
    file.format = FORMAT
    file.nonce = nonce or secrets.token_bytes(16)
    used: set[int] = set()
    if values:
        texts = {number: text for text, number in numbered(values).items()}
        used = Placeholders(file.nonce).hide(file.actions, texts)
    for secret in hashed(values or {}, used, file.nonce):
        texts_of = [pb.SecretText(number=number, hash=hash) for number, hash in secret.texts]
        file.secrets.append(pb.Secret(name=secret.name, texts=texts_of))
    if folder is not None:
        relocate(file, folder)
    _put(file, about)
    return understood(file.SerializeToString(deterministic=True))


def understood(message: bytes) -> SavedPlan:
    """Read what `save` made.

    Raises: DecodeError, ValueError, TypeError, LookupError, ArithmeticError or OSError (of a time
        that is none) for anything else.
    """
    file = pb.PlanFile.FromString(message)
    found = tuple(
        Secret(one.name, tuple((text.number, text.hash) for text in one.texts))
        for one in file.secrets
    )
    about = _about(file)
    if found:
        placeholders = Placeholders(file.nonce)
        for action in file.actions:
            placeholders.mask(action)
    return SavedPlan(about, message, decode_plan(file), found)


def _encoded(plan: Plan, shown: Plan) -> pb.PlanFile:
    """The plan, with what only people read of it as it is shown."""
    actions = tuple(
        replace(action, why=masked.why, changes=masked.changes)
        for action, masked in zip(plan.actions, shown.actions, strict=True)
    )
    file = encode_plan(replace(shown, actions=actions))
    for message, action in zip(file.actions, actions, strict=True):
        if action.before is not None and any(change.sensitive for change in action.changes):
            # What is masked here was perhaps a secret yesterday, and Admin still holds that one.
            message.before.ClearField("spec")
            message.before.digest = action.before.digest
    return file


def _fetch(file: pb.PlanFile, fetch: Callable[[str, str], Path]) -> None:
    fetched: dict[tuple[str, str], str] = {}
    for action in file.actions:
        for bundle in (action.bundle, *action.after.bundles):
            if not bundle.archive.url:
                continue
            where = bundle.archive.url, bundle.archive.sha256
            if where not in fetched:
                fetched[where] = str(fetch(*where))
            bundle.archive.package = fetched[where]


def _put(file: pb.PlanFile, about: About) -> None:
    file.endpoint = about.endpoint
    file.tool_version = about.tool_version
    file.manifests_digest = about.manifests_digest
    file.environment = about.environment
    file.workspace = about.workspace
    file.listed = about.listed
    if about.home is not None:
        file.home.project, file.home.domain, file.home.workspace = about.home
        file.home.serial, file.home.digest = about.entry
    file.commit = about.commit
    file.planned_at = int(about.planned_at.timestamp())
    for name, value in about.variables.items():
        file.variables[name] = json.dumps(value, sort_keys=True, ensure_ascii=False)


def _about(file: pb.PlanFile) -> About:
    home = file.home
    return About(
        endpoint=file.endpoint,
        tool_version=file.tool_version,
        manifests_digest=file.manifests_digest,
        environment=file.environment,
        workspace=file.workspace,
        listed=file.listed,
        home=(home.project, home.domain, home.workspace) if file.HasField("home") else None,
        entry=(home.serial, home.digest),
        commit=file.commit,
        planned_at=datetime.fromtimestamp(file.planned_at, UTC),
        variables={name: json.loads(value) for name, value in file.variables.items()},
    )
