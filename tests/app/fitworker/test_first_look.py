"""The first look of a real fit process."""

import pytest

from app.errors import FitCrashed
from app.fitworker.process import FitProcess, make_launch
from app.fitworker.protocol import FitRequest, Kept, Looked
from mmm.posterior.fitted import load_model
from mmm.simulate.worlds import make_world


@pytest.mark.slow
def test_a_real_fit_that_takes_long_has_a_first_look_before_its_draws(tmp_path) -> None:
    """It is there while the fit samples, which is killed then."""
    world = make_world(weeks=104, seed=3)
    world.frame.to_csv(tmp_path / "table.csv", index=False)
    asked = FitRequest(
        spec=world.spec,
        sampling={"draws": 20_000, "tune": 20_000},
        table_path=str(tmp_path / "table.csv"),
        media_type="text/csv",
        model_path=str(tmp_path / "model.nc"),
        look_path=str(tmp_path / "look.nc"),
    )
    process = FitProcess(make_launch(tmp_path / "cache"))
    looks: list[Looked | Kept] = []
    stages: list[str] = []

    def report(progress) -> None:
        stages.append(progress.stage)
        if progress.stage in ("warmup", "sampling"):
            process.kill()

    with pytest.raises(FitCrashed):
        process.run(asked, report, 300.0, looks.append)
    assert looks == [Looked()]
    assert stages.index("first_look") < stages.index("warmup")
    model = load_model(tmp_path / "look.nc")
    assert model.verdict.draft
    assert model.evidence is None
    assert not (tmp_path / "model.nc").exists()
