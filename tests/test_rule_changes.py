"""Another version of the rules over the same logs: what would change, counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_logs import search, write_network_audit

from investigate.load import load_lookup_logs
from investigate.reasons.rulebook import RULES_FILE, BadRules
from investigate.rule_changes import compare_rules


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("changes")
    reasons = ["ICE", "ICE assist", "ICE assist", "black ice crash", "HSI", "burglary", ""]
    rows = [search(f"2025-02-0{day}T12:00:00", reason) for day, reason in enumerate(reasons, start=1)]
    write_network_audit(root / "logs", "Mossgate IL PD", rows)
    load_lookup_logs([root / "logs"], workspace=root)
    return root


def older(folder: Path, rule: str) -> Path:
    """The rules without one of them."""
    parts = RULES_FILE.read_text(encoding="utf-8").split("[[rule]]")
    kept = [part for part in parts if f'id = "{rule}"' not in part]
    assert len(kept) == len(parts) - 1
    path = folder / "older.toml"
    path.write_text("[[rule]]".join(kept), encoding="utf-8")
    return path


def test_the_same_rules_change_nothing(room: Path) -> None:
    assert compare_rules(RULES_FILE, room).empty


def test_what_a_new_rule_takes_out_of_the_count_is_told_with_its_searches(room: Path, tmp_path: Path) -> None:
    changed = compare_rules(older(tmp_path, "friend-weather"), room)
    assert changed.to_dict("records") == [
        {
            "was": "immigration_agency", "rule_was": "ice", "now": "false_friend", "rule_now": "friend-weather",
            "scopes_change": "standard out, broad out", "text": "black ice", "searches": 1, "rows": 1,
        }
    ]  # fmt: skip


def test_what_a_new_rule_brings_in_is_told_most_searches_first(room: Path, tmp_path: Path) -> None:
    changed = compare_rules(older(tmp_path, "ice"), room)
    assert changed[["was", "now", "scopes_change", "text", "searches"]].values.tolist() == [
        ["other", "immigration_agency", "standard in, broad in", "ICE assist", 2],
        ["other", "immigration_agency", "standard in, broad in", "ICE", 1],
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe", b'rule = "x"', b'[[rule]]\nid = "a"\npatterns = [1]', b"[rule"])
def test_damaged_rules_are_refused_in_words(room: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.toml"
    path.write_bytes(content)
    with pytest.raises(BadRules, match=r"damaged.toml"):
        compare_rules(path, room)


def test_a_file_that_is_no_rules_file_is_refused(room: Path, tmp_path: Path) -> None:
    with pytest.raises(BadRules, match=r"absent.toml cannot be read"):
        compare_rules(tmp_path / "absent.toml", room)
