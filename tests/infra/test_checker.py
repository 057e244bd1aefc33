"""The templates are in order, and the checker that says so finds what could be wrong with them."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.infra.checker import models
from tests.infra.checker.check import ROOT, check, templates
from tests.infra.checker.roles import IDS, NEEDS
from tests.infra.mistakes_in_dashboards import IN_DASHBOARDS
from tests.infra.mistakes_in_modules import IN_MODULES
from tests.infra.mistakes_in_the_whole import IN_THE_WHOLE

MUTATIONS = IN_MODULES + IN_THE_WHOLE + IN_DASHBOARDS


def said(findings):
    return "\n".join(map(str, findings))


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(ROOT / "infra", tmp_path / "infra")
    shutil.copy(ROOT / "azure.yaml", tmp_path)
    return tmp_path


def test_nothing_is_wrong_with_the_templates():
    assert check() == [], said(check())


def test_a_copy_of_them_is_as_good(copy):
    assert check(copy) == []


@pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=lambda mutation: f"{mutation.path.rsplit('/', 1)[-1]}: {mutation.name}"
)
def test_a_mistake_is_found_where_it_was_made(mutation, copy):
    path = copy / mutation.path
    text = path.read_text("utf-8")
    assert mutation.old in text, "the mutation no longer fits the template"
    path.write_text(text.replace(mutation.old, mutation.new, 1), "utf-8")
    found = [each for each in check(copy) if mutation.says in each.message]
    assert found, said(check(copy)) or "nothing was found"
    where = mutation.at or mutation.path
    assert any(each.path == where for each in found), said(found)
    lines = (copy / found[0].path).read_text("utf-8").splitlines()
    assert all(1 <= each.line <= len(lines) for each in found)


def test_there_are_enough_mistakes_and_each_has_a_name_of_its_own():
    assert len(MUTATIONS) >= 40
    names = [(each.path, each.name) for each in MUTATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: f"{need.who} {need.role} for {need.call}")
def test_each_role_is_for_a_call_that_the_code_makes(need):
    assert need.role in IDS
    assert need.call in (ROOT / need.file).read_text("utf-8")


def test_models_are_looked_at_again_on_the_day_that_they_retire():
    read = templates(ROOT)
    rows = [row for row in models.table(ROOT) if row.retires]
    assert rows
    last = max(row.retires for row in rows)
    assert list(models.check(ROOT, read, today=date(2026, 11, 1))) == []
    assert len(list(models.check(ROOT, read, today=last))) == len(rows)
