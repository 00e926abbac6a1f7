import io

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..commerceml import BrokenFile, OrderError, RefusedFile, Sentence, check, model
from ..words import say, speaking
from .common import as_1c_writes, catalog, envelope, package
from .common_import import ImportCase, group, groups

SHORT = "<Товар><Ид>g-1</Ид><Наименование>Чайник</Наименование>{}</Товар>"


@tagged("post_install", "-at_install")
class TestWords(ImportCase):
    """People read in their language what is wrong, though files go in without one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.connection.responsible_id = cls.env.user
        cls.env.user.lang = "ru_RU"

    def test_refused_file_is_told_in_the_language_of_who_is_responsible(self):
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        file = self.run_import(self.receive(content[:-20]))
        self.assertEqual(file.state, "failed")
        self.assertIn("файл обрывается", file.error)
        self.assertIn("байт", file.error)

    def test_row_that_cannot_be_read_is_told_so(self):
        offer = "<Предложение><Ид>g-1</Ид><Количество>много</Количество></Предложение>"
        file = self.import_xml(package(offer))
        self.assertIn("не число", file.problem_ids.reason)
        self.assertIn("строка", file.problem_ids.reason)

    def test_row_that_cannot_go_in_is_told_so(self):
        self.connection.exchange_stock = True
        offer = "<Предложение><Ид>g-9</Ид><Количество>1</Количество></Предложение>"
        file = self.import_xml(package(offer))
        self.assertEqual(file.problem_ids.reason, "Товар ещё неизвестен.")

    def test_texts_of_1c_stay_for_all_languages(self):
        self.import_xml(catalog(SHORT.format("")))
        product = self.bound("product.template", "g-1")
        for lang in ("ru_RU", "en_US"):
            self.assertEqual(product.with_context(lang=lang).name, "Чайник")

    def test_our_word_for_characteristics_is_in_each_language(self):
        offer = (
            "<Предложение><Ид>g-1#c-1</Ид><Наименование>Чайник (красный)"
            "</Наименование></Предложение>"
        )
        self.import_xml(catalog(SHORT.format("")))
        self.import_xml(package(offer), "offers.xml")
        variant = self.bound("product.product", "g-1#c-1")
        attribute = variant.product_template_attribute_value_ids.attribute_id
        self.assertEqual(attribute.with_context(lang="en_US").name, "Characteristic")
        self.assertEqual(attribute.with_context(lang="ru_RU").name, "Характеристика")
        other = offer.replace("c-1", "c-2").replace("красный", "синий")
        self.import_xml(package(other), "offers.xml")
        second = self.bound("product.product", "g-1#c-2")
        self.assertEqual(
            second.product_template_attribute_value_ids.attribute_id, attribute
        )

    def test_english_without_anybody_to_speak_to(self):
        self.assertEqual(speaking(self.env(context={})).lang, None)
        with self.assertRaises(RefusedFile) as caught:
            check(io.BytesIO(b""))
        self.assertEqual(
            say(self.env(context={}), caught.exception), "the file is empty"
        )
        self.assertIsInstance(caught.exception.reason, Sentence)

    def test_sentences_of_others_stay_as_they_are(self):
        env = self.env(context={"b2b_1c_language": "ru_RU"})
        self.assertEqual(say(env, UserError("No room")), "No room")
        self.assertEqual(say(env, OrderError("No room")), "No room")
        self.assertEqual(say(env, BrokenFile("tag mismatch")), "tag mismatch")
        problem = model.Problem("Товар", 3, "g-1", "tag mismatch", "x", "Цена", line=7)
        self.assertEqual(
            say(self.env(context={}), problem),
            "line 7, Товар 3, g-1: Цена: tag mismatch ('x')",
        )
