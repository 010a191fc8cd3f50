"""The build hook: a wheel with the valley compiled when asked for, an ordinary one otherwise."""

import ast
import importlib.util
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from threading import Barrier

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


def test_an_editable_installation_says_that_it_compiles_nothing(
    monkeypatch, module, hook, data, capfd
):
    monkeypatch.setenv("BVSIM_COMPILE", "1")
    monkeypatch.setattr(module, "compile_valley", lambda *_: pytest.fail("compiled"))
    hook.initialize("editable", data)
    assert data["pure_python"] is True
    said = capfd.readouterr()
    assert "compiles nothing" in said.out + said.err


def test_a_compiler_that_fails_ends_the_build_and_leaves_nothing(
    monkeypatch, module, hook, data, capfd
):
    folders = []

    def compile_valley(project, folder):
        folders.append(folder)
        raise subprocess.CalledProcessError(1, "cc")

    monkeypatch.setenv("BVSIM_COMPILE", "1")
    monkeypatch.setattr(module, "compile_valley", compile_valley)
    with pytest.raises(SystemExit):
        hook.initialize("standard", data)
    said = capfd.readouterr()
    assert "without bvsim_compile" in (said.out + said.err).lower()
    assert not folders[0].exists()


def test_libraries_go_where_python_looks_for_them(monkeypatch, module, hook, data):
    made = []

    def compile_valley(project, folder):
        assert project == ROOT
        cells = folder / "bvsim" / "valley" / "cells"
        for place in (cells, folder / "build"):
            place.mkdir(parents=True)
            (place / "block.so").touch()
        (folder / "group__mypyc.so").touch()
        made.append(folder)
        return module.built(folder)

    monkeypatch.setenv("BVSIM_COMPILE", "1")
    monkeypatch.setattr(module, "compile_valley", compile_valley)
    assert hook.dependencies() == list(module.COMPILER)
    hook.initialize("standard", data)
    inside = sorted(data["force_include"].values())
    assert inside == ["bvsim/valley/cells/block.so", "group__mypyc.so"]
    assert (data["pure_python"], data["infer_tag"]) == (False, True)
    assert data["dependencies"] == [module.NATIVE]
    hook.finalize("standard", data, "")
    assert not made[0].exists()


def test_all_of_the_valley_is_compiled_but_what_is_listed(module):
    source = ROOT / "src"
    left = {path.relative_to(source).as_posix() for path in (source / "bvsim/valley").rglob("*.py")}
    left -= set(module.modules_of(source))
    for ending in module.INTERPRETED:
        assert any(name.endswith(ending) for name in left), ending
    assert {name for name in left if not name.endswith("/__init__.py")} == {
        "bvsim/valley/ground/environment.py",
        "bvsim/valley/ground/errors.py",
        "bvsim/valley/ground/rows.py",
        "bvsim/valley/ground/seeds.py",
        "bvsim/valley/regions/outside.py",
    }


@pytest.fixture
def compiler():
    pytest.importorskip("setuptools")
    pytest.importorskip("mypyc")
    import compile_valley

    return compile_valley


def test_units_are_compiled_at_the_same_time_and_linked_in_their_order(compiler):
    together = Barrier(2, timeout=30)  # broken where one waits for the other to end

    def compile_(sources, *, output_dir):
        together.wait()
        return [f"{output_dir}/{source}.o" for source in sources]

    with ThreadPoolExecutor(2) as pool:
        both = compiler.side_by_side(pool, compile_)(["b", "a"], output_dir="out")
    assert both == ["out/b.o", "out/a.o"]


def test_the_valley_can_be_read_by_the_compiler_without_any_library(compiler, module, tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src")
    modules = module.modules_of(tmp_path / "src")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *compiler.TYPES, "--no-incremental", *modules],
        cwd=tmp_path / "src",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("suffix", [None, *EXTENSION_SUFFIXES])
def test_a_library_beside_the_files_is_found_and_not_loaded(tmp_path, suffix):
    valley = tmp_path / "bvsim" / "valley"
    valley.mkdir(parents=True)
    (tmp_path / "bvsim" / "__init__.py").touch()
    shutil.copy(ROOT / "src" / "bvsim" / "valley" / "__init__.py", valley)
    (valley / "valley.py").write_text("raise SystemExit('loaded')")
    if suffix:
        (valley / f"valley{suffix}").touch()
    done = subprocess.run(
        [sys.executable, "-c", "from bvsim.valley import compiled; print(compiled())"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(suffix is not None)


def test_the_module_that_is_looked_for_exists(module):
    assert "bvsim/valley/valley.py" in module.modules_of(ROOT / "src")


def checked_only(tree):
    """Return the names that a module imports for type checkers only."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in node.body
        if isinstance(inner, ast.ImportFrom)
        for alias in inner.names
    }


def fields_of_data_classes(tree):
    """Yield a name for each word in the types of the fields of data classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and "dataclass" in map(called, node.decorator_list):
            for field in node.body:
                if isinstance(field, ast.AnnAssign):
                    yield from (n.id for n in ast.walk(field.annotation) if isinstance(n, ast.Name))


def called(decorator):
    return ast.unparse(decorator).split("(")[0]


def test_types_of_fields_are_there_when_a_compiled_data_class_is_made(module):
    # compiled, the types are looked up although the annotations are never evaluated: a null pointer
    source = ROOT / "src"
    for name in module.modules_of(source):
        tree = ast.parse((source / name).read_text("utf-8"))
        assert not checked_only(tree) & set(fields_of_data_classes(tree)), name


def test_only_functions_that_the_compilers_runtime_has_are_said_to_be_rare(
    compiler, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    option, file = compiler.rare()
    assert (option, file) == ("-include", str(tmp_path / "rare.h"))
    written = (tmp_path / "rare.h").read_text()
    assert [name for name in compiler.RARE if name in written] == list(compiler.RARE)
    monkeypatch.setattr(compiler, "RARE", ("CPy_NotYetThere",))
    compiler.rare()
    assert "NotYetThere" not in (tmp_path / "rare.h").read_text()
