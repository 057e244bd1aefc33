import json

from tools.failure import failed, report


def raised(error, cause=None):
    try:
        try:
            if cause:
                raise cause
        finally:
            raise error
    except type(error) as caught:
        return caught


def test_the_model_reads_an_object_with_code_and_message():
    outcome = failed("tool_error", "Größe fehlt")
    assert json.loads(outcome.output) == {"error": {"code": "tool_error", "message": "Größe fehlt"}}
    assert "Größe" in outcome.output
    assert (outcome.ok, outcome.error) == (False, "tool_error")


def test_wrong_arguments_stand_in_a_list_of_their_own():
    fields = [{"field": "a", "problem": "missing", "expected": "integer"}]
    assert json.loads(failed("invalid_arguments", "no", fields).output)["error"]["fields"] == fields


def test_half_a_surrogate_pair_cannot_break_the_wire():
    failed("tool_error", "\ud800").output.encode("utf-8")


def test_the_log_shows_the_exception_and_where_it_was_raised():
    text = report(raised(RuntimeError("the database is down")), "{}")
    assert "RuntimeError: the database is down" in text
    assert "test_failure.py" in text
    assert "in raised" in text


def test_the_words_of_the_arguments_are_blanked_out_of_the_message():
    arguments = json.dumps({"who": {"name": "Ada\nLovelace"}, "cards": ["4111 1111", 42], "ok": True})
    text = report(raised(ValueError("ada Lovelace's card '4111' of 42 is unknown")), arguments)
    assert "ValueError: … …'s card '…' of … is unknown" in text


def test_the_words_are_blanked_out_of_causes_and_groups_too():
    group = ExceptionGroup("for Ada", [ValueError("no Ada here"), KeyError("Ada")])
    text = report(raised(group, cause=LookupError("Ada is gone")), '{"name": "Ada"}')
    assert "Ada" not in text
    assert "LookupError: … is gone" in text
    assert "ValueError: no … here" in text


def test_source_lines_of_the_program_stay_readable():
    text = report(raised(ValueError("x")), '{"word": "raise error"}')
    assert "raise error" in text


def test_arguments_that_are_no_json_are_blanked_out_as_they_stand():
    assert "…" in report(raised(ValueError("bad Ada")), "{Ada")
