"""Uploads: what an agent's option may be."""

from __future__ import annotations

import pytest

from agent import Agent, ConfigurationError, Uploads


def test_an_agent_takes_no_uploads_unless_it_says_so():
    assert Agent().uploads is None
    uploads = Uploads(folder="brought", max_files=3, formats=["pdf"], keep_days=0.5)
    assert Agent(uploads=uploads).uploads is uploads
    assert (uploads.quota.max_files, uploads.quota.formats) == (3, ("pdf",))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"folder": ""}, "folder=''"),
        ({"max_bytes": 0}, "max_bytes=0"),
        ({"max_files": 1.5}, "max_files=1.5"),
        ({"max_total": True}, "max_total=True"),
        ({"keep_days": 0}, "keep_days=0"),
        ({"keep_days": float("nan")}, "keep_days=nan"),
        ({"keep_days": "7"}, "keep_days='7'"),
        ({"formats": "pdf"}, "formats='pdf'"),
        ({"formats": ()}, r"formats=\(\)"),
        ({"formats": ("pdf", "xls")}, "some of markdown, text, html, pdf, docx, pptx"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        Uploads(**({"folder": "brought"} | fields))


def test_an_agent_takes_nothing_else_for_it():
    with pytest.raises(ConfigurationError, match=r"Uploads\(folder=…\)"):
        Agent(uploads="brought")
