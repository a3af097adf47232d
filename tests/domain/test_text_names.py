"""File names and links made of customer text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.text import clean_line, safe_filename, safe_link_host, safe_link_target
from tests.domain.text_strategies import hostile


@given(st.one_of(hostile, st.text(st.sampled_from("ab./\\-~ :*CONnul1\u0301\u05d0\u200d\u0628\u200c"), max_size=300)))
def test_filename_holds_its_bounds(raw: str) -> None:
    name = safe_filename(raw)
    assert 0 < len(name.encode()) <= 120
    assert not set(name) & set('/\\:*?"<>|\n\x1b')
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "
    assert unicodedata.is_normalized("NFC", name)
    assert not any(unicodedata.category(char) == "Cc" for char in name)
    assert clean_line(name) == name
    assert safe_filename(name) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("/etc/cron.d/x", "x"),
        ("..\\..\\x.bat", "x.bat"),
        ("-rf", "rf"),
        ("~/x", "x"),
        ("a\nb.pdf", "a b.pdf"),
        ("a.exe. ", "a.exe"),
        ("CON.txt", "_CON.txt"),
        ("a:b.pdf", "a_b.pdf"),
        ("*;$(id)`id`.pdf", "___(id)_id_.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u05d7\u05e9\u05d1\u05d5\u05e0\u05d9\u05ea \u05de\u05e1\u05f3 12.pdf",) * 2,
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("\x1b[2J.png", "_[2J.png"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_filename(raw: str, name: str) -> None:
    assert safe_filename(raw) == name


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/a?b#c", "example.com"),
        ("HTTP://Example.COM:8080", "example.com"),
        ("https://bank.co.il@evil.example/", "evil.example"),
        ("https://b\u0430nk.co.il", "xn--bnk-6cd.co.il"),
        ("https://\u05d0\u05ea\u05e8.co.il/", "xn--4db2cf.co.il"),
        ("https://\uff50\uff41\uff59\uff0ecom", "pay.com"),
        ("http://[::1]:80/", "[::1]"),
        ("https://a.example/%1b%5d0;x%07", "a.example"),
        ("mailto:dana@example.com?subject=x", "dana@example.com"),
        ("tel:+972-54-1234567", "+972-54-1234567"),
        ("javascript:alert(1)", None),
        ("data:text/html,<h1>x", None),
        ("ssh://-oProxyCommand=x/", None),
        ("file:///etc/passwd", None),
        ("-oProxyCommand=x", None),
        ("https://good.example\\@evil.example", None),
        ("https://evil\u200b.example", None),
        ("https://good.example\u2100.evil", None),
        ("https://a\nb.example", None),
        ("https://%65vil.example", None),
        ("https://", None),
        ("https://" + "a" * 300 + ".example", None),
        ("mailto:d\u0430na@example.com", None),
    ],
)
def test_link_host(url: str, host: str | None) -> None:
    assert safe_link_host(url) == host


def test_link_target_is_encoded_and_bounded() -> None:
    assert safe_link_target("https://x.co.il/\u05d0?c=\u05d3%20") == "https://x.co.il/%D7%90?c=%D7%93%20"
    assert safe_link_target("https://u:p@x.example:81") == "https://x.example:81/"
    assert safe_link_target("https://x.example/" + "a" * 5000) is None


@given(st.one_of(hostile, hostile.map("https://".__add__), hostile.map("mailto:a@".__add__)))
def test_links_are_ascii_and_never_raise(url: str) -> None:
    for text in (safe_link_host(url), safe_link_target(url)):
        assert text is None or (text.isascii() and text.isprintable() and " " not in text)
