"""Hostile inputs: what each target must withstand, the seeds, and how inputs are made from them (see README.md)."""
