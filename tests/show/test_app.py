"""The planner's page: served, in a browser, and against `bvsim run` bit for bit."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest
from click.testing import CliRunner

import bvsim as bv
from bvsim.analysis.policy.estimate_files import known, made, of_json, to_json
from bvsim.analysis.policy.estimates import Asked
from bvsim.analysis.policy.headlines import is_told_by_row
from bvsim.analysis.tables import by_year
from bvsim.cli import main
from bvsim.ensemble.workers.engine import Engine
from bvsim.reading.turning import turn_levers
from bvsim.show.app.page import render, state
from bvsim.show.report import render_page
from chromium import NEEDED, started

uvicorn = pytest.importorskip("uvicorn")
server = pytest.importorskip("bvsim.show.app.server")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = pytest.mark.slow
LEVERS = ("shuttle", "training-seats")
HERE = Engine(workers=1)
SECONDS = float(os.environ.get("BVSIM_CLIENTS_SECONDS", "2"))
"""How long twenty clients ask; a minute in `make nightly`."""
CLIENTS = 20


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
        return rows_of(text)

    def close(self):
        self._server.should_exit = True
        self._thread.join()


def rows_of(text):
    """Return names and rows of a stream, in the order in which they came."""
    events = [event.split("\n")[:2] for event in text.strip().split("\n\n")]
    assert events[-1][0] == "event: end"
    found = [json.loads(line.removeprefix("data: ")) for _, line in events[:-1]]
    draws = [draw for block in found for draw in block["draws"]]
    assert draws == sorted(draws)
    return found[0]["figures"], [row for block in found for row in block["values"]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BVSIM_STORE", str(tmp_path_factory.mktemp("store")))
        yield Asked(bv.load("reference"), 3, 1, LEVERS, held_out=1, pairs=1, screened=2)


@pytest.fixture(scope="module")
def estimate(asked):
    assert known(asked) is None
    return made(asked, HERE)


@pytest.fixture
def served(asked, estimate):
    opened = Served(asked, estimate)
    yield opened
    opened.close()


def exact(asked, tmp_path, mix, scenario=None):
    """Run a mix without the row store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BVSIM_STORE", "off")
        turned = scenario or turn_levers(asked.scenario, mix)
        return bv.run(turned, asked.draws, asked.seed, out=tmp_path / "exact", workers=1)


def same_as_run(figures, rows, run):
    """Hold rows against those of a run: key figures bit for bit, ledger and load by year."""
    values, kpis = np.array(rows, dtype=float), run.table("kpis")
    known = [name for name in figures if name in kpis]
    assert {"output_2030_gwh", "jobs_2035"} <= set(known)
    at = [figures.index(name) for name in known]
    assert np.array_equal(values[:, at], kpis[known].to_numpy(dtype=float), equal_nan=True)
    for family, column in {"output_{}_gwh": "good_gwh", "grid_load_{}_mw": "grid_load_mw"}.items():
        table = by_year(run, column)
        for year in range(2026, 2041):
            mine = values[:, figures.index(family.format(year))]
            assert mine == pytest.approx(table[year].to_numpy(), rel=1e-12)
    lost = by_year(run, "lost_labour_gwh")[2031].to_numpy()
    assert values[:, figures.index("ledger.labour.2031")] == pytest.approx(lost, abs=1e-12)


def test_the_estimate_is_kept_by_content(asked, estimate):
    kept = known(asked)
    assert to_json(kept, "") == to_json(estimate, "")
    assert known(replace(asked, seed=2)) is None
    assert known(replace(asked, names=("shuttle",))) is None


def test_the_effect_of_one_lever_is_that_of_its_run(asked, estimate, tmp_path):
    effects = estimate.effects
    table = exact(asked, tmp_path, ["training-seats=0.5"]).table("kpis")
    at = [str(turn) for turn in effects.turns].index("training-seats=0.5")
    known = [i for i, name in enumerate(effects.figures) if name in table]
    true = table[[effects.figures[i] for i in known]].to_numpy(dtype=float)
    ours = (effects.base + effects.added[at])[:, known]
    assert ours == pytest.approx(true, rel=2e-4, abs=0.01)


def test_a_file_keeps_what_an_estimate_says(asked, estimate):
    again = of_json(json.loads(json.dumps(to_json(estimate, asked.mark))))
    mix = [bv_turn("training-seats=0.75"), bv_turn("shuttle")]
    assert again.effects.estimate(mix) == pytest.approx(estimate.effects.estimate(mix), rel=1e-9)
    assert again.badges == estimate.badges
    assert not any(map(is_told_by_row, again.means.figures))


def test_rows_are_those_of_a_run_and_simulated_once(served, asked, tmp_path):
    query = "lever=training-seats%3D0.3&lever=shuttle"
    answers = [None, None]

    def ask(number):
        answers[number] = served.rows(query)

    together([threading.Thread(target=ask, args=(number,)) for number in (0, 1)])
    assert answers[0] == answers[1]
    assert served.planner.simulated == asked.draws
    same_as_run(*answers[0], exact(asked, tmp_path, ["training-seats=0.3", "shuttle"]))


def test_a_figure_set_is_simulated_exactly(served, asked, tmp_path):
    path = "labour.pay.bonus"
    figures, rows = served.rows(f"set={path}%3D0.1&lever=shuttle")
    set_ = turn_levers(asked.scenario.with_values({path: 0.1}), ["shuttle"])
    same_as_run(figures, rows, exact(asked, tmp_path, [], set_))


def together(threads):
    """Let threads run, and wait for all."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_twenty_clients_get_whole_answers_in_order(served):
    queries = ["", "lever=shuttle", "lever=training-seats", "lever=training-seats%3D0.5"]
    right = {query: served.rows(query) for query in queries}
    before, wrong, answered = served.planner.simulated, [], []

    def ask(number):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            query = queries[(number + len(answered)) % len(queries)]
            status, text, _ = served.ask(f"/rows?{query}")
            answered.append(status)
            if status != 200 or rows_of(text) != right[query]:
                wrong.append((query, status))

    together([threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)])
    print(len(answered), "answers")
    assert wrong == []
    assert len(answered) >= CLIENTS
    assert served.planner.simulated == before


def command(port, store):
    """Start `bvsim app` as a process of its own, and wait until it answers."""
    options = ["reference", "--no-open", "--port", str(port), "-n", "20", "--workers", "1"]
    known = {**os.environ, "BVSIM_STORE": str(store), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen([sys.executable, "-m", "bvsim", "app", *options], env=known)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def test_a_server_killed_in_mid_run_keeps_its_rows(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = command(port, tmp_path / "store")
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    line.request("GET", "/rows?lever=shuttle")
    answer = line.getresponse()
    first = answer.readline(), answer.readline()
    process.kill()
    process.wait()
    line.close()
    assert len(json.loads(first[1].removeprefix(b"data: "))["draws"]) == 16
    process = command(port, tmp_path / "store")
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    line.request("GET", "/rows?lever=shuttle")
    text = line.getresponse().read().decode()
    process.terminate()
    process.wait()
    blocks = [json.loads(t.split("data: ")[1]) for t in text.strip().split("\n\n")[:-1]]
    assert [block["simulated"] for block in blocks] == [0, 4]
    assert rows_of(text)[1][:16] == json.loads(first[1].removeprefix(b"data: "))["values"]


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
    same_as_run(*served.rows("lever=shuttle"), exact(asked, tmp_path, [], bv.load(file)))


def test_a_search_tells_its_steps_and_the_cheapest_mixes(served):
    target = quote("mean(output_2030_gwh) >= 1")
    status, text, _ = served.ask(f"/seek?rows=2&budget=1000&target={target}")
    events = [event.split("\n") for event in text.strip().split("\n\n")]
    assert status == 200
    assert {name for name, _ in events[:-1]} == {"event: step"}
    assert events[-1][0] == "event: end"
    found = json.loads(events[-1][1].removeprefix("data: "))
    assert found["reachable"]
    assert found["best"]["levers"] == []
    wrong = served.ask("/seek?rows=2&target=nonsense")[1]
    assert wrong.startswith("event: failed")


def test_the_report_of_a_run_is_written_with_its_levers(tmp_path, monkeypatch):
    monkeypatch.setenv("BVSIM_STORE", "off")
    run = bv.run("reference", 1, out=tmp_path / "run", workers=1)
    done = CliRunner().invoke(main, ["report", str(run.folder), "--interactive"])
    assert done.exit_code == 0, done.output
    text = (run.folder / "planner.html").read_text("utf-8")
    assert '"live":false' in text
    assert '"badges":[{' in text


def test_figures_are_found_by_words_with_their_sources(served):
    status, text, _ = served.ask("/figures?q=pay+BONUS")
    found = json.loads(text)
    assert status == 200
    assert "labour.pay.bonus" in [each["path"] for each in found]
    assert {"path", "value", "unit", "sources", "confidence", "note"} <= set(found[0])
    assert len(json.loads(served.ask("/figures?q=")[1])) == 20


def test_the_report_of_a_mix_is_served(served):
    status, text, headers = served.ask("/report?lever=shuttle")
    assert status == 200
    assert 'id="h-map"' in text
    assert headers["x-frame-options"] == "SAMEORIGIN"


SCRIPT = quote("<script>alert(1)</script>")
HOSTILE = {
    "/../../etc/passwd": 404,
    "/..%2f..%2fetc%2fpasswd": 404,
    "/static/app.js": 404,
    "/rows?rows=1000000": 422,
    "/rows?rows=0": 422,
    "/rows?rows=-1": 422,
    "/rows?rows=many": 422,
    f"/rows?rows={'9' * 3000}": 422,
    "/rows?lever=/etc/passwd": 422,
    f"/rows?lever={SCRIPT}": 422,
    f"/rows?set={SCRIPT}%3D1": 422,
    "/rows?set=../../etc/passwd%3D1": 422,
    "/rows?set=labour.pay.bonus%3D/etc/passwd": 422,
    "/rows?set=labour.pay.bonus%3Dnan": 422,
    "/rows?set=labour.pay.bonus%3D1e300": 422,
    "/rows?set=labour.pay.bonus%3D-5": 422,
    "/report?lever=/etc/passwd": 422,
    "/scenario.yaml?lever=shuttle%3D-1": 422,
    "/scenario.yaml?lever=shuttle%401999-01-01": 422,
    "/scenario.yaml?lever=shuttle&lever=shuttle": 422,
    "/seek?rows=9999999&target=x": 422,
    "/seek?budget=nan&target=x": 422,
    f"/state?{'&'.join(f'a{i}=1' for i in range(200))}": 414,
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
    assert served.ask("/state", Host="[broken")[0] == 421
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


def opened(browser, address, said, **options):
    """Return a page that tells what it says."""
    page = browser.new_page(**options)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    return page


def shown(page):
    """Return the exact rows that a page has, once all have come."""
    page.locator("html[data-exact='3']").wait_for(timeout=120_000)
    figures, rows = page.evaluate("(e => [e.figures, e.rows])(exactOf(mix(), sets()))")
    assert [draw for draw, _ in rows] == [0, 1, 2]
    return figures, [values for _, values in rows]


def texts(page):
    return [page.locator(f"#{each}").inner_text() for each in ("tiles", "ledger", "numbers")]


ESTIMATE = "Array.from(estimateOf(mix()).effects.values)"


def test_a_port_in_use_is_told_before_anybody_is_sent_there(served):
    words = ["app", "reference", "--no-open", "--port", str(served.port)]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 2
    assert f"no server at 127.0.0.1, port {served.port}" in told.output
    assert "http://" not in told.output


class TestInABrowser:
    pytestmark = NEEDED

    def test_a_lever_is_moved(self, browser, served, asked, estimate, tmp_path):
        said = []
        page = opened(browser, f"http://127.0.0.1:{served.port}/#~lang=en", said)
        page.locator("#lever-training-seats").focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.locator("#lever-training-seats").blur()
        page.wait_for_url("**#training-seats=0.25&*")
        ours = estimate.effects.estimate([bv_turn("training-seats=0.25")])
        assert page.evaluate(ESTIMATE) == pytest.approx(ours.ravel().tolist(), rel=1e-12)
        print("estimate and drawing, ms:", page.evaluate("document.documentElement.dataset.ms"))
        run = exact(asked, tmp_path, ["training-seats=0.25"])
        same_as_run(*shown(page), run)
        mean = run.table("kpis")["output_2030_gwh"].mean()
        cell = page.locator("[data-figure=output_2030_gwh] [data-measure=mean]")
        assert float(cell.get_attribute("data-value")) == pytest.approx(mean, rel=1e-14)
        again = opened(browser, page.url, said)
        shown(again)
        assert texts(again) == texts(page)
        assert said == []

    def test_two_browsers_on_one_mix_have_each_row_simulated_once(self, browser, served, asked):
        said, before = [], served.planner.simulated
        address = f"http://127.0.0.1:{served.port}/#shuttle&training-seats=0.7"
        one, other = (opened(browser, address, said) for _ in range(2))
        assert shown(one) == shown(other)
        assert served.planner.simulated - before == asked.draws
        assert said == []

    def test_a_link_to_what_there_is_not_says_why(self, browser, served):
        page = opened(browser, f"http://127.0.0.1:{served.port}/#shuttle=0.4&~lang=en", [])
        page.locator("#status", has_text="shuttle").wait_for(timeout=60_000)
        assert "on (1) or off (0)" in page.locator("#status").inner_text()

    def test_undo_reset_pins_and_french(self, browser, served):
        said = []
        page = opened(browser, f"http://127.0.0.1:{served.port}/#shuttle&~lang=en", said)
        page.locator("#pin").click()
        page.locator("#reset").click()
        assert page.evaluate("mix().length") == 0
        page.locator("#undo").click()
        assert page.evaluate("mix()[0].name") == "shuttle"
        page.locator("[data-screen=compare]").click()
        assert page.locator("#pins tbody tr").count() == 2
        page.locator("[data-screen=goal]").click()
        assert page.locator("#goal-note").inner_text() != ""
        page.locator("[data-lang=fr]").click()
        assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Objectif"
        page.reload()
        assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Objectif"
        assert page.evaluate("pins().length") == 1
        assert said == []

    def test_the_map_of_the_mix_is_that_of_its_report(self, browser, served):
        said = []
        page = opened(browser, f"http://127.0.0.1:{served.port}/#shuttle&~screen=places", said)
        frame = page.frame_locator("#report")
        frame.locator("html[data-ready=true]").wait_for(timeout=120_000)
        assert frame.locator("#h-map").is_visible()
        assert said == []

    def test_the_page_is_one_file_without_a_server(self, browser, asked, estimate, tmp_path):
        file, asked_for, said = tmp_path / "page.html", [], []
        report = render_page(exact(asked, tmp_path, []))
        file.write_text(render(state(asked, estimate, live=False, report=report)), "utf-8")
        page = opened(browser, f"{file.as_uri()}#training-seats=0.75&shuttle=1", said)
        page.on("request", lambda request: asked_for.append(request.url))
        mix = [bv_turn("training-seats=0.75"), bv_turn("shuttle")]
        ours = estimate.effects.estimate(mix).ravel().tolist()
        assert page.evaluate(ESTIMATE) == pytest.approx(ours, rel=1e-12)
        page.locator("[data-screen=trust]").click()
        page.frame_locator("#report").locator("html[data-ready=true]").wait_for(timeout=60_000)
        page.wait_for_timeout(600)
        assert {url.split(":")[0] for url in asked_for} <= {"file", "about", "data"}
        assert said == []

    def test_scripts_in_names_are_text(self, browser, asked, estimate, tmp_path):
        data, said = state(asked, estimate, live=False), []
        data["levers"][0]["title"] = dict.fromkeys(("en", "fr"), "</script><img src=x onerror=a()>")
        file = tmp_path / "page.html"
        file.write_text(render(data), "utf-8")
        name = quote("~set=<img src=x onerror=alert(1)>=1")
        page = opened(browser, f"{file.as_uri()}#{name}&~pin=<script>", said)
        assert "<img src=x" in page.locator("#levers").inner_text()
        assert page.locator("img").count() == 0
        assert said == []

    @pytest.mark.parametrize("screen", ["valley", "compare", "goal"])
    @pytest.mark.parametrize(("mode", "lang"), [("light", "en"), ("dark", "fr")])
    def test_axe_finds_no_violation_at_any_width(
        self, browser, asked, estimate, tmp_path, screen, mode, lang
    ):
        file, said = tmp_path / "page.html", []
        file.write_text(render(state(asked, estimate, live=False)), "utf-8")
        address = f"{file.as_uri()}#shuttle&~pin=training-seats&~screen={screen}&~lang={lang}"
        page = opened(browser, address, said, color_scheme=mode)
        violations = axe.Axe().run(page).response["violations"]
        assert {v["id"]: [n["html"][:120] for n in v["nodes"]] for v in violations} == {}
        for width in (390, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert said == []


def bv_turn(text):
    from bvsim.reading.turning import Turn

    return Turn.parse(text)
