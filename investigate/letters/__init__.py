"""Letters to an agency: a sheet to answer before publication, and a records request for what is missing.

Both are made as a `Document` (document.py) and written as Markdown and as DOCX with the same words (write.py).
"""
