from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.translations import TranslationsMixin


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsMixin, HttpCase):
    addon = "b2b_1c_connector"
    # the addon has no scripts
    test_scripts_of_pages_are_translated = None
