import hashlib
import sys

import numpy as np
import pytest

from tools.errors import SearchError
from tools.search.embedder import _MODEL
from tools.search.models import ModelFile, open_session, package_folder

CONTENT = b"weights"


@pytest.fixture
def crate(tmp_path, monkeypatch):
    """A package with one file, whose code must never run."""
    folder = tmp_path / "crate_of_a_model"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    (folder / "model.bin").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    return ModelFile("crate==1", "crate_of_a_model", "model.bin", hashlib.sha256(CONTENT).hexdigest())


def test_a_model_is_found_without_importing_its_package(crate):
    assert crate.verified().read_bytes() == CONTENT
    assert "crate_of_a_model" not in sys.modules


def test_a_file_that_was_changed_is_refused_and_named(crate):
    crate.locate().write_bytes(b"other weights")
    with pytest.raises(SearchError) as refused:
        crate.verified()
    assert str(crate.locate()) in str(refused.value)
    assert crate.sha256 in str(refused.value)
    assert "Install crate==1 again" in str(refused.value)


def test_a_missing_file_is_named(crate):
    crate.locate().unlink()
    with pytest.raises(SearchError, match=r"model\.bin is missing: install crate==1 again"):
        crate.verified()


def test_a_missing_package_is_named_with_what_to_install():
    absent = ModelFile("no-such-crate==2.0", "no_such_crate", "model.onnx", "0" * 64)
    with pytest.raises(SearchError, match=r"no-such-crate==2\.0 is not installed"):
        absent.locate()


def test_a_single_module_is_no_crate():
    assert package_folder("this_module_does_not_exist") is None
    assert package_folder("bisect") is None


@pytest.mark.parametrize("arena", [False, True])
def test_a_session_runs_the_model(arena):
    numbers = np.array([[101, 11394, 102]])
    states = open_session(_MODEL.verified(), threads=1, arena=arena).run(
        None, {"input_ids": numbers, "attention_mask": np.ones_like(numbers), "token_type_ids": np.zeros_like(numbers)}
    )
    assert states[0].shape == (1, 3, 384)
