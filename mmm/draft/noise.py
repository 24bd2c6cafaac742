"""The noise of a draft: it remembers, and single weeks may be far off.

Where sales remember and jump, normal noise without memory leaves what it cannot explain to media;
where they do not, the data say so and little is lost (docs/decisions/0023-noise-of-a-draft.md).
"""

from mmm.draft.sketch import Sketch


def draft_noise(sketch: Sketch) -> None:
    """Memory and heavy tails for one series of sales; those of several geos or products keep the
    usual noise, for which the others were not measured."""
    kpi = sketch.model["kpi"]
    assert isinstance(kpi, dict)
    if "geo" not in sketch.model and "product" not in sketch.model:
        sketch.model["kpi"] = {**kpi, "likelihood": "student_t"}
        sketch.model["noise"] = {"kind": "ar1"}
