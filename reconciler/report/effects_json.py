"""What a plan means, as data."""

from reconciler.model import (
    Consumer,
    Effect,
    Firing,
    ImageChange,
    InterfaceChange,
    Part,
    Restart,
    ScheduleEffect,
)
from reconciler.report import documents
from reconciler.report.identity import change_as_data, identity_as_data


def effect_as_data(effect: Effect) -> documents.Effect:
    """One effect as plain JSON; values must be masked already."""
    return {
        **identity_as_data(effect.id),
        "active": {
            "before": list(effect.active_before),
            "after": [effect.active_after] if effect.active_after else [],
        },
        "switches": effect.switches,
        "breaking": effect.breaks,
        "parts": [_part(part) for part in effect.parts],
        "images": [_image(image) for image in effect.images],
        "schedule": _schedule(effect.schedule) if effect.schedule else None,
        "interface": [_interface(change) for change in effect.interface],
        "consumers": [_consumer(consumer) for consumer in effect.consumers],
        "notes": list(effect.notes),
    }


def _part(part: Part) -> documents.Part:
    return {
        "kind": part.kind.slug,
        "path": part.path,
        "before": part.before or None,
        "after": part.after or None,
        "changes": [change_as_data(change) for change in part.changes],
        "compared": not part.unread,
    }


def _image(image: ImageChange) -> documents.Image:
    return {
        "task": image.task,
        "container": image.container or None,
        "before": image.before or None,
        "after": image.after,
    }


def _schedule(schedule: ScheduleEffect) -> documents.Schedule:
    return {
        "before": _firing(schedule.before) if schedule.before else None,
        "after": _firing(schedule.after) if schedule.after else None,
        "restart": _restart(schedule.restart) if schedule.restart else None,
        "slots": [{"at": slot.at, "oddity": slot.oddity.value} for slot in schedule.slots],
    }


def _firing(firing: Firing) -> documents.Firing:
    return {
        "schedule": firing.text,
        "zone": firing.zone,
        "zone_assumed": firing.assumed,
        "next": list(firing.next),
        "problem": firing.problem or None,
    }


def _restart(restart: Restart) -> documents.Restart:
    return {
        "period": restart.period,
        "elapsed": restart.elapsed,
        "remaining": restart.remaining,
    }


def _interface(change: InterfaceChange) -> documents.InterfaceChange:
    return {
        "side": change.side.value,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "breaking": change.breaking,
        "why": change.why,
    }


def _consumer(consumer: Consumer) -> documents.Consumer:
    return {
        "address": consumer.id.address,
        "where": "set" if consumer.in_set else "admin",
        "version": consumer.version,
        "breaks": consumer.breaks,
        "why": consumer.why,
    }
