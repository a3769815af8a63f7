"""All that an Admin holds, as manifests: what of `Remote` imports and exports."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from reconciler.remote.base import Connected

if TYPE_CHECKING:  # a plan need not wait for it
    from reconciler.remote.exports import Exported, Form


class Estates(Connected):
    """Reads everything and writes it down as manifests. Nothing is written to Admin.

    What Flyte makes itself for single tasks is left out, and so is the ledger, which
    `WorkspaceLedger` exports.
    """

    def import_live(
        self,
        target: str | Path,
        *,
        project: str | None = None,
        domain: str | None = None,
        form: "Form" = "yaml",
    ) -> "Exported":
        """Write what Admin holds as manifests of which a plan changes nothing.

        Of each launch plan what is active, of what is not active the newest version, and all that
        these are made of; projects, domains, attributes, descriptions and archived names. What is
        written was planned against this Admin before: `changes` of the answer is empty, or says
        what cannot be declared as it is.

        Args:
            target: A folder that is empty or not there.
            project, domain: Only of this one; None for all.
            form: `yaml` says everything in YAML where that means exactly what is there, in words
                as far as they go and `raw` beyond; what it cannot say goes into packages of its
                own bytes. `packages` leaves all tasks, workflows and launch plans in these.

        Cost: some lists for each project and domain; a call for each workflow, twice.
        Raises: ConfigError for a folder that holds anything; NotFoundError for a project or
            domain that is not there; AdminError or UnreachableError.
        """
        from reconciler.remote.exports import import_live

        remote = cast(Any, self)
        return import_live(remote, Path(target), project=project, domain=domain, form=form)

    def export(
        self,
        target: str | Path,
        *,
        project: str | None = None,
        domain: str | None = None,
        newest: int = 1,
        with_code: bool = False,
    ) -> "Exported":
        """Write a backup: manifests from which `apply` restores an Admin that lost everything.

        Args:
            target: A folder that is empty or not there, or a `.tgz` that is not there.
            project, domain: Only of this one; None for all.
            newest: How many versions of each name, at least 1, beside those that are active and
                all that they are made of.
            with_code: Put the code that tasks run into it as well; else only its address is kept.

        Raises: as `import_live`; DownloadError for code that cannot be had.
        """
        from reconciler.remote.exports import export

        remote = cast(Any, self)
        return export(
            remote,
            Path(target),
            project=project,
            domain=domain,
            newest=newest,
            with_code=with_code,
        )
