"""Reasons in three engines: the classifier says the same in plain Python, DuckDB and Spark, and every pattern of
rules.toml matches the same places in Python's `re`, RE2 (DuckDB) and Java (Spark)."""

from __future__ import annotations

import csv
import functools
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_logs import load, record, write_log

import investigate as inv
from investigate.reasons import engines
from investigate.reasons.classify import CATEGORIES, classify_reason
from investigate.reasons.engines import FOUND, READ, classify_table
from investigate.reasons.folding import fold, fold_raw
from investigate.reasons.overrides import NO_OVERRIDES, Overrides, parse_overrides
from investigate.reasons.pattern_words import ANY, DIGIT, words_of_pattern
from investigate.reasons.rulebook import rulebook

# What PySpark says of pandas 3. What it is asked for here passes as Arrow.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

LABELLED = Path(__file__).parents[2] / "shared" / "data" / "reasons" / "labelled.csv"
UNSEEN = Path(__file__).with_name("reasons_unseen.csv")
RULES = rulebook().rules
SAMPLE_COLUMNS = ({"reason"}, {"case #", "casenumber"}, {"offensetype"})
OPEN, CLOSE = "\ue000", "\ue001"  # put around every match; no reason holds them

Row = tuple[str | None, str | None, str | None, bool, bool]
Found = tuple[str | None, ...]  # the four columns
Marks = dict[str, list[str]]

ODD_TEXTS = [
    None,
    "",
    " ",
    "\0",
    "ICE\0hold",
    "\0ICE",
    "ICE 😀 hold",
    "👮‍♀️HSI🚓drugs",
    "inmigración",
    "ＩＣＥ",
    "I\u0301CE",
    "InmigraciÃ³n",
    "ICE\u2028hold\n",
    "İCE",
    "éice iceé",
    "\ufeffICE",
    "'; DROP TABLE reasons; --",
    "\\ICE\\d+$0",
    "nan",
    "Other - Not Applicable - ICE",
    "é immigration hold " * 55_000,  # 1 MB
]
ODD_ROWS: list[Row] = [
    (None, "HSI25-9999", None, True, False),
    (None, None, "Immigration (criminal)", False, False),
    ("ICE", None, "Drugs/Narcotics", True, False),
    ("ICE", "HSI25-9999", "Robbery", False, False),
    ("inv", None, None, True, True),
    ("inv", "HSI99-9999", None, True, True),
    ("", "", "", True, True),
    ("", "", "", False, True),
]


def rows_of(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row["reason"] for row in csv.DictReader(file)]


@functools.cache
def listed_texts() -> tuple[str, ...]:
    """The judged lists and every example of the rules; the labelled list where it is on this machine."""
    texts = rows_of(UNSEEN) + (rows_of(LABELLED) if LABELLED.exists() else [])
    texts += [text for rule in RULES for text in (*rule.examples, *rule.counter_examples)]
    return tuple(dict.fromkeys(texts))


@pytest.fixture(scope="module")
def rows(sample_logs: Path) -> list[Row]:
    """Every listed text, the odd ones, and every distinct reason of the invented sample with what stands beside it."""
    texts = [*listed_texts(), *ODD_TEXTS]
    sample = {row for path in sample_logs.rglob("*.csv") for row in sample_rows(path)}
    assert len(sample) > 400
    return [*((text, None, None, True, False) for text in texts), *ODD_ROWS, *sorted(sample, key=repr)]


def sample_rows(path: Path) -> set[Row]:
    """Distinct reason, case number (its digits as 9) and offense type of one log, blanks as none."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.reader(file, skipinitialspace=True)
        header = [name.strip().lower() for name in next(lines, [])]
        places = [next((place for place, name in enumerate(header) if name in wanted), -1) for wanted in SAMPLE_COLUMNS]
        cells = {tuple(line[place] if place >= 0 else "" for place in places) for line in lines if line}
    is_exported = places[0] >= 0
    masked = {(reason, re.sub("[0-9]", "9", case), crime) for reason, case, crime in cells}
    return {(reason or None, case or None, crime or None, is_exported, False) for reason, case, crime in masked}


@pytest.fixture(scope="module")
def parquet(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows with a number, as the one file that each engine reads."""
    return write_rows(rows, tmp_path_factory.mktemp("rows") / "rows.parquet")


def write_rows(rows: list[Row], path: Path) -> Path:
    kinds = [pa.string()] * 3 + [pa.bool_()] * 2
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    numbers = pa.array(range(len(rows)), pa.int64())
    pq.write_table(pa.table([numbers, *columns], names=["number", *READ]), path)
    return path


@pytest.fixture(scope="module")
def expected(rows: list[Row]) -> list[Found]:
    return in_python(rows)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ibis over a real Spark of two threads on this machine; no page, no port beyond this machine."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home, "bin", "java")) if home else "java")
    if java is None or importlib.util.find_spec("pyspark") is None:
        missing = "needs Spark: Java 17 or newer on the path, and PySpark, which `make spark` installs"
        if os.environ.get("INVESTIGATE_REQUIRE_SPARK"):
            pytest.fail(f"INVESTIGATE_REQUIRE_SPARK is set, but this {missing}.")
        pytest.skip(missing)
    from pyspark.sql import SparkSession  # noqa: PLC0415 - there only after `make spark`

    scratch = tmp_path_factory.mktemp("spark")
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.local.dir": str(scratch),
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2]").appName("tests")
        session = builder.config(map=options).getOrCreate()
        yield ibis.pyspark.connect(session)
        session.stop()


@pytest.fixture(scope="module")
def duck() -> Any:
    return ibis.duckdb.connect()


def in_python(rows: list[Row], overrides: Overrides = NO_OVERRIDES) -> list[Found]:
    found = [
        classify_reason(reason, case_text, offense, exported=exported, overwritten=overwritten, overrides=overrides)
        for reason, case_text, offense, exported, overwritten in rows
    ]
    return [(one.category, one.rule, one.matched or None, one.column or None) for one in found]


def in_engine(con: Any, path: Path, overrides: Overrides = NO_OVERRIDES) -> list[Found]:
    classified = classify_table(con.read_parquet(path), overrides).select("number", *FOUND)
    by_number = {row["number"]: tuple(row[name] for name in FOUND) for row in con.to_pyarrow(classified).to_pylist()}
    return [by_number[number] for number in range(len(by_number))]


def differences(rows: list[Row], one: list[Any], other: list[Any]) -> list[tuple[Any, ...]]:
    """Short enough to read: a text of 1 MB is cut."""
    assert len(rows) == len(one) == len(other)
    return [(repr(row)[:90], repr(a)[:90], repr(b)[:90]) for row, a, b in zip(rows, one, other, strict=True) if a != b][
        :10
    ]


def test_duckdb_classifies_as_plain_python_does(
    duck: Any, rows: list[Row], expected: list[Found], parquet: Path
) -> None:
    assert differences(rows, expected, in_engine(duck, parquet)) == []


def test_spark_classifies_as_plain_python_does(
    spark: Any, rows: list[Row], expected: list[Found], parquet: Path
) -> None:
    assert differences(rows, expected, in_engine(spark, parquet)) == []


def test_rows_hold_every_category_so_that_the_comparison_means_something(expected: list[Found]) -> None:
    assert {category for category, *_ in expected} == set(CATEGORIES)


@pytest.mark.parametrize("engine", ["duck", "spark"])
def test_broken_characters_classify_alike_before_and_after_they_are_replaced(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """No engine holds half a character: Parquet and both engines are UTF-8. What is written instead reads the same."""
    broken = ["ICE \ud800 hold", "\udfffHSI", "drugs\ud83d HSI", "\ud800"]
    with pytest.raises(UnicodeEncodeError):
        write_rows([(broken[0], None, None, True, False)], tmp_path / "broken.parquet")
    held: list[Row] = [(text.encode("utf-8", "replace").decode(), None, None, True, False) for text in broken]
    found = in_engine(request.getfixturevalue(engine), write_rows(held, tmp_path / "held.parquet"))
    assert [row[0] for row in found] == [classify_reason(text).category for text in broken]


def test_store_holds_what_the_engine_says_of_the_same_texts(tmp_path: Path) -> None:
    texts = [text for text in listed_texts() if text.isprintable()][:400]
    records = [record(number, Reason=text) for number, text in enumerate(texts)]
    load([write_log(tmp_path / "Mossgate IL PD_Network_Audit.csv", records)], tmp_path)
    reasons = inv.open_tables(tmp_path).reasons
    stored = reasons.order_by("reason_id").to_pyarrow()
    again = classify_table(reasons).order_by("reason_id").to_pyarrow()
    assert stored.num_rows > 300
    assert again.select(stored.column_names).to_pylist() == stored.to_pylist()


@pytest.mark.parametrize("engine", ["duck", "spark"])
def test_corrections_by_hand_win_in_every_engine(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    lines = (
        "text,pattern,category,who,when,why\n",
        "ICE,,other,AB,2026-01-02,a nickname\n",
        ",mossgate unit,homeland,AB,2026-01-02,so named\n",
    )
    overrides = parse_overrides("".join(lines).encode())
    texts: list[Row] = [(text, None, None, True, False) for text in ("ice", "ICE hold", "Mossgate  Unit 4", None)]
    path = write_rows(texts, tmp_path / "texts.parquet")
    expected = in_python(texts, overrides)
    assert [row[:2] for row in expected] != [row[:2] for row in in_python(texts)]
    con = request.getfixturevalue(engine)
    assert in_engine(con, path, overrides) == expected
    assert in_engine(con, path) == in_python(texts)


def test_duckdb_reads_each_row_once(duck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(reason: str, *others: Any, **options: bool) -> Any:
        read.append(reason)
        return classify_reason(reason, *others, **options)

    monkeypatch.setattr(engines, "classify_reason", counted)
    texts: list[Row] = [(f"ICE {number}", None, None, True, False) for number in range(500)]
    in_engine(duck, write_rows(texts, tmp_path / "texts.parquet"))
    assert sorted(read) == sorted(text for text, *_ in texts)


def test_spark_reads_each_row_once(spark: Any, parquet: Path) -> None:
    expression = classify_table(spark.read_parquet(parquet))
    spark.to_pyarrow(expression.limit(1))  # registers the function
    plan = spark.raw_sql(spark.compile(expression))._jdf.queryExecution().executedPlan().toString()
    assert plan.count("EvalPython") == 1
    assert "pythonUDF0" in plan
    assert "pythonUDF1" not in plan


# ------------------------------------------------------------------------------------------------ the patterns


# By what they read, since that is what must agree: a boundary beside an accented letter is one thing to Java 17 and
# another to Python, and folded text holds no such letter.
PATTERNS: dict[str, dict[str, str]] = {
    "folded": {rule.id: rule.pattern.pattern for rule in RULES if rule.reads == "folded"}
    | {"the prefilter": rulebook().prefilter.pattern},
    "raw": {rule.id: rule.pattern.pattern for rule in RULES if rule.reads == "raw"},
}
FOLDINGS = {"folded": fold, "raw": fold_raw}


def marks_in_python(patterns: dict[str, str], texts: list[str]) -> Marks:
    return {
        name: [re.sub(pattern, rf"{OPEN}\g<0>{CLOSE}", text, flags=re.ASCII) for text in texts]
        for name, pattern in patterns.items()
    }


def marks_in_re2(patterns: dict[str, str], texts: list[str]) -> Marks:
    """All matches of every pattern, as DuckDB's RE2 finds them."""
    con = ibis.duckdb.connect().con
    con.register("texts", pa.table({"number": pa.array(range(len(texts))), "text": pa.array(texts, pa.string())}))
    asked = ", ".join(["regexp_replace(text, ?, ?, 'g')"] * len(patterns))
    given_values = [value for pattern in patterns.values() for value in (pattern, rf"{OPEN}\0{CLOSE}")]
    found = con.execute(f"select {asked} from texts order by number", given_values).fetchall()
    return {name: list(column) for name, column in zip(patterns, zip(*found, strict=True), strict=True)}


def marks_in_java(con: Any, patterns: dict[str, str], texts: list[str]) -> Marks:
    """All matches of every pattern, as Spark's java.util.regex finds them."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - there only after `make spark`

    frame = con._session.createDataFrame(list(enumerate(texts)), "number int, text string")
    asked = [F.regexp_replace("text", F.lit(pattern), F.lit(f"{OPEN}$0{CLOSE}")) for pattern in patterns.values()]
    found = [row[1:] for row in sorted(frame.select("number", *asked).collect())]
    return {name: list(column) for name, column in zip(patterns, zip(*found, strict=True), strict=True)}


def disagreements(one: Marks, other: Marks) -> list[tuple[str, str, str]]:
    """Rule and the marked text on either side, where the two engines see other matches or other ends of them."""
    assert one.keys() == other.keys()
    return [(name, a, b) for name in one for a, b in zip(one[name], other[name], strict=True) if a != b]


def as_read(rows: list[Row], reads: str) -> list[str]:
    """The texts of the rows as rules read them, each once; the longest cut."""
    typed = [text[:5_000] for row in rows for text in row[:3] if text]
    return list(dict.fromkeys(map(FOLDINGS[reads], typed)))


@pytest.mark.parametrize("reads", PATTERNS)
def test_re2_finds_the_matches_that_python_finds(rows: list[Row], reads: str) -> None:
    patterns, texts = PATTERNS[reads], as_read(rows, reads)
    assert disagreements(marks_in_python(patterns, texts), marks_in_re2(patterns, texts)) == []


@pytest.mark.parametrize("reads", PATTERNS)
def test_java_finds_the_matches_that_python_finds(spark: Any, rows: list[Row], reads: str) -> None:
    patterns, texts = PATTERNS[reads], as_read(rows, reads)
    assert disagreements(marks_in_python(patterns, texts), marks_in_java(spark, patterns, texts)) == []


@pytest.mark.parametrize("reads", PATTERNS)
def test_every_pattern_matches_somewhere_in_these_texts_and_never_nothing(rows: list[Row], reads: str) -> None:
    marks = marks_in_python(PATTERNS[reads], as_read(rows, reads))
    assert [name for name, marked in marks.items() if not any(OPEN in text for text in marked)] == []
    assert [name for name, marked in marks.items() if any(OPEN + CLOSE in text for text in marked)] == []


def words_in(reads: str) -> list[str]:
    """Every word that the patterns can match, open letters and digits filled in."""
    words = {word for pattern in PATTERNS[reads].values() for word in words_of_pattern(pattern)}
    return sorted(word.replace(ANY, "x").replace(DIGIT, "4") for word in words)


def random_texts(reads: str, gaps: list[str]) -> st.SearchStrategy[list[str]]:
    """Lists of texts made of the rules' own words, whole, run together, cut and with signs between."""
    pieces = st.lists(st.tuples(st.sampled_from(words_in(reads)), st.sampled_from(gaps)), min_size=1, max_size=8)
    texts = pieces.map(lambda drawn: " ".join("".join(word + gap for word, gap in drawn).split()))
    return st.lists(texts, min_size=30, max_size=80)


# "|" is what the words that one rule has read are hidden by from the next.
FOLDED_TEXTS = random_texts("folded", [" ", " ", " ", " ", "", "s ", "4", " | ", "||", " a "])
RAW_TEXTS = random_texts("raw", [" ", " ", "", "*", "#", " - ", "-4", ":", "[", ")", ".", "§", "█", "9", "x", "(b)"])


def often(examples: int) -> Callable[[Any], Any]:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(folded=FOLDED_TEXTS, raw=RAW_TEXTS)
@often(15)
def test_re2_and_python_agree_on_random_texts_of_the_rules_own_words(folded: list[str], raw: list[str]) -> None:
    for patterns, texts in ((PATTERNS["folded"], folded), (PATTERNS["raw"], raw)):
        assert disagreements(marks_in_python(patterns, texts), marks_in_re2(patterns, texts)) == []


@given(folded=FOLDED_TEXTS, raw=RAW_TEXTS)
@often(6)
def test_java_and_python_agree_on_random_texts_of_the_rules_own_words(
    spark: Any, folded: list[str], raw: list[str]
) -> None:
    for patterns, texts in ((PATTERNS["folded"], folded), (PATTERNS["raw"], raw)):
        assert disagreements(marks_in_python(patterns, texts), marks_in_java(spark, patterns, texts)) == []


# What rules.toml may not rely on, each seen to differ: without these, agreement above could be a comparison gone blind.
DIFFER_IN_RE2 = [("ice$", "ice\n"), (r"a{,2}b", "a{,2}b aab")]
DIFFER_IN_JAVA = [("ice$", "ice\u2028"), (r"\bice", "éice")]


@pytest.mark.parametrize(("pattern", "text"), DIFFER_IN_RE2)
def test_comparison_sees_where_re2_reads_otherwise(pattern: str, text: str) -> None:
    asked = {"rule": pattern}
    assert disagreements(marks_in_python(asked, [text]), marks_in_re2(asked, [text])) != []


@pytest.mark.parametrize(("pattern", "text"), DIFFER_IN_JAVA)
def test_comparison_sees_where_java_reads_otherwise(spark: Any, pattern: str, text: str) -> None:
    asked = {"rule": pattern}
    assert disagreements(marks_in_python(asked, [text]), marks_in_java(spark, asked, [text])) != []
