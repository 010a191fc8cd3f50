from bvsim.spec.checking import adapter
from bvsim.spec.docstrings import field_docstrings
from bvsim.spec.part import part


@part
class Mill:
    """A mill."""

    stones: int
    """How many
    stones turn."""
    wind: bool = True
    name: str = ""
    """What it is called."""


def test_fields_say_in_the_schema_what_stands_behind_them():
    properties = adapter(Mill).json_schema()["properties"]
    assert properties["stones"]["description"] == "How many\nstones turn."
    assert properties["name"]["description"] == "What it is called."
    assert "description" not in properties["wind"]


def test_a_class_without_source_has_none():
    assert field_docstrings(type("Unwritten", (), {"__module__": "nowhere"})) == {}
    assert field_docstrings(int) == {}
