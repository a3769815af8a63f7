"""What is active in one environment, byte for byte in another."""

import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl.admin.common_pb2 import ObjectGetRequest, ResourceListRequest
from flyteidl.service.admin_pb2_grpc import AdminServiceStub

from reconciler.model import identifiers, object_hash, to_canonical
from reconciler.sandbox.finishing import Within, finish_named
from tests.e2e.between import Between, between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: etl-team}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: development}
  environments:
    staging:
      domains: {development: staging}
    production:
      domains: {development: production}
      overrides: [{match: {kind: LaunchPlan}, set: {spec: {labels: {tier: gold}}}}]
"""
RULE = "promotion: {requires: {runs: 1, succeededWithin: 7d}}"
STAGING, PRODUCTION = ("--from", "staging"), ("--to", "production")


@pytest.fixture
def staged(cli: Cli, admin: Between, here: Path) -> Between:
    """An Admin with the pipeline in staging, and nothing in production."""
    (here / "etl.yaml").write_text(ETL)
    (here / "reconciler.yaml").write_text(WORKSPACE)
    assert cli("apply", "-e", "staging", "--auto-approve").code == 0
    return admin


def hash_of(kind: str, answer: Any) -> str:
    """Admin's digest of what an answer holds."""
    content = {
        "tasks": lambda: answer.closure.compiled_task,
        "workflows": lambda: answer.closure.compiled_workflow,
        "launch_plans": lambda: answer.spec,
    }[kind]()
    return object_hash(to_canonical(content)).hex()


def held(endpoint: str, domain: str) -> dict[str, str]:
    """Kind, name and version of all that is in a domain, with Admin's digest of its content (the
    domain left out) and its state."""
    found: dict[str, str] = {}
    with grpc.insecure_channel(endpoint) as channel:
        admin = AdminServiceStub(channel)
        for kind, every, get in (
            ("tasks", admin.ListTasks, admin.GetTask),
            ("workflows", admin.ListWorkflows, admin.GetWorkflow),
            ("launch_plans", admin.ListLaunchPlans, admin.GetLaunchPlan),
        ):
            request = ResourceListRequest(limit=1000)
            request.id.project, request.id.domain = "flytesnacks", domain
            for row in getattr(every(request), kind):
                if row.id.name.startswith("reconciler.ledger."):
                    continue
                answer = get(ObjectGetRequest(id=row.id))
                state = answer.closure.state if kind == "launch_plans" else ""
                for identifier in identifiers(answer):
                    identifier.domain = ""
                content = hash_of(kind, answer)
                found[f"{kind} {row.id.name}@{row.id.version}"] = f"{content} {state}"
    return found


def test_what_is_active_is_promoted_as_it_is(cli: Cli, staged: Between) -> None:
    """The same versions, active there too; a second time there is nothing to do."""
    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert done.code == 0, done.out + done.err
    assert "nothing is active there" in done.err
    assert done.err.count("Flyte Admin: ") == 1
    assert held(staged.endpoint, "production") == held(staged.endpoint, "staging")
    again = cli("promote", *STAGING, *PRODUCTION, "--dry-run", "--detailed-exitcode")
    assert again.code == 0, again.out
    assert "is active there already" in again.err


def test_a_dry_run_writes_nothing(cli: Cli, staged: Between) -> None:
    """And says what would change."""
    writes = staged.writes

    done = cli("promote", *STAGING, *PRODUCTION, "--dry-run", "--detailed-exitcode")

    assert done.code == 2
    assert "3 to register" in done.out
    assert "1 to activate" in done.out
    assert staged.writes == writes


def test_only_what_is_named_is_promoted(cli: Cli, staged: Between, here: Path) -> None:
    """With what it is made of; a name of which nothing is active is an error."""
    (here / "etl.yaml").write_text(
        ETL + "---\n" + ETL.split("---\n")[2].replace("etl.daily}\nspec", "etl.weekly}\nspec")
    )
    assert cli("apply", "-e", "staging", "--auto-approve").code == 0

    done = cli("promote", *STAGING, *PRODUCTION, "etl.week*", "--auto-approve")
    missing = cli("promote", *STAGING, *PRODUCTION, "etl.yearly", "--dry-run")

    assert done.code == 0, done.err
    names = {key.split("@")[0] for key in held(staged.endpoint, "production")}
    assert names == {"tasks etl.extract", "workflows etl.daily", "launch_plans etl.weekly"}
    assert missing.code == 1
    assert "nothing called etl.yearly is active there" in missing.err


def test_it_is_owned_and_can_be_rolled_back(cli: Cli, staged: Between, here: Path) -> None:
    """By the ledger of where it came to."""
    assert cli("promote", *STAGING, *PRODUCTION, "--auto-approve").code == 0
    first = held(staged.endpoint, "production")
    (here / "etl.yaml").write_text(ETL.replace("0 6 * * *", "0 7 * * *"))
    assert cli("apply", "-e", "staging", "--auto-approve").code == 0
    second = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")
    assert second.code == 0, second.err
    assert "instead of" in second.err

    back = cli("rollback", "-e", "production", "etl.daily")

    assert back.code == 0, back.err
    active = {
        key for key, state in held(staged.endpoint, "production").items() if state.endswith(" 1")
    }
    assert active == {key for key, state in first.items() if state.endswith(" 1")}


def test_a_saved_promotion_is_applied_once(cli: Cli, staged: Between) -> None:
    """As any saved plan is."""
    saved = cli("promote", *STAGING, *PRODUCTION, "--out", "production.plan")
    assert saved.code == 0, saved.err

    done = cli("apply", "production.plan")
    again = cli("apply", "production.plan")

    assert done.code == 0, done.err
    assert held(staged.endpoint, "production") == held(staged.endpoint, "staging")
    assert again.code == 4


def test_what_did_not_run_is_refused_by_name(cli: Cli, staged: Between, here: Path) -> None:
    """Unless a flag says that this is meant."""
    text = WORKSPACE.replace("  environments:", f"  {RULE}\n  environments:")
    (here / "reconciler.yaml").write_text(text)
    writes = staged.writes

    refused = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert refused.code == 3
    assert "flytesnacks/staging/etl.daily@" in refused.err
    assert "--allow-unproven" in refused.err
    assert staged.writes == writes
    allowed = cli("promote", *STAGING, *PRODUCTION, "--auto-approve", "--allow-unproven")
    assert allowed.code == 0, allowed.err


def test_what_ran_is_promoted(cli: Cli, staged: Between, here: Path) -> None:
    """A run of the very version that succeeded, lately; one that still runs is none."""
    text = WORKSPACE.replace("  environments:", f"  {RULE}\n  environments:")
    (here / "reconciler.yaml").write_text(text)
    launched = cli(
        "launch",
        "etl.daily",
        "-e",
        "staging",
        "-p",
        "flytesnacks",
        "-d",
        "staging",
        "--name",
        "trial",
    )
    assert launched.code == 0, launched.err
    assert cli("promote", *STAGING, *PRODUCTION, "--dry-run").code == 3

    now = time.time_ns()
    finish_named(Within(staged.within), "flytesnacks/staging/trial", now=now)

    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")
    assert done.code == 0, done.err
    assert held(staged.endpoint, "production") == held(staged.endpoint, "staging")


def test_json_is_what_apply_prints(cli: Cli, staged: Between) -> None:
    """So that whoever reads applies reads promotions."""
    planned = cli("promote", *STAGING, *PRODUCTION, "--dry-run", "--json")
    applied = cli("promote", *STAGING, *PRODUCTION, "--auto-approve", "--json")

    assert planned.last["type"] == "plan"
    assert applied.last["type"] == "apply"


def test_environments_may_have_an_admin_each(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is the same place by name is another one then, and all of it goes there."""
    with between() as one, between() as other:
        (here / "etl.yaml").write_text(ETL)
        (here / "reconciler.yaml").write_text(
            WORKSPACE.replace(
                "domains: {development: staging}",
                f'admin: {{endpoint: "{one.endpoint}", insecure: true}}',
            ).replace(
                "domains: {development: production}",
                f'admin: {{endpoint: "{other.endpoint}", insecure: true}}',
            )
        )
        assert cli("apply", "-e", "staging", "--auto-approve").code == 0
        writes = one.writes

        done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

        assert done.code == 0, done.err
        assert done.err.count("Flyte Admin: ") == 2
        assert held(other.endpoint, "development") == held(one.endpoint, "development")
        assert one.writes == writes


def test_what_both_environments_share_stays_where_it_is(
    cli: Cli, staged: Between, here: Path
) -> None:
    """A task that lives where neither environment's names lead is referred to, and not copied."""
    workspace = (here / "reconciler.yaml").read_text()
    (here / "reconciler.yaml").unlink()
    library = ETL.split("---\n")[0].replace("etl.extract", "library.extract")
    (here / "library.yaml").write_text(library)
    assert cli("apply", "library.yaml", "--auto-approve").code == 0
    (here / "etl.yaml").write_text(
        ETL.replace(
            "task: {name: etl.extract}",
            "task: {project: flytesnacks, domain: shared, name: library.extract, version: latest}",
        )
    )
    (here / "reconciler.yaml").write_text(
        workspace.replace(
            "{development: staging}", "{development: staging, shared: development}"
        ).replace("{development: production}", "{development: production, shared: development}")
    )
    assert cli("apply", "-e", "staging", "--auto-approve").code == 0
    writes = held(staged.endpoint, "development")

    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert done.code == 0, done.err
    assert held(staged.endpoint, "development") == writes
    names = {key.split("@")[0] for key in held(staged.endpoint, "production")}
    assert names == {"workflows etl.daily", "launch_plans etl.daily"}


def test_the_same_place_is_no_promotion(cli: Cli, staged: Between, here: Path) -> None:
    """Where both environments mean one place there is nothing to take anywhere."""
    text = WORKSPACE.replace("{development: production}", "{development: staging}")
    (here / "reconciler.yaml").write_text(text)

    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert done.code == 1
    assert "the same place" in done.err


def test_nothing_goes_where_the_environment_may_not(cli: Cli, staged: Between, here: Path) -> None:
    """The scopes of the environment hold for what is promoted as for manifests."""
    text = WORKSPACE.replace(
        "domains: {development: production}",
        "domains: {development: production}\n      scopes: [flytesnacks/elsewhere]",
    )
    (here / "reconciler.yaml").write_text(text)
    writes = staged.writes

    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert done.code == 1
    assert "out-of-scope" in done.err or "scope" in done.err
    assert staged.writes == writes


def test_without_a_ledger_all_that_is_active_there_is_promoted(
    cli: Cli, admin: Between, here: Path
) -> None:
    """In the places that the manifests name; and it is said that nobody will remember."""
    (here / "etl.yaml").write_text(ETL)
    ledger = "  ledger: {project: flytesnacks, domain: development}\n"
    (here / "reconciler.yaml").write_text(WORKSPACE.replace(ledger, ""))
    assert cli("apply", "-e", "staging", "--auto-approve").code == 0

    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert done.code == 0, done.err
    assert "No ledger" in done.err
    assert held(admin.endpoint, "production") == held(admin.endpoint, "staging")


def test_embedded_admins_are_promoted_between(cli: Cli, here: Path) -> None:
    """Each environment in a file of its own, as one tries it out."""
    (here / "etl.yaml").write_text(ETL)
    text = WORKSPACE.replace(
        "domains: {development: staging}", 'admin: {endpoint: "sandbox:staging.sqlite"}'
    ).replace("domains: {development: production}", 'admin: {endpoint: "sandbox:live.sqlite"}')
    (here / "reconciler.yaml").write_text(text)
    assert cli("apply", "-e", "staging", "--auto-approve").code == 0

    done = cli("promote", *STAGING, *PRODUCTION, "--auto-approve")

    assert done.code == 0, done.err
    assert "sandbox:live.sqlite" in done.err
    again = cli("promote", *STAGING, *PRODUCTION, "--dry-run", "--detailed-exitcode")
    assert again.code == 0, again.out


def test_environments_need_a_workspace_and_applying_needs_a_yes(
    cli: Cli, here: Path, staged: Between
) -> None:
    """Without a terminal nobody can agree; without reconciler.yaml nobody knows what is meant."""
    writes = staged.writes

    unasked = cli("promote", *STAGING, *PRODUCTION)
    (here / "reconciler.yaml").unlink()
    nowhere = cli("promote", *STAGING, *PRODUCTION, "--dry-run")

    assert (unasked.code, nowhere.code) == (1, 1)
    assert "--auto-approve" in unasked.err
    assert "environments of reconciler.yaml, and there is none here" in nowhere.err
    assert staged.writes == writes
