"""Samples of reasons that a person judges, and how often the rules err by them."""
