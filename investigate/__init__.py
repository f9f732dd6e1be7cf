"""Who searched whose licence-plate cameras for immigration enforcement.

Type `inv.` and Tab: load released logs with `load_lookup_logs`, see what reasons mean with `classify_reasons`,
count with `count_searches`, open one agency with `open_report`, render pages with `render_reports`.
"""

from __future__ import annotations

import importlib
from typing import Any

from investigate.late_grammar import put_off

put_off()

__version__ = "0.8.0"

# Public name → the room it lives in. Imported on first use: `import investigate` costs next to nothing.
_ROOMS = {
    "load_lookup_logs": "load",
    "classify_reason": "reasons.classify",
    "classify_reasons": "reasons.classify",
    "check_releases": "quality.gate",
    "count_searches": "counts",
    "compare_periods": "comparison.by_agency",
    "compare_agencies": "comparison.by_agency",
    "vary_comparison": "comparison.by_agency",
    "explain_row": "explain",
    "explain_reason": "reasons.why",
    "compare_rivals": "rivals",
    "rival_differences": "rivals",
    "compare_rules": "rule_changes",
    "count_quiet": "quiet",
    "list_clues": "clues",
    "request_strings": "request",
    "draw_review": "review.draw",
    "score_review": "review.told",
    "list_agencies": "counts",
    "identify_agency": "agencies.identify",
    "identify_agencies": "agencies.identify",
    "laws_in_force": "agencies.laws",
    "read_agreements": "agencies.programs",
    "load_sharing": "sharing.load",
    "store_sharing": "sharing.kept",
    "read_sharing": "sharing.kept",
    "compare_sharing": "sharing.compare",
    "reach_immigration": "sharing.reach",
    "load_cameras": "cameras.load",
    "store_cameras": "cameras.kept",
    "read_cameras": "cameras.kept",
    "fetch_cameras": "cameras.fetch",
    "map_queried_cameras": "sections.cameras",
    "map_known_cameras": "sections.cameras",
    "map_cameras": "maps.nation_dots",
    "map_flow": "maps.flow",
    "map_searchers": "maps.searchers",
    "find_periods": "periods",
    "open_tables": "tables",
    "open_workspace": "workspace",
    "verify_report": "verify",
    "archive_story": "story",
    "open_report": "show",
    "show_findings": "show",
    "show_comparison": "sections.comparison",
    "show_variants": "sections.comparison",
    "show_calendar": "sections.comparison",
    "show_compared": "sections.comparison",
    "show_agencies_compared": "sections.comparison",
    "show_glance": "sections.glance",
    "show_log": "sections.log_check",
    "show_sides": "sections.log_check",
    "show_cover": "sections.log_check",
    "show_rejects": "sections.log_check",
    "show_checks": "sections.log_check",
    "show_row": "sections.log_check",
    "show_periods": "show",
    "show_months": "show",
    "show_agency": "sections.agency",
    "show_searchers": "sections.searchers",
    "show_breadth": "sections.breadth",
    "show_cameras": "sections.cameras",
    "show_camera_files": "sections.cameras",
    "show_flow": "sections.searchers",
    "show_laws": "sections.laws",
    "show_agreements": "sections.programs",
    "show_sharing": "sections.sharing",
    "show_sharing_lists": "sections.sharing",
    "show_partners_of": "sections.sharing",
    "show_sharing_change": "sections.sharing",
    "show_reach": "sections.sharing",
    "show_words": "show",
    "show_categories": "show",
    "show_sources": "show",
    "show_cautions": "show",
    "show_gate": "show",
    "show_method": "show",
    "show_review": "sections.review",
    "show_quiet": "sections.quiet",
    "show_clues": "sections.clues",
    "show_rivals": "sections.rivals",
    "show_corrections": "sections.corrections",
    "show_request": "sections.clues",
    "chart_months": "charts",
    "draw_months": "show",
    "chart_ranking": "charts",
    "show_releases": "overview",
    "show_span": "overview",
    "show_unread": "overview",
    "show_counts": "overview",
    "say_counts": "overview",
    "browse_searches": "live.browse",
    "choose_agency": "live.choose",
    "render_reports": "batch",
    "refuse_other_parameters": "kernels",
    "make_sample": "sample",
}
__all__ = [*sorted(_ROOMS), "__version__"]  # noqa: PLE0604 - names are checked by a test


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'investigate' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"investigate.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return __all__
