"""Whether a model keeps default priors that this release has replaced, as a sentence for people.

A refit keeps the default priors of the model's first fit, so that its answers change with the data
alone. Newer ones are another model, to be fitted beside it and compared.
"""

from mmm.data.scales import DEFAULTS
from mmm.posterior.fitted import FittedModel


def older_defaults_note(model: FittedModel) -> str | None:
    """What newer default priors would change and how to try them; None where they are the same.

    They are that where the specification states the effect of every channel itself.
    """
    free = [each.name for each in model.spec.channels if each.prior.effect is None]
    kept = model.scales.defaults
    if kept >= DEFAULTS or not free:
        return None
    return (
        f"the effects of {', '.join(free)} keep the default priors of the release that first "
        f"fitted this model (generation {kept}); this release has newer ones (generation "
        f"{DEFAULTS}): to try them as a rival, fit the same specification anew on all weeks "
        "(POST /v1/fit, prudent fit), and compare both before you promote one"
    )
