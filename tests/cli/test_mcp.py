"""A language-model client's session over standard input and output, held against the commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

DATA = Path(__file__).parents[1] / "data"
TOYLAND = str(DATA / "toyland" / "scenarios" / "toy.yaml")
DRAWS = 2


def session(place, talk, *words):
    """Start the server in a folder as a client does, talk to it, and return what came of it."""
    command = ["-P", "-m", "bvsim", "mcp", *words]
    server = StdioServerParameters(
        command=sys.executable, args=command, cwd=place, env=dict(os.environ)
    )

    async def whole():
        async with Client(server) as client:
            return await talk(client)

    return anyio.run(whole)


def bvsim(place, *words):
    """Return the JSON of a command."""
    command = [sys.executable, "-P", "-m", "bvsim", *words, "--json"]
    done = subprocess.run(command, cwd=place, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


async def answer(client, tool, **arguments):
    """Call a tool; its text and its structure say the same."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def refusal(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return result.content[0].text


async def a_session(client):
    ran = await answer(
        client, "run", scenario=TOYLAND, draws=DRAWS, kpis=["*", "output_2030_gwh.*"]
    )
    compared = await answer(
        client, "compare", sides=[ran["run"][0], TOYLAND], levers=[], kpis=["output_*"]
    )
    explained = await answer(client, "explain", run=ran["run"][0], draw=1)
    chains = await answer(client, "explain", run=compared["run"][0], other=compared["run"][1])
    cited = await answer(client, "cite", what=ran["run"][0], words=["scrap"])
    listed = await answer(client, "list", kind="sites", scenario=TOYLAND)
    return {
        "tools": (await client.list_tools()).tools,
        **{"run": ran, "compare": compared, "explain": explained, "chains": chains},
        **{"cite": cited, "list": listed},
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("client")


@pytest.fixture(scope="module")
def said(place):
    return session(place, a_session)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, said):
    """Return a folder in which the commands simulate for themselves."""
    folder = tmp_path_factory.mktemp("person")
    bvsim(folder, "run", TOYLAND, "-n", str(DRAWS), "--no-report", "--out", "runs/mine")
    return folder


def test_there_are_six_tools_each_said_in_words(said):
    tools = {tool.name: tool for tool in said["tools"]}
    assert set(tools) == {"list", "run", "compare", "explain", "news", "cite"}
    assert all(len(tool.description) > 80 for tool in tools.values())
    fields = tools["run"].input_schema["properties"]
    assert all("description" in field for field in fields.values())


def test_a_run_has_the_numbers_of_the_command(said, elsewhere):
    ran = said["run"]
    theirs = bvsim(elsewhere, "run", TOYLAND, "-n", str(DRAWS), "--no-report", "--out", "runs/mine")
    assert len(ran["kpis"]) > 20
    assert ran["kpis"] == {name: theirs["kpis"][name] for name in ran["kpis"]}
    assert {"ci95_mean", "unit", "mean"} <= set(ran["kpis"]["output_2030_gwh"])
    assert ran["bottlenecks"] == theirs["bottlenecks"]
    assert (ran["n"], ran["seed"], ran["model_hash"]) == (DRAWS, 1, theirs["model_hash"])
    assert any(name.startswith("output_2030_gwh.") for name in ran["kpis"])
    assert not any(name.startswith("headcount_2030.") for name in ran["kpis"])


def test_what_replays_a_run_finds_it_equal(said, place):
    words = said["run"]["replay"][0].split()
    assert words[0] == "bvsim"
    assert bvsim(place, *words[1:])["equal"]


def test_a_comparison_has_the_numbers_of_the_command(said, elsewhere):
    theirs = bvsim(elsewhere, "compare", "runs/mine", TOYLAND)
    ours, other = said["compare"]["others"][0], theirs["others"][0]
    assert ours["kpis"] == {n: each for n, each in other["kpis"].items() if n in ours["kpis"]}
    assert (ours["verdict"], said["compare"]["n"]) == (other["verdict"], DRAWS)
    assert all(name.startswith("output_") for name in ours["kpis"])


def test_a_story_is_that_of_the_command_and_says_on_what_it_rests(said, elsewhere):
    theirs = bvsim(elsewhere, "explain", "runs/mine", "--draw", "1")
    assert said["explain"]["events"] == theirs["events"]
    assert said["explain"]["output_2030_gwh"] == theirs["output_2030_gwh"]
    assert (said["explain"]["n"], said["explain"]["seed"]) == (DRAWS, 1)
    assert said["explain"]["run"] == said["run"]["run"]
    assert said["chains"]["pairs"] == DRAWS


def test_what_is_cited_stands_in_the_model(said, elsewhere):
    theirs = bvsim(elsewhere, "sources", TOYLAND, "scrap")
    cited = said["cite"]
    shown = len(cited["figures"])
    assert cited["figures"] == theirs["figures"][:shown]
    assert shown + cited["left_out"] == len(theirs["figures"]) > 0
    assert {name for each in cited["figures"] for name in each["sources"]} == set(cited["sources"])
    assert all(source["title"] for source in cited["sources"].values())
    assert cited["model_hash"] == said["run"]["model_hash"]


def test_a_list_is_that_of_the_command(said, elsewhere):
    theirs = bvsim(elsewhere, "list", "sites", "--scenario", TOYLAND)
    assert said["list"]["items"] == theirs["items"]


def test_what_is_too_much_or_unknown_is_refused_in_a_line(place):
    async def talk(client):
        return [
            await refusal(client, "run", scenario=TOYLAND, draws=9),
            await refusal(client, "compare", sides=[TOYLAND, TOYLAND], draws=5),
            await refusal(client, "run", scenario="no-such", draws=1),
            await refusal(client, "run", scenario="--help", draws=1),
            await refusal(client, "explain", run="../../etc"),
            await refusal(client, "run", scenario=TOYLAND, draws=0),
        ]

    said = session(place, talk, "--most-rows", "8")
    assert "9 rows are more than the 8" in said[0]
    assert "10 rows" in said[1]
    assert "no-such" in said[2]
    assert "--help" in said[3]
    assert "no run here" in said[4]
    assert "greater than or equal to 1" in said[5]
    assert not any("Traceback" in line for line in said)


def test_a_call_that_takes_too_long_is_stopped_and_the_next_one_served(place):
    async def talk(client):
        late = await refusal(client, "run", scenario=TOYLAND, draws=1000, seed=5)
        return late, await answer(client, "list", kind="sites", scenario=TOYLAND)

    late, listed = session(place, talk, "--most-seconds", "6")
    assert "stopped after 6 s" in late
    assert listed["kind"] == "sites"
