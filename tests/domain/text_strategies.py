"""Strings that provoke the text rules, for hypothesis."""

from hypothesis import strategies as st

# One or more of everything that a rule speaks about, so that short examples already combine them.
TROUBLE = (
    "\x00\x07\t\n\r\v\f\x1b\x1c\x7f\x85\x9b\x9d\xa0\xad ab1#"
    "\u0301\u20dd\u20e3\u05b8\u05c1\u05e9\u0600\u0628\u064b\u061c\u0915\u094d\u0937\u093f\u0e33\u0e25\u1100\u1161\u11a8"
    "\u115f\u3164\u200b\u200c\u200d\u200e\u200f\u2028\u202a\u202c\u202e\u2060\u2066\u2067\u2068\u2069\u2800\u25cc"
    "\u2764\u2026\ufe00\ufe0e\ufe0f\ufeff\ufffe\uff9e\ue000\ud800\udc00\u65e5\u672c\uac00"
    "\U0001f468\U0001f3f4\U0001f3fd\U0001f1ee\U0001f1f1\U000e0067\U000e0062\U000e007f\U000e0100\U00010a01\U0010ffff"
)
hostile = st.lists(
    st.one_of(
        st.sampled_from(TROUBLE),
        st.builds(lambda char, n: char * n, st.sampled_from(TROUBLE), st.integers(2, 40)),
        st.characters(categories=None),
    ),
    max_size=60,
).map("".join)
