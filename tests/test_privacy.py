"""Plates, officers and case numbers: as keyed tokens in the store, and nowhere as they were typed."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_logs import AUDIT, PORTAL, load, record, write_log, write_workbook

from investigate import engine, privacy
from investigate.errors import InvestigateError
from investigate.privacy import mask_digits
from investigate.workspace import Workspace

PLATE, OFFICER, CASE = "QZX7731", "Officer Vandersloop", "77-3019-448"
TEXTS = ["", "a", "ZZ9PLATE", "né à", "№ 7", "x" * 64, "y" * 5000, "line\nbreak", "'quoted'"]


def tokens(texts: list[str | None], key: bytes) -> list[str | None]:
    con = engine.connect()
    engine.set_values(con, **privacy.pads(key))
    con.create_table("t", pa.table({"n": range(len(texts)), "text": pa.array(texts, pa.string())}))
    table = con.table("t")
    found = table.select("n", token=privacy.token(table.text)).order_by("n").execute()["token"]
    return [None if pd.isna(token) else token for token in found]


@pytest.mark.parametrize("key", [bytes(range(32)), b"\xff" * 32, b"\x00" * 32, b"k" * 64, b"short"])
def test_token_is_the_hmac_of_the_text(key: bytes) -> None:
    expected = [hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16] for text in TEXTS]
    assert tokens([*TEXTS, None], key) == [*expected, None]


def test_tokens_of_two_workspaces_do_not_match(tmp_path: Path) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(1, LicensePlate=PLATE), record(2)])
    one, two = (load(path, tmp_path / name).searches for name in ("one", "two"))
    for column in ("plate_token", "user_token"):
        assert one[column].notna().all()
        assert not set(one[column]) & set(two[column])
    assert list(one["search_key"]) == list(two["search_key"])


def test_token_of_a_plate_in_a_store_can_be_made_only_with_its_secret(tmp_path: Path) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(1, LicensePlate=f" {PLATE.lower()} ")])
    found = load(path, tmp_path).searches["plate_token"][0]
    secret = Workspace(tmp_path).secret()
    assert len(secret) == 32
    assert found == hmac.new(secret, PLATE.encode(), hashlib.sha256).hexdigest()[:16]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    room = Workspace(tmp_path)
    secret = room.secret()
    assert room.secret() == secret
    assert stat.S_IMODE((room.store / "secret").stat().st_mode) == 0o600
    assert Workspace(tmp_path / "other").secret() != secret


@pytest.mark.parametrize("withheld", ["***", "* * *", "REDACTED", " [Redacted]", "###", "xxx", "——", "withheld", ""])
def test_what_is_withheld_gets_no_token(tmp_path: Path, withheld: str) -> None:
    rows = [record(1, Name=withheld, LicensePlate=withheld, Case=withheld, Reason=withheld)]
    (row,) = load(write_log(tmp_path / "mossgate-il-pd" / "a.csv", rows), tmp_path).searches.to_dict("records")
    assert pd.isna(row["user_token"])
    assert pd.isna(row["plate_token"])
    assert pd.isna(row["case_key"])


def test_no_plate_officer_or_case_number_is_in_any_file_of_the_store(tmp_path: Path) -> None:
    marked = {"Name": OFFICER, "LicensePlate": PLATE, "Case": CASE}
    folder = tmp_path / "in" / "mossgate-il-pd"
    write_log(folder / "a.csv", [record(1, **marked), record(2, **marked, SearchTime="never"), [PLATE, OFFICER]])
    rows = [AUDIT, record(3, **marked), record(4, Name=f"{OFFICER}â€™s", LicensePlate=7731448, Case=f"Â§ {CASE}")]
    rows[2][AUDIT.index("License Plate")] = 7731448  # type: ignore[call-overload]
    write_workbook(folder / "b.xlsx", {"in": rows})
    portal = [record(5, [*PORTAL, "caseNumber"], caseNumber=CASE, userId=OFFICER)]
    write_log(folder / "c.csv", portal, header=[*PORTAL, "caseNumber"])
    (folder / "d.csv").write_text(f"{OFFICER},{PLATE},{CASE}\n" * 3)
    loaded = load(tmp_path / "in", tmp_path)
    assert list(loaded.report["status"]) == ["loaded", "loaded", "loaded", "refused"]
    assert len(loaded.searches) == 4
    assert len(loaded.fixes) == 3
    store = tmp_path / "data" / "store"
    seen = 0
    for path in store.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                text += pq.read_table(path).to_pandas().to_csv()
            seen += 1
            for private in (PLATE, "Vandersloop", CASE, CASE.replace("-", ""), "7731448"):
                assert private.lower() not in text.lower(), path.name
    assert seen > 14


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("26-00419", "99-99999"),
        ("26-00419 287(g)", "99-99999 999(g) 287(g)"),
        ("8 U.S.C. 1326 case 4417", "9 U.S.C. 9999 case 9999 8 U.S.C. 1326"),
        ("287(g)", "287(g)"),
        ("287g task force", "287g task force"),
        ("8 USC 1325", "8 USC 1325"),
        ("8 U.S.C. 1326", "8 U.S.C. 1326"),
        ("Title 8", "Title 8"),
        ("2872 g", "9999 g"),
        ("case 287", "case 999"),
        ("a 4-letter word", "a 9-letter word"),
        ("", ""),
    ],
)
def test_digits_are_masked_unless_they_cite_a_law(text: str, masked: str) -> None:
    con = engine.connect()
    table = con.create_table("t", pa.table({"text": [text]}))
    assert table.select(masked=mask_digits(table.text)).execute()["masked"][0] == masked


def test_a_damaged_key_is_told_and_not_used(tmp_path: Path) -> None:
    room = Workspace(tmp_path)
    room.secret()
    (room.store / "secret").write_bytes(b"")
    with pytest.raises(InvestigateError, match="0 bytes, not 32"):
        room.secret()


def test_two_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Workspace(tmp_path).secret(), range(32)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "data" / "store").iterdir()] == ["secret"]
