"""Maps: land and points are projected to pixels here, drawn by Altair, and looked at before they are given out."""
