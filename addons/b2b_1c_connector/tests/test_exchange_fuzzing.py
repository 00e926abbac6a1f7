"""Whatever is asked of the endpoint: it answers as 1C can read it, and in time."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..controllers.dispatcher import read_query
from ..models.b2b_1c_protocol import MODES
from .common import as_1c_writes, envelope
from .common_1c import Builders1c

FULL = bool(os.environ.get("B2B_FULL"))
FUZZING = settings(
    max_examples=3000 if FULL else 120,
    derandomize=not FULL,
    deadline=4000,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# import is left out: it is held, and its ends are tested by themselves
KNOWN_MODES = sorted(set().union(*MODES.values()) - {"checkauth", "import"})
WORDS = st.text(max_size=20)
NAMES = st.one_of(
    WORDS,
    st.sampled_from(
        ["import.xml", "import_files/ab/a.jpg", "../x", "C:\\Temp\\x.xml", "/", "a\0b"]
        + ["x" * 3000, "заказы №1.xml", ".", "a/../../b", "nul", "%2e%2e/x"]
    ),
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PK\x03\x04", b"<", as_1c_writes(envelope(""))]),
)
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(st.sampled_from(sorted(MODES)), WORDS),
        "mode": st.one_of(
            st.sampled_from(KNOWN_MODES), WORDS.filter(lambda word: word != "import")
        ),
        "filename": NAMES,
        "version": st.one_of(st.sampled_from(["2.09", "3.1", "0", "99.999"]), WORDS),
        "sessid": WORDS,
    },
)


@tagged("post_install", "-at_install")
class TestExchangeFuzzing(Builders1c, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exchange, _token = cls.env["b2b.1c.exchange"]._begin(
            cls.connection, "catalog"
        )

    def _assert_readable(self, reply):
        """1C reads a status word, or XML from byte 0; nothing before, no empty body."""
        text = reply.decode("windows-1251") if isinstance(reply, bytes) else reply
        self.assertRegex(text, r"\A(success|failure\n.|zip=(yes|no)\nfile_|<\?xml )")
        self.assertNotIn("\r", text)
        self.assertFalse(text.endswith("\n"))

    @FUZZING
    @given(st.lists(st.tuples(QUERIES, BODIES), min_size=1, max_size=6))
    def test_any_calls_are_answered_in_words_of_1c(self, calls):
        for words, body in calls:
            reply, _content_type = self.exchange._answer(dict(words), body)
            self._assert_readable(reply)
        # what was written down can be saved
        self.env.flush_all()

    @FUZZING
    @given(st.binary(max_size=300))
    def test_any_query_is_read(self, raw):
        words = read_query({"QUERY_STRING": raw.decode("latin-1")})
        reply, _content_type = self.exchange._answer(words, b"")
        self._assert_readable(reply)
        self.env.flush_all()
