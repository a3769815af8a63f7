"""The nouns, frozen: standard library and flyteidl messages; they raise only ValueError."""

from reconciler.model.attributes import (
    ATTRIBUTE_FACETS,
    ATTRIBUTE_FIELDS,
    ATTRIBUTE_NUMBERS,
    PLUGIN_OVERRIDES,
    by_task_type,
    is_below,
    must_drop,
    normalised,
)
from reconciler.model.bundle import (
    BUNDLE_FILE,
    Bundle,
    Code,
    CodeArchive,
    CodeFile,
    CodeFolder,
    bundles_in,
    code_digest,
    with_addresses,
)
from reconciler.model.canonical import content_hash, is_content_hash, object_hash, to_canonical
from reconciler.model.change import Change
from reconciler.model.choice import Choice, CodeListing, Entry
from reconciler.model.code_tar import CodeTar
from reconciler.model.collecting import without_collecting
from reconciler.model.comparable import comparable, without_source_root
from reconciler.model.describe import describe, describe_value, enum_word
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.drawing import Drawing, Spot, spot
from reconciler.model.drift import Drift, DriftKind, DriftReport, Left
from reconciler.model.duration import parse_duration
from reconciler.model.effect import (
    Behind,
    Consumer,
    Effect,
    Firing,
    ImageChange,
    InterfaceChange,
    Oddity,
    Part,
    Restart,
    ScheduleEffect,
    Side,
    Slot,
)
from reconciler.model.graph import CycleError, in_order, reached
from reconciler.model.guards import GUARDS, Guard, Guards
from reconciler.model.gzipped import gzipped
from reconciler.model.identifiers import identifiers
from reconciler.model.identity import ResourceId, Scope
from reconciler.model.instant import parse_datetime
from reconciler.model.inventory import (
    DIGEST_BYTES,
    Inventory,
    Owned,
    Place,
    claims_of,
    owned_by,
    place_of,
    plan_digest,
)
from reconciler.model.kinds import Kind
from reconciler.model.log import (
    LEDGER_PREFIX,
    PLAN_BYTES,
    ROLLBACK,
    Author,
    Begin,
    Body,
    End,
    Fold,
    Head,
    Hold,
    Knock,
    Record,
    Release,
    Renewal,
    Unlock,
)
from reconciler.model.lookup import Found, Needs
from reconciler.model.outcome import ApplyReport, Event, Finished, Outcome, Started, Status
from reconciler.model.plan import (
    Action,
    Conflict,
    Plan,
    Reason,
    Verb,
)
from reconciler.model.planning import PlanOptions
from reconciler.model.provenance import Explanation, Ingredient, Layer, Provenance
from reconciler.model.resource import Origin, Resource
from reconciler.model.selection import Selection
from reconciler.model.sensitive import Sensitive
from reconciler.model.sound import without_json
from reconciler.model.state import DesiredState, ObservedState
from reconciler.model.tar_headers import UNREADABLE, wary_headers
from reconciler.model.texts import rewrite_texts, texts
from reconciler.model.types import TypeSyntaxError, parse_type, type_from_proto, union_tag

__all__ = [
    "ATTRIBUTE_FACETS",
    "ATTRIBUTE_FIELDS",
    "ATTRIBUTE_NUMBERS",
    "BUNDLE_FILE",
    "DIGEST_BYTES",
    "GUARDS",
    "LEDGER_PREFIX",
    "PLAN_BYTES",
    "PLUGIN_OVERRIDES",
    "ROLLBACK",
    "UNREADABLE",
    "Action",
    "ApplyReport",
    "Author",
    "Begin",
    "Behind",
    "Body",
    "Bundle",
    "Change",
    "Choice",
    "Code",
    "CodeArchive",
    "CodeFile",
    "CodeFolder",
    "CodeListing",
    "CodeTar",
    "Conflict",
    "Consumer",
    "CycleError",
    "DesiredState",
    "Diagnostic",
    "Drawing",
    "Drift",
    "DriftKind",
    "DriftReport",
    "Effect",
    "End",
    "Entry",
    "Event",
    "Explanation",
    "Finished",
    "Firing",
    "Fold",
    "Found",
    "Guard",
    "Guards",
    "Head",
    "Hold",
    "ImageChange",
    "Ingredient",
    "InterfaceChange",
    "Inventory",
    "Kind",
    "Knock",
    "Layer",
    "Left",
    "Needs",
    "ObservedState",
    "Oddity",
    "Origin",
    "Outcome",
    "Owned",
    "Part",
    "Place",
    "Plan",
    "PlanOptions",
    "Provenance",
    "Reason",
    "Record",
    "Release",
    "Renewal",
    "Resource",
    "ResourceId",
    "Restart",
    "ScheduleEffect",
    "Scope",
    "Selection",
    "Sensitive",
    "Severity",
    "Side",
    "Slot",
    "Spot",
    "Started",
    "Status",
    "TypeSyntaxError",
    "Unlock",
    "Verb",
    "bundles_in",
    "by_task_type",
    "claims_of",
    "code_digest",
    "comparable",
    "content_hash",
    "describe",
    "describe_value",
    "enum_word",
    "gzipped",
    "identifiers",
    "in_order",
    "is_below",
    "is_content_hash",
    "must_drop",
    "normalised",
    "object_hash",
    "owned_by",
    "parse_datetime",
    "parse_duration",
    "parse_type",
    "place_of",
    "plan_digest",
    "reached",
    "rewrite_texts",
    "spot",
    "texts",
    "to_canonical",
    "type_from_proto",
    "union_tag",
    "wary_headers",
    "with_addresses",
    "without_collecting",
    "without_json",
    "without_source_root",
]
