"""Break it with uploads: through the page, every file ends in a fit or in one sentence, soon, and the page stands.

What is read and how it is refused, word by word: tests/test_tables.py.
"""

import gzip
import io
import zipfile
from time import process_time

import pytest

from tests.harness import CASES, open_lesson, verdict
from tests.test_own_data import INSTEAD

ROWS = "".join(f"{x},{2 * x + x % 3}\n" for x in range(50))
TABLE = "x,y\n" + ROWS


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, TABLE)
    return file.getvalue()


FITTED = {
    "BOM": TABLE.encode("utf-8-sig"),
    "mixed line ends": b"x,y\r\n1,2\n2,3\r3,5\r\n4,4",
    "cut off in a row of numbers": TABLE[:-2].encode(),
    "a column of formulas": b"x,y,z\n1,2,=1+1\n2,4,@SUM(A1)\n3,5,+cmd|' /C calc'!A0",
    "gaps and infinities": b"x,y\n1,2\n,3\ninf,4\n2,nan\n3,5",
    "a constant column": b"x,y\n1,2\n1,3\n1,4",
    "all constant": b"x,y\n1,1\n1,1\n1,1",
    "two rows": b"1,2\n3,4",
    "large and small": b"x,y\n1e100,-1e100\n-1e100,1e-100\n0,1",
    "200,000 rows": b"x,y\n" + b"1,2\n3,5\n" * 100_000,
    "a thousand columns": b",".join(b"c%d" % i for i in range(1000)) + b"\n" + 3 * (b",".join([b"1"] * 1000) + b"\n"),
}
REFUSED = {
    "empty": b"",
    "header only": b"x,y\n",
    "one column": b"x\n1\n2\n3",
    "one row": b"x,y\n1,2",
    "all formulas": b"x,y\n=1+1,@SUM(1)\n=2,=3\n=4,=5",
    "too large a number": b"x,y\n1,2\n3,1e400",
    "cut off in a row": b"x,y\n1,2\n3",
    "cut off in quotes": b'x,y\n1,2\n3,"4',
    "cut off in a sign": "x,\u00e9\n1,2".encode()[:3],
    "quotes never closed": b'x,"y\n1,2\n3,4\n' * 1000,
    "NUL": b"x,y\n1,\x00\n2,3",
    "UTF-16": TABLE.encode("utf-16"),
    "UTF-16 without a mark": TABLE.encode("utf-16-be"),
    "UTF-32": TABLE.encode("utf-32"),
    "Latin-1": "höhe,y\n1,2\n2,3".encode("latin-1"),
    "zip": zipped("t.csv"),
    "spreadsheet": zipped("xl/workbook.xml"),
    "gzip": gzip.compress(TABLE.encode()),
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "a web page": b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>",
    "JSON": b'[{"x": 1, "y": 2}, {"x": 2, "y": 3}]',
    "10 MB of digits": b"1" * 10_000_000,
    "10 MB of commas": b"," * 10_000_000,
    "more than 10 MB": b"1,2\n" * 2_500_001,
    "a million columns": b",".join([b"1"] * 1_000_000) + b"\n",
    "a row too many": b"x,y\n" + b"1,2\n" * 200_001,
}


def upload(raw: bytes):
    app = open_lesson("regression", data="Your own")
    app.segmented_control(key="regression_way").set_value("Upload").run()
    started = process_time()
    app.file_uploader[0].set_value(("table.csv", raw, "text/csv")).run()
    CASES["uploads"] += 1
    assert process_time() - started < 10  # the worst takes one on a quiet machine
    assert not app.exception and verdict(app)
    return app


@pytest.mark.parametrize("kind", FITTED)
def test_a_table_is_fitted(kind):
    assert INSTEAD not in "".join(note.value for note in upload(FITTED[kind]).info)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_table_gets_one_sentence(kind):
    (note,) = upload(REFUSED[kind]).info
    assert note.value.endswith(f" {INSTEAD}") and len(note.value) < 400
    assert note.value.count(". ") == 1 or "“CSV" in note.value or "1.5" in note.value
