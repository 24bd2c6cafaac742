"""Whether a model keeps default priors that this release has replaced, as a sentence for people.

A refit keeps the default priors of the model's first fit, so that its answers change with the data
alone. Newer ones are another model, to be fitted beside it and compared.
"""

from collections.abc import Iterator

from mmm.data.scales import DEFAULTS
from mmm.posterior.fitted import FittedModel
from mmm.priors.table import KNOWS_BUDGETS, WIDE_FEASTS
from mmm.spec.model import ModelSpec


def older_defaults_note(model: FittedModel) -> str | None:
    """What newer default priors would change and how to try them; None where they are the same.

    They are that where the specification has nothing of which a newer generation changed the prior.
    """
    kept = model.scales.defaults
    changed = list(_changed_effects(model.spec, kept))
    if not changed:
        return None
    return (
        f"the effects of {', '.join(changed)} keep the default priors of the release that first "
        f"fitted this model (generation {kept}); this release has newer ones (generation "
        f"{DEFAULTS}): to try them as a rival, fit the same specification anew on all weeks "
        "(POST /v1/fit, prudent fit), and compare both before you promote one"
    )


def _changed_effects(spec: ModelSpec, kept: int) -> Iterator[str]:
    """What has other default priors than those of the generation ``kept``, by name."""
    if kept < KNOWS_BUDGETS:
        yield from (each.name for each in spec.channels if each.prior.effect is None)
    if kept < WIDE_FEASTS:
        yield from (each.name for each in spec.events)
        if spec.holidays is not None:
            yield "holidays"
