import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from agent.engine.models import ModelFile, ModelFileError, open_session
from agent.engine.moonshine import DECODER, ENCODER, TOKENIZER
from agent.engine.silero import SILERO
from agent.engine.speak import _FRONT_END, HIBARI
from agent.errors import UsageError

CONTENT = b"weights"


@pytest.fixture
def crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A package with one file, whose code must never run."""
    folder = tmp_path / "some_crate"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / "model.onnx").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    return ModelFile("some-crate==1.0", "some_crate", "model.onnx", hashlib.sha256(CONTENT).hexdigest())


@pytest.mark.parametrize("file", [SILERO, ENCODER, DECODER, TOKENIZER, HIBARI, *_FRONT_END], ids=lambda file: file.path)
def test_the_installed_models_are_the_ones_that_were_measured(file: ModelFile):
    assert file.verified().is_file()


def test_a_file_that_was_changed_is_refused_and_named(crate: ModelFile):
    crate.locate().write_bytes(b"other")
    with pytest.raises(ModelFileError) as refused:
        crate.verified()
    assert str(crate.locate()) in str(refused.value)
    assert crate.sha256 in str(refused.value)
    assert "Install some-crate==1.0 again" in str(refused.value)


def test_a_changed_model_is_never_loaded(crate: ModelFile):
    with pytest.raises(ModelFileError, match="is not the file it should be"):
        open_session(replace(crate, sha256="0" * 64))


def test_a_missing_file_is_named(crate: ModelFile):
    crate.locate().unlink()
    with pytest.raises(ModelFileError, match=r"model\.onnx is missing: install some-crate==1\.0"):
        crate.verified()


def test_a_missing_package_is_named_with_what_to_install():
    absent = ModelFile("no-such-crate==2.0", "no_such_crate", "model.onnx", "0" * 64)
    with pytest.raises(UsageError, match=r"no-such-crate==2\.0 is not installed"):
        absent.locate()
