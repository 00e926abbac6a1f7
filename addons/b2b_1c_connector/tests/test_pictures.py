import io
from contextlib import contextmanager

from PIL import Image

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import as_1c_writes, catalog, envelope
from .common_import import ImportCase

TEMPLATE = "product.template"


def picture(color="red", kind="PNG"):
    data = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(data, kind)
    return data.getvalue()


def good(*paths, name="Saw"):
    named = "".join(f"<Картинка>{path}</Картинка>" for path in paths)
    return f"<Товар><Ид>g</Ид><Наименование>{name}</Наименование>{named}</Товар>"


@tagged("post_install", "-at_install")
class TestPictures(ImportCase):
    @contextmanager
    def _session(self):
        """What 1C sends at once; its jobs are done at the end."""
        self.exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        with trap_jobs() as trap:
            yield
            self.jobs = [job.method_name for job in trap.enqueued_jobs]
            trap.perform_enqueued_jobs()

    def bring(self, body, pictures=()):
        with self._session():
            file = self.receive(as_1c_writes(envelope(catalog(body))))
            for name, data in dict(pictures).items():
                self.receive(data, name)
            self.run_import(file)
            self.assertEqual(file.state, "done", file.error)
        return file

    @property
    def product(self):
        return self.bound(TEMPLATE, "g")

    def test_first_picture_is_the_main_one_the_others_follow(self):
        paths = [f"import_files/ab/{name}.png" for name in "abc"]
        colors = ["red", "green", "blue"]
        self.bring(
            good(*paths),
            {path: picture(one) for path, one in zip(paths, colors, strict=True)},
        )
        self.assertEqual(self.product.b2b_1c_path, paths[0])
        self.assertTrue(self.product.image_1920)
        images = self.product.product_template_image_ids
        self.assertEqual(images.mapped("b2b_1c_path"), paths[1:])
        states = self.exchange.file_ids.mapped("state")
        self.assertEqual(set(states), {"done"})

    def test_the_same_picture_again_is_not_written_again(self):
        for _time in range(2):
            self.bring(good("a.png"), {"a.png": picture()})
            self.product.invalidate_recordset()
            before = self.product.write_date
        self.assertEqual(self.product.write_date, before)
        self.assertTrue(self.product.image_1920)

    def test_a_new_picture_under_the_old_path_replaces_it(self):
        self.bring(good("a.png"), {"a.png": picture("red")})
        before = self.product.image_1920
        # the row itself says nothing new
        file = self.bring(good("a.png"), {"a.png": picture("blue")})
        self.assertEqual(file.unchanged, 1)
        self.assertNotEqual(self.product.image_1920, before)

    def test_pictures_that_are_not_sent_again_stay(self):
        self.bring(good("a.png", "b.png"), {"a.png": picture(), "b.png": picture()})
        self.bring(good("a.png", "b.png", name="Handsaw"))
        self.assertTrue(self.product.image_1920)
        self.assertEqual(len(self.product.product_template_image_ids), 1)
        self.bring(
            "<Товар><Ид>g</Ид><Наименование>Without a word of pictures</Наименование>"
            "</Товар>"
        )
        self.assertTrue(self.product.image_1920)

    def test_pictures_that_are_not_named_any_more_go_those_of_people_stay(self):
        self.bring(good("a.png", "b.png"), {"a.png": picture(), "b.png": picture()})
        own = self.env["product.image"].create(
            {"name": "Ours", "product_tmpl_id": self.product.id}
        )
        self.bring(good("a.png", name="Handsaw"))
        self.assertEqual(self.product.product_template_image_ids, own)
        self.bring(good("", name="Without"))
        self.assertFalse(self.product.image_1920)
        self.assertEqual(self.product.product_template_image_ids, own)

    def test_order_of_pictures_is_followed_though_none_is_sent_again(self):
        sent = {"a.png": picture("red"), "b.png": picture("green")}
        self.bring(good("a.png", "b.png"), sent)
        red, green = self.product.image_1920, self.product.product_template_image_ids
        green = green.image_1920
        self.bring(good("b.png", "a.png", name="Turned"))
        images = self.product.product_template_image_ids
        self.assertEqual(self.product.b2b_1c_path, "b.png")
        self.assertEqual(self.product.image_1920, green)
        self.assertEqual(images.mapped("b2b_1c_path"), ["a.png"])
        self.assertEqual(images.image_1920, red)
        self.bring(good("a.png", name="Without the main one"))
        self.assertEqual(self.product.b2b_1c_path, "a.png")
        self.assertEqual(self.product.image_1920, red)
        self.assertFalse(self.product.product_template_image_ids)

    def test_new_main_picture_keeps_the_old_one_that_is_still_named(self):
        self.bring(good("a.png"), {"a.png": picture("red")})
        red = self.product.image_1920
        self.bring(good("b.png", "a.png"), {"b.png": picture("green")})
        self.assertEqual(self.product.b2b_1c_path, "b.png")
        self.assertEqual(self.product.product_template_image_ids.image_1920, red)

    def test_what_is_no_picture_is_reported_and_harms_nothing(self):
        script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'
        broken = picture()[:8] + b"no picture at all"
        file = self.bring(
            good("a.png", "b.svg", "c.png"),
            {"a.png": broken, "b.svg": script, "c.png": picture()},
        )
        self.assertFalse(self.product.image_1920)
        images = self.product.product_template_image_ids
        self.assertEqual(images.mapped("b2b_1c_path"), ["c.png"])
        self.assertEqual(file.problem_ids.mapped("name"), ["a.png"])

    def test_paths_that_leave_the_folder_are_passed_over(self):
        self.bring(good("../a.png", "b.png"), {"b.png": picture()})
        self.assertEqual(self.product.b2b_1c_path, "b.png")

    def test_pictures_of_another_session_are_not_taken(self):
        with self._session():
            self.receive(picture(), "a.png")
        self.bring(good("a.png"))
        self.assertFalse(self.product.image_1920)

    def test_many_pictures_are_brought_by_several_jobs(self):
        paths = [f"{number}.png" for number in range(25)]
        self.bring(good(*paths), {path: picture() for path in paths})
        self.assertEqual(len(self.product.product_template_image_ids), 24)
        self.assertEqual(self.jobs.count("_bring_pictures"), 2)
