"""The dashboards and alert rules: parsed by the languages' own parsers, asked of a real server, told of in the docs."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import hatch_build
from agent.telemetry.instruments import MEASURES
from tests.infra import prometheus
from tests.infra.checker import alerts, grafana, kql, workbook
from tests.infra.checker.check import ROOT, templates
from tests.infra.checker.dashboards import GRAFANA, RULES, WORKBOOK
from tests.infra.checker.syntax import literal, property_of, walk
from tests.infra.metric_names import METRICS

DASHBOARD = json.loads((ROOT / GRAFANA).read_text("utf-8"))
NOTEBOOK = json.loads((ROOT / WORKBOOK).read_text("utf-8"))
ALERTS = yaml.safe_load((ROOT / RULES).read_text("utf-8"))["groups"][0]["rules"]
PAGE = (ROOT / "docs" / "dashboards.md").read_text("utf-8")
KUSTO = Path(__file__).parent / "kusto"
TYPES = {
    **dict.fromkeys(("timestamp", "TimeGenerated"), "datetime"),
    **dict.fromkeys(("value", "valueSum", "valueMin", "valueMax", "duration"), "real"),
    **dict.fromkeys(("valueCount", "itemCount", "severityLevel"), "int"),
    "customDimensions": "dynamic",
}


def filled_in(query, model=".*"):
    """A query of Grafana's with its variables in place."""
    for name, value in (("__rate_interval", "5m"), ("__range", "1h"), ("job", ".*"), ("instance", ".*")):
        query = query.replace(f"${name}", value)
    return query.replace("$model", model)


def asked_of_azure():
    """Every query of the workbook and of the alert rules, with parameters in place, by a name."""
    found = {
        name: query.replace("{TimeRange:grain}", "5m").replace("{Model}", "'*'")
        for name, query in workbook.queries(NOTEBOOK).items()
    }
    for path, template in templates(ROOT).items():
        found |= {f"{path}:{node.start_point[0] + 1}": query for node, query, _ in alerts.queries(template)}
    return found


def test_an_alert_counts_whoever_is_shed_once():
    # The door counts them as refused, too (`agent/door/http.py`): whoever adds both counts them twice.
    asked = {where: {each.name for each in kql.read(query).metrics} for where, query in asked_of_azure().items()}
    refused = [names for where, names in asked.items() if ".bicep:" in where and "vocative.refusals" in names]
    assert refused == [{"vocative.refusals"}]


def test_a_parser_of_promql_takes_each_query_of_grafana():
    parser = pytest.importorskip("promql_parser", reason="promql-parser is not installed")
    for title, query in grafana.queries(DASHBOARD):
        assert parser.parse(filled_in(query)), title
    for rule in ALERTS:
        assert parser.parse(rule["expr"]), rule["alert"]
    with pytest.raises(ValueError, match="unclosed"):
        parser.parse("sum(vocative_shed_total")


@pytest.mark.skipif(not prometheus.installed(), reason="prometheus is not installed")
def test_each_panel_shows_something_of_a_real_prometheus():
    with prometheus.filled() as ask:
        for title, query in grafana.queries(DASHBOARD):
            for model in (".*", "gpt-realtime-2\\\\.1"):
                samples = ask(filled_in(query, model))
                assert samples, title
                assert all(float(each["value"][1]) >= 0 for each in samples), f"{title}: {samples}"
        sessions = next(query for title, query in grafana.queries(DASHBOARD) if title == "Sessions now")
        assert float(ask(filled_in(sessions))[0]["value"][1]) == 2 * prometheus.SAMPLES
        assert ask(filled_in(sessions, "another-model")) == []
        # Everything that there is goes wrong there.
        for rule in ALERTS:
            assert ask(rule["expr"]), rule["alert"]


@pytest.mark.skipif(not prometheus.installed(), reason="prometheus is not installed")
def test_prometheus_takes_the_file_of_rules():
    done = subprocess.run(
        ["promtool", "check", "rules", str(ROOT / RULES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_a_turn_is_made_up_of_its_stages():
    stages = next(each.attributes["stage"] for each in METRICS if each.name == "vocative.turn.stage.duration")
    panel = next(each for each in DASHBOARD["panels"] if each["title"] == "Where a turn spends its time")
    shown = [re.search(r'stage="(\w+)"', target["expr"])[1] for target in panel["targets"]]
    assert shown == list(stages)
    assert json.dumps(list(stages)) in workbook.queries(NOTEBOOK)["stages"]


def test_the_parser_of_microsoft_finds_nothing_wrong_with_a_query():
    node = hatch_build.node_on_path() or hatch_build.node_from_wheel()
    if node is None or not (KUSTO / "node_modules").is_dir():
        how = f"the parser of KQL is not installed: run `npm ci` in {KUSTO.relative_to(ROOT).as_posix()}"
        pytest.fail(how) if os.environ.get("CI") else pytest.skip(how)
    tables = {
        table: ", ".join(f"{column}:{TYPES.get(column, 'string')}" for column in sorted(columns))
        for table, columns in kql.TABLES.items()
    }
    wrong = {"a column": "traces | where nam == 'x'", "a bracket": "traces | take 1)"}
    told = json.dumps({"tables": tables, "queries": asked_of_azure() | wrong})
    command = [str(node.node), str(KUSTO / "check.cjs")]
    done = subprocess.run(command, input=told, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == set(wrong), found


def test_the_workbook_is_the_file_that_bicep_loads():
    template = templates(ROOT)["modules/workbook.bicep"]
    properties = property_of(template.of("resource")[0].value, "properties")
    assert literal(property_of(properties, "version")) == NOTEBOOK["version"]
    loaded = next(literal(each) for each in walk(property_of(properties, "serializedData")) if literal(each))
    text = (template.path.parent / loaded).read_text("utf-8")
    assert json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n" == text


def test_a_query_that_is_not_understood_is_told_and_not_passed():
    assert kql.read("traces | where message == 'it''s' ` 1").problems
    assert kql.read("").problems == [f"asks no table that is known: {', '.join(sorted(kql.TABLES))}"]
    good = kql.read('customMetrics | where name in ("vocative.shed", "vocative.refusals")')
    assert good.problems == []
    assert [each.name for each in good.metrics] == ["vocative.shed", "vocative.refusals"]


def test_names_in_prometheus_are_those_that_opentelemetry_makes():
    names = {each.name: each.prometheus for each in METRICS}
    assert len(names) == len(METRICS) == len(set(names.values()))
    assert names["vocative.sessions.active"] == "vocative_sessions_active"
    assert names["vocative.sessions"] == "vocative_sessions_total"
    assert names["vocative.audio.seconds"] == "vocative_audio_seconds_total"
    assert names["vocative.turn.response_latency"] == "vocative_turn_response_latency_seconds"
    assert names["gen_ai.client.token.usage"] == "gen_ai_client_token_usage"
    assert names["vocative.cost"] == "vocative_cost_total"


def test_the_table_is_that_of_what_measures():
    kinds = {"updown": "gauge"}
    mine = {each.name: (each.kind, each.unit, set(each.attributes or {})) for each in METRICS}
    for name, each in MEASURES.items():
        assert mine.get(name) == (kinds.get(each.kind, each.kind), each.unit, set(each.attributes)), name


def test_the_page_lists_every_rule_and_every_threshold():
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| .* \| (.*) \| \d \|$", PAGE, re.MULTILINE))
    made = set()
    for template in templates(ROOT).values():
        made |= {literal(property_of(around, "name")) for _, _, around in alerts.queries(template)}
        for each in template.of("resource"):
            if each.type.startswith("Microsoft.Insights/metricAlerts"):
                made.add(re.search(r"name: '\$\{appName\}-([a-z-]+)'", each.value.text.decode())[1])
    assert set(listed) == made
    parameters = json.loads((ROOT / "infra" / "main.parameters.json").read_text("utf-8"))["parameters"]
    thresholds = {
        re.fullmatch(r"\$\{(\w+)=(\d+)\}", each["value"]).groups()
        for name, each in parameters.items()
        if name.startswith("alert")
    }
    assert set(re.findall(r"`(AZURE_ALERT_\w+)` \((\d+)", PAGE)) == thresholds


def test_the_page_lists_every_rule_of_prometheus():
    listed = dict(re.findall(r"^\| `(Vocative\w+)` \| .* \| (?:more than )?([\d.]+)?.* \|$", PAGE, re.MULTILINE))
    assert set(listed) == {each["alert"] for each in ALERTS}
    for each in ALERTS:
        limit = re.search(r"(?<![=!])> ([\d.]+)", each["expr"])
        if listed[each["alert"]]:
            assert float(limit[1]) == float(listed[each["alert"]]), each["alert"]


def test_the_page_names_panels_that_there_are():
    panels = {each["title"] for each in DASHBOARD["panels"]}
    items = {re.split("[:,]", each["content"].get("title", ""))[0] for each in NOTEBOOK["items"]}
    told = set(re.findall(r"\*([A-Z][^*\n]+)\*", PAGE)) - {
        "Workbooks",
        "New",
        "Advanced editor",
        "Dashboards",
        "Import",
        "Slowest",
    }
    assert told
    assert told <= panels | items, told - panels - items
