"""Templates of canned replies: what they may say, and that everything else is refused quickly and by name."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import MonkeyPatch

from agent_tui.domain.replies import template
from agent_tui.domain.replies.fields import old_spelling, open_fields
from agent_tui.domain.replies.foreign import from_chatwoot, from_zammad
from agent_tui.domain.replies.known import Values
from agent_tui.domain.replies.reply import Canned, Variant, names_in
from agent_tui.domain.replies.sandbox import WITHIN, Thing, environment
from agent_tui.domain.replies.template import FILTERS, MOST_SOURCE, MOST_WORDS, Refused, Shape, render, shape_of

KNOWN: Values = {
    "customer": {"name": "Dana Levi", "first_name": "Dana", "language": "he", "phone": ""},
    "case": {"number": "4471"},
    "agent": {"name": "Noa"},
    "today": "2026-11-27",
    "now": "2026-11-27T09:41",
}

HOSTILE = [
    ("{{ ''.__class__ }}", "nothing here has a .__class__"),
    ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "a call is not allowed"),
    ("{{ customer.__class__ }}", "customer has no __class__"),
    ("{{ customer.items }}", "customer has no items"),
    ("{{ customer['name'] }}", "a value in brackets is not allowed"),
    ("{{ cycler.__init__.__globals__ }}", "nothing here has a .__globals__"),
    ("{{ lipsum() }}", "a call is not allowed"),
    ("{{ self }}", "self is no name here"),
    ("{{ _x }}", "_x is no name here"),
    ("{% for x in range(10 ** 9) %}x{% endfor %}", "a loop is not allowed"),
    ("{% set x = 1 %}", "set is not allowed"),
    ("{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}", "macro is not allowed"),
    ("{% include '/etc/passwd' %}", "include is not allowed"),
    ("{{ 'x' * 1000000000 }}", "arithmetic is not allowed"),
    ("{{ 9 ** 9 ** 9 ** 9 }}", "arithmetic is not allowed"),
    ("{{ '%1000000000d' % 1 }}", "arithmetic is not allowed"),
    ("{{ 'x'|center(1000000000) }}", "no filter center"),
    ("{{ customer.name|default(number) }}", "takes plain words only"),
    ("{{ " + "9" * 9_000 + " }}", "a number of very many digits"),
    ("{{ " + "(" * 9_000 + "1" + ")" * 9_000 + " }}", "nested too deeply"),
    ("{{ x" + "|upper" * 3_000 + " }}", "nested too deeply"),
    ("{% if x %}" * 800 + "{% endif %}" * 800, "nested too deeply"),
    ("{{ x }}" * 2_000, "parts"),
    ("{{" * 9_000, "nested too deeply"),
    ("{#" * 9_000, "missing end of comment"),
    ("x" * 5_000_000, "5000000 characters"),
    ("{{ x }", "unexpected"),
    ("{{ x|within('a') }}", "no filter within"),
    ("{{ x|upper(3) }}", "upper takes no more than 0"),
    ("{{ x|default('a', true) }}", "default takes no more than 1"),
    ("{{ x is defined(1) }}", "takes nothing in brackets"),
    ("{{ x in customer.name in 3 }}", "two comparisons in one"),
    ("{{ '\\ud800' }}", "half a character"),
]


@pytest.mark.parametrize(("source", "why"), HOSTILE, ids=[why for _, why in HOSTILE])
def test_what_could_hurt_is_refused_at_once_and_named(source: str, why: str) -> None:
    begun = perf_counter()
    with pytest.raises(Refused) as refused:
        render(source, KNOWN, {})
    assert perf_counter() - begun < 1
    assert why in refused.value.what
    assert refused.value.expected
    with pytest.raises(Refused) as refused:
        shape_of(f"Hello,\n\n{source}" if len(source) < MOST_SOURCE else source)
    assert refused.value.line == (3 if len(source) < MOST_SOURCE else 1)


def test_the_sandbox_behind_the_check_gives_nothing_away() -> None:
    """What would be there if the check let it through."""
    made = environment()
    assert (set(made.globals), set(made.filters), set(made.tests)) == (
        set(),
        {*FILTERS, WITHIN},
        {"defined", "undefined"},
    )
    for source in ("{{ ''.__class__ }}", "{{ x.__init__ }}", "{{ x['__class__'] }}", "{{ x.keys }}"):
        assert "{{" in made.from_string(source).render(x=Thing("x", {"a": "b"}))


def test_what_comes_to_too_many_words_is_refused() -> None:
    with pytest.raises(Refused, match="characters"):
        render("{{ note }}" * 30, KNOWN, {"note": "x" * 2_000})
    assert len(render("{{ note }}" * 10, KNOWN, {"note": "x" * 9_000})) == 20_000 < MOST_WORDS


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Hello {{ customer.name }}, case {{ case.number }}. {{ agent.name }}", "Hello Dana Levi, case 4471. Noa"),
        ("{{ today|date }} {{ now|time }} {{ '2026-01-05'|date('m/d/y') }}", "27.11.2026 09:41 1/5/2026"),
        ("{{ '1234.5'|money('$') }} {{ 'soon'|money }}", "$1,234.50 soon"),
        ("{{ agent.name|upper }} {{ number|upper }}", "NOA {{ number }}"),
        ("{{ customer.phone }}", "{{ customer.phone }}"),
        ("{{ customer.phone|default('no phone') }}", "no phone"),
        ("{% if customer.language == 'he' %}shalom{% else %}hello{% endif %}", "shalom"),
        ("{% if customer.phone and promised %}both{% endif %}.", "."),
        ("{{ 'a' if size in ['small', 'tiny'] else 'b' }}", "b"),
        ("{% raw %}{{ as it is }}{% endraw %}", "{{ as it is }}"),
        ("no { braces } here, 100%", "no { braces } here, 100%"),
        ("{% if number in customer.name %}yes{% else %}no{% endif %}", "no"),
        (
            "{{ 'Dana' in customer.name }} {{ 5 in 6 }} {{ 4 not in customer.name }} {{ 'a' in none }}",
            "True False True False",
        ),
    ],
)
def test_a_template_says(source: str, words: str) -> None:
    assert render(source, KNOWN, {}) == words


def test_what_is_put_in_is_no_template() -> None:
    known: Values = {"customer": {"name": "{{ agent.name }}{% for x in y %}"}, "agent": {"name": "Noa"}}
    assert render("{{ customer.name }} {{ what }}", known, {"what": "{{ 7 * 7 }}"}) == (
        "{{ agent.name }}{% for x in y %} {{ 7 * 7 }}"
    )


def test_what_a_template_needs_is_known_before() -> None:
    shape = shape_of("{{ b }} {% if size == 'big' %}{{ a }}{{ customer.name }}{% endif %} {{ sum|money }}{{ today }}")
    assert set(shape.fields) == {"a", "b", "size", "sum"}
    assert shape.fields[0] == "b"
    assert shape.first == {"size", "sum"}
    assert set(shape.variables) == {"customer.name", "today"}


def test_the_old_spelling_is_told_from_braces_of_other_kinds() -> None:
    assert old_spelling("Hello {customer}") == ("customer", "{{ customer.name }}")
    assert old_spelling("parcel {order number}") == ("order number", "{{ order_number }}")
    assert old_spelling("{{ customer.name }} {% if x %}{ }{% endif %} {1} {{x}}") is None


def test_a_place_is_a_name_in_braces() -> None:
    assert open_fields("{{ number }}, {{customer.phone}}, {{ 1 }}, {{ a b }}, {{ מספר }}") == [
        "number",
        "customer.phone",
        "מספר",
    ]


def test_the_text_of_a_channel_and_a_language() -> None:
    reply = Canned(
        "late",
        "long",
        language="en",
        variants=(Variant("ארוך", "he"), Variant("short", "en", "sms"), Variant("Dear", "en", "mail")),
    )
    found = {
        (c, lang): reply.text_for(c, lang).text for c in ("sms", "email", "whatsapp") for lang in ("en", "he", "ru")
    }
    assert found[("sms", "en")] == "short"
    assert found[("email", "en")] == "Dear"
    assert found[("whatsapp", "en")] == "long"
    assert {found[(c, "he")] for c in ("sms", "email", "whatsapp")} == {"ארוך"}, "the language counts more"
    assert found[("sms", "ru")] == "short"
    assert reply.languages == ("en", "he")


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        ("Hi {{contact.name}} {{ agent.first_name | capitalize }}", "Hi Dana Levi {{ agent.first_name }}"),
        ("{{contact.custom_attribute.plan}} {{ today }}", "{{ contact_custom_attribute_plan }} {{ today_ }}"),
        ("{% for x in y %}{# no #} {{ 7 * 7 }} {{contact", "{% for x in y %}{# no #} {{ 7 * 7 }} {{contact"),
    ],
)
def test_what_chatwoot_has_is_a_template_here(theirs: str, words: str) -> None:
    assert render(from_chatwoot(theirs), KNOWN, {}) == words


def test_what_zammad_has_is_a_template_here() -> None:
    theirs = "#{ticket.customer.firstname} #{ticket.number} #{ticket.priority.name} #{} {{ 7 * 7 }}"
    words = "Dana 4471 {{ ticket_priority_name }} #{} {{ 7 * 7 }}"
    assert render(from_zammad(theirs), KNOWN, {}) == words


def test_every_name_that_may_stay_open_is_known() -> None:
    names = names_in((Canned("a", "{{ number|upper }}", variants=(Variant("{%- if size -%}{{ other }}"),)),))
    assert {"number", "other", "customer.name", "promised"} <= names


def test_cards_of_the_companys_systems_are_values() -> None:
    values: Values = {"card": {"shop.owed": "120.00", "shop.note": "{{ agent.name }}"}}
    assert render("You get {{ card.shop.owed|money('$') }}.", values, {}) == "You get $120.00."
    assert render("{{ card.shop.note }}", values, {}) == "{{ agent.name }}", "never read as a template"
    for missing in ("card.shop.order", "card.club.points"):
        words = render(f"A {{{{ {missing} }}}}{{% if {missing} %}}!{{% endif %}}", values, {})
        assert words == f"A {{{{ {missing} }}}}"
        assert open_fields(words) == [missing]
        assert render(f"{{{{ {missing}|default('none') }}}}", {}, {}) == "none"
    assert shape_of("{{ card.shop.owed }}").variables == ("card.shop.owed",)
    assert "card.shop.owed" in names_in((Canned("a", "{{ card.shop.owed }}"),))
    for refused in ("{{ card }}", "{{ card.shop }}", "{{ card.shop.owed.more }}", "{{ card.shop.__class__ }}"):
        with pytest.raises(Refused):
            render(refused, values, {})


PIECES = [
    *(
        "word",
        " ",
        "\n",
        "{",
        "}",
        "}}",
        "%}",
        "#}",
        "{ x }",
        "{{ number }}",
        "{{number}}",
        "{{ customer.name }}",
        "{{ today }}",
    ),
    *(
        "{{ card.shop.owed }}",
        "{{ card }}",
        "{{ customer }}",
        "{{ customer.age }}",
        "{{ x.y }}",
        "{{ _x }}",
        "{{ self }}",
    ),
    *(
        "{{ none }}",
        "{{ True }}",
        "{{ not }}",
        "{{ if }}",
        "{{ is }}",
        "{{ x|upper }}",
        "{{- x -}}",
        "{{ 'x' }}",
        "{{ x",
        "{{",
    ),
    *(
        "{% if x %}",
        "{% else %}",
        "{% endif %}",
        "{# no #}",
        "{{ x. }}",
        "{{ x..y }}",
        "{{ שם }}",
        "{{ 3 }}",
        "{{\nx\n}}",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@settings(max_examples=400)
def test_what_jinja2_need_not_look_at_is_what_it_would_find(source: str) -> None:
    """Words and plain places are told by themselves; whatever they are beside, it is as Jinja2 sees it."""

    def found() -> Shape | tuple[int, str]:
        shape_of.cache_clear()
        try:
            return shape_of(source)
        except Refused as refused:
            return refused.line, refused.what

    quick = found()
    with MonkeyPatch.context() as patch:
        patch.setattr(template, "_plain_names", lambda _: None)
        assert quick == found()
    shape_of.cache_clear()


def test_plain_replies_need_no_jinja2(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(template, "_parsed", lambda source: pytest.fail(f"parsed {source}"))
    shape_of.cache_clear()
    assert shape_of("Hello {{ customer.name }}, {parcel} {{number}} }} is late.") == Shape(
        ("number",), frozenset(), ("customer.name",)
    )
