"""Ask for known vulnerabilities of the packages in both locks, and say what was asked and what was not.

`python tools/audit.py PIP-AUDIT` with the path of that command; `make audit` installs it, into an environment of its
own so that nothing of it is audited. The database is OSV (osv.dev), reached over the network. It is told the names and
versions of the locks; nothing else leaves the machine.

Exit codes: 0 nothing known, or the service could not be reached, which is said as `Audit not done`; 1 vulnerabilities
are known; 2 the audit itself failed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-spark.lock")
OPTIONS = (
    "--require-hashes", "--disable-pip", "--vulnerability-service", "osv", "--format", "json",
    "--progress-spinner", "off", "--timeout", "20",
)  # fmt: skip
SECONDS = 900  # for one lock
# What an unreachable service leaves behind, in pip-audit's words or those of what it uses.
UNREACHED = re.compile(
    r"(?i)ConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError|SSLError"
    r"|failed to (?:resolve|connect)|could not reach|connection (?:refused|reset|error)"
    r"|network is unreachable|\b50[234]\b.*(?:error|unavailable)"
)


class NotDone(Exception):
    """The service was not reached, so nothing is known; the message says it."""


class Failed(Exception):
    """The audit broke off for another reason; the message says which."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was asked of one lock. `known`: package, version, name of the vulnerability, versions that mend it."""

    lock: str
    asked: int
    skipped: tuple[str, ...]
    elsewhere: tuple[str, ...]
    known: tuple[tuple[str, str, str, str], ...]

    def says(self) -> Iterator[str]:
        """A line for the lock and one for each vulnerability."""
        yield f"{self.lock}: {self.asked} packages asked for, {len(self.known)} known vulnerabilities."
        for name, version, which, mended in self.known:
            yield f"  {name} {version}: {which}, {f'mended in {mended}' if mended else 'no mended version yet'}"
        if self.skipped:
            yield f"  Not known to the service: {', '.join(self.skipped)}."
        if self.elsewhere:
            yield f"  Not asked for, as another system or Python has them: {', '.join(self.elsewhere)}."


def run_audit(command: str, lock: Path) -> Audit:
    """Ask for the packages of a lock. Raises NotDone or Failed."""
    try:
        done = subprocess.run(
            [command, "--requirement", str(lock), *OPTIONS],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NotDone(f"the service did not answer within {SECONDS // 60} minutes") from None
    except OSError as error:
        raise Failed(f"pip-audit could not be started ({error.strerror}). Run make audit, which installs it.") from None
    try:
        told = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        if UNREACHED.search(done.stderr):
            raise NotDone("the service of known vulnerabilities is not reachable from here") from None
        raise Failed(f"pip-audit broke off: {last}") from None
    return read_answer(lock, told)


def read_answer(lock: Path, told: dict[str, Any]) -> Audit:
    """What pip-audit says of a lock. Raises NotDone where it passed over every package: that is no answer."""
    packages = told["dependencies"]
    skipped = tuple(each["name"] for each in packages if "skip_reason" in each)
    asked = len(packages) - len(skipped)
    if not asked:
        raise NotDone(f"the service knew none of the {len(packages)} packages of {lock.name}")
    known = [
        (
            each["name"],
            each["version"],
            " ".join([found["id"], *found.get("aliases", [])]),
            ", ".join(found["fix_versions"]),
        )
        for each in packages
        for found in each.get("vulns", [])
    ]
    names = {_plain(line.partition("==")[0]) for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line}
    elsewhere = sorted(
        name for name in names - {_plain(each["name"]) for each in packages} if re.match(r"[a-z0-9]", name)
    )
    return Audit(lock.name, asked, skipped, tuple(elsewhere), tuple(dict.fromkeys(known)))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Print what is known of both locks; see above for the exit codes."""
    if len(arguments) != 1:
        print("The path of pip-audit is missing. Run make audit, which knows it.", file=sys.stderr)
        return 2
    known = 0
    for name in LOCKS:
        try:
            audit = run_audit(arguments[0], root / name)
        except NotDone as reason:
            print(f"Audit not done: {reason}. Nothing is known of {name}. Run it where osv.dev can be reached.")
            continue
        except Failed as reason:
            print(f"Audit failed: {reason}", file=sys.stderr)
            return 2
        print(*audit.says(), sep="\n", flush=True)
        known += len(audit.known)
    return int(known > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
