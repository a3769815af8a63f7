"""Explanations as text and as a document."""

import json

from reconciler.model import Explanation, Ingredient, Layer, Origin, Provenance
from reconciler.report import explanations_as_json, explanations_as_text

EXPLANATION = Explanation(
    "Task weather/live/fetch",
    Origin("m.yaml", 1, 1),
    (
        Provenance("metadata.domain", "live", Layer.ENVIRONMENT, Origin("w.yaml", 15), "dev"),
        Provenance(
            "spec.retries",
            4,
            Layer.DEFAULT,
            Origin("w.yaml", 12, 3),
            "${var.n}",
            (Ingredient("var.n", Origin("--var")),),
        ),
        Provenance("spec.timeout", None, Layer.LANGUAGE, None),
        Provenance(
            "spec.t", "(sensitive #1)", Layer.MANIFEST, Origin("m.yaml", 9), sensitive=True
        ),
        Provenance("spec.u", "slipped through", Layer.MANIFEST, Origin("m.yaml"), sensitive=True),
    ),
)


def test_text_is_a_line_a_value() -> None:
    """Aligned, with who said it behind."""
    assert explanations_as_text([EXPLANATION]).splitlines() == [
        "Task weather/live/fetch",
        '  metadata.domain  "live"             w.yaml:15 (the environment\'s name for dev)',
        "  spec.retries     4                  w.yaml:12:3 (default); written ${var.n}; "
        "var.n from --var",
        "  spec.timeout     null               "
        "nobody says it: the manifest language's own default",
        "  spec.t           (sensitive #1)     m.yaml:9",
        "  spec.u           (sensitive value)  m.yaml",
    ]


def test_json_has_the_same_facts() -> None:
    """Nothing sensitive, even if it was not masked before."""
    (document,) = json.loads(explanations_as_json([EXPLANATION]))["documents"]

    assert document["label"] == "Task weather/live/fetch"
    assert document["values"][1] == {
        "path": "spec.retries",
        "value": 4,
        "layer": "default",
        "origin": {"file": "w.yaml", "line": 12, "column": 3},
        "spelled": "${var.n}",
        "ingredients": [
            {"name": "var.n", "origin": {"file": "--var", "line": None, "column": None}}
        ],
        "sensitive": False,
    }
    assert document["values"][2]["origin"] is None
    assert [one["value"] for one in document["values"][3:]] == [
        "(sensitive #1)",
        "(sensitive value)",
    ]
