"""Calls and imports by which code runs text, runs programs, reads what can harm or reaches the network.

`find_dangers(source, module)` gives a line for each. What a module needs is allowed for that module alone, with the
reason beside it; everything else is refused everywhere.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

# Module or name → why nobody needs it. A name covers all below it.
NEVER = {
    "pickle": "unpickling runs what the file says", "_pickle": "as pickle", "dill": "as pickle",
    "cloudpickle": "as pickle", "joblib": "as pickle", "shelve": "as pickle", "marshal": "as pickle",
    "pandas.read_pickle": "as pickle", "pandas.read_xml": "no bound on entities", "pandas.eval": "runs text",
    "pandas.read_html": "may fetch an address", "numpy.load": "may unpickle",
    "eval": "runs text", "exec": "runs text", "compile": "runs text", "__import__": "imports what a text names",
    "builtins.eval": "runs text", "builtins.exec": "runs text", "builtins.compile": "runs text", "code": "runs text",
    "codeop": "runs text", "runpy": "runs files",
    "os.system": "a shell", "os.popen": "a shell", "pty": "a shell", "commands": "a shell",
    "subprocess.getoutput": "a shell", "subprocess.getstatusoutput": "a shell",
    "asyncio.create_subprocess_shell": "a shell",
    **{f"os.{name}": "another program" for name in (
        "execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp",
        "spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe", "startfile",
    )},
    "yaml": "configuration is TOML and JSON", "tempfile.mktemp": "another may take the name first",
    "xml.etree": "no bound on entities", "xml.dom": "no bound on entities", "xml.sax": "no bound on entities",
    "lxml": "no bound on entities, and files from outside", "shutil.unpack_archive": "writes wherever a name leads",
    "requests": "the network", "httpx": "the network", "aiohttp": "the network", "urllib3": "the network",
    "ftplib": "the network", "smtplib": "the network", "telnetlib": "the network", "xmlrpc": "the network",
    "webbrowser": "the network", "socketserver": "the network", "http.server": "the network",
}  # fmt: skip
BUILT_IN = {"eval", "exec", "compile", "__import__"}  # names that need no import
# What is refused below a name above, and harmless all the same.
HARMLESS = {"xml.sax.saxutils"}
# Module or name → the files that need it, and what for.
ONLY = {
    "subprocess": {
        "investigate/drawing.py": "the process that draws", "investigate/render_worker.py": "the process of a report",
        "investigate/reasons/many.py": "processes that classify", "tools/audit.py": "pip-audit",
        "benchmarks/": "what is measured",
    },
    "socket": {
        "investigate/drawing.py": "a Unix socket", "investigate/spark.py": "whether a Spark master answers",
        "investigate/cameras/fetch_http.py": "names of errors",
    },
    "http": {"investigate/cameras/fetch_http.py": "the one download, asked for by name"},
    "ctypes": {"investigate/forked.py": "tells Linux to end a kernel with its parent"},
    "ssl": {"investigate/cameras/fetch_http.py": "names of errors"},
    "urllib.request": {"investigate/cameras/fetch_http.py": "the one download, asked for by name"},
    "urllib.error": {"investigate/cameras/fetch_http.py": "names of errors"},
    "xml.parsers.expat": {"investigate/cameras/kml.py": "refuses a DOCTYPE, so there are no entities"},
    "importlib.import_module": {
        "investigate/__init__.py": "the public names, from a list", "investigate/preload.py": "modules, from a list",
        "investigate/late_grammar.py": "one module",
    },
    "distributed": {"investigate/clusters.py": "a cluster that the reporter names"},
}  # fmt: skip
# Methods whose object cannot be told from the code: refused on anything, but in the files named.
METHODS = {
    "extractall": "writes wherever a name leads", "read_pickle": "as pickle", "to_pickle": "as pickle",
    "recv": "unpickles; recv_bytes does not", "create_function": "runs text in the database",
    "load_extension": "runs a library", "enable_load_extension": "runs a library",
    "install_extension": "fetches a library", "from_pickle": "as pickle",
}  # fmt: skip
KEYWORDS = {"shell": "a shell", "allow_pickle": "as pickle", "trust_remote_code": "runs text"}
# In the text of a query: fetching and loading of libraries, and other databases.
QUERY = re.compile(
    r"(?i)(?:^|;)\s*(?:install|load)\s+'?(?:httpfs|spatial|json|excel|sqlite|postgres|mysql|azure|aws|iceberg|delta|fts)'?\s*(?:;|$)"
    r"|\bhttpfs\b"
)
MAGIC = re.compile(r"^\s*(?:[!%]|[\w, ]+=\s*[!%]\w)", re.MULTILINE)


def find_dangers(source: str, module: str) -> list[str]:
    """`module:line: what (why)` for each danger in Python's `source`; `module`: path from the repository's root."""
    tree = ast.parse(source)
    known = _aliases(tree)
    found = [each for node in ast.walk(tree) for each in _of_node(node, known, module)]
    return [f"{module}:{line}: {what} ({why})" for line, what, why in sorted(set(found))]


def find_in_notebook(text: str, module: str) -> list[str]:
    """The same for the cells of a notebook. A cell with a magic or a shell's line is a danger itself."""
    found = []
    for number, cell in enumerate(json.loads(text)["cells"]):
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            magic = MAGIC.search(source)
            where = f"{module}, cell {number}"
            found += (
                [f"{where}: {magic.group().strip()} (a magic or a shell)"] if magic else find_dangers(source, where)
            )
    return found


def used_exceptions(sources: dict[str, str]) -> set[tuple[str, str]]:
    """The entries of ONLY, as name and file, that these sources (by path) make use of."""
    used = set()
    for module, source in sources.items():
        tree = ast.parse(source)
        known = _aliases(tree)
        for name in {name for node in ast.walk(tree) for _, name in _names(node, known)}:
            if rule := _rule(ONLY, name):
                used |= {(rule, file) for file in ONLY[rule] if module.startswith(file)}
    return used


def _aliases(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for, wherever in the file it is imported."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                known[each.asname or each.name.partition(".")[0]] = (
                    each.name if each.asname else each.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            known |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return known


def _of_node(node: ast.AST, known: dict[str, str], module: str) -> Iterator[tuple[int, str, str]]:
    for line, name in _names(node, known):
        if (rule := _rule(NEVER, name)) and not _rule(dict.fromkeys(HARMLESS, ""), name):
            yield line, name, NEVER[rule]
        elif (rule := _rule(ONLY, name)) and not any(module.startswith(file) for file in ONLY[rule]):
            yield line, name, f"only in {', '.join(ONLY[rule])}"
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and QUERY.search(node.value):
        yield node.lineno, node.value[:60], "the database fetches or loads a library"


def _of_call(node: ast.Call) -> Iterator[tuple[int, str, str]]:
    if isinstance(node.func, ast.Attribute) and (why := METHODS.get(node.func.attr)):
        yield node.lineno, f".{node.func.attr}()", why
    for keyword in node.keywords:
        is_off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
        if keyword.arg in KEYWORDS and not is_off:
            yield node.lineno, f"{keyword.arg}=", KEYWORDS[keyword.arg]


def _names(node: ast.AST, known: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Line and full name of what a node imports or names."""
    if isinstance(node, ast.Import):
        for each in node.names:
            yield node.lineno, each.name
    elif isinstance(node, ast.ImportFrom) and not node.level:
        for each in node.names:
            yield node.lineno, f"{node.module}.{each.name}"
    elif isinstance(node, (ast.Attribute, ast.Name, ast.Call)) and (name := _dotted(node, known)):
        yield node.lineno, name


def _dotted(node: ast.AST, known: dict[str, str]) -> str:
    """`os.system` for that name however it was imported, and for `getattr(os, "system")`; empty for anything else."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id if node.id in BUILT_IN else "")
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value, known)
        return f"{before}.{node.attr}" if before else ""
    is_getattr = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr"
    if isinstance(node, ast.Call) and is_getattr and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
        before = _dotted(node.args[0], known)
        return f"{before}.{node.args[1].value}" if before else ""
    return ""


def _rule(rules: dict[str, object] | dict[str, str] | dict[str, dict[str, str]], name: str) -> str:
    """The entry of `rules` that is `name` or stands above it."""
    parts = name.split(".")
    return next((rule for end in range(len(parts), 0, -1) if (rule := ".".join(parts[:end])) in rules), "")


def sources_of(root: Path) -> dict[str, str]:
    """Every Python file that is shipped or run by hand, by its path from the root."""
    folders = ("investigate", "tools", "benchmarks", "notebooks", "data")
    paths = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
