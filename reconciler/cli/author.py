"""Who runs this command, of which commit: for the ledger, and for those who wait.

What a pipeline says about itself comes from the variables of its CI; else the machine is asked.
"""

import getpass
import hashlib
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import OlderCommitError
from reconciler.model import Author

# The first that is set counts: GitHub, GitLab, Buildkite, CircleCI, Jenkins, Azure, Bitbucket.
_ACTORS = (
    "RECONCILER_ACTOR",
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
    "BUILD_USER_ID",
    "BUILD_REQUESTEDFOR",
    "BITBUCKET_STEP_TRIGGERER_UUID",
)
_RUNS = (
    "RECONCILER_RUN",
    "CI_JOB_URL",
    "BUILDKITE_BUILD_URL",
    "CIRCLE_BUILD_URL",
    "BUILD_URL",
)
_SECONDS = 10  # for one call of git


def find_author(environ: Mapping[str, str], folder: Path) -> Author:
    """Tell who runs this; whatever cannot be found out is left empty."""
    return Author(
        actor=_first(environ, _ACTORS) or _user(),
        commit=_git(folder, "rev-parse", "HEAD"),
        run=_first(environ, _RUNS)
        or _github(environ)
        or _bitbucket(environ)
        or f"on {socket.gethostname()}",
        process=_process(os.getpid()),
    )


def is_dead(author: Author) -> bool:
    """True if the author is a process of this machine, and that process is gone.

    False whenever that cannot be known: it ran elsewhere, or this machine does not tell.
    """
    machine, _, rest = author.process.partition(" ")
    number, _, started = rest.partition(" ")
    if not started or not number.isdecimal() or machine != _machine():
        return False
    return _started(int(number)) != started


def check_order(folder: Path, *, applied: str, commit: str) -> str:
    """Check that what is about to be applied builds upon what was applied last.

    Returns: a sentence if that cannot be known, else "".
    Raises: OlderCommitError if the commit is older, or has diverged.
    """
    if not applied or applied == commit:
        return ""
    if not commit:
        return f"What was applied last is of commit {applied[:12]}; of which this is, git is mute."
    code = _run(folder, "merge-base", "--is-ancestor", applied, commit).returncode
    if code == 0:
        return ""
    if code != 1:
        return (
            f"Commit {applied[:12]}, applied last, is not in this clone, so nobody knows whether "
            "this one is newer; fetch more history."
        )
    raise OlderCommitError(
        f"commit {applied[:12]} was applied last, and {commit[:12]} does not build upon it: "
        "it is older, or has diverged. Merge, or pass --allow-older to go back on purpose"
    )


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _github(environ: Mapping[str, str]) -> str:
    server, repository, run = (
        environ.get(name, "")
        for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    if not (server and repository and run):
        return ""
    place = f"{server}/{repository}/actions/runs/{run}"
    # A run that is started again keeps its number, and only the attempt before it is over. Gitea
    # and Forgejo, which set the same variables, have no page of an attempt.
    is_gitea = environ.get("GITEA_ACTIONS") or environ.get("FORGEJO_ACTIONS")
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "") if not is_gitea else ""
    return f"{place}/attempts/{attempt}" if attempt else place


def _bitbucket(environ: Mapping[str, str]) -> str:
    repository, build = (
        environ.get(name, "") for name in ("BITBUCKET_REPO_FULL_NAME", "BITBUCKET_BUILD_NUMBER")
    )
    place = f"https://bitbucket.org/{repository}/pipelines/results/{build}"
    return place if repository and build else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _git(folder: Path, *arguments: str) -> str:
    done = _run(folder, *arguments)
    return done.stdout.strip() if done.returncode == 0 else ""


def _run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return subprocess.CompletedProcess(command, 127, "", "")


def _process(number: int) -> str:
    """`machine number started`; "" where the machine does not tell."""
    machine, started = _machine(), _started(number)
    return f"{machine} {number} {started}" if machine and started else ""


def _machine() -> str:
    """This boot of this machine, and the space in which its processes have their numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}{space}".encode()).hexdigest()[:16]


def _started(number: int) -> str:
    """When a process started, since numbers are used again; "" if it is gone."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    # The name in parentheses may hold anything; the 22nd field is the time of the start.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
