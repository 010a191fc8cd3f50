"""Verdicts as JUnit XML, which CI systems show as tests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from bvsim.analysis.regression.check import Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(verdicts: Sequence[Verdict], seconds: Mapping[str, float]) -> str:
    """Return a test suite a scenario, a test case a layer.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What was found.
    seconds : mapping of str to float
        Time taken by scenario; those not in it took none that is known.
    """
    root = ET.Element("testsuites", name="bvsim check")
    totals = {"tests": 0, "failures": 0}
    for verdict in verdicts:
        layers = verdict.layers()
        failures = sum(bool(wrong) for wrong in layers.values())
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_text(verdict.scenario),
            tests=str(len(layers)),
            failures=str(failures),
            errors="0",
            time=f"{seconds.get(verdict.scenario, 0.0):.3f}",
        )
        totals["tests"] += len(layers)
        totals["failures"] += failures
        for layer, wrong in layers.items():
            case = ET.SubElement(
                suite, "testcase", classname=f"bvsim.check.{_text(verdict.scenario)}", name=layer
            )
            if wrong:
                failure = ET.SubElement(case, "failure", message=_text(wrong[0]), type=layer)
                failure.text = _text("\n".join(wrong))
    root.attrib |= {name: str(count) for name, count in totals.items()}
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _text(text: str) -> str:
    """Leave out what XML cannot hold."""
    return _NOT_XML.sub("?", text)
