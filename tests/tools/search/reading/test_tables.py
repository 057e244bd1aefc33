from tools.search.reading.tables import table_lines


def test_each_row_says_its_column_headers():
    rows = [["Plan", "Deductible"], ["Standard", "$2,000"], ["Plus", ""]]
    assert table_lines(rows, header=True) == [
        "Plan | Deductible",
        "Plan: Standard; Deductible: $2,000",
        "Plan: Plus",
    ]


def test_a_first_row_of_names_is_taken_for_a_header_and_one_of_figures_is_not():
    assert table_lines([["", "2024"], ["Sales", "7"]])[1] == "Sales | 7"
    assert table_lines([["", "North"], ["Sales", "7"]])[1] == "Sales, North: 7"
    assert table_lines([["Only", "row"]]) == ["Only | row"]
    assert table_lines([["x" * 61, "b"], ["1", "2"]])[1] == "1 | 2"
    assert table_lines([["one column"], ["more"]]) == ["one column", "more"]


def test_ragged_rows_and_blank_tables_are_harmless():
    assert table_lines([["A", "B"], ["1"], ["1", "2", "3"]], header=True)[1:] == ["A: 1", "A: 1; B: 2; 3"]
    assert table_lines([["", " "], []]) == []
