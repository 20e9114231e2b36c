"""Reading YAML plans; what is refused is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from leverset import BitgetAccount, OkxAccount
from leverset.plan import Accounts, check
from tests.plan.rows import LONG, PERP, SHORT, found, only, written


def test_both_exchanges_in_one_file_with_lines(tmp_path: Path) -> None:
    plan = written(tmp_path, f"# intentions\nokx:\n  - {LONG}\n  - {SHORT}\nbitget:\n  - {PERP}\n")
    assert check(plan) == ()
    assert [(row.number, row.exchange, row.line) for row in plan.rows] == [
        (1, "okx", 3),
        (2, "okx", 4),
        (3, "bitget", 6),
    ]
    assert plan.rows[0].body == {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
    assert plan.rows[2].body["leverage"] == "20"
    assert plan.exchanges == ("okx", "bitget")


def test_a_list_of_rows_names_the_exchange_in_each(tmp_path: Path) -> None:
    plan = written(tmp_path, f"- {{exchange: okx, {LONG[1:]}\n- {{exchange: bitget, {PERP[1:]}\n")
    assert check(plan) == ()
    assert [row.exchange for row in plan.rows] == ["okx", "bitget"]
    assert "exchange" not in plan.rows[0].body


def test_the_accounts_of_the_file_switch_rules_on(tmp_path: Path) -> None:
    accounts = "accounts:\n  okx: {uid: 0123, position_mode: net_mode, level: }\n  bitget: {margin_mode: isolated}\n"
    plan = written(tmp_path, f"{accounts}okx:\n  - {LONG}\nbitget:\n")
    assert plan.accounts == Accounts(
        okx=OkxAccount(uid="0123", position_mode="net_mode"), bitget=BitgetAccount(margin_mode="isolated")
    )
    assert found(plan) == [(5, "okx/one-way-side-is-net")]


def test_every_field_has_its_own_line(tmp_path: Path) -> None:
    plan = written(tmp_path, "okx:\n  - instId: BTC-USDT\n    lever: 5\n    mgnMode: isolated\n    posSide: long\n")
    problem = only(check(plan))
    assert (problem.line, problem.rule) == (5, "okx/side-needs-contract")
    assert str(problem).startswith("error[okx/side-needs-contract]: posSide is not accepted here\n  --> ")
    assert f"{plan.path}:5, okx POST /api/v5/account/set-leverage" in str(problem)


@pytest.mark.parametrize(
    ("lever", "sent"),
    [("5", "5"), ('"5"', "5"), ("+5", "5"), ("'12.5'", "12.5"), ("!!str 12.5", "12.5"), ("1" + "0" * 3, "1000")]
    + [(each, each) for each in ("2.5", "12.50", "0.1", "100.00", "0.30000000000000004", "1.10", "05.5")],
)
def test_accepted_leverages(tmp_path: Path, lever: str, sent: str) -> None:
    plan = written(tmp_path, f"okx:\n  - {{instId: BTC-USDT-SWAP, lever: {lever}, mgnMode: cross}}\n")
    assert check(plan) == ()
    assert plan.rows[0].body["lever"] == sent


@pytest.mark.parametrize(
    ("lever", "rule"),
    [
        ("0.0", "okx/lever-is-positive-decimal"),
        (".5", "okx/lever-is-positive-decimal"),
        ("5.", "okx/lever-is-positive-decimal"),
        ("+2.5", "okx/lever-is-positive-decimal"),
        ("-2.5", "okx/lever-is-positive-decimal"),
        ("1.0e+3", "okx/lever-is-positive-decimal"),
        ("2_0", "okx/lever-is-positive-decimal"),
        ("1:30", "okx/lever-is-positive-decimal"),
        ("0b11", "okx/lever-is-positive-decimal"),
        ("0o17", "okx/lever-is-positive-decimal"),
        ("yes", "plan/yaml-truth-value"),
        ("[5]", "plan/shape"),
        ("1e3", "okx/lever-is-positive-decimal"),
        (".inf", "okx/lever-is-positive-decimal"),
        (".NaN", "okx/lever-is-positive-decimal"),
        ("-5", "okx/lever-is-positive-decimal"),
        ("0", "okx/lever-is-positive-decimal"),
        ("1_000", "okx/lever-is-positive-decimal"),
        ("0x10", "okx/lever-is-positive-decimal"),
        ("9" * 50 + ".5", "okx/lever-is-positive-decimal"),
        ("~", "okx/lever-is-positive-decimal"),
        ("", "okx/lever-is-positive-decimal"),
        ("010", "plan/yaml-number"),
        ("!!int 5", "plan/yaml-feature"),
    ],
)
def test_refused_leverages(tmp_path: Path, lever: str, rule: str) -> None:
    plan = written(tmp_path, f"okx:\n  - {{instId: BTC-USDT-SWAP, lever: {lever}, mgnMode: cross}}\n")
    assert found(plan) == [(2, rule)]


@pytest.mark.parametrize(
    ("lever", "meant"),
    [(".5", "0.5"), ("5.", "5"), ("1e3", "1000"), ("+2.5", "2.5"), ("5x", "5"), ("2,5", "2.5"), ("10X", "10")],
)
def test_the_leverage_that_was_meant_is_asked_for(tmp_path: Path, lever: str, meant: str) -> None:
    plan = written(tmp_path, f"okx:\n  - instId: BTC-USDT-SWAP\n    lever: {lever}\n    mgnMode: cross\n")
    problem = only(check(plan))
    assert (problem.line, problem.violation.fix) == (3, f'did you mean "{meant}"?')
    assert problem.describe()["value"] == lever


@pytest.mark.parametrize("lever", ["1_000", "1,000", "1,000,000", "0x10", "1:30", ".inf", ".nan", "five", "-5.5", "0"])
def test_a_leverage_that_could_mean_several_things_is_not_guessed(tmp_path: Path, lever: str) -> None:
    plan = written(tmp_path, f"okx:\n  - instId: BTC-USDT-SWAP\n    lever: {lever}\n    mgnMode: cross\n")
    problem = only(check(plan))
    assert (problem.line, problem.rule) == (3, "okx/lever-is-positive-decimal")
    assert problem.violation.fix.startswith("give lever as text such as")


def test_a_number_of_too_many_digits_is_refused_with_a_reason(tmp_path: Path) -> None:
    lever = "9" * 40 + ".5"
    problem = only(check(written(tmp_path, f"okx:\n  - {{instId: BTC-USDT-SWAP, lever: {lever}, mgnMode: cross}}\n")))
    assert problem.violation.why == "it is not finite, or has more than 40 digits"


def test_json_is_read_exactly_too(tmp_path: Path) -> None:
    text = '{"okx": [{"instId": "BTC-USDT-SWAP", "lever": 2.10, "mgnMode": "cross"}]}'
    plan = written(tmp_path, text)
    assert check(plan) == ()
    assert plan.rows[0].body["lever"] == "2.10"


def test_a_float_in_another_field_is_no_text(tmp_path: Path) -> None:
    problem = only(check(written(tmp_path, "okx:\n  - {instId: 2.5, lever: 5, mgnMode: cross}\n")))
    assert (problem.rule, problem.violation.why[-13:]) == ("okx/instrument-is-text", "this is float")
    assert problem.describe()["value"] == 2.5


def test_rows_on_one_line_hide_nothing_of_each_other(tmp_path: Path) -> None:
    row = "{instId: A-B, lever: %s, mgnMode: cross}"
    plan = written(tmp_path, f"okx: [{row % 'yes'}, {row % 'five'}]")
    assert [(each.row, each.rule) for each in check(plan)] == [
        (1, "plan/yaml-truth-value"),
        (2, "okx/lever-is-positive-decimal"),
        (2, "plan/contradicting-row"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "fix"),
    [
        ("OKX:\n  - {instId: A-B}\n", 1, "did you mean okx?"),
        ("acounts: {}\nokx: []\n", 1, "did you mean accounts?"),
        ("accounts: {okx: {positionMode: net_mode}}\n", 1, "did you mean position_mode?"),
        ("accounts: {Bitget: {}}\n", 1, "did you mean bitget?"),
        ("accounts: {okx: {positions: net_mode}}\n", 1, "correct the name, or remove it"),
        ("- exchange: OKX\n", 1, 'did you mean "okx"?'),
        ("- exchange: okex\n", 1, 'did you mean "okx"?'),
        ("- exchnge: okx\n", 1, "did you mean exchange instead of exchnge?"),
        ("- exchange: kraken\n", 1, "give exchange as one of okx, bitget"),
        ("- {instId: A-B}\n", 1, "give exchange as one of okx, bitget"),
        ("- {exchange: , instId: A-B}\n", 1, "give exchange as one of okx, bitget"),
        ("- {exchange:okx, instId: A-B}\n", 1, "write a blank after the colon: exchange: okx"),
        ("accounts: {okx: {level:spot}}\n", 1, "write a blank after the colon: level: spot"),
        ("accounts: {okx: {levl: }}\n", 1, "did you mean level?"),
    ],
)
def test_the_key_that_was_meant_is_asked_for(tmp_path: Path, text: str, line: int, fix: str) -> None:
    problem = only(check(written(tmp_path, text)))
    assert (problem.line, problem.violation.fix) == (line, fix)


@pytest.mark.parametrize(
    ("fields", "fix"),
    [
        (
            "instId: A-B, lever: 12,5, mgnMode: cross",
            "a comma ends the value before it: write a number without commas,",
        ),
        (
            "instId: A-B, lever: 1,000, mgnMode: cross",
            "a comma ends the value before it: write a number without commas,",
        ),
        ("instId: A-B-SWAP, lever: 5, mgnMode: isolated, posSide:long", "write a blank after the colon: posSide: long"),
        ("instId: A-B-SWAP, lever:5, mgnMode: cross", 'write a blank after the colon: lever: "5"'),
        ("instId: A-B-SWAP, lever: 5, mgnMode: isolated, posside: ", "did you mean posSide?"),
        ("instId: A-B, lever: 5, mgnMode: cross, remark", "correct the name, or remove it"),
        (
            'instId: A-B, lever: 5, mgnMode: cross, "posSide:\\e[31m": ',
            'write a blank after the colon: posSide: "\\u001b[31m"',
        ),
    ],
)
def test_a_key_without_a_value_hides_nothing_that_was_to_be_sent(tmp_path: Path, fields: str, fix: str) -> None:
    plan = written(tmp_path, f"okx:\n  - {{instId: C-D, lever: 5, mgnMode: cross}}\n  - {{{fields}}}\n")
    problem = only(check(plan))
    assert (problem.line, problem.row, problem.rule) == (3, 2, "plan/key-known")
    assert problem.violation.fix.startswith(fix)


def test_a_field_of_either_exchange_may_be_empty_in_every_row(tmp_path: Path) -> None:
    assert (
        found(written(tmp_path, '- {exchange: okx, instId: A-B, lever: 5, mgnMode: cross, symbol: , "holdSide": null}'))
        == []
    )


def test_every_wrong_value_of_an_account_is_named_in_its_line(tmp_path: Path) -> None:
    accounts = "accounts:\n  okx:\n    position_mode: hedge\n    level: spot\n    uid: 5\n"
    plan = written(tmp_path, f"{accounts}  bitget: {{margin_mode: cross, position_mode: net}}\nokx:\n  - {LONG}\n")
    assert found(plan) == [(3, "plan/account"), (6, "plan/account"), (6, "plan/account")]
    assert plan.accounts.get("okx").level == "spot"


def test_an_account_may_be_empty_and_is_a_mapping_else(tmp_path: Path) -> None:
    assert found(written(tmp_path, f"accounts:\n  okx:\n  bitget: ~\nokx:\n  - {LONG}\n")) == []
    text = f"accounts:\n  okx: net_mode\n  bitget: {{}}\n  bitget: {{}}\nokx:\n  - {LONG}\n"
    assert found(written(tmp_path, text)) == [(2, "plan/shape"), (4, "plan/duplicate-key")]


def test_rows_that_cannot_be_read_count_as_rows(tmp_path: Path) -> None:
    """Each is a problem of its own, and none is taken for the row after it."""
    plan = written(
        tmp_path,
        "- {exchange: OKX, lever: no}\n- {exchange: [okx]}\n- {instId: A-B}\n- {instId: C-D}\n"
        "- {exchange: okx, instId: E-F, lever: 5, mgnMode: cross, posSide: no}\n",
    )
    problems = check(plan)
    assert [(each.row, each.line, each.rule, bool(each.request)) for each in problems] == [
        (1, 1, "plan/yaml-truth-value", False),
        (1, 1, "plan/exchange-known", False),
        (2, 2, "plan/shape", False),
        (3, 3, "plan/exchange-known", False),
        (4, 4, "plan/exchange-known", False),
        (5, 5, "plan/yaml-truth-value", True),
    ]
    assert [row.number for row in plan.rows] == [5]


@pytest.mark.parametrize("key", ['"a\\e[31mb"', '"a\\u202eb"', '"a\\0b"'])
def test_keys_are_shown_escaped(tmp_path: Path, key: str) -> None:
    texts = [
        f"{key}: 1\n",
        f"accounts: {{okx: {{{key}: 1}}}}\n",
        f"okx:\n  - {{{key}: yes}}\n",
        f"okx:\n  - {{{key}: 010}}\n",
        f"okx:\n  - {{{key}: [1]}}\n",
        f"okx:\n  - {{{key}: 1, {key}: 2}}\n",
        f"- {{exchange: {key}}}\n",
        f"okx:\n  - {{instId: {key}, lever: {key}, mgnMode: {key}, posSide: {key}}}\n",
        f"okx:\n  - {{instId: 'A-B', posSide: long, lever: 5, mgnMode: isolated, {key}: 5}}\n",
        'okx:\n  - {instId: "A\\e\\u202eB-USDT", posSide: long}\n',
        f"bitget:\n  - {{symbol: {key}, leverage: 5}}\n  - {{symbol: {key}, leverage: 6}}\n",
    ]
    for text in texts:
        problems = check(written(tmp_path, text))
        assert problems
        for problem in problems:
            assert str(problem).replace("\n", "").isprintable(), text
            assert "\u202e" not in str(problem)


@pytest.mark.parametrize("word", ["no", "Yes", "TRUE", "off", "on", "false"])
def test_unquoted_truth_values_are_refused(tmp_path: Path, word: str) -> None:
    plan = written(tmp_path, f"bitget:\n  - {{symbol: {word}, {PERP.partition(', ')[2]}\n")
    problem = only(check(plan))
    assert problem.rule == "plan/yaml-truth-value"
    assert f'symbol: "{word}"' in problem.violation.fix
    assert check(written(tmp_path, f'bitget:\n  - {{symbol: "{word}", {PERP.partition(", ")[2]}\n')) == ()


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(1, "plan/empty")]),
        ("# nothing\n", [(1, "plan/empty")]),
        ("---\n", [(1, "plan/empty")]),
        ("okx:\nbitget: []\n", [(1, "plan/empty")]),
        ("just a text\n", [(1, "plan/shape")]),
        ("okx: 5\n", [(1, "plan/shape")]),
        ("okx: {a: [1, {b: 2}]}\n", [(1, "plan/shape")]),
        ("accounts: [x]\n", [(1, "plan/shape")]),
        ("? [a]\n: b\n", [(1, "plan/shape")]),
        ("okx:\n  - [1, 2]\n  - word\n", [(2, "plan/shape"), (3, "plan/shape")]),
        (f"okx:\n  - {LONG}\nokx:\n  - {SHORT}\n", [(3, "plan/duplicate-key")]),
        (f"okx:\n  - {LONG}\nkraken:\n  - {{a: b}}\n", [(3, "plan/key-known")]),
        (f"okx:\n  - {LONG}\n---\nokx:\n  - {SHORT}\n", [(3, "plan/shape")]),
        (
            f"okx:\n  - {LONG}\naccounts:\n  okx: 5\n  kraken: {{a: b}}\n",
            [(4, "plan/shape"), (5, "plan/key-known")],
        ),
        (f"okx:\n  - {LONG}\naccounts:\n  okx: {{posMode: net_mode}}\n", [(4, "plan/key-known")]),
        (f"okx:\n  - {LONG}\naccounts:\n  okx: {{level: high}}\n", [(4, "plan/account")]),
        ("- {instId: BTC-USDT}\n", [(1, "plan/exchange-known")]),
        ("- exchange: kraken\n", [(1, "plan/exchange-known")]),
        ("- instId: A-B\n  exchange: [okx]\n", [(2, "plan/shape")]),
    ],
)
def test_yaml_files_that_are_no_plan(tmp_path: Path, text: str, problems: list[tuple[int, str]]) -> None:
    assert found(written(tmp_path, text)) == problems


def test_a_duplicate_key_is_refused(tmp_path: Path) -> None:
    text = "okx:\n  - instId: BTC-USDT-SWAP\n    lever: 5\n    mgnMode: cross\n    lever: 10\n"
    plan = written(tmp_path, text)
    problem = only(check(plan))
    assert (problem.line, problem.rule) == (5, "plan/duplicate-key")
    assert "first in line 3" in problem.violation.summary
    assert plan.rows[0].body["lever"] == "5"


def test_lists_as_values_or_keys_and_aliases_are_refused(tmp_path: Path) -> None:
    text = (
        "okx:\n  - instId: [BTC, {a: b}]\n    ? [x]\n    : y\n    lever: &five 5\n    ccy: *five\n    mgnMode: cross\n"
    )
    assert found(written(tmp_path, text)) == [
        (2, "plan/shape"),
        (3, "plan/shape"),
        (6, "plan/yaml-feature"),
    ]


def test_a_tag_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    row = "{!d instId: A-B, !!str lever: !!str 5, mgnMode: !f cross}"
    text = f"!a\naccounts: !b\n  okx: !c {{position_mode: net_mode}}\nokx: !e\n  - !!map {row}\n"
    problems = check(written(tmp_path, text))
    assert [(each.line, each.row, each.rule) for each in problems] == [
        *((line, 0, "plan/yaml-feature") for line in (1, 2, 3, 4)),
        *((5, 1, "plan/yaml-feature"),) * 3,
    ]
    assert {each.violation.fix for each in problems} == {"leave it out"}
    assert [
        each.line for each in check(written(tmp_path, "- !a {exchange: okx, instId: A-B, lever: 5, mgnMode: cross}"))
    ] == [1]


def test_what_a_merged_row_would_have_brought_is_no_second_problem(tmp_path: Path) -> None:
    text = (
        "okx:\n  - &first {instId: A-B, lever: 5, mgnMode: cross}\n"
        "  - {<<: *first, instId: C-D}\n  - {<<: *first, instId: E-F, lever: -1}\n"
    )
    assert found(written(tmp_path, text)) == [
        (3, "plan/yaml-feature"),
        (4, "plan/yaml-feature"),
        (4, "okx/lever-is-positive-decimal"),
    ]


def test_a_truth_value_is_no_leverage_in_quotes_either(tmp_path: Path) -> None:
    problem = only(check(written(tmp_path, "okx:\n  - {instId: A-B, lever: no, mgnMode: cross}\n")))
    assert problem.violation.fix == "write a number, such as 5"


def test_problems_before_a_syntax_error_are_kept(tmp_path: Path) -> None:
    plan = written(
        tmp_path, "okx:\n  - {instId: BTC-USDT, lever: 5, mgnMode: isolated, posSide: long}\n  - {instId: ]\n"
    )
    assert found(plan) == [(2, "okx/side-needs-contract"), (3, "plan/yaml-syntax")]


@pytest.mark.parametrize("depth", [900, 3000, 100_000])
def test_deep_nesting_is_a_syntax_error(tmp_path: Path, depth: int) -> None:
    """PyYAML from 6.0.4 on reads 1,000 levels and no more; before, the row's shape is wrong as well."""
    rules = [rule for _, rule in found(written(tmp_path, "okx:\n  - " + "[" * depth + "\n"))]
    assert rules[-1] == "plan/yaml-syntax"
    assert rules[:-1] in ([["plan/shape"]] if depth < 1000 else [["plan/shape"], []])


def test_all_problems_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (
        "accounts: {okx: {position_mode: sideways}}\n"
        "okx:\n"
        "  - {instId: BTC-USDT, lever: 5.5, mgnMode: no, posSide: long, x: 1}\n"
        "bitget:\n"
        "  - {symbol: BTCUSDT, productType: USD, marginCoin: usdt, leverage: -1}\n"
    )
    assert found(written(tmp_path, text)) == [
        (1, "plan/account"),
        (3, "plan/yaml-truth-value"),
        (3, "okx/field-known"),
        (3, "okx/side-needs-contract"),
        (5, "bitget/product-type-known"),
        (5, "bitget/margin-coin-capitalised"),
        (5, "bitget/leverage-is-positive-decimal"),
    ]
