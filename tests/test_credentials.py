"""Credentials: what is refused, what is said about it, and what never is."""

import copy
import dataclasses
import os
import pickle
import pprint

import attrs
import leverset_okx.operations
import pytest
from rich.pretty import pretty_repr

from leverset import Credentials, CredentialsError
from tests.caller import CREDENTIALS, SECRETS

GOOD = {"api_key": "key-1", "secret": "secret-2", "passphrase": "pass 3"}
PARTS = tuple(GOOD)

BAD = [
    (None, "is missing"),
    (5, "is int, not str"),
    (b"bytes", "is bytes, not str"),
    ("", "is empty"),
    (" x", "begins or ends with blanks or a line break, as a copied text may"),
    ("x ", "begins or ends with blanks or a line break, as a copied text may"),
    ("x\n", "begins or ends with blanks or a line break, as a copied text may"),
    ("x\r\nOK-ACCESS-KEY: y", "has a line break, a tab or another control character in it"),
    ("x\ty", "has a line break, a tab or another control character in it"),
    ("x\0y", "has a line break, a tab or another control character in it"),
    ("x\u00a0y", "has a line break, a tab or another control character in it"),
    ("x\ud800y", "has a line break, a tab or another control character in it"),
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("value", "problem"), BAD)
def test_what_cannot_sign_or_be_sent_is_refused_by_name(part: str, value: str, problem: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        Credentials(**{**GOOD, part: value})
    assert caught.value.summary == f"{part} {problem}"
    assert caught.value.fix.partition(";")[0] == f"give {part} exactly as the exchange has it"
    assert caught.value.outcome == "not_sent"


IN_QUOTES = "is in quotation marks: leave them out"
VARIABLE = "is the name of a variable, which nothing has replaced by its value"
PLACEHOLDER = "is a placeholder, not a value of your own"
MISTAKES = [
    *(
        (quoted, IN_QUOTES)
        for quoted in ('"aB3x"', "'aB3x'", "`aB3x`", "\u201caB3x\u201d", "\u2018aB3x\u2019", "\u201eaB3x\u201c")
    ),
    *((quoted, IN_QUOTES) for quoted in ("\u00abaB3x\u00bb", "\u201daB3x\u201d", '""', "\u2019aB3x\u2019")),
    *((f"{mark}aB3x", "begins or ends with a quotation mark: leave it out") for mark in "\u201c\u201d\u2018\u00ab"),
    *(("aB3x\u2019", "begins or ends with a quotation mark: leave it out"),),
    *(
        (name, VARIABLE)
        for name in ("${OKX_SECRET}", "$OKX_SECRET", "$SECRET", "$API_KEY", "%OKX_SECRET%", "${OKX_SECRET:-x}")
    ),
    *(
        (name, VARIABLE)
        for name in ("$(pass show okx)", "{{ secrets.OKX }}", "${{ secrets.OKX_SECRET }}", "op://vault/okx/key")
    ),
    *((name, VARIABLE) for name in ("os.environ['OKX_SECRET']", "process.env.OKX_SECRET")),
    *(
        (text, PLACEHOLDER)
        for text in ("your_api_key_here", "YOUR-API-KEY", "your secret", "<api-key>", "<your passphrase>")
    ),
    *(
        (text, PLACEHOLDER)
        for text in ("changeme", "CHANGE_ME", "change me", "replace-me", "xxx", "XXXXXXXX", "***", "********")
    ),
    *(
        (text, PLACEHOLDER)
        for text in ("...", "TODO", "None", "null", "[hidden]", "{passphrase}", "insert your key here")
    ),
    *(
        (text, PLACEHOLDER)
        for text in ("api_key", "API-SECRET", "your_passphrase", "secret_key_here", "enter-your-passphrase")
    ),
    *(
        (text, PLACEHOLDER)
        for text in ("OKX_API_KEY", "my-api-secret", "undefined", "put_your_secret_key_here", "\u2026", "xxxx")
    ),
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("value", "problem"), MISTAKES)
def test_what_cannot_be_meant_is_refused_and_not_shown(part: str, value: str, problem: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        Credentials(**{**GOOD, part: value})
    assert caught.value.summary == f"{part} {problem}"
    assert "aB3x" not in str(caught.value) + repr(vars(caught.value))


@pytest.mark.parametrize("part", ["api_key", "secret"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("$secret", VARIABLE),
        ("$Okx", VARIABLE),
        ('"aB3x', "begins or ends with a quotation mark: leave it out"),
        ("aB3x'", "begins or ends with a quotation mark: leave it out"),
        ("aB3x # from a password manager", "has a remark behind it: leave out what begins with #"),
    ],
)
def test_keys_and_secrets_are_made_by_an_exchange(part: str, value: str, problem: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        Credentials(**{**GOOD, part: value})
    assert caught.value.summary == f"{part} {problem}"


@pytest.mark.parametrize(
    "passphrase",
    [
        *(
            "$uperPass1",
            "$Money$",
            "a # b",
            "#1",
            "Pass-Phrase!1",
            "it's",
            "'tis 1",
            'say "x',
            "x",
            "xx",
            "50% off%",
            "<3",
            "a<b>c",
        ),
        *("$$", "My-Secret-1", "passphrase1", "correct horse", "${x", "nullify", "todos", "----a", "[a", "a]"),
    ],
)
def test_a_passphrase_may_be_what_a_person_chooses(passphrase: str) -> None:
    assert Credentials(**{**GOOD, "passphrase": passphrase}).passphrase == passphrase


@pytest.mark.parametrize(
    "value",
    [
        *("bg_5f3a2c9d8e7b6a4f", "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "0123456789ABCDEF0123456789ABCDEF"),
        *("Test+Secret/With=Base64==", "yourkey1", "xxx1", "keys", "ab#c", "sk-secret-value-x"),
    ],
)
def test_what_an_exchange_makes_is_taken(value: str) -> None:
    assert Credentials(value, value, value).secret == value


@pytest.mark.parametrize("part", ["api_key", "passphrase"])
def test_a_header_carries_no_character_outside_ascii(part: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        Credentials(**{**GOOD, part: "schlüssel"})
    problem = "has a character outside ASCII in it, which an HTTP header does not carry"
    assert caught.value.summary == f"{part} {problem}"


def test_a_secret_never_travels_so_it_may_be_any_text() -> None:
    assert Credentials(**{**GOOD, "secret": "ein Schlüssel"}).secret == "ein Schlüssel"


def test_a_passphrase_may_have_blanks_inside_and_a_key_may_not() -> None:
    assert Credentials(**{**GOOD, "passphrase": "a b  c!"}).passphrase == "a b  c!"
    with pytest.raises(CredentialsError, match=r"api_key has a blank in it\n"):
        Credentials(**{**GOOD, "api_key": "a b"})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(CredentialsError) as caught:
        Credentials("", "good", "x\n")
    assert caught.value.summary == (
        "api_key is empty; passphrase begins or ends with blanks or a line break, as a copied text may"
    )


def test_no_refusal_shows_a_value() -> None:
    for part in PARTS:
        with pytest.raises(CredentialsError) as caught:
            Credentials(**{**GOOD, part: " hush-hush "})
        assert "hush" not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for part, value in GOOD.items():
        monkeypatch.setenv(f"OKX_{part.upper()}", value)
    assert Credentials.from_env("OKX") == Credentials(**GOOD)


def test_the_mapping_that_is_given_stands_for_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BITGET_")]:
        monkeypatch.delenv(name)
    environ = {f"BITGET_{part.upper()}": value for part, value in GOOD.items()}
    assert Credentials.from_env("BITGET", environ) == Credentials(**GOOD)
    with pytest.raises(CredentialsError, match="BITGET_API_KEY is missing"):
        Credentials.from_env("BITGET")


@pytest.mark.parametrize("missing", [("api_key",), ("secret",), ("passphrase",), ("api_key", "passphrase"), PARTS])
def test_every_missing_variable_is_named_and_no_other(missing: tuple[str, ...]) -> None:
    environ = {f"OKX_{part.upper()}": value for part, value in GOOD.items() if part not in missing}
    with pytest.raises(CredentialsError) as caught:
        Credentials.from_env("OKX", environ)
    names = [f"OKX_{part.upper()}" for part in missing]
    assert caught.value.summary == "; ".join(f"{name} is missing" for name in names)
    assert caught.value.fix.partition(";")[0] == f"give {' and '.join(names)} exactly as the exchange has it"


def test_missing_empty_and_malformed_variables_are_named_together() -> None:
    environ = {"OKX_API_KEY": "k\ney", "OKX_SECRET": ""}
    with pytest.raises(CredentialsError) as caught:
        Credentials.from_env("OKX", environ)
    assert caught.value.summary == (
        "OKX_API_KEY has a line break, a tab or another control character in it; "
        "OKX_SECRET is empty; OKX_PASSPHRASE is missing"
    )


def test_nothing_that_prints_shows_them() -> None:
    texts = [
        repr(CREDENTIALS),
        str(CREDENTIALS),
        f"{CREDENTIALS}",
        f"{CREDENTIALS!r:>40}",
        format(CREDENTIALS),
        "%s %r" % (CREDENTIALS, CREDENTIALS),  # noqa: UP031 - one of the ways to print
        pprint.pformat({"c": CREDENTIALS}),
        pretty_repr(CREDENTIALS),
        repr([CREDENTIALS]),
        ascii(CREDENTIALS),
    ]
    assert not [text for text in texts for secret in SECRETS if secret in text]
    assert repr(CREDENTIALS) == "Credentials([hidden])"


def test_nothing_that_walks_over_fields_finds_them() -> None:
    with pytest.raises(attrs.exceptions.NotAnAttrsClassError):
        attrs.asdict(CREDENTIALS)  # type: ignore[arg-type] # the point
    with pytest.raises(TypeError):
        vars(CREDENTIALS)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_they_refuse_to_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match=r"^Credentials are not pickled; make them in the process that needs them$"):
        pickle.dumps(CREDENTIALS, protocol)


def test_a_copy_is_the_same_object() -> None:
    assert copy.copy(CREDENTIALS) is CREDENTIALS
    assert copy.deepcopy({"c": CREDENTIALS})["c"] is CREDENTIALS


def test_they_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match=r"cannot be changed; make new ones$"):
        CREDENTIALS.secret = "other"
    with pytest.raises(AttributeError, match=r"cannot be changed; make new ones$"):
        del CREDENTIALS.secret
    with pytest.raises(AttributeError, match=r"cannot be changed; make new ones$"):
        CREDENTIALS.other = 1


def test_equal_ones_are_equal() -> None:
    same = Credentials(*SECRETS)
    assert same == CREDENTIALS
    assert hash(same) == hash(CREDENTIALS)
    for part in PARTS:
        assert Credentials(**{**GOOD, part: "other"}) != Credentials(**GOOD)
    assert CREDENTIALS != SECRETS


def test_the_name_of_the_account_gives_the_key_away_to_nobody() -> None:
    name = CREDENTIALS.account
    assert len(name) == 24
    assert int(name, 16) > 0
    assert name == Credentials(SECRETS[0], "other", "other").account
    assert name != Credentials("other-key", *SECRETS[1:]).account
    # Worked out by another tool: printf 'leverset account\0a' | sha256sum. It is a key of the shared limit, so two
    # versions of this library have to agree on it.
    assert Credentials("a", "b", "c").account == "3113da63985306d2540d94e8"


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        (
            "OKX",
            ["; keys are made at https://www.okx.com/account/my-api, with the permission Trade; export OKX_API_KEY"],
        ),
        (
            "OKX_DEMO",
            ["demo trading has keys of its own; they are made at", "export OKX_DEMO_API_KEY, OKX_DEMO_SECRET"],
        ),
        ("BITGET", ["keys are made at https://www.bitget.com/account/newapi", "Trade (futures)"]),
        ("ELSEWHERE", ["; export ELSEWHERE_API_KEY, ELSEWHERE_SECRET and ELSEWHERE_PASSPHRASE"]),
        ("", ["; export _API_KEY"]),
    ],
)
def test_what_is_missing_says_where_it_is_made_and_how_it_is_handed_over(prefix: str, words: list[str]) -> None:
    for given in ({}, {f"{prefix}_API_KEY": "key", f"{prefix}_SECRET": "", f"{prefix}_PASSPHRASE": "word"}):
        with pytest.raises(CredentialsError) as caught:
            Credentials.from_env(prefix, given)
        for each in (*words, "--credentials", "Credentials(api_key, secret, passphrase)"):
            assert each in caught.value.fix


def test_a_key_that_is_only_malformed_needs_no_other_one() -> None:
    given = {"OKX_API_KEY": " x", "OKX_SECRET": "s", "OKX_PASSPHRASE": "p"}
    with pytest.raises(CredentialsError) as caught:
        Credentials.from_env("OKX", given)
    assert caught.value.fix == "give OKX_API_KEY exactly as the exchange has it"


def test_an_exchange_whose_spec_names_no_page_is_not_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = dataclasses.replace(leverset_okx.operations.EXCHANGE, key_page="")
    monkeypatch.setattr(leverset_okx.operations, "EXCHANGE", facts)
    with pytest.raises(CredentialsError) as caught:
        Credentials.from_env("OKX", {})
    assert "made at" not in caught.value.fix
