from urllib.parse import parse_qsl, urlsplit

from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bBlockBuilders, B2bBlockCommon
from .test_paying import PayingBuilders


@tagged("post_install", "-at_install")
class TestUnblockByPaying(PayingBuilders, B2bBlockCommon):
    def test_payment_of_the_plan_lifts_the_block(self):
        self._create_debt(150, overdue_days=30)
        self._create_debt(20, overdue_days=5)
        rule = self._create_rule(
            overdue_days=10, overdue_amount=100, scope="dealer", scenario="hard"
        )
        rule._apply()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        plan = rule.block_ids._get_unblock_plan()
        self._pay(*[("line", line.id, str(amount)) for line, amount in plan])
        self._end_transaction()
        self.assertEqual(rule.block_ids.state, "lifted")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")
        self.assertEqual(self._get_figures()["debt"], 100)


@tagged("post_install", "-at_install")
class TestUnblockPage(B2bBlockBuilders, B2bBuilders, HttpCase):
    def test_pay_button_of_a_suspended_account_leads_to_the_form(self):
        self._create_debt(71.25, overdue_days=30)
        self._create_block(dealer=self.dealer, scenario="hard")
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        page = self.url_open("/my")
        start = page.text.index("/my/balance/pay?")
        url = page.text[start : page.text.index('"', start)].replace("&amp;", "&")
        self.assertEqual(dict(parse_qsl(urlsplit(url).query)).popitem()[1], "71.25")
        answer = self.url_open(url, allow_redirects=False)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("71.25", answer.text)
