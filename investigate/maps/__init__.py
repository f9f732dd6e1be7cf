"""Maps: land and points are projected to pixels here, drawn as charts, and looked at before they are given out."""
