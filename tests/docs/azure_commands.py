"""What `azd` and `az` would be told: checked against the templates, the hooks and azd's own documented words.

Neither is here to be run, and both would act on somebody's subscription.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
# Of azd's command line what the pages use: https://learn.microsoft.com/azure/developer/azure-developer-cli/reference
PLAIN = {("up",), ("provision",), ("deploy",), ("auth", "login"), ("down",), ("down", "--purge"), ("env", "get-values")}


def wrong(command: str) -> str:
    """What is wrong with a command line of azd or az, or nothing.

    Args:
        command: One command, or several with `&&` between them.
    """
    for part in command.split("&&"):
        words = shlex.split(part.strip(), comments=True)
        flaw = _azd(words[1:]) if words[0] == "azd" else _az(words[1:])
        if flaw:
            return f"{part.strip()}: {flaw}"
    return ""


def _azd(words: list[str]) -> str:
    if tuple(words) in PLAIN or (words[:2] == ["env", "new"] and len(words) == 3):
        return ""
    if words[:2] == ["hooks", "run"] and len(words) == 3:
        hooks = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))["hooks"]
        return "" if words[2] in hooks else f"azure.yaml has no hook {words[2]}"
    if words[:2] == ["env", "set"] and len(words) == 4:
        name, value = words[2:]
        if name == "AZURE_LOCATION" and re.fullmatch(r"[a-z0-9]+", value):
            regions = re.search(r"^REGIONS=[\"']?(.*?)[\"']?$", _hooks("preprovision"), re.MULTILINE)[1]
            return "" if value in re.findall(r"\w+", regions) else f"{value} is none of {regions}"
        files = [INFRA / "main.parameters.json", INFRA / "vocative.bicepparam"]
        known = "".join(path.read_text(encoding="utf-8") for path in files) + _hooks("*")
        return "" if re.search(rf"\b{name}\b", known) else f"nothing reads {name}"
    return "azd has no such command, as far as its reference says"


def _az(words: list[str]) -> str:
    return "" if words == ["login"] or words[:2] == ["login", "--tenant"] else "not a command that is known here"


def _hooks(name: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (INFRA / "hooks").glob(f"{name}.sh"))
