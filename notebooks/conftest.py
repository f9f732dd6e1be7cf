"""nbval runs the notebooks on the invented sample, whatever else lies in the workspace of whoever runs it."""

import os

os.environ["INVESTIGATE_WORKSPACE"] = "sample"
