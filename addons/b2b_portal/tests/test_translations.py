from odoo.tests import HttpCase, tagged

from .translations import TranslationsMixin


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsMixin, HttpCase):
    addon = "b2b_portal"
