"""Why a number of a stored model is what it is."""

from app.context import Context
from app.db.models import ModelRow
from app.errors import NotFound
from app.services.catalog import models
from mmm.attribution.returns import channel_returns
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.record import TrustRecord, record_from_json
from mmm.posterior.trust.why import Why, why


def why_of(context: Context, row: ModelRow, name: str) -> Why:
    """The reasons behind the number of one channel, or of the price.

    Raises NotFound for a model without a record of its evidence, and QueryError for an unknown
    name.
    """
    model = models.fitted(context, row)
    if model.evidence is None:
        raise NotFound("evidence record of the model", row.id)
    return why_in(model, name, record_from_json(row.trust))


def why_in(model: FittedModel, name: str, record: TrustRecord | None) -> Why:
    """The reasons, from a model and the record of its tests; raises QueryError for an unknown name,
    or a model without a record of its evidence."""
    if model.evidence is None:
        detail = "an older release made this model, which says nothing about evidence: fit it again"
        raise QueryError([Issue("", "no_record", detail)])
    known = [lever.name for lever in model.evidence.levers]
    if name not in known:
        detail = f"there is no {name!r} among {', '.join(known)}"
        raise QueryError([Issue("/channel", "unknown_channel", detail)])
    roi = None
    if model.spec.has_currency:
        found = (each.roi for each in channel_returns(model) if each.name == name)
        roi = next(found, None)
    unit = model.spec.currency or "unit of money"
    return why(model.evidence, name, roi, record, unit)
