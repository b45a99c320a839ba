# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of IMAP holds against chunk boundaries, strangers' punctuation and lying servers."""

import contextlib
import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imapclient import imap_utf7

from intake.servers import imap_syntax as syntax
from intake.servers.imap_syntax import Framer, Literal, SyntaxProblem

WIRE = (
    b"* OK [CAPABILITY IMAP4rev1] ready {5}\r\n"
    b"* 1 FETCH (UID 4 BODY[HEADER]<0> {24}\r\nSubject: * 2 EXISTS ((\r\n FLAGS (\\Seen))\r\n"
    b'* 2 FETCH (UID 5 BODYSTRUCTURE ("text" "plain" ("name" {3}\r\n"({) NIL NIL "7bit" 3 1))\r\n'
    b"* 3 FETCH (BODY[TEXT] {0}\r\n)\r\n"
    b"+ go ahead {9}\r\n"
    b"* 17 EXISTS\r\n"
    b"A1 OK done {3}\r\n"
)
RESPONSES = [
    (b"* OK [CAPABILITY IMAP4rev1] ready {5}",),
    (b"* 1 FETCH (UID 4 BODY[HEADER]<0> ", b"Subject: * 2 EXISTS ((\r\n", b" FLAGS (\\Seen))"),
    (b'* 2 FETCH (UID 5 BODYSTRUCTURE ("text" "plain" ("name" ', b'"({', b') NIL NIL "7bit" 3 1))'),
    (b"* 3 FETCH (BODY[TEXT] ", b"", b")"),
    (b"+ go ahead {9}",),
    (b"* 17 EXISTS",),
    (b"A1 OK done {3}",),
]


def frame(*chunks: bytes) -> list[syntax.Response]:
    framer = Framer()
    return [response for chunk in chunks for response in framer.feed(chunk)]


@pytest.mark.parametrize("cut", range(len(WIRE) + 1))
def test_responses_are_the_same_wherever_a_chunk_ends(cut: int) -> None:
    assert frame(WIRE[:cut], WIRE[cut:]) == RESPONSES


@settings(deadline=None)
@given(st.lists(st.integers(0, len(WIRE)), max_size=40))
def test_responses_are_the_same_in_any_number_of_chunks(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(WIRE)]
    assert frame(*(WIRE[a:b] for a, b in itertools.pairwise(ends))) == RESPONSES


def test_one_octet_at_a_time_is_enough() -> None:
    assert frame(*(WIRE[i : i + 1] for i in range(len(WIRE)))) == RESPONSES


def test_five_thousand_lines_in_one_chunk_are_five_thousand_responses() -> None:
    lines = [b"* %d EXPUNGE" % n for n in range(1, 5001)]
    assert frame(b"\r\n".join(lines) + b"\r\n") == [(line,) for line in lines]


def test_a_literal_larger_than_anything_asked_for_is_refused() -> None:
    with pytest.raises(SyntaxProblem):
        frame(b"* 1 FETCH (BODY[] {%d}\r\n" % (syntax.MAX_LITERAL + 1))


def test_a_line_without_end_is_refused_before_it_fills_memory() -> None:
    with pytest.raises(SyntaxProblem):
        frame(*[b"x" * 65536] * (syntax.MAX_LINE // 65536 + 2))


def test_literals_without_end_are_refused_before_they_fill_memory() -> None:
    piece = b" {%d}\r\n" % syntax.MAX_LITERAL + b"x" * syntax.MAX_LITERAL
    with pytest.raises(SyntaxProblem):
        frame(*[piece] * (syntax.MAX_RESPONSE // syntax.MAX_LITERAL + 2))


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ((b'* LIST (\\HasNoChildren) "/" "a \\"b\\" \\\\"',), [b"*", b"LIST", [b"\\HasNoChildren"], b"/", b'a "b" \\']),
        ((b'(NIL nil "NIL" "")',), [[None, None, b"NIL", b""]]),
        ((b"(a ", b"({\r\n", b" b)"), [[b"a", b"({\r\n", b"b"]]),
        ((b"BODY[HEADER.FIELDS (TO CC)]<0> x",), [b"BODY[HEADER.FIELDS (TO CC)]<0>", b"x"]),
        ((b'("a""b"(c)(d))',), [[b"a", b"b", [b"c"], [b"d"]]]),
        ((b"",), []),
        ((b"   ",), []),
    ],
)  # fmt: skip
def test_values_are_read_as_the_grammar_says(response: syntax.Response, expected: list[syntax.Value]) -> None:
    assert syntax.values(response) == expected


@pytest.mark.parametrize(
    "text",
    [b"(a", b"a)", b'"open', b"(" * 5000, b"(" * 5000 + b")" * 5000, b'(a "b\\"', b"[" * 200_000 + b'"'],
    ids=["open list", "closed list", "open quote", "only open", "too deep", "escaped end", "brackets"],
)
def test_what_is_no_grammar_is_a_syntax_problem(text: bytes) -> None:
    with pytest.raises(SyntaxProblem):
        syntax.values((text,))


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_values_and_fetched_raise_nothing_else_on_any_octets(parts: list[bytes]) -> None:
    for response in (tuple(parts), (b"* 1 FETCH (" + parts[0], *parts[1:])):
        for read in (syntax.values, syntax.fetched):
            with contextlib.suppress(SyntaxProblem):
                read(response)


def test_attributes_of_a_message_are_found_in_any_order_and_case() -> None:
    response = (b"* 3 fetch (Flags (\\Seen $x) body[header]<0> ", b"A: b\r\n\r\n", b" Uid 12)")
    assert syntax.fetched(response) == {
        b"FLAGS": [b"\\Seen", b"$x"],
        b"BODY[HEADER]": b"A: b\r\n\r\n",
        b"UID": b"12",
    }


@pytest.mark.parametrize("line", [b"* 3 EXISTS", b"* OK FETCH (", b"* SEARCH 1 2", b"A1 OK 3 FETCH ("])
def test_other_responses_are_no_fetch(line: bytes) -> None:
    assert syntax.fetched((line,)) is None


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_folder_name_survives_the_wire(name: str) -> None:
    sent = syntax.folder_argument(name)
    octets = sent.octets if isinstance(sent, Literal) else syntax.values((sent,))[0]
    assert isinstance(octets, bytes)
    assert octets.isascii()
    assert syntax.folder_name(octets) == name


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_octets_have_a_readable_folder_name(octets: bytes) -> None:
    assert isinstance(syntax.folder_name(octets), str)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_string_can_never_end_its_command(text: str) -> None:
    sent = syntax.string(text)
    if isinstance(sent, bytes):
        assert not set(sent) & {0, 10, 13}
        assert syntax.values((sent,)) == [text.encode()]
    else:
        assert sent.octets == text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("simple", b'"simple"'),
        ('p "q" \\', b'"p \\"q\\" \\\\"'),
        ("grün", Literal("grün".encode())),
        ("a\r\nb", Literal(b"a\r\nb")),
        ("", b'""'),
    ],
)
def test_strings_are_quoted_where_ascii_allows_it(text: str, sent: syntax.Argument) -> None:
    assert syntax.string(text) == sent


@settings(deadline=None)
@given(st.sets(st.integers(1, 2**32 - 1), min_size=1, max_size=60))
def test_a_uid_set_names_exactly_its_uids(uids: set[int]) -> None:
    assert syntax.uids_of(syntax.uid_set(uids), 60) == sorted(uids)


@pytest.mark.parametrize("text", [b"1:4294967295", b"", b"a", b"1,,2", b"*", b"9" * 30, b"1:2:3"])
def test_a_uid_set_that_makes_no_sense_is_a_syntax_problem(text: bytes) -> None:
    with pytest.raises(SyntaxProblem):
        syntax.uids_of(text, 200)


@pytest.mark.parametrize(
    ("lines", "pairs"),
    [
        ([b"[COPYUID 38505 304,319:320 3956:3958] Done"], {304: 3956, 319: 3957, 320: 3958}),
        ([b"* OK [COPYUID 1 5 9] Moved"], {5: 9}),
        ([b"* OK [copyuid 1 5 9]", b"[COPYUID 1 6 10]"], {5: 9, 6: 10}),
        ([b"[COPYUID 1 1:4 7:9]"], {}),
        ([b"[COPYUID 1 1:4000000000 1:4000000000]"], {}),
        ([b"[COPYUID nonsense]", b"[COPYUID 1 x y]", b"OK", b"", b"[", b"[]"], {}),
    ],
)
def test_copyuid_maps_sources_to_targets_or_nothing(lines: list[bytes], pairs: dict[int, int]) -> None:
    assert syntax.copied(lines, 200) == pairs


@settings(deadline=None)
@given(
    st.datetimes(
        min_value=dt.datetime(1971, 1, 1),  # noqa: DTZ001
        max_value=dt.datetime(2099, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-840, 840).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))),
    )
)
def test_a_date_survives_the_wire_to_the_second(instant: dt.datetime) -> None:
    assert syntax.internal_date(syntax.date_time(instant).strip(b'"')) == instant.replace(microsecond=0)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"yesterday",
        b"31-Feb-2026 00:00:00 +0000",
        b"01-Foo-2026 00:00:00 +0000",
        b"01-Jan-2026 25:00:00 +0000",
        b"01-Jan-2026 00:00:00 +9900",
        [b"x"],
    ],
)
def test_a_date_that_is_none_becomes_the_epoch(value: syntax.Value) -> None:
    assert syntax.internal_date(value) == syntax.EPOCH


def test_modified_utf7_is_that_of_the_standard() -> None:
    assert imap_utf7.encode("Prüfen & § 24") == b"Pr&APw-fen &- &AKc- 24"
