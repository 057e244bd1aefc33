"""Debian's packages, for `make setup` where it may install them."""

from __future__ import annotations

import os
import shutil
import subprocess


def installed(*packages: str, **variables: str) -> bool:
    """Install packages, as root on a machine with `apt-get`.

    Args:
        packages: Their names.
        variables: More of the environment of the installation.

    Returns:
        Whether that could be done.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.run(command, check=False, env={**os.environ, **variables}).returncode == 0
