"""Register tasks, workflows and launch plans, from flytekit's objects, packages or manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from reconciler.model import Kind, ResourceId
from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from flytekit import LaunchPlan, Options
    from flytekit.configuration import ImageConfig, SerializationSettings
    from flytekit.core.base_task import PythonTask
    from flytekit.core.context_manager import FlyteContext
    from flytekit.core.resources import ResourceSpec
    from flytekit.core.workflow import WorkflowBase
    from flytekit.tools.fast_registration import FastPackageOptions

    from reconciler.manifest import Manifest
    from reconciler.model import CodeFolder
    from reconciler.remote.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow
    from reconciler.remote.register.known import Known
    from reconciler.remote.register.result import Registered

    Local: TypeAlias = PythonTask[Any] | WorkflowBase | LaunchPlan
    Registrable: TypeAlias = Local | Manifest | str | Path | Sequence[Local] | Sequence[Manifest]


class Registering(Connected):
    """What is registered is planned first, as everywhere: a registration is a plan of creates.

    Of all methods that take flytekit's objects:

    - All that an object is made of is registered with it, in the order of its dependencies and
      side by side. What is there with the same content is left as it is, at the cost of a few
      lists; with other content nothing at all is written.
    - `version` is that of everything registered together; None for a hash of all of its content,
      which is the same in every checkout and on every machine.
    - `dry_run` returns the plan (`Plan`: render it with `reconciler.report`) and writes nothing.
    - In interactive mode, code goes along by value (`interactive_mode_enabled`).
    - The objects and settings that are given stay as they are.

    Raises: ConfigError for what cannot be registered, or without the extra `flytekit`;
        ManifestError with all that Admin would refuse, references to what is not there too;
        BundleError for code that cannot go along; RegistrationConflictError (to flytekit's users
        `FlyteInvalidInputException`) for versions that exist with other content;
        RegistrationError if something failed: the rest is registered, and the same again goes on;
        AdminError or UnreachableError.
    """

    @property
    def context(self) -> FlyteContext:
        """flytekit's context, for `LaunchPlan.get_default_launch_plan(remote.context, workflow)`.

        Raises: ConfigError without the extra `flytekit`.
        """
        from reconciler.remote.register.extra import need_flytekit

        need_flytekit()
        from flytekit.core.context_manager import FlyteContextManager

        return FlyteContextManager.current_context()

    def get_default_launch_plan(
        self, context: FlyteContext | None, workflow: WorkflowBase
    ) -> LaunchPlan:
        """The launch plan of a workflow's own name, as registering the workflow makes it.

        flytekit's function of this name gives the first workflow's of a name for all of them.

        Args:
            context: Without effect; None will do.
        """
        from reconciler.remote.register.default_plans import default_launch_plan

        return default_launch_plan(workflow)

    def register_task(
        self,
        entity: PythonTask[Any],
        serialization_settings: SerializationSettings | None = None,
        version: str | None = None,
        *,
        image_config: ImageConfig | str | None = None,
        dry_run: bool = False,
    ) -> FlyteTask:
        """Register a task.

        Args:
            serialization_settings: Images, environment, place and, if it says one, version.
            image_config: In place of its images: flytekit's, or the one image of all tasks.
        """
        found = self._one(
            entity, serialization_settings, version, image_config=image_config, dry_run=dry_run
        )
        return cast("FlyteTask", found)

    def register_workflow(
        self,
        entity: WorkflowBase,
        serialization_settings: SerializationSettings | None = None,
        version: str | None = None,
        default_launch_plan: bool = True,
        options: Options | None = None,
        fast: bool = False,
        *,
        image_config: ImageConfig | str | None = None,
        dry_run: bool = False,
    ) -> FlyteWorkflow:
        """Register a workflow, and its tasks and sub-workflows with it.

        Args:
            default_launch_plan: Whether it and its sub-workflows get a launch plan of their names.
            options: Labels and so on of its default launch plan, not of those inside it.
            fast: Send the code along (see `register_script`).
        """
        found = self._one(
            entity,
            serialization_settings,
            version,
            image_config=image_config,
            dry_run=dry_run,
            folder=self._folder(entity) if fast else None,
            default_launch_plans=default_launch_plan,
            options=options,
        )
        return cast("FlyteWorkflow", found)

    def register_launch_plan(
        self,
        entity: LaunchPlan,
        version: str | None = None,
        project: str | None = None,
        domain: str | None = None,
        options: Options | None = None,
        serialization_settings: SerializationSettings | None = None,
        activate: bool | None = None,
        *,
        image_config: ImageConfig | str | None = None,
        dry_run: bool = False,
    ) -> FlyteLaunchPlan:
        """Register a launch plan, and its workflow with it: under one version, and as it is here.

        Args:
            options: Labels and so on, over what the launch plan says itself.
            activate: Whether this version is to be the active one; None for what the launch plan
                says (`auto_activate`). If it is active already, nothing is sent.
        """
        found = self._one(
            entity,
            serialization_settings,
            version,
            image_config=image_config,
            project=project,
            domain=domain,
            dry_run=dry_run,
            default_launch_plans=False,
            options=options,
            activate=activate,
        )
        return cast("FlyteLaunchPlan", found)

    def register_script(
        self,
        entity: Local,
        image_config: ImageConfig | str | None = None,
        version: str | None = None,
        project: str | None = None,
        domain: str | None = None,
        destination_dir: str = ".",
        copy_all: bool = False,
        default_launch_plan: bool = True,
        options: Options | None = None,
        source_path: str | Path | None = None,
        module_name: str | None = None,
        envs: Mapping[str, str] | None = None,
        default_resources: ResourceSpec | None = None,
        fast_package_options: FastPackageOptions | None = None,
        *,
        dry_run: bool = False,
    ) -> Any:
        """Register an object and send the code along that its tasks run.

        The code is named by its content: what was sent once is not sent again.

        Args:
            destination_dir: Where a container unpacks it.
            copy_all: Take every file that no ignore file and no usual rule leaves out; else only
                the modules that are loaded now.
            source_path: The folder that imports start from; None to find it by the module.
            module_name: Imported from there first.
            envs: Variables of all tasks.
            fast_package_options: flytekit's; of them `copy_style` counts, and NO_COPY for an image
                that holds the code.
        """
        style = _style(fast_package_options) or ("ALL" if copy_all else "LOADED_MODULES")
        folder = None
        if style != "NO_COPY":
            folder = self._folder(entity, source_path, module_name, everything=style == "ALL")
        return self._one(
            entity,
            None,
            version,
            image_config=image_config,
            project=project,
            domain=domain,
            dry_run=dry_run,
            folder=folder,
            destination=destination_dir,
            default_launch_plans=default_launch_plan,
            options=options,
            env=envs,
            default_resources=default_resources,
        )

    def fast_register_workflow(
        self,
        entity: WorkflowBase,
        serialization_settings: SerializationSettings | None = None,
        version: str | None = None,
        default_launch_plan: bool = True,
        options: Options | None = None,
        fast_package_options: FastPackageOptions | None = None,
        *,
        dry_run: bool = False,
    ) -> FlyteWorkflow:
        """Register a workflow and send its code along (see `register_script`)."""
        everything = _style(fast_package_options) == "ALL"
        found = self._one(
            entity,
            serialization_settings,
            version,
            dry_run=dry_run,
            folder=self._folder(entity, everything=everything),
            default_launch_plans=default_launch_plan,
            options=options,
        )
        return cast("FlyteWorkflow", found)

    def register(
        self,
        what: Registrable,
        version: str | None = None,
        project: str | None = None,
        domain: str | None = None,
        serialization_settings: SerializationSettings | None = None,
        default_launch_plan: bool = True,
        options: Options | None = None,
        activate: bool | None = None,
        *,
        image_config: ImageConfig | str | None = None,
        source_path: str | Path | None = None,
        copy_all: bool = False,
        destination_dir: str = ".",
        dry_run: bool = False,
    ) -> Registered:
        """Register many things in one plan; where they are there already, that costs a few lists.

        Args:
            what: flytekit's objects, one or many; the path of a package, as `pyflyte package` and
                `pyflyte serialize` write it; or manifests, as `load` reads them (version and place
                are their own).
            activate: Of launch plans among the objects, as `register_launch_plan` says.
            source_path: Send this folder's code along (see `register_script`).
            copy_all: All of it, not only what is loaded.

        Returns: what became of each version, and their entities.
        """
        from reconciler.remote.register.asked import register_many

        found = register_many(
            cast(Any, self),
            what,
            serialization_settings,
            version or "",
            project=project,
            domain=domain,
            image_config=image_config,
            source_path=source_path,
            everything=copy_all,
            destination=destination_dir,
            default_launch_plans=default_launch_plan,
            options=options,
            activate=activate,
            dry_run=dry_run,
        )
        return cast("Registered", found)

    def fast_package(
        self,
        root: str | Path,
        deref_symlinks: bool = True,
        output: str | None = None,
        options: FastPackageOptions | None = None,
        *,
        project: str | None = None,
        domain: str | None = None,
    ) -> tuple[bytes, str]:
        """Bundle a folder's code, upload it and return the MD5 of the archive and its address.

        Code that lies there already is not sent again.

        Args:
            deref_symlinks: Without effect: links stay what they are, and may not lead out.
            output: A folder in which the archive is left as well.
        """
        from reconciler.remote.register.sources import code_folder
        from reconciler.remote.register.uploading import upload_code

        everything = _style(options) != "LOADED_MODULES"
        folder = code_folder(root, everything=everything)
        place = self._place(project, domain)
        return upload_code(cast(Any, self), folder, place, Path(output) if output else None)

    def activate_launchplan(self, ident: Any) -> None:
        """Make a launch plan version the active one, and with it the former one inactive.

        Nothing is sent if it is that already; else it is read back that it came true.

        Args:
            ident: A `ResourceId`, an identifier of flyteidl or flytekit, or a FlyteLaunchPlan.
        """
        self._switch(ident, active=True)

    def deactivate_launchplan(self, ident: Any) -> None:
        """Make a launch plan version inactive, if it is the active one."""
        self._switch(ident, active=False)

    # How

    @cached_property
    def _known(self) -> Known:
        from reconciler.remote.register.known import Known

        return Known()

    def _one(self, entity: Any, given: Any | None, version: str | None, **said: Any) -> Any:
        """Register one object; its entity, or the plan."""
        from reconciler.remote.register.asked import register_one

        return register_one(cast(Any, self), entity, given, version or "", **said)

    def _folder(self, entity: Any, *where: Any, everything: bool = False) -> CodeFolder:
        from reconciler.remote.register.sources import folder_of

        return folder_of(entity, *where, everything=everything)

    def _switch(self, ident: Any, *, active: bool) -> None:
        from reconciler.remote.register.switching import switch

        found = getattr(ident, "id", ident)
        place = self._place(found.project, found.domain)
        id = ResourceId(Kind.LAUNCH_PLAN, *place, found.name, found.version)
        switch(cast(Any, self), id, active=active)


def _style(options: FastPackageOptions | None) -> str:
    style = getattr(options, "copy_style", None)
    return str(style.name) if style is not None else ""
