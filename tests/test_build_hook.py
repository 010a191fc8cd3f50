"""The build hook: a wheel with the valley compiled when asked for, an ordinary one otherwise."""

import importlib.util
from pathlib import Path

import pytest

pytest.importorskip("hatchling")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def module():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def hook(module, tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    builder = WheelBuilder(str(ROOT))
    return module.ValleyCompiler(
        str(ROOT), {}, builder.config, builder.metadata, str(tmp_path), "wheel"
    )


@pytest.fixture
def data():
    return {"force_include": {}, "pure_python": True, "infer_tag": False}


@pytest.mark.parametrize("switch", [None, "", "0"])
def test_nothing_is_compiled_unless_asked_for(monkeypatch, hook, data, switch):
    if switch is None:
        monkeypatch.delenv("BVSIM_COMPILE", raising=False)
    else:
        monkeypatch.setenv("BVSIM_COMPILE", switch)
    before = {key: dict(value) if isinstance(value, dict) else value for key, value in data.items()}
    assert hook.dependencies() == []
    hook.initialize("standard", data)
    hook.finalize("standard", data, "")
    assert data == before


def test_an_editable_installation_runs_the_files(monkeypatch, module, hook, data):
    monkeypatch.setenv("BVSIM_COMPILE", "1")
    monkeypatch.setattr(module, "compile_valley", lambda *_: pytest.fail("compiled"))
    hook.initialize("editable", data)
    assert data["pure_python"] is True


def test_libraries_go_where_python_looks_for_them(monkeypatch, module, hook, data):
    made = []

    def compile_valley(project, folder):
        assert project == ROOT
        valley = folder / "src" / "bvsim" / "valley"
        left = folder / "src" / "build"
        for place in (valley, left):
            place.mkdir(parents=True)
            (place / "block.so").touch()
        (folder / "src" / "group__mypyc.so").touch()
        made.append(folder)
        return sorted(module.built(folder / "src", "*.so"))

    monkeypatch.setenv("BVSIM_COMPILE", "1")
    monkeypatch.setattr(module, "compile_valley", compile_valley)
    assert {name.split(">")[0] for name in hook.dependencies()} == {
        *(name.split(">")[0] for name in module.COMPILER),
        *module.TYPED,
    }
    hook.initialize("standard", data)
    assert sorted(data["force_include"].values()) == ["bvsim/valley/block.so", "group__mypyc.so"]
    assert (data["pure_python"], data["infer_tag"]) == (False, True)
    hook.finalize("standard", data, "")
    assert not made[0].exists()


def test_modules_left_as_they_are_exist(module):
    valley = ROOT / "src" / "bvsim" / "valley"
    assert all(list(valley.rglob(name)) for name in module.INTERPRETED)
