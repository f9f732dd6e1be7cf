"""Plates, officers and case numbers stay out of the store unless somebody asks to keep them."""

import pyarrow.parquet as pq

import investigate as inv

LOG = (
    "Name,Total Networks Searched,Time Frame,License Plate,Case #,Filters,Reason,Search Time\r\n"
    'Officer Zzmark,3,"1/1/2025, 01:00:00 AM UTC\n1/2/2025, 01:00:00 AM UTC",ZZINV77,Q99-000123,,theft,'
    '"1/2/2025, 01:00:00 AM UTC"\r\n'
)


def write_log(folder):
    path = folder / "Example Falls IL PD_Organization_Audit_2025-01-01_2025-02-01.csv"
    path.write_bytes(LOG.encode())
    return path


def identifiers(workspace):
    return sorted((workspace / "data" / "store" / "identifiers").glob("*.parquet"))


def test_identifiers_are_kept_only_when_asked(tmp_path):
    log = write_log(tmp_path)
    workspace = tmp_path / "room"
    inv.load_lookup_logs(log, workspace=workspace)
    assert identifiers(workspace) == []
    again = inv.load_lookup_logs(log, workspace=workspace, keep_identifiers=True)
    assert list(again["status"]) == ["loaded"]
    kept = pq.read_table(identifiers(workspace)[0]).to_pylist()
    assert [(row["row"], row["user"], row["plate"], row["case_number"]) for row in kept] == [
        (2, "Officer Zzmark", "ZZINV77", "Q99-000123")
    ]
    assert list(inv.load_lookup_logs(log, workspace=workspace, keep_identifiers=True)["status"]) == ["unchanged"]


def test_loading_anew_without_asking_takes_them_away(tmp_path):
    log = write_log(tmp_path)
    workspace = tmp_path / "room"
    inv.load_lookup_logs(log, workspace=workspace, keep_identifiers=True)
    inv.load_lookup_logs(log, workspace=workspace, producer="Example Rise IL PD")
    assert identifiers(workspace) == []


def test_opened_tables_do_not_hold_identifiers(tmp_path):
    workspace = tmp_path / "room"
    inv.load_lookup_logs(write_log(tmp_path), workspace=workspace, keep_identifiers=True)
    tables = inv.open_tables(workspace)
    shown = tables.searches.execute().to_csv() + tables.reasons.execute().to_csv() + tables.fixes.execute().to_csv()
    for mark in ("Zzmark", "ZZINV77", "000123"):
        assert mark not in shown
