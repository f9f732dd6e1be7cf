"""JSON and NDJSON: every object is a record, every field a column, and what is damaged is said."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_logs import PORTAL, record

from investigate import engine
from investigate.errors import RefusedFile
from investigate.logs.headers import RawFile
from investigate.logs.objects import read_objects

CON = engine.connect()


def search(number: int, **fields: Any) -> dict[str, Any]:
    return dict(zip(PORTAL, record(number, PORTAL), strict=True)) | fields


def as_lines(objects: list[Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


def rows(found: RawFile) -> list[dict[str, Any]]:
    found.write(CON)
    return CON.con.execute("SELECT * FROM raw ORDER BY record").to_arrow_table().to_pylist()


def read(tmp_path: Path, text: str | bytes) -> list[dict[str, Any]]:
    return rows(read_objects(write(tmp_path / "log.json", text)))


def refusal(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(RefusedFile) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert message.startswith("log.json")
    assert "Traceback" not in message
    assert "Quillon" not in message
    return message


THREE = [search(1), search(2, reason="shed, broken into"), search(3, reason=None)]
FORMS = {
    "lines": as_lines(THREE),
    "lines, no end": as_lines(THREE).rstrip(),
    "list": json.dumps(THREE),
    "list, indented": json.dumps(THREE, indent=2),
    "data": json.dumps({"count": 3, "data": THREE, "tags": ["a"], "next": None}),
    "nested": json.dumps({"response": {"page": {"a": 1}, "results": THREE}}),
    "an object a line": "[\n" + ",\n".join(map(json.dumps, THREE)) + "\n]\n",
    "under a name, an object a line": '{"data": [\n' + ",\n".join(map(json.dumps, THREE)) + "\n]}\n",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_same_objects_give_the_same_records_in_every_form(tmp_path: Path, form: str, encoding: str) -> None:
    found = read(tmp_path, FORMS[form].encode(encoding))
    assert [row["record"] for row in found] == [1, 2, 3]
    assert [row["raw_reason"] for row in found] == ["burglary", "shed, broken into", None]
    assert {row["misshapen"] for row in found} == {None}


def test_no_header_stands_anywhere_and_no_warning_says_so(tmp_path: Path) -> None:
    found = read_objects(write(tmp_path / "log.json", FORMS["list"]))
    assert (found.header_at, found.layout.id, found.warnings) == (-1, "portal-reason", [])


def test_a_single_object_is_a_record_and_not_a_list_of_none(tmp_path: Path) -> None:
    assert len(read(tmp_path, as_lines([search(1, tags=["a"])]))) == 1
    assert len(read(tmp_path, json.dumps({"data": [search(1)]}))) == 1


def test_fields_that_only_later_objects_have_are_columns_too(tmp_path: Path) -> None:
    late = [{key: value for key, value in search(1).items() if key != "reason"}, search(2)]
    for text in (as_lines(late), json.dumps(late)):
        assert [row["raw_reason"] for row in read(tmp_path, text)] == [None, "burglary"]


VALUES = [
    ('"  in  blanks "', "in  blanks"),
    ("true", "true"),
    ("false", "false"),
    ("12345678901234567890123", "12345678901234567890123"),
    ("120.0", "120.0"),
    ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
    ("1e5", "100000"),
    ("1.25E+2", "125"),
    ("1e999999999", "1e999999999"),
    ("-0", "-0"),
    ('{"b": [1, 2.50, null, {"é": true}]}', '{"b":[1,2.50,null,{"é":true}]}'),
    ("[]", "[]"),
    ('"\\ud83d\\ude00"', "😀"),
    ('"a\\ud800b"', "a\ufffdb"),
    ('["\\udc00"]', '["\ufffd"]'),
    ('"a\\u0000b"', "a\0b"),
    ("9" * 6000, "9" * 6000),
]


@pytest.mark.parametrize(("written", "cell"), VALUES)
def test_values_become_text_as_they_were_written(tmp_path: Path, written: str, cell: str) -> None:
    text = json.dumps(search(1, reason="HERE")).replace('"HERE"', written)
    assert [row["raw_reason"] for row in read(tmp_path, text + "\n")] == [cell]
    assert [row["raw_reason"] for row in read(tmp_path, f"[{text}]")] == [cell]


def test_half_a_character_in_a_name_of_a_field_does_not_crash(tmp_path: Path) -> None:
    text = json.dumps(search(1)).replace('"id"', '"\\ud800": 1, "id"')
    found = read_objects(write(tmp_path / "log.json", text))
    assert "\ufffd" in found.header
    assert len(rows(found)) == 1


def test_blank_and_damaged_lines_keep_their_numbers(tmp_path: Path) -> None:
    good = json.dumps(search(1))
    twice = good.replace('"reason"', '"reason": "first", "reason"')
    strange = good.replace('"id"', '"ZZ9PLATE": 1, "ZZ9PLATE": 2, "id"')
    text = "\n".join([good, "", "[1, 2]", good[:30], twice, strange, "[" * 100_000, '{"id":' * 50_000, good])
    found = read(tmp_path, text)
    assert [row["record"] for row in found] == list(range(1, 10))
    why = [row["misshapen"] for row in found]
    assert why[:3] == [None, None, "the line is not an object with named fields"]
    assert why[3].startswith("the line is damaged: ")
    assert why[4:6] == ["the field 'reason' stands twice", "a field stands twice"]
    assert why[6:] == ["lists or objects are nested in one another too deeply"] * 2 + [None]
    assert found[1]["raw_search_id"] is None


def test_a_damaged_first_line_does_not_make_the_file_a_list(tmp_path: Path) -> None:
    good = json.dumps(search(1))
    found = read(tmp_path, good[:40] + "\n" + good + "\n")
    assert [row["misshapen"] is None for row in found] == [False, True]


def test_a_line_that_is_too_long_is_a_damaged_record(tmp_path: Path) -> None:
    good = json.dumps(search(1))
    long = json.dumps(search(2, reason="x" * 10_000_001))
    found = read(tmp_path, "\n".join([good, long, good]))
    assert [row["record"] for row in found] == [1, 2, 3]
    assert found[1]["misshapen"] == "the line is longer than 10,000,000 characters"
    assert found[2]["raw_reason"] == "burglary"


def test_too_many_damaged_lines_refuse_the_file(tmp_path: Path) -> None:
    good, bad = json.dumps(search(1)), "{'id': 1}"
    assert len(read(tmp_path, "\n".join([good, *[bad] * 50]))) == 51
    message = refusal(tmp_path, "\n".join([good, *[bad] * 51]))
    assert "51 records up to record 52 cannot be read as objects" in message


def test_what_is_no_object_in_a_list_is_a_damaged_record(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps([search(1), 5, None, [search(2)], search(3)]))
    assert [row["misshapen"] for row in found] == [None, *["not an object with named fields"] * 3, None]


def test_a_list_cut_off_says_after_which_object(tmp_path: Path) -> None:
    whole = json.dumps(THREE)
    for end in (len(whole) - 1, len(whole) - 2, len(whole) - 20):
        message = refusal(tmp_path, whole[:end])
        assert f"is cut off after object {3 if end == len(whole) - 1 else 2}:" in message
    assert "cut off before its first object" in refusal(tmp_path, '[{"id": "1')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "nested in one another too deeply"),
        ('{"a":' * 100_000, "nested in one another too deeply"),
        ('[{"a":' + "[" * 100_000, "nested in one another too deeply"),
        ("[]", "no list with objects"),
        ("{}", "no object with named fields"),
        ("[{}, {}]", "no object with named fields"),
        ("[[1, 2], [3]]", "no list with objects"),
        ('{"a": [{"id": 1}], "b": [{"id": 2}]}', "2 lists of objects"),
        ('[{"id": 1}] [{"id": 2}]', "more text follows after the end of the list"),
        ('[{"id": 1} {"id": 2}]', ", or ] was looked for"),
        ('[{"id": NULL}, {"id": 2}]', "cannot be read as JSON before its first object: Expecting value"),
        ('{"data": [{"id": 1}], "data": [{"id": 2}]}', "the same name stands twice"),
        (json.dumps([{f"f{n}": 1} for n in range(501)]), "more than 500 different fields"),
        (json.dumps([{"id": "1", "reason": "x", "userId": "y"}]), "no column for the time of the search"),
        (json.dumps({"matches": [{"page": 1, "keyword": "x", "context": "y"}]}), "page, keyword, context"),
        (
            json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]}),
            "type, properties",
        ),
        (json.dumps([{"cameraId": 1, "latitude": 1.0, "longitude": 2.0}]), "a list of places or cameras"),
        (json.dumps({"ZZ9PLATE": {"Officer Quillon": 1}}), "Found: a first record that is data"),
    ],
)
def test_what_is_no_log_is_refused_in_words(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(tmp_path, text)


def test_a_value_across_pieces_of_the_file_is_read_whole(tmp_path: Path) -> None:
    objects = [search(number, reason=f"{number} " + "é" * 700_000) for number in range(1, 5)]
    found = read(tmp_path, json.dumps({"data": objects}, ensure_ascii=False))
    assert [row["raw_reason"] for row in found] == [one["reason"] for one in objects]


def test_a_pinned_mapping_names_the_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "log.json", json.dumps([{"when": "2026-03-08T10:05:00Z", "why": "burglary"}]))
    found = read_objects(path, {"searched": "when", "reason": "why"})
    assert rows(found)[0]["raw_reason"] == "burglary"


def test_windows_letters_are_read_with_a_warning(tmp_path: Path) -> None:
    text = json.dumps([search(1, reason="café")], ensure_ascii=False).encode("cp1252")
    found = read_objects(write(tmp_path / "log.json", text))
    assert rows(found)[0]["raw_reason"] == "café"
    assert "Windows-1252" in found.warnings[0]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["reason", "networkCount", "x"]), ANY, max_size=3), max_size=5))
def test_lines_and_list_of_the_same_objects_agree(changes: list[dict[str, Any]]) -> None:
    objects = [search(0), *(search(number) | change for number, change in enumerate(changes, start=1))]
    with tempfile.TemporaryDirectory() as folder:
        by_line = read(Path(folder), as_lines(objects))
        by_list = read(Path(folder), json.dumps(objects, ensure_ascii=True, indent=1))
    assert by_line == by_list
    assert len(by_line) == len(objects)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_with_damaged_bytes_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    text = bytearray(FORMS[data.draw(st.sampled_from(sorted(FORMS)))].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read(Path(folder), bytes(text))
        except RefusedFile as refused:
            assert str(refused).startswith("log.json")  # noqa: PT017 - both ends are right
        else:
            assert found


MEASURE = """
import resource, sys
from pathlib import Path
from investigate.logs import objects

def count(con, found, records):
    print(sum(1 for _ in records()))

objects.write_records = count
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
objects.read_objects(Path(sys.argv[1])).write(None)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    one = json.dumps(search(1, filters={"state": ["IL"]}, note="x" * 200))
    path = write(tmp_path / "log.json", '{"data": [' + ",".join([one] * 60_000) + "]}")
    assert path.stat().st_size > 20_000_000
    ran = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    count, megabytes = map(int, ran.stdout.split())
    assert count == 60_000
    assert megabytes < 30
