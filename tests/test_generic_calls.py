"""The count of generic operations in C that mypyc writes."""

from generic_calls import GENERIC, NATIVE, generic_calls

WRITTEN = """\
char CPyDef_ledger___post(VecFloat cpy_r_row, double cpy_r_x) {
    cpy_r_r1 = cpy_r_r0 + cpy_r_x;
    return 1;
}

PyObject *CPyDef_mix___MixedStock___put(PyObject *cpy_r_self) {
    cpy_r_r2 = PyNumber_Add(cpy_r_r0, cpy_r_r1);
    cpy_r_r3 = CPyObject_GetAttr(cpy_r_r2, cpy_r_r4);
    return cpy_r_r3;
}

PyObject *CPyPy_mix___MixedStock___put(PyObject *self) {
    cpy_r_r2 = PyNumber_Add(cpy_r_r0, cpy_r_r1);
}
"""


def test_what_is_generic_is_counted_for_each_function_of_the_module():
    found = generic_calls(WRITTEN)
    assert found == {"ledger___post": 0, "mix___MixedStock___put": 2}
    assert set(found) == {"ledger___post", "mix___MixedStock___put"}


def test_native_sums_and_comparisons_are_not_generic():
    assert not GENERIC.search("cpy_r_r1 = cpy_r_r0 + cpy_r_x; if (cpy_r_r0 < cpy_r_x) goto L2;")
    assert GENERIC.search("cpy_r_r2 = PyNumber_InPlaceAdd(cpy_r_r0, cpy_r_r1);")


def test_functions_are_named_once():
    assert len(set(NATIVE)) == len(NATIVE)
