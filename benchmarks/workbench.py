"""The workbench: how large its first load is, and how long an answer takes while a number is typed.

    python -m benchmarks.workbench [--browser] [--polls]

Serves the demo brand on the loopback address. The first load is counted as a browser receives it,
compressed; answers are timed from the request to the last byte, one after another, each with an
amount that was not asked before. With ``--browser`` (Playwright and Chromium) also the time until
the home screen shows what to do; with ``--polls`` how the memory of page and service grows while
the plan screen asks 2,000 times.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from app.demo.service import Service, own_process
from benchmarks.load import resident

ANSWERS = 200
WARM_UP = 5
POLLS = 2_000
HORIZON = {"start": "2024-12-30", "weeks": 13}
OBJECTIVE = {"kind": "mean_cvar", "risk_aversion": 0.7, "tail": 0.1}


def main() -> None:
    """Measure, and print one line a figure."""
    with (
        TemporaryDirectory() as folder,
        own_process(Path(folder) / "cache", {"PRUDENT_DEMO": "true"}) as service,
        httpx.Client(base_url=service.url, timeout=120) as client,
    ):
        print(f"first load: {first_load(client) / 1000:.1f} kB compressed")
        seconds = typed_answers(client)
        p50, p95 = 1000 * np.quantile(seconds, (0.5, 0.95))
        print(f"answer while typing: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(seconds)}")
        print(f"best plan: {best_plan(client):.2f} s")
        if "--browser" in sys.argv:
            print(f"home shows what to do after {until_home(service.url):.2f} s")
        if "--polls" in sys.argv:
            tell_growth(service)


def first_load(client: httpx.Client) -> int:
    """Bytes of the page and all that it names, as they travel."""
    page = client.get("/")
    names = [part.split('"')[0] for part in page.text.split('="./')[1:]]
    answers = [page, *(client.get(f"/{name}") for name in names)]
    return sum(int(answer.headers["content-length"]) for answer in answers)


def typed_answers(client: httpx.Client) -> list[float]:
    """Seconds of each answer to a changed amount."""
    place = f"/v1/models/{_model(client)}"
    nothing = dict.fromkeys(_channels(client), 0.0)
    asked = {"horizon": HORIZON, "objective": OBJECTIVE, "plan": nothing}
    first = client.post(f"{place}/plan-odds", json=asked).raise_for_status().json()
    plan = {each["name"]: each["current"] for each in first["channels"]}
    name, seconds = max(plan, key=lambda each: plan[each]), []
    for turn in range(WARM_UP + ANSWERS):
        plan[name] *= 1.0 + 0.0005 * (-1) ** turn * (turn + 1) / ANSWERS
        started = time.perf_counter()
        client.post(f"{place}/plan-odds", json={**asked, "plan": plan}).raise_for_status()
        seconds.append(time.perf_counter() - started)
    return seconds[WARM_UP:]


def best_plan(client: httpx.Client) -> float:
    """Seconds of the plan that the page asks for when it is opened."""
    body = {"horizon": HORIZON, "objective": OBJECTIVE, "budget": {"total": 600_000}}
    started = time.perf_counter()
    client.post(f"/v1/models/{_model(client)}/allocate", json=body).raise_for_status()
    return time.perf_counter() - started


def until_home(url: str) -> float:
    """Seconds from opening the page in a new browser until it says what to do now."""
    from playwright.sync_api import sync_playwright

    from tests.app.ui.browser import chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(url)
        page.get_by_role("heading", name="Do now").wait_for()
        seconds = time.perf_counter() - started
        browser.close()
    return seconds


def tell_growth(service: Service) -> None:
    """The heap of the page and the memory of the service, before and after many answers."""
    from playwright.sync_api import sync_playwright

    from tests.app.ui.browser import chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{service.url}/#/plan")
        tools = page.context.new_cdp_session(page)
        field = page.get_by_label("social, amount")
        field.wait_for()
        for turn in range(POLLS + 1):
            if turn % (POLLS // 4) == 0:
                tools.send("HeapProfiler.collectGarbage")
                heap = tools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
                served = resident(service.pid) / 1e6
                print(f"after {turn} answers: page {heap:.1f} MB, service {served:.0f} MB")
            with page.expect_response("**/plan-odds"):
                field.fill(str(100_000 + 10 * turn))
        browser.close()


def _model(client: httpx.Client) -> str:
    return str(client.get("/v1/models").json()["items"][0]["id"])


def _channels(client: httpx.Client) -> list[str]:
    answer = client.get(f"/v1/models/{_model(client)}/curves").json()
    return [each["name"] for each in answer["channels"]]


if __name__ == "__main__":
    main()
