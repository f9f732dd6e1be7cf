"""What a notebook shows more of where a person sits before it: tables to look through, a list to choose from, charts
with tooltips. The same cells run in batch without any of it, and none of it is saved with the notebook."""
