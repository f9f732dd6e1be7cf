"""Where cameras are known to stand: files of camera locations, what they say, and what they cannot say."""
