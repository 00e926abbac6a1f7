import io
import zipfile
from datetime import timedelta
from unittest.mock import patch

from werkzeug.wrappers import Request

from odoo.tests import HttpCase, tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ..models import b2b_1c_file, b2b_1c_file_archive, b2b_1c_protocol
from .common_1c import Builders1c
from .test_exchange import GOODS, Client


def pack(**contents):
    """The bytes of a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return packed.getvalue()


@tagged("post_install", "-at_install")
class TestExchangeUploads(Builders1c, HttpCase):
    """What becomes of bytes: whose they are, which file, which archive."""

    def setUp(self):
        super().setUp()
        self.client = Client(self, "test", "1c-test", self.password)

    @property
    def exchange(self):
        return self.env["b2b.1c.exchange"].search([], limit=1)

    def _send(self, name, content=GOODS):
        return self.client.text("catalog", "file", content, filename=name)

    def _import(self, name="import.xml"):
        self.client.text("catalog", "import", filename=name)
        waiting = self.env["b2b.1c.file"].search([("state", "=", "waiting")])
        for file in waiting:
            file._import()

    # -- names that come again

    def test_init_begins_all_names_anew(self):
        self.client.log_in()
        for _time in range(2):
            self.client.text("catalog", "init")
            self.assertEqual(self._send("import.xml"), "success")
            self._import()
            reply = self.client.text("catalog", "import", filename="import.xml")
            self.assertEqual(reply, "success")
        self.assertEqual(self.exchange.file_ids.mapped("state"), ["done", "done"])
        self.client.text("catalog", "init")
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertTrue(reply.startswith("failure"), "what came before is not told")

    def test_file_of_an_earlier_upload_stays_as_it_is(self):
        self.client.log_in()
        self._send("import.xml")
        self.client.text("catalog", "import", filename="import.xml")
        self.client.text("catalog", "init")
        self.assertEqual(self._send("import.xml", b"<"), "success")
        first, second = self.exchange.file_ids.sorted("id")
        self.assertEqual((first.state, first.size), ("waiting", len(GOODS)))
        self.assertEqual((second.state, second.size), ("received", 1))

    def test_file_that_comes_again_without_init_is_another_one(self):
        self.client.log_in()
        self._send("import.xml")
        self._import()
        self.assertEqual(self._send("import.xml"), "success")
        states = self.exchange.file_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["done", "received"])

    def test_nothing_is_added_to_what_is_being_imported(self):
        self.client.log_in()
        self._send("import.xml")
        self.client.text("catalog", "import", filename="import.xml")
        self.assertTrue(self._send("import.xml", b"x").startswith("failure\n"))
        self.assertEqual(self.exchange.file_ids.size, len(GOODS))

    # -- archives

    def test_documents_of_offices_are_no_archives(self):
        self.client.log_in()
        self._send(
            "import_files/ab/manual.docx", pack(**{"[Content_Types].xml": "<a/>"})
        )
        self._send("manual.docx", pack(**{"word/document.xml": "<a/>"}))
        self.assertEqual(self.exchange.file_ids.mapped("content"), ["other", "other"])

    def test_what_lies_beside_pictures_is_no_commerceml(self):
        self.client.log_in()
        for name in ("drawing.svg", "page.html", "list.xml"):
            self._send(f"import_files/ab/{name}", b"<svg>drawn</svg>")
        beside = self.exchange.file_ids
        self.assertEqual(set(beside.mapped("content")), {"other"})
        contents = {"import_files/a/b.xml": "<a/>", "site/import_files/c.svg": "<a/>"}
        contents |= {"goods/1/import___a.xml": GOODS, "goods/1/offers.txt": GOODS}
        self._send("v8_1.zip", pack(**contents))
        self._import("goods/1/import___a.xml")
        files = self.exchange.file_ids - beside
        self.assertEqual(
            {file.name: file.content for file in files},
            {
                "v8_1.zip": "archive",
                "import_files/a/b.xml": "other",
                "site/import_files/c.svg": "other",
                "goods/1/import___a.xml": "data",
                "goods/1/offers.txt": "data",
            },
        )
        self._import("goods/1/import___a.xml")
        # the timer takes up what is left
        self.exchange.date_last -= timedelta(hours=1)
        with self.enter_registry_test_mode():
            self.env.ref("b2b_1c_connector.ir_cron_1c_take_up").method_direct_trigger()
        self.assertEqual(set(beside.mapped("state")), {"received"})
        self.assertNotIn("failed", self.exchange.file_ids.mapped("state"))

    def test_large_files_of_an_archive_are_kept_in_pieces(self):
        self.client.log_in()
        self._send("v8_1.zip", pack(**{"import.xml": GOODS}))
        with patch.object(b2b_1c_file_archive, "PIECE", 100):
            self._import()
        file = self.exchange._get_file("import.xml")
        self.assertEqual(len(file.part_ids), -(-len(GOODS) // 100))
        with file._open() as source:
            self.assertEqual(source.read(), GOODS)
        self.assertEqual(file.content, "data")

    def test_archive_for_which_there_is_no_room_is_refused(self):
        self.client.log_in()
        self._send("v8_1.zip", pack(**{"import.xml": GOODS}))
        with patch.object(b2b_1c_file, "FREE_SPACE", 2**70):
            self._import()
        archive = self.exchange.file_ids
        self.assertEqual(archive.state, "failed")
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertTrue(reply.startswith("failure\n"))

    def test_archive_is_unpacked_in_slices(self):
        pictures = {f"import_files/ab/{number}.jpg": b"x" for number in range(3)}
        self.client.log_in()
        self._send("v8_1.zip", pack(**{"import.xml": GOODS}, **pictures))
        self.client.text("catalog", "import", filename="import.xml")
        archive = self.exchange.file_ids
        jobs = [("model_name", "=", "b2b.1c.file"), ("method_name", "=", "_import")]
        with patch.object(b2b_1c_file_archive, "SLICE", -1):
            for number in range(1, 4):
                archive._import()
                done = (archive.state, archive.position, archive.rows)
                self.assertEqual(done, ("waiting", number, 4))
                # one for each slice
                count = self.env["queue.job"].search_count(jobs)
                self.assertEqual(count, number + 1)
            archive._import()
        self.assertEqual(archive.state, "done")
        unpacked = self.exchange.file_ids - archive
        self.assertEqual(unpacked.mapped("name"), ["import.xml", *pictures])
        self.assertEqual(set(unpacked.mapped("state")), {"received"})
        self._import()
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertEqual(reply, "success")

    def test_what_is_unpacked_waits_for_the_rest(self):
        self.client.log_in()
        self._send(
            "v8_1.zip", pack(**{"import.xml": GOODS, "import_files/a.jpg": b"x"})
        )
        self.client.text("catalog", "import", filename="import.xml")
        archive = self.exchange.file_ids
        with patch.object(b2b_1c_file_archive, "SLICE", -1):
            archive._import()
        with patch.object(b2b_1c_protocol, "HOLD", 0):
            reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertEqual(reply, "progress")
        with self.assertRaises(RetryableJobError):
            self.exchange._get_file("import.xml")._import()
        archive._import()
        self._import()
        self.assertEqual(self.exchange._get_file("import.xml").state, "done")

    def test_nothing_of_a_broken_archive_is_unpacked(self):
        data = bytearray(pack(**{"import.xml": GOODS, "import_files/a.jpg": b"x" * 99}))
        data[data.index(b"x" * 99)] ^= 1
        self.client.log_in()
        self._send("v8_1.zip", bytes(data))
        with patch.object(b2b_1c_file_archive, "SLICE", -1):
            self._import()
        self.assertEqual(self.exchange.file_ids.mapped("state"), ["failed"])

    # -- who sends

    def test_body_is_read_only_of_who_is_known(self):
        read = []
        get_data = Request.get_data

        def note(request, *args, **kwargs):
            read.append(request.path)
            return get_data(request, *args, **kwargs)

        stranger = Client(self, "test", "1c-test", "wrong")
        with patch.object(Request, "get_data", note):
            answer = stranger.call("catalog", "file", b"x" * 1000, filename="a")
            self.assertEqual(answer.status_code, 401)
            self.assertFalse(read)
            self.client.log_in()
            self._send("a.xml", b"x" * 1000)
        self.assertTrue(read)
        self.assertEqual(self.exchange.file_ids.size, 1000)

    def test_who_calls_is_kept(self):
        self.client.log_in()
        self.assertIn("1C+Enterprise/8.3", self.exchange.client)
        self.assertIn("127.0.0.1", self.exchange.client)
