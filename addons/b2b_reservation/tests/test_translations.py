from odoo.tests import TransactionCase, tagged

from odoo.addons.b2b_portal.tests.translations import TranslationsMixin


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsMixin, TransactionCase):
    addon = "b2b_reservation"
