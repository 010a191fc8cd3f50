"""The planner's page: served, in a browser, and against `bvsim run` bit for bit."""

import http.client
import json
import threading
import time
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest

import bvsim as bv
from bvsim.analysis.policy.estimates import Asked, known, prepare
from bvsim.ensemble.workers.engine import Engine
from bvsim.reading.turning import turn_levers
from bvsim.show.app.page import render, state
from chromium import NEEDED, started

uvicorn = pytest.importorskip("uvicorn")
server = pytest.importorskip("bvsim.show.app.server")

pytestmark = pytest.mark.slow
LEVERS = ("shuttle", "training-seats")
HERE = Engine(workers=1)


class Served:
    """A planner's page on a port of its own."""

    def __init__(self, asked, estimate, token=""):
        self.planner = server.Planner(asked, estimate, HERE)
        made = server.make_app(self.planner, token)
        self._server = uvicorn.Server(
            uvicorn.Config(made, port=0, log_level="error", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def ask(self, path, method="GET", body=None, **headers):
        """Return status, text and headers of an answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, text, dict(answer.getheaders())

    def rows(self, query):
        """Return the exact rows of a mix, all blocks together."""
        status, text, _ = self.ask(f"/rows?{query}")
        assert status == 200
        events = [event.split("\n")[:2] for event in text.strip().split("\n\n")]
        assert events[-1][0] == "event: end"
        found = [json.loads(line.removeprefix("data: ")) for _, line in events[:-1]]
        return found[0]["figures"], [row for block in found for row in block["values"]]

    def close(self):
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BVSIM_STORE", str(tmp_path_factory.mktemp("store")))
        yield Asked(bv.load("reference"), 3, 1, LEVERS, 1)


@pytest.fixture(scope="module")
def estimate(asked):
    assert known(asked) is None
    return prepare(asked, HERE)


@pytest.fixture
def served(asked, estimate):
    opened = Served(asked, estimate)
    yield opened
    opened.close()


def exact(asked, tmp_path, mix):
    """Run a mix without the row store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BVSIM_STORE", "off")
        made = turn_levers(asked.scenario, mix)
        return bv.run(made, asked.draws, asked.seed, out=tmp_path / "exact", workers=1)


def test_the_estimate_is_kept_by_content(asked, estimate):
    assert known(asked).to_json() == estimate.to_json()
    assert known(replace(asked, seed=2)) is None
    assert known(replace(asked, names=("shuttle",))) is None


def test_the_effect_of_one_lever_is_that_of_its_run(asked, estimate, tmp_path):
    effects = estimate.effects
    table = exact(asked, tmp_path, ["training-seats=0.5"]).table("kpis")
    at = [str(turn) for turn in effects.turns].index("training-seats=0.5")
    assert np.array_equal(effects.added[at], table[list(effects.figures)] - effects.base)


def test_rows_are_those_of_a_run_and_simulated_once(served, asked, tmp_path):
    query = "lever=training-seats%3D0.3&lever=shuttle"
    answers = [None, None]

    def ask(number):
        answers[number] = served.rows(query)

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1]
    assert served.planner.simulated == asked.draws
    table = exact(asked, tmp_path, ["training-seats=0.3", "shuttle"]).table("kpis")
    figures, rows = answers[0]
    values = np.array(rows, dtype=float)
    assert np.array_equal(values, table[figures].to_numpy(dtype=float), equal_nan=True)


def test_another_server_has_the_rows_of_the_one_before(served, asked, estimate):
    first = served.rows("lever=shuttle")
    again = Served(asked, estimate)
    assert again.rows("lever=shuttle") == first
    assert again.planner.simulated == 0
    again.close()


def test_the_scenario_as_a_file_is_the_scenario_of_the_rows(served, asked, tmp_path):
    status, text, _ = served.ask("/scenario.yaml?lever=shuttle")
    assert status == 200
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    assert bv.load(file).model_hash == turn_levers(asked.scenario, ["shuttle"]).model_hash


HOSTILE = {
    "/../../etc/passwd": 404,
    "/static/app.js": 404,
    "/rows?rows=1000000": 422,
    "/rows?rows=0": 422,
    "/rows?rows=many": 422,
    "/rows?lever=/etc/passwd": 422,
    f"/rows?lever={quote('<script>alert(1)</script>')}": 422,
    "/scenario.yaml?lever=shuttle%3D-1": 422,
    "/scenario.yaml?lever=shuttle%401999-01-01": 422,
    "/estimate?lever=shuttle%3D0.5": 422,
    f"/state?x={'x' * 5000}": 414,
}


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_requests_are_refused(served, path):
    assert served.ask(path)[0] == HOSTILE[path]


def test_other_hosts_origins_methods_and_bodies_are_refused(served):
    assert served.ask("/state", Host="evil.example")[0] == 421
    assert served.ask("/state", Origin="http://evil.example")[0] == 403
    assert served.ask("/state", "POST", b"x")[0] == 413
    assert served.ask("/state", "DELETE")[0] == 405
    status, _, headers = served.ask("/")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_token_is_asked_for_on_every_path(asked, estimate):
    guarded = Served(asked, estimate, token="secret")
    assert [guarded.ask(path)[0] for path in ("/", "/state", "/rows?token=wrong")] == [403] * 3
    assert guarded.ask("/state?token=secret")[0] == 200
    guarded.close()


@pytest.fixture(scope="module")
def browser():
    with started() as opened:
        yield opened


class TestInABrowser:
    pytestmark = NEEDED

    def test_a_lever_is_moved(self, browser, served, asked, tmp_path):
        page, said = browser.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"http://127.0.0.1:{served.port}/")
        page.locator("#lever-training-seats").focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.locator("#lever-training-seats").blur()
        page.wait_for_url("**#training-seats=0.25")
        mine = page.evaluate("estimate().values")
        ours = served.planner.estimate.effects.estimate([bv_turn("training-seats=0.25")])
        assert np.allclose(mine, ours, rtol=1e-14)
        print("estimate and drawing, ms:", page.evaluate("document.documentElement.dataset.ms"))
        page.locator("html[data-exact='3']").wait_for(timeout=120_000)
        figures, rows = page.evaluate("[exact.figures, exact.values]")
        table = exact(asked, tmp_path, ["training-seats=0.25"]).table("kpis")
        values = np.array(rows, dtype=float)
        assert np.array_equal(values, table[figures].to_numpy(dtype=float), equal_nan=True)
        again = browser.new_page()
        again.goto(page.url)
        again.locator("html[data-exact='3']").wait_for(timeout=120_000)
        assert again.locator("#numbers").inner_text() == page.locator("#numbers").inner_text()
        page.locator("[data-lang=fr]").click()
        assert "Tirages exacts" in page.locator("#status").inner_text()
        page.locator("#reset").click()
        page.locator("html[data-exact='3']").wait_for(timeout=120_000)
        assert page.evaluate("location.hash") == ""
        page.set_viewport_size({"width": 390, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.screenshot(path=tmp_path / "page.png", full_page=True)
        assert said == []

    def test_the_page_is_one_file_without_a_server(self, browser, asked, estimate, tmp_path):
        file = tmp_path / "page.html"
        file.write_text(render(state(asked, estimate, live=False)), "utf-8")
        page, asked_for = browser.new_page(), []
        page.on("request", lambda request: asked_for.append(request.url))
        page.goto(f"{file.as_uri()}#training-seats=0.75&shuttle=1")
        mix = [bv_turn("training-seats=0.75"), bv_turn("shuttle")]
        assert np.allclose(page.evaluate("estimate().values"), estimate.effects.estimate(mix))
        page.wait_for_timeout(600)
        assert {url.split(":")[0] for url in asked_for} == {"file"}


def bv_turn(text):
    from bvsim.reading.turning import Turn

    return Turn.parse(text)
