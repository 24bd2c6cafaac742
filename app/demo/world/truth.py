"""What truly happened in the demo brand's world."""

from app.contract.truth import ChannelTruth, TruthAnswer
from app.db.models import ModelRow
from app.demo.world.brand import artefact_key, brand
from app.errors import NotFound


def truth_of(row: ModelRow) -> TruthAnswer:
    """The truth behind a model; raises NotFound for a model of real data."""
    if row.artefact_key != artefact_key():
        raise NotFound("truth of the model", row.id)
    truth = brand().truth
    roi, caused = truth.roi, truth.contribution
    spent = dict(zip(truth.channels, truth.past.spend.sum((0, 1)).tolist(), strict=True))
    return TruthAnswer(
        channels=tuple(
            ChannelTruth(name=name, spend=spent[name], contribution=caused[name], roi=roi[name])
            for name in truth.channels
        )
    )
