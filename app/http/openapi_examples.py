"""Example request bodies of the OpenAPI document, by operation; a test validates them."""

from typing import Any

_DATASET = "ds_01jd4q8z6k3v5x7y9b2c4d6f8g"
_MODEL = "mdl_01jd4q8z6k3v5x7y9b2c4d6f8g"
_HORIZON = {"start": "2024-07-01", "weeks": 13}

EXAMPLES: dict[str, Any] = {
    "register_lift_tests": {
        "tests": [
            {
                "channel": "tv",
                "start": "2024-03-04",
                "end": "2024-03-25",
                "control": {"scale": 0.0},
                "result": {"lift": 1200.0, "se": 300.0},
            }
        ]
    },
    "simulate": {
        "data": {"dataset_id": _DATASET},
        "model": {
            "kpi": {"column": "sales", "kind": "revenue"},
            "date": "week",
            "channels": ["tv", "search"],
        },
        "draws": 200,
        "datasets": 1,
    },
    "post_evaluate_plan": {"horizon": _HORIZON, "plan": {"tv": 300_000, "search": 120_000}},
    "post_plan_odds": {"horizon": _HORIZON, "plan": {"tv": 310_000, "search": 110_000}},
    "post_frontier": {
        "horizon": _HORIZON,
        "budget": {"total": 420_000},
        "totals": [350_000, 420_000, 500_000],
    },
    "save_scenario": {
        "name": "next quarter, cautious",
        "model_id": _MODEL,
        "allocate": {
            "horizon": _HORIZON,
            "budget": {"total": 1_000_000},
            "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
        },
    },
    "post_compare": {
        "model_id": _MODEL,
        "rivals": [{"edit": "with AR(1)"}, {"edit": "tv drifts"}],
    },
    "post_trust": {"parts": {"backtest": {"origins": 12, "horizons": [4, 8, 13]}}},
    "create_project": {"name": "Spring", "description": "The second quarter in all regions"},
    "change_project": {"name": "Spring and summer", "description": ""},
    "promote_model": {"model_id": _MODEL, "note": "stable refit with the weeks of June"},
    "adopt_plan": {
        "name": "second quarter",
        "evaluate_plan": {"horizon": _HORIZON, "plan": {"tv": 300_000, "search": 120_000}},
    },
    "post_actuals": {
        "data": {"rows": [{"week": "2024-07-01", "sales": 1180, "tv": 200, "search": 90}]}
    },
}
