"""Answer what binding the manifests needs to know: the things they refer to but do not declare."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.model import Found, Needs, Resource, ResourceId, identifiers
from reconciler.ports import Reader


def look_up(needs: Needs, reader: Reader) -> Found:
    """Read from Admin what `needs` names. What it lacks is simply not in the answer.

    Cost: the domains, the projects, one call for each name asked for its latest version, a few
        lists for all versions together, and one call for each workflow whose content is wanted.
    Raises: AdminError or UnreachableError if anything could not be read.
    """
    with ThreadPoolExecutor(max_workers=4, thread_name_prefix="look-up") as pool:
        domains = pool.submit(reader.domains)
        projects = pool.submit(reader.projects, needs.projects)
        newest = pool.submit(reader.latest, needs.latest)
        switched = pool.submit(reader.active, needs.active)
        latest, active = dict(newest.result()), switched.result()
        wanted = needs.versions | set(latest.values())
        versions: dict[ResourceId, Resource] = dict(reader.versions(wanted)) if wanted else {}
        contents = {latest.get(id, id) for id in needs.contents} & versions.keys()
        if contents:
            workflows = reader.workflows(contents)
            versions.update(workflows)
            # What launches inside them decides about the inputs of whoever takes them in.
            launched = _launched(workflows.values()) - versions.keys()
            versions.update(reader.versions(launched) if launched else {})
        for launch_plans in active.values():
            versions.update({launch_plan.id: launch_plan for launch_plan in launch_plans})
        return Found(
            domains=tuple(domains.result()),
            projects=dict(projects.result()),
            versions=versions,
            latest=latest,
            active={
                id: tuple(launch_plan.id for launch_plan in launch_plans)
                for id, launch_plans in active.items()
            },
        )


def _launched(workflows: Iterable[Resource]) -> set[ResourceId]:
    return {
        ResourceId.from_identifier(identifier)
        for workflow in workflows
        if workflow.spec is not None
        for identifier in identifiers(workflow.spec)
        if identifier.resource_type == ResourceType.LAUNCH_PLAN
    }
