# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Packages of Debian's archive, unpacked privately; the system is left alone.

The archive's address is the one the machine's own package manager uses (or
B2B_DEBIAN_ARCHIVE). apt verifies all it gets by Debian's signatures, as always.
"""

import os
import shutil
import subprocess
from pathlib import Path

from .console import Problem, step
from .paths import folder, home, need_space
from .processes import tail, watch

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def archive_addresses():
    """Addresses of Debian's archive, as far as this machine knows them."""
    chosen = os.environ.get("B2B_DEBIAN_ARCHIVE")
    if chosen:
        return [chosen]
    if not shutil.which("apt-get"):
        raise Problem(
            "no apt-get here: Odoo is taken from Debian's archive; use Debian or "
            "Ubuntu, or point B2B_ODOO at an Odoo 19"
        )
    names = os_release()
    wanted = {names.get("VERSION_CODENAME"), "stable", "testing", "sid", "unstable"}
    form = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"
    result = subprocess.run(
        ["apt-get", "indextargets", "--format", form], capture_output=True, text=True
    )
    found = []
    for line in result.stdout.splitlines():
        address, suite, component, origin = line.split("|")
        # the origin is known only where "apt-get update" has been run
        debian = origin == "Debian" or origin.startswith("$")
        if debian and component == "main" and suite in wanted:
            found.append(address)
    if names.get("ID") != "debian" or not found:
        raise Problem(
            "Debian's archive is not among this machine's package sources: "
            "name its address in B2B_DEBIAN_ARCHIVE"
        )
    return sorted(set(found))


def os_release():
    """What the machine says of itself: NAME, ID, VERSION_CODENAME…"""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip('"') for name, value in pairs}


def fetch(suite, names):
    """Download packages `names` of `suite`; returns the paths of the .deb files.

    What was downloaded is kept: the archive holds only its newest.
    """
    kept = folder("downloads", "debian", suite)
    found = [_kept(kept, name) for name in names]
    if all(found):
        return found
    addresses = archive_addresses()
    if not KEYRING.exists():
        install(["debian-archive-keyring"], "Debian's keys are not on this machine")
    with step(f"Debian {suite}: downloading {len(names)} packages") as progress:
        log = home() / "downloads" / f"{suite}.log"
        log.unlink(missing_ok=True)
        for address in addresses:
            options = _private_apt(suite, address)
            if _apt([*options, "update"], kept, log, progress):
                break
        else:
            raise _failure("the package lists", log)
        missing = [name for name in names if not _kept(kept, name)]
        if not _apt([*options, "download", *missing], kept, log, progress):
            raise _failure(", ".join(missing), log)
    return [_kept(kept, name) for name in names]


def _kept(kept, name):
    return max(kept.glob(f"{name}_*.deb"), key=os.path.getmtime, default=None)


def _failure(what, log):
    # the first error is the cause, those after it follow from it
    reason = "".join(tail(log, 100, only=["E: "]).splitlines()[:1])
    return Problem(
        f"{what} could not be downloaded ({reason}): check the network and try again, "
        "or name another address of Debian's archive in B2B_DEBIAN_ARCHIVE"
    )


def _private_apt(suite, address):
    """Options that make apt work on lists of its own with one source and one key."""
    state = folder("downloads", "apt", suite)
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    sources = state / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {address} {suite} main\n")
    options = {
        "Dir::State::Lists": state / "lists",
        # what this machine has installed, perhaps newer, is no candidate
        "Dir::State::Status": "/dev/null",
        "Dir::Cache": state / "cache",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "-",
        # the unprivileged account of apt may not enter our folder
        "APT::Sandbox::User": "root",
        "APT::Status-Fd": "1",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Update::Error-Mode": "any",
    }
    return [word for item in options.items() for word in ("-o", "{}={}".format(*item))]


def _apt(words, cwd, log, progress):
    """Run apt-get; returns whether it worked."""

    def show(line):
        if line.startswith("dlstatus:"):
            progress.say(f"{float(line.split(':')[2]):.0f} % {words[-1]}")

    return watch(["apt-get", *words], log, show, cwd=cwd, env=_plain_env()) == 0


def _plain_env():
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def unpack(packages, target):
    """Unpack the .deb files `packages` into the folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    log = home() / "downloads" / "unpack.log"
    log.unlink(missing_ok=True)
    for package in packages:
        if watch(["dpkg-deb", "-x", package, target], log, env=_plain_env()):
            need_space(1, f"unpacking {package.name}")
            # a broken file would be taken for good the next time
            package.unlink()
            raise Problem(
                f"{package.name} is broken and was removed ({tail(log, 1)}): "
                "try again, it is downloaded anew"
            )


def install(packages, why):
    """Install packages of this machine's own system: as root by apt, else name them."""
    command = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if os.geteuid() or not shutil.which("apt-get"):
        raise Problem(f"{why}: have it installed (as root: {command})")
    with step(f"Installing {', '.join(packages)}") as progress:
        log = folder("downloads") / "install.log"
        log.unlink(missing_ok=True)
        options = ["-o", "APT::Status-Fd=1"]
        _apt([*options, "update"], "/", log, progress)
        if not _apt([*options, *command.split()[1:]], "/", log, progress):
            raise Problem(f"{why}, and '{command}' failed: see {log}")
