"""Write the seeds anew: `python tests/fuzz/make_corpus.py`. All in them is invented; `found-…` are left alone."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:1] = [str(HERE.parent), str(HERE.parents[1])]

import openpyxl  # noqa: E402
import xlwt  # noqa: E402
from made_logs import AUDIT, OLD_AUDIT, PORTAL, as_csv, record  # noqa: E402

from fuzz.inputs import CORPUS  # noqa: E402
from fuzz.log_files import MEMBER, unzipped  # noqa: E402

NOT_NEEDED = ("docProps/", "xl/theme/")  # members of a workbook that say nothing about its cells


def main() -> None:
    for target, inputs in {
        "csv": _csv(), "xlsx": _xlsx(), "json": _json(), "agencies": _agencies(), "reasons": _reasons(),
        "parameters": _parameters(),
    }.items():  # fmt: skip
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in inputs.items():
            (folder / name).write_bytes(data)


def _csv() -> dict[str, bytes]:
    rows = [record(1), record(2, Reason="ICE hold, “two” men"), record(3, SearchTime="yesterday"), record(4, Reason="")]
    plain = as_csv([AUDIT, *rows])
    return {
        "plain": plain.encode(),
        "quoted": as_csv([AUDIT, *rows], quote_all=True, end="\n").encode("utf-8-sig"),
        "old": as_csv([OLD_AUDIT, record(1, OLD_AUDIT), record(2, OLD_AUDIT)]).encode(),
        "portal": as_csv([PORTAL, record(1, PORTAL), record(2, PORTAL)], delimiter=";").encode(),
        "tabs_utf16": as_csv([AUDIT, *rows[:2]], delimiter="\t").encode("utf-16"),
        "cp1252": as_csv([AUDIT, record(1, Reason="robo de vehículo")]).encode("cp1252"),
        "blank_lines": as_csv([AUDIT, rows[0], [], [""] * 13, rows[1], [], []]).encode(),
        "title_above": as_csv([["Audit of searches"], [], AUDIT, rows[0]]).encode(),
        "header_again": as_csv([AUDIT, rows[0], AUDIT, rows[1], AUDIT[::-1], rows[2][::-1]]).encode(),
        "open_quote": (plain + '5,"never closed\r\n' + as_csv([record(6)])).encode(),
        "few_and_many": as_csv([AUDIT, rows[0][:9], [*rows[1], "more"], ["stray"]]).encode(),
    }


def _workbook(sheets: dict[str, list[list[Any]]], corner: int = 1, merge: str = "", hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for down, row in enumerate(rows, start=corner):
            for right, cell in enumerate(row, start=corner):
                sheet.cell(down, right, cell)
        if merge:
            sheet.merge_cells(merge)
        if name == hidden:
            sheet.sheet_state = "hidden"
    packed = io.BytesIO()
    book.save(packed)
    text = unzipped(packed.getvalue())
    parts = MEMBER.split(text)[1:]
    members = [
        (name, content)
        for name, content in zip(parts[::2], parts[1::2], strict=True)
        if not name.decode().startswith(NOT_NEEDED)
    ]
    # The sheets last: cuts near the end fall among the cells.
    members.sort(key=lambda member: b"sheet" in member[0])
    return b"".join(b"=== %s ===\n%s" % member for member in members)


def _xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Log")
    for down, row in enumerate([PORTAL, record(1, PORTAL), record(2, PORTAL)]):
        for right, cell in enumerate(row):
            sheet.write(down, right, cell)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _xlsx() -> dict[str, bytes]:
    rows = [PORTAL, record(1, PORTAL), record(2, PORTAL, reason="#N/A"), [3, True, 45000.5, 7, None]]
    return {
        "plain": _workbook({"Log": rows}),
        "corner_merged": _workbook({"Log": rows}, corner=3, merge="G4:G6"),
        "two_sheets": _workbook({"One": rows[:2], "Two": [rows[0], rows[2]], "Notes": [["of no use"]]}, hidden="Two"),
        "audit": _workbook({"Log": [AUDIT, record(1), [], record(2)]}),
        "no_header": _workbook({"Log": [["a", "b"], [1, 2]]}),
        "old_xls": _xls()[:5632],
        "damaged_zip": b"PK\x03\x04" + b"\x00" * 40 + b"xl/workbook.xml",
    }


def _json() -> dict[str, bytes]:
    at = "2026-03-08T10:05:00.250Z"
    usual: list[dict[str, Any]] = [
        {"id": f"s{number}", "userId": "***", "searchDate": at, "networkCount": number, "reason": reason}
        for number, reason in enumerate(["burglary", "ICE hold", None], start=1)
    ]
    nested = [{**usual[0], "reason": {"a": [1, {"b": None}]}}, {**usual[1], "networkCount": 1e40}]
    lines = "\n".join(map(json.dumps, usual))
    return {
        "list": json.dumps(usual, indent=1).encode(),
        "wrapped": json.dumps({"count": 3, "response": {"data": usual}}).encode(),
        "lines": lines.encode(),
        "lines_damaged": (lines[:200] + "\n\n{broken\n" + lines).encode(),
        "nested": json.dumps(nested).encode(),
        "twice": json.dumps(usual).replace('"userId"', '"id"', 1).encode(),
        "cut": json.dumps(usual)[:150].encode(),
        "others": json.dumps([*usual, 7, "text", [], None]).encode(),
        "utf16": json.dumps(usual).encode("utf-16"),
        "two_lists": json.dumps({"a": usual, "b": usual}).encode(),
    }  # fmt: skip


def _agencies() -> dict[str, bytes]:
    texts = {
        "usual": "Ashmoor IL PD\nAshmoor PD (IL)\nASHMOOR IL PD [Inactive]\nDunmere County WI SO\nCity of Quillon CA",
        "hostile": "../../x\nCON\nnul\ncom1\n<b>PD</b>\n{{7*7}}\n=HYPERLINK(1)\nfailed\nearlier\n.\n..\n-",
        "alike": "Foo\nfoo\nFOO\nfoo!\nFoo PD\nfoo-pd\nFoo  PD",
        "odd": "Oolitic Marshalâ€™s Office\n警察\n\u202eDP LI\nI\u0307l PD\nﬁre PD\nstraße PD\n\u0130\n1\n\t",
        "federal": "ICE - Mobile\nDHS - HSI - Anytown\nU.S. Border Patrol [Federal]\nHSI\nAL - Mobile",
        "long": "University of " + "x" * 400 + " PD\nA" + "b" * 120 + "\nA" + "b" * 121,
    }
    return {name: text.encode() for name, text in texts.items()}


def _reasons() -> dict[str, bytes]:
    texts = {
        "immigration": "immigration\x00Case 24-12345\x00Other",
        "picked": "Immigration (civil/administrative) - ICE hold for Quillon, 8 USC 1325\x00",
        "friends": "black ice on I-80 / ice cream / police\x00HSI25",
        "names": "Officer J. Quillon-Mossgate, ZZ9 PLATE, 555-010-4477, q@example.org, 12 Elm St, dob 01/02/1990",
        "placeholders": "[number] [code] [word] [number]-[code] 487 pc [date] i.c.e. h s i",
        "marks": "I.C.E.+ERO/CBP_(HSI),;287(g) 8u.s.c.§1325(a)(1) 1325/1326",
        "odd": "ｉｃｅ ІСЕ i\u0307ce robo de vehículo \u200bi\u00adce \u202eeci\x00NIC/24\x00",
        "vague": "inv\x00test\x00n/a",
    }
    return {name: text.encode() for name, text in texts.items()}


def _parameters() -> dict[str, bytes]:
    periods = "name,start,end\nbefore,2025-01-01,2025-01-19\nafter,2025-01-20T12:00-05:00,\n"
    csv = as_csv([PORTAL, record(1, PORTAL)])
    point = {"type": "Point", "coordinates": [-89.6, 39.8]}
    camera = {"type": "Feature", "properties": {"operator": "Mossgate PD"}, "geometry": point}
    cameras = json.dumps({"type": "FeatureCollection", "features": [camera]})
    shared = "Agency,Shared\nDunmere WI PD,yes\n"
    page = "<table><tr><th>Agency</th></tr><tr><td>X PD</td></tr></table>"
    texts = {
        "periods": f"count --periods FILE.csv\n\n\n{periods}",
        "compare_periods": f"compare --periods FILE.csv\n\n\n{periods}",
        "by": "count --by A\nsearching_agency,category\n\n",
        "agency_role": "count --by searching_agency --agency A --role B\nashmoor il pd\nsearcher\n",
        "scope_unit": "count --scope A --unit B\nbroad\ncases\n",
        "producer": "check --producer A\nMossgate IL PD\n\n",
        "explain": "explain A\nMossgate IL PD_Network_Audit_1.csv:2\n\n",
        "classify": "classify --table A B\nICE hold\n--help\n",
        "classify_file": "classify --file FILE.csv --column A\nreason\n\nreason,x\nICE,1\n",
        "rivals": "rivals --rule A\nours\n\n",
        "rules": 'rivals --rules FILE.toml\n\n\nversion = "1"\n[[rule]]\nid = "x"\n',
        "agency": "agency A --on B\nAshmoor IL PD\n2025-01-20\n",
        "clues": "clues --category A --agency B\nimmigration\nDunmere WI PD\n",
        "request": "clues --request --agency A --role B\nDunmere WI PD\nsearcher\n",
        "draw": "review draw --out OUT --per-category A --seed B\n2\n7\n",
        "score": "review score FILE.csv\n\n\nid,text,judged\n1,ICE,immigration\n",
        "load": f"load FILE.csv --kind A --timezone B\nportal\nAmerica/Chicago\n{csv}",
        "load_producer": f"load FILE.csv --producer A\nMossgate IL PD\n\n{csv}",
        "sharing": f"sharing FILE.csv --owner A --as-of B\nMossgate IL PD\n2025-01-20\n{shared}",
        "sharing_page": f"sharing FILE.html --direction A\nshared\n\n{page}",
        "cameras": f"cameras FILE.geojson\n\n\n{cameras}",
        "cameras_csv": "cameras FILE.csv\n\n\nlat,lon,operator\n39.8,-89.6,Mossgate PD\n",
        "notebook": "notebook\nAshmoor IL PD\nsearcher\n",
        "notebook_hostile": 'notebook\n"; import os #\\\n{{7*7}} \\N{DASH} %s\n',
    }  # fmt: skip
    return {name: text.encode() for name, text in texts.items()}


if __name__ == "__main__":
    main()
