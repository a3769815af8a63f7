"""Register tasks, workflows and launch plans, from flytekit's objects, packages or manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from reconciler.errors import ConfigError
from reconciler.model import Kind, Plan, ResourceId
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
    from reconciler.remote.register.registering import Wish
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
        found = self._one(entity, serialization_settings, version, image_config, dry_run=dry_run)
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
            image_config,
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
            image_config,
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
            image_config,
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
            None,
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
        from reconciler.manifest import Manifest
        from reconciler.remote.register.registering import (
            register_manifests,
            register_objects,
            register_package,
        )

        remote: Any = self
        place = self._wish(
            version,
            project,
            domain,
            serialization_settings,
            destination=destination_dir,
            dry_run=dry_run,
            default_launch_plans=default_launch_plan,
            options=options,
            activate=activate,
        )
        if isinstance(what, str | Path):
            return cast("Registered", register_package(remote, Path(what), place))
        # A task may well be callable and what not, but no sequence.
        things: list[Any] = [*what] if isinstance(what, list | tuple) else [what]
        if things and all(isinstance(one, Manifest) for one in things):
            return cast("Registered", register_manifests(remote, things, dry_run=dry_run))
        folder = None
        if source_path is not None or copy_all:
            folder = self._folder(things[0], source_path, everything=copy_all)
        settings = self._settings(
            serialization_settings, image_config, folder=folder, destination=destination_dir
        )
        wish = self._with_code(place, folder)
        found = register_objects(remote, things, settings, wish)
        return cast("Registered", found if isinstance(found, Plan) else found[0])

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
        from reconciler.remote.register.switching import switch

        switch(cast(Any, self), self._launch_plan_id(ident), active=True)

    def deactivate_launchplan(self, ident: Any) -> None:
        """Make a launch plan version inactive, if it is the active one."""
        from reconciler.remote.register.switching import switch

        switch(cast(Any, self), self._launch_plan_id(ident), active=False)

    # How

    @cached_property
    def _known(self) -> Known:
        from reconciler.remote.register.known import Known

        return Known()

    def _one(
        self,
        entity: Any,
        given: Any | None,
        version: str | None,
        image_config: Any | None,
        *,
        project: str | None = None,
        domain: str | None = None,
        dry_run: bool,
        folder: CodeFolder | None = None,
        destination: str = ".",
        env: Mapping[str, str] | None = None,
        default_resources: Any | None = None,
        **said: Any,
    ) -> Any:
        """Register one object; its entity, or the plan."""
        from reconciler.remote.register.registering import register_objects

        settings = self._settings(
            given,
            image_config,
            folder=folder,
            destination=destination,
            env=env,
            default_resources=default_resources,
            entity=entity,
        )
        wish = self._wish(
            version, project, domain, given, destination=destination, dry_run=dry_run, **said
        )
        found = register_objects(
            cast(Any, self), [entity], settings, self._with_code(wish, folder)
        )
        return found if isinstance(found, Plan) else found[1][0]

    def _settings(
        self,
        given: Any | None,
        image_config: Any | None,
        *,
        folder: CodeFolder | None,
        destination: str,
        entity: Any | None = None,
        **said: Any,
    ) -> Any:
        from reconciler.remote.register.settings import settings_for
        from reconciler.remote.register.sources import find_root

        sends_code = folder is not None or self.interactive_mode_enabled
        root = folder.root if folder is not None else find_root(entity)
        return settings_for(
            given,
            image_config=image_config,
            destination=destination if sends_code else None,
            source_root=root,
            **said,
        )

    def _wish(
        self,
        version: str | None,
        project: str | None,
        domain: str | None,
        given: Any | None,
        **said: Any,
    ) -> Wish:
        from reconciler.remote.register.registering import Wish

        project, domain = self._place(
            project or getattr(given, "project", None), domain or getattr(given, "domain", None)
        )
        version = version or getattr(given, "version", None) or ""
        if version in ("latest", "active"):
            raise ConfigError(
                f"{version} is a word for what is fetched; give a version of its own"
            )
        if version == "auto":  # as manifests say it
            version = ""
        return Wish(project=project, domain=domain, version=version, **said)

    def _with_code(self, wish: Wish, folder: CodeFolder | None) -> Wish:
        from dataclasses import replace

        pickles = folder is None and self.interactive_mode_enabled
        return replace(wish, folder=folder, pickles=pickles)

    def _folder(
        self,
        entity: Any,
        source_path: str | Path | None = None,
        module_name: str | None = None,
        *,
        everything: bool = False,
    ) -> CodeFolder:
        from reconciler.remote.register.extra import need_flytekit
        from reconciler.remote.register.sources import code_folder, root_of

        need_flytekit()
        root = source_path if source_path is not None else root_of(entity)
        return code_folder(root, module_name=module_name, everything=everything)

    def _launch_plan_id(self, ident: Any) -> ResourceId:
        found = getattr(ident, "id", ident)
        return ResourceId(
            Kind.LAUNCH_PLAN, *self._place(found.project, found.domain), found.name, found.version
        )


def _style(options: FastPackageOptions | None) -> str:
    style = getattr(options, "copy_style", None)
    return str(style.name) if style is not None else ""
