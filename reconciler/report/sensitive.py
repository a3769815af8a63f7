"""A plan as it may be shown: sensitive values masked in it before anything is rendered.

Rendering shortens, wraps and escapes; a value is best masked before that. What the workspace
marked is replaced by `(sensitive #N)`, and in a changed field the other side, which may be
yesterday's secret, is not shown either.
"""

from dataclasses import replace
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from reconciler.model import (
    Action,
    Change,
    Conflict,
    Diagnostic,
    Effect,
    Plan,
    Resource,
    Sensitive,
)
from reconciler.report.masking import Masks
from reconciler.report.values import MASK


def without_secrets(plan: Plan, sensitive: Sensitive) -> Plan:
    """Return a plan to be rendered, not applied: the same but for the values it must not show."""
    if not sensitive:
        return plan
    masks = Masks()
    return replace(
        plan,
        effects=tuple(_effect(effect, sensitive, masks) for effect in plan.effects),
        actions=tuple(_action(action, sensitive, masks) for action in plan.actions),
        conflicts=tuple(_conflict(conflict, sensitive, masks) for conflict in plan.conflicts),
        warnings=tuple(_diagnostic(warning, sensitive) for warning in plan.warnings),
        obstacles=tuple(_diagnostic(obstacle, sensitive) for obstacle in plan.obstacles),
    )


def _effect(effect: Effect, sensitive: Sensitive, masks: Masks) -> Effect:
    return replace(
        effect,
        parts=tuple(
            replace(part, changes=_changes(part.changes, sensitive, masks))
            for part in effect.parts
        ),
        images=tuple(
            replace(image, before=sensitive.mask(image.before), after=sensitive.mask(image.after))
            for image in effect.images
        ),
        notes=tuple(map(sensitive.mask, effect.notes)),
    )


def _action(action: Action, sensitive: Sensitive, masks: Masks) -> Action:
    return replace(
        action,
        why=sensitive.mask(action.why),
        changes=_changes(action.changes, sensitive, masks),
        before=_resource(action.before, sensitive),
        after=_resource(action.after, sensitive),
    )


def _conflict(conflict: Conflict, sensitive: Sensitive, masks: Masks) -> Conflict:
    return replace(conflict, changes=_changes(conflict.changes, sensitive, masks))


def _changes(
    changes: tuple[Change, ...], sensitive: Sensitive, masks: Masks
) -> tuple[Change, ...]:
    return tuple(_change(change, sensitive, masks) for change in changes)


def _diagnostic(diagnostic: Diagnostic, sensitive: Sensitive) -> Diagnostic:
    return replace(
        diagnostic,
        message=sensitive.mask(diagnostic.message),
        hint=sensitive.mask(diagnostic.hint),
    )


def _change(change: Change, sensitive: Sensitive, masks: Masks) -> Change:
    before, after = (_masked(side, sensitive) for side in (change.before, change.after))
    if (before, after) == (change.before, change.after):
        return change
    # What is not marked on the other side was perhaps marked yesterday.
    if before == change.before:
        before = masks.mask(before)
    if after == change.after:
        after = masks.mask(after)
    return Change(change.path, before, after, sensitive=True)


def _masked(value: Any, sensitive: Sensitive) -> Any:
    match value:
        case str():
            return sensitive.mask(value)
        case dict():
            return {sensitive.mask(key): _masked(item, sensitive) for key, item in value.items()}
        case list():
            return [_masked(item, sensitive) for item in value]
    return value


def _resource(resource: Resource | None, sensitive: Sensitive) -> Resource | None:
    if resource is None or resource.spec is None:
        return resource
    # A message keeps its texts as they are, so nothing in its bytes is nothing in its fields.
    if not any(value.encode() in resource.spec.SerializeToString() for value in sensitive.values):
        return resource
    spec = type(resource.spec)()
    spec.CopyFrom(resource.spec)
    _mask_message(spec, sensitive)
    return replace(resource, spec=spec)


def _mask_message(message: Message, sensitive: Sensitive) -> None:
    for field, value in message.ListFields():
        name = field.name
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _mask_map(value, field.message_type.fields_by_name["value"], sensitive)
        elif field.is_repeated:
            _mask_repeated(value, field, sensitive)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            _mask_message(value, sensitive)
        else:
            masked = _scalar(value, sensitive)
            if masked != value:
                setattr(message, name, masked)


def _mask_repeated(values: Any, field: FieldDescriptor, sensitive: Sensitive) -> None:
    for at, value in enumerate(values):
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            _mask_message(value, sensitive)
        else:
            values[at] = _scalar(value, sensitive)


def _mask_map(values: Any, field: FieldDescriptor, sensitive: Sensitive) -> None:
    for key in list(values):
        shown = _scalar(key, sensitive)
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            _mask_message(values[key], sensitive)
            if shown != key:
                values[shown].CopyFrom(values[key])
        else:
            values[shown] = _scalar(values[key], sensitive)
        if shown != key:
            del values[key]


def _scalar(value: Any, sensitive: Sensitive) -> Any:
    if isinstance(value, str):
        return sensitive.mask(value)
    if isinstance(value, bytes) and any(one.encode() in value for one in sensitive.values):
        return MASK.encode()
    return value
