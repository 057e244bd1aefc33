"""A stand-in for azd that does on this machine what azd does here, and makes nothing on Azure.

It keeps environments as azd does, in `.azure`, and refuses what its reference does not have. `up` runs the hooks of
azure.yaml in azd's order, each with the environment's variables; in place of the deployments, the outputs of main.bicep
are what `AZD_STAND_IN_OUTPUTS` names, and the parameters that the app's template would get are written down.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import yaml

from tests.docs import azure_commands
from tests.infra.checker.check import templates
from tests.infra.checker.parameters import Reference, entries

IDENTITY = {"AZURE_SUBSCRIPTION_ID": "00000000-aaaa-bbbb-cccc-dddddddddddd", "AZURE_PRINCIPAL_ID": "somebody"}


class Azd:
    """azd in a project.

    Args:
        project: The folder with azure.yaml.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._chosen = project / ".azure" / "config.json"

    def run(self, words: list[str]) -> None:
        """Do what is told, or end with what is wrong."""
        flaw = azure_commands.wrong(shlex.join(["azd", *words]))
        if flaw:
            sys.exit(flaw)
        match words:
            case ["auth", "login"]:
                self._account.mkdir(parents=True, exist_ok=True)
            case ["env", "new", name]:
                (self._project / ".azure" / name).mkdir(parents=True)
                self._chosen.write_text(json.dumps({"version": 1, "defaultEnvironment": name}), encoding="utf-8")
                self._keep(AZURE_ENV_NAME=name)
            case ["env", "set", name, value]:
                self._keep(**{name: value})
            case ["up"]:
                self._up()
            case ["down", *_]:
                (self._folder / "deployed.json").unlink()
            case _:
                sys.exit(f"the stand-in cannot {shlex.join(words)}")

    @property
    def _account(self) -> Path:
        return Path(os.environ["HOME"], ".azd", "auth")

    @property
    def _folder(self) -> Path:
        if not self._chosen.is_file():
            sys.exit("no environment is selected: run `azd env new NAME`")
        return self._chosen.parent / json.loads(self._chosen.read_text(encoding="utf-8"))["defaultEnvironment"]

    def _kept(self) -> dict[str, str]:
        path = self._folder / ".env"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return {name: shlex.split(value)[0] for name, _, value in (line.partition("=") for line in lines)}

    def _keep(self, **values: str) -> None:
        kept = self._kept() | values
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(kept.items())]
        (self._folder / ".env").write_text("".join(lines), encoding="utf-8")

    def _hook(self, name: str) -> None:
        told = yaml.safe_load((self._project / "azure.yaml").read_text(encoding="utf-8"))["hooks"][name]["posix"]
        command = [told["shell"], told["run"]]
        done = subprocess.run(command, cwd=self._project, env=os.environ | self._kept(), check=False)
        if done.returncode:
            sys.exit(f"the hook {name} failed with {done.returncode}")

    def _given(self, file: str) -> dict[str, str]:
        """The parameters of a template, as its file takes them from the environment."""
        kept, given = self._kept(), {}
        for name, each in entries(self._project, file).items():
            if isinstance(each, Reference):
                value = kept.get(each.variable, each.default)
                if value is None:
                    sys.exit(f"{file}: nobody has set {each.variable}")
                given[name] = value
        return given

    def _up(self) -> None:
        if not self._account.is_dir():
            sys.exit("not logged in: run `azd auth login`")
        self._keep(**IDENTITY)
        self._hook("preprovision")
        self._given("infra/main.parameters.json")
        made = json.loads(os.environ["AZD_STAND_IN_OUTPUTS"])
        names = set(templates(self._project)["main.bicep"].named("output"))
        if set(made) != names:
            sys.exit(f"main.bicep has other outputs: {sorted(set(made) ^ names)}")
        self._keep(**made)
        self._hook("postprovision")
        self._keep(SERVICE_VOCATIVE_IMAGE_NAME="registry.example/vocative:1")
        self._hook("predeploy")
        deployed = json.dumps(self._given("infra/vocative.bicepparam"))
        (self._folder / "deployed.json").write_text(deployed, encoding="utf-8")
        print(f"Endpoint: {made['VOCATIVE_APP_URL']}")


if __name__ == "__main__":
    Azd(Path.cwd()).run(sys.argv[1:])
