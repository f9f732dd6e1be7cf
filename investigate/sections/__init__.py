"""Sections of an agency's report, one module each: what a notebook shows of one of the report tables."""
