"""Try hostile inputs on one target for some minutes: `python tests/fuzz/run.py TARGET --minutes 10`.

With atheris inputs are led by which code they reach; without it hypothesis makes them from the seeds alone. Each input
that fails is kept as `corpus/TARGET/found-…`, which the tests replay; ends with 1 if there was one.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Run as a file, Python looks for modules here, where `names` and `texts` are; wanted are those beside the tests.
sys.path[:1] = [str(HERE.parent), str(HERE.parents[1])]

TARGET_NAMES = ("csv", "xlsx", "json", "agencies", "reasons", "parameters")
INSTALL = "Install it with: pip install atheris (Linux, and only some versions of Python)."
BATCH = 100  # inputs after which hypothesis looks at the clock
MOST_MEMORY = 4096  # MB
TALLY_EVERY = 10  # inputs


class Findings:
    """Keeps each input that failed in a new way, and how many were tried."""

    def __init__(self, target: str, check: Callable[[bytes], None], tally: Path, *, alarm: bool) -> None:
        self.target, self.check, self.tally, self.alarm = target, check, tally, alarm
        self.tried = 0
        self.seen: set[str] = set()

    def try_one(self, data: bytes) -> None:
        """Try an input; a failure is written down, and the run goes on."""
        from fuzz.limits import within  # noqa: PLC0415 - only after atheris had its look at what is imported

        self.tried += 1
        if self.tried % TALLY_EVERY == 0:
            self.tally.write_text(str(self.tried), encoding="utf-8")
        try:
            with within(alarm=self.alarm):
                self.check(data)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of a reader that is no Python is no Exception
            self._keep(data, error)

    def _keep(self, data: bytes, error: BaseException) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        sign = f"{type(error).__name__} {Path(place.filename).name} {place.name} {place.line}"
        if sign in self.seen:
            return
        self.seen.add(sign)
        path = HERE / "corpus" / self.target / f"found-{hashlib.sha256(sign.encode()).hexdigest()[:8]}"
        if not path.exists() or len(path.read_bytes()) > len(data):
            path.write_bytes(data)
        print(f"FOUND {path.name}: {''.join(traceback.format_exception(error))[-3000:]}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGET_NAMES)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-atheris", action="store_true", help="hypothesis alone")
    parser.add_argument("--driven", type=Path, help=argparse.SUPPRESS)  # this process is the one that atheris drives
    chosen = parser.parse_args()
    if chosen.driven:
        return _drive(chosen.target, chosen.driven, chosen.minutes * 60, chosen.seed)
    before = {path.name: path.read_bytes() for path in (HERE / "corpus" / chosen.target).glob("found-*")}
    has_atheris = importlib.util.find_spec("atheris") is not None
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-run-") as folder:
        if has_atheris and not chosen.without_atheris:
            ended = _run_atheris(chosen.target, Path(folder), chosen.minutes, chosen.seed)
        else:
            if not has_atheris:
                print(f"atheris is not installed, so inputs are made by hypothesis alone. {INSTALL}", flush=True)
            ended = _run_hypothesis(chosen.target, Path(folder), chosen.minutes * 60, chosen.seed)
        tried = (
            int((Path(folder) / "tally").read_text(encoding="utf-8") or 0) if (Path(folder) / "tally").exists() else 0
        )
    found = [
        path.name
        for path in sorted((HERE / "corpus" / chosen.target).glob("found-*"))
        if before.get(path.name) != path.read_bytes()
    ]
    minutes = (time.monotonic() - started) / 60
    print(f"{chosen.target}: about {tried:,} inputs in {minutes:.1f} minutes; new ones that failed: {found or 'none'}")
    if ended:
        print(f"The run itself ended with {ended}: an input hung or took all memory, or atheris could not run.")
    return 1 if found or ended else 0


def _run_hypothesis(target: str, folder: Path, seconds: float, seed: int) -> int:
    from hypothesis import HealthCheck, Phase, given, settings  # noqa: PLC0415
    from hypothesis import seed as seeded  # noqa: PLC0415

    from fuzz.inputs import TARGETS, mutated, seeds  # noqa: PLC0415

    until = time.monotonic() + seconds
    findings = Findings(target, TARGETS[target].check, folder / "tally", alarm=True)
    for data in seeds(target).values():
        findings.try_one(data)
    how = settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    while time.monotonic() < until:
        how(seeded(seed)(given(mutated(target))(findings.try_one)))()
        seed += 1
    findings.tally.write_text(str(findings.tried), encoding="utf-8")
    return 0


def _run_atheris(target: str, folder: Path, minutes: float, seed: int) -> int:
    words = [target, "--minutes", str(minutes), "--seed", str(seed), "--driven", str(folder)]
    return subprocess.run([sys.executable, str(HERE / "run.py"), *words], check=False).returncode


def _drive(target: str, folder: Path, seconds: float, seed: int) -> int:
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["investigate"]):
        # Also what is only imported on first use.
        import investigate.logs.objects  # noqa: PLC0415
        import investigate.logs.parquet_files  # noqa: PLC0415
        import investigate.logs.workbooks  # noqa: F401, PLC0415
        from fuzz.inputs import CORPUS, TARGETS, tokens  # noqa: PLC0415
        from fuzz.limits import WAITING  # noqa: PLC0415

    words = "".join(map(_as_word, filter(None, tokens(target))))
    (folder / "words").write_text(words, encoding="ascii")
    (folder / "grown").mkdir()
    findings = Findings(target, TARGETS[target].check, folder / "tally", alarm=False)
    options = [
        f"-max_total_time={seconds:.0f}", f"-timeout={WAITING:.0f}", f"-rss_limit_mb={MOST_MEMORY}", f"-seed={seed}",
        f"-max_len={TARGETS[target].longest}", f"-dict={folder / 'words'}", "-report_slow_units=1000",
        f"-artifact_prefix={CORPUS / target}/found-",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(folder / "grown"), str(CORPUS / target)], findings.try_one)
    atheris.Fuzz()  # ends the process
    return 0


def _as_word(token: bytes) -> str:
    """A line of a dictionary as libFuzzer reads it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in token[:60]) + '"\n'


if __name__ == "__main__":
    sys.exit(main())
