"""Set up everything the tests need and run all of them: `python3 -m tests [--no-skips] [PYTEST ARGUMENTS]`.

Needs Python 3.11 or newer and nothing else: this file imports the standard library only, makes the virtual environment
`.venv`, installs the project with its exact versions, adds PostgreSQL, pgbouncer, Chromium and the tools of networks
through apt-get where it may, and says exactly what is missing where it may not. The exit code is 0 only when every step
passed.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PROGRAMS = ENVIRONMENT / "bin"
POSTGRES = Path("/usr/lib/postgresql")
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
"""Where programs are found; a user's own path may lack those of the system."""

STEPS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "layers": ["lint-imports"],
}


def say(text: str) -> None:
    """Print one line at once, so that a log shows it before what it announces."""
    print(f"\n== {text}", flush=True)


def run(command: list[str | Path], **environment: str) -> bool:
    """Run a command from the project's root; true when it ended well."""
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode == 0


def must(command: list[str | Path], otherwise: str) -> None:
    """Run a command that the rest depends on, or stop with the mend."""
    if not run(command):
        sys.exit(f"\n{otherwise}")


def may_install() -> bool:
    """Whether this user may add packages to this machine."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Add packages to the machine without asking anything; what apt-get says is shown only when it fails."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-q", *command], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            say(f"apt-get {command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def has_postgres() -> bool:
    """Whether the server programs of any PostgreSQL are here (the tests start their own server from them)."""
    return any(POSTGRES.glob("*/bin/initdb")) or shutil.which("initdb") is not None


def has_pgbouncer() -> bool:
    """Whether a pgbouncer is here; Debian keeps it where only root looks."""
    return shutil.which("pgbouncer") is not None or Path("/usr/sbin/pgbouncer").exists()


def has_chromium() -> bool:
    """Whether a Chromium is here."""
    return shutil.which("chromium") is not None


def has_libatomic() -> bool:
    """Whether the library is here that the browser's driver needs and a bare Debian lacks."""
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def has_ip() -> bool:
    """Whether the program is here that ties two networks together (packets are dropped between them)."""
    return shutil.which("ip", path=SYSTEM_PATH) is not None


def has_nft() -> bool:
    """Whether the program is here that drops packets."""
    return shutil.which("nft", path=SYSTEM_PATH) is not None


def make_environment() -> None:
    """Make `.venv` unless a working one is there."""
    if run([PROGRAMS / "python", "-c", "import pip"]) if (PROGRAMS / "python").exists() else False:
        return
    say("Making the virtual environment .venv")
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not run([sys.executable, "-c", "import ensurepip"]) and may_install():
        apt_install([package])
    must([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], f"No virtual environment: install {package}.")


def install_project() -> None:
    """Install the project where it stands, with its development tools, in exactly the versions of constraints.txt."""
    say("Installing Posko and its tools")
    pip: list[str | Path] = [PROGRAMS / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    must([*pip, "-c", "constraints.txt", "-e", ".[dev]"], "pip could not install the project: see above.")


def equip_machine() -> None:
    """Add the programs that tests need where allowed; say what stays missing, and what that costs."""
    wanted = {
        "postgresql-15": has_postgres,
        "pgbouncer": has_pgbouncer,
        "chromium": has_chromium,
        "libatomic1": has_libatomic,
        "iproute2": has_ip,
        "nftables": has_nft,
    }
    missing = [package for package, is_here in wanted.items() if not is_here()]
    if missing and may_install():
        say("Adding to this machine: " + ", ".join(missing))
        apt_install(missing)
    for package in [package for package in missing if not wanted[package]()]:
        say(f"MISSING: {package}. The tests that need it cannot run. Mend: sudo apt-get install {package}")


def skips(report: Path) -> list[str]:
    """List the tests of a JUnit report that did not run, each with its reason."""
    if not report.exists():
        return ["there is no test report"]
    cases = ET.parse(report).iter("testcase")
    found = [(case, case.find("skipped")) for case in cases]
    return [
        f"{case.get('classname')}::{case.get('name')}: {skip.get('message')}"
        for case, skip in found
        if skip is not None
    ]


def run_tests(arguments: list[str], *, skips_fail: bool) -> bool:
    """Run pytest with coverage; with `skips_fail` a test that did not run is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        passed = run([PROGRAMS / "python", "-m", "pytest", "--cov", f"--junit-xml={report}", *arguments])
        unrun = skips(report) if skips_fail else []
    for line in unrun:
        say(f"SKIPPED: {line}")
    return passed and not unrun


def main(arguments: list[str]) -> int:
    """Do everything in order; return the exit code."""
    if sys.version_info < (3, 11):
        sys.exit("Posko needs Python 3.11 or newer: start this with python3.11 -m tests")
    rest = [argument for argument in arguments if argument != "--no-skips"]
    make_environment()
    install_project()
    equip_machine()
    results: dict[str, tuple[bool, float]] = {}
    for name, command in STEPS.items():
        say(f"{name}: {' '.join(command)}")
        begun = time.monotonic()
        results[name] = run([PROGRAMS / command[0], *command[1:]]), time.monotonic() - begun
    say("tests: pytest")
    begun = time.monotonic()
    results["tests"] = run_tests(rest, skips_fail="--no-skips" in arguments), time.monotonic() - begun
    say("Summary")
    for name, (passed, seconds) in results.items():
        print(f"{name:8} {'passed' if passed else 'FAILED'} {seconds:7.1f} s")
    return 0 if all(passed for passed, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
