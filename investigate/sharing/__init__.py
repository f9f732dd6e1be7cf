"""Sharing lists: who may search whose cameras, as agencies and vendors list it. A permission, never a search."""
