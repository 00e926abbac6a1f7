"""The stand-in for 1C exchanges with our endpoint through real HTTP."""

import io
from unittest.mock import patch

from b2b_setup.inside.connection_1c import SEED, connect

from odoo.tests import HttpCase, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from odoo.addons.b2b_1c_connector.models import b2b_1c_protocol
from odoo.addons.b2b_1c_connector.tests.common_1c import Builders1c
from odoo.addons.b2b_portal.tests.common import B2bBuilders

from tests.standin_1c.exchange import Exchange, Options
from tests.standin_1c.infobase import Infobase
from tests.standin_1c.journal import Journal
from tests.standin_1c.office import Office
from tests.standin_1c.profiles import PROFILES
from tests.standin_1c.transport import Connection

SIZE = 20


class Wire(Connection):
    """Reaches the server of the test; between two calls its jobs are done."""

    def __init__(self, case, user, password):
        address = f"{case.base_url()}/b2b/1c/{case.connection.key}"
        super().__init__(address, user, password)
        self.case = case

    def call(self, *words, **values):
        case = self.case
        case.import_waiting()
        case.env.flush_all()
        case.env.clear()
        with case.allow_requests():
            key = case.http_request_key
            self.extra = {"Cookie": f"{TEST_CURSOR_COOKIE_NAME}={key}"}
            return super().call(*words, **values)


class ExchangeWith1c(Builders1c, HttpCase):
    """Lets the stand-in exchange with the server of the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(b2b_1c_protocol, "HOLD", 0))
        cls.env.ref("base.RUB").active = True
        # prices are compared as 1C says them
        cls.connection.company_id.account_sale_tax_id = False
        # so that files come in parts
        cls.connection.file_limit = 10000

    def import_waiting(self):
        for file in self.env["b2b.1c.file"].search([("state", "=", "waiting")]):
            while file.state == "waiting":
                file._import()

    def exchange(self, profile, base=None, **options):
        """An exchange that must go well; returns its infobase."""
        base = base or Infobase(size=SIZE)
        journal = Journal(io.StringIO())
        wire = Wire(self, self.connection.login, self.password)
        self.connection.invalidate_recordset()
        options = Options(portion=8, give_up=60, retries=0, **options)
        exchange = Exchange(PROFILES[profile](), base, wire, journal, options)
        good = exchange.run()
        self.assertTrue(good, journal.errors)
        self.assertEqual(journal.remarks, [])
        self.import_waiting()
        files = self.env["b2b.1c.file"].search([("state", "=", "failed")])
        self.assertFalse(files, files.mapped("error"))
        return base

    def bound(self, res_model, external_id):
        binding = self.env["b2b.1c.binding"].search(
            [
                ("backend_id", "=", self.connection.id),
                ("res_model", "=", res_model),
                ("external_id", "=", external_id),
            ]
        )
        self.assertLessEqual(len(binding), 1)
        return self.env[res_model].browse(binding.res_id).exists()

    def assertHasGoods(self, base):
        """Each good of the base is one product, with its name, archived if deleted."""
        for number in base.numbers:
            good = base.good(number)
            template = self.bound("product.template", good.id)
            self.assertTrue(template, good.name)
            self.assertEqual(template.active, not good.deleted)
            if not good.deleted and not self.waits(good):
                self.assertEqual(template.name, good.name.strip())
                variants = template.product_variant_ids
                self.assertEqual(len(variants), len(good.variants) or 1, good.name)

    def assertHasPrices(self, base):
        pricelists = {
            type_id: self.bound("product.pricelist", type_id)
            for type_id, _name, _share in base.maker.price_types()
        }
        for number in base.numbers:
            good = base.good(number)
            if good.deleted or self.waits(good):
                continue
            for variant in good.variants or [None]:
                product = self.find_product(good, variant)
                for type_id, price in base.prices(good, variant):
                    found = pricelists[type_id]._get_product_price(product, 1)
                    self.assertAlmostEqual(found, price, 2, product.display_name)

    def waits(self, good):
        """Whether characteristics of a good are not known: changes of УТ 11 tell their
        ids, but not what they are."""
        domain = [
            ("needs_model", "=", "product.product"),
            ("external_id", "like", f"{good.id}#"),
        ]
        return bool(self.env["b2b.1c.waiting"].search_count(domain, limit=1))

    def find_product(self, good, variant=None):
        if not variant:
            return self.bound("product.template", good.id).product_variant_id
        return self.bound("product.product", f"{good.id}#{variant.id}")


@tagged("post_install", "-at_install")
class TestExchangeWith1c(ExchangeWith1c):
    """The catalogue of each generation."""

    def check_catalog(self, profile):
        base = self.exchange(profile)
        self.assertHasGoods(base)
        self.assertHasPrices(base)
        # 1C sends all again, then what has changed: no good is there twice
        bindings = self.env["b2b.1c.binding"].search_count([])
        self.exchange(profile, base, catalog="full")
        self.assertEqual(self.env["b2b.1c.binding"].search_count([]), bindings)
        base.edit(0, name="Новое имя")
        base.edit(1, deleted=True)
        base.set_price(3, 777)
        base.add_good()
        self.exchange(profile, base)
        self.assertHasGoods(base)
        self.assertHasPrices(base)
        self.exchange(profile, base, catalog="full")
        self.assertFalse([n for n in base.numbers if self.waits(base.good(n))])
        self.assertHasGoods(base)
        self.assertHasPrices(base)

    def test_catalogue_of_ut10(self):
        self.check_catalog("ut10")

    def test_catalogue_of_ut11(self):
        self.check_catalog("ut11")

    def test_catalogue_of_unf(self):
        with patch("time.sleep"):
            self.check_catalog("unf")

    def test_catalogue_of_unf_as_bitrix(self):
        with patch("time.sleep"):
            self.check_catalog("unf-bitrix")

    def test_catalogue_of_the_module_2_09(self):
        self.check_catalog("bitrix-2.09")

    def test_catalogue_of_the_module_3_1(self):
        self.check_catalog("bitrix")

    def test_catalogue_in_archives(self):
        self.connection.allow_zip = True
        self.assertHasGoods(self.exchange("ut11"))

    def test_files_in_any_order(self):
        for seed in (1, 2):
            base = Infobase(seed=seed, size=SIZE)
            self.exchange("bitrix-2.09", base, shuffle=seed)
            self.assertHasGoods(base)

    def test_import_that_is_never_asked_for(self):
        base = self.exchange("ut11", waits=False)
        self.assertFalse(self.bound("product.template", base.good(0).id))


@tagged("post_install", "-at_install")
class TestScheduleWith1c(ExchangeWith1c):
    """What is not due is kept; 1C does not wait for it."""

    def test_exchange_goes_well_and_goods_come_later(self):
        self.connection.schedule_ids.start_every = "1440"
        base = self.exchange("ut11")
        files = self.env["b2b.1c.file"].search([("content", "=", "data")])
        self.assertEqual(set(files.mapped("state")), {"kept"})
        self.assertFalse(self.bound("product.template", base.good(0).id))
        # a newer export comes before the older one has gone in
        base.set_price(3, 777)
        self.exchange("ut11", base)
        self.connection.schedule_ids.start_every = "0"
        while kept := self.connection._find_kept():
            self.connection._start_kept()
            self.import_waiting()
            self.assertNotEqual(self.connection._find_kept(), kept)
        self.assertHasGoods(base)
        self.assertHasPrices(base)


@tagged("post_install", "-at_install")
class TestDemoWith1c(ExchangeWith1c):
    """The connection of the demo, as `./setup/run --with-1c` makes it."""

    def test_goods_have_price_stock_and_taxes(self):
        company = self.env.company
        company.account_sale_tax_id = self.env["account.tax"].create(
            {"name": "VAT 18%", "amount": 18}
        )
        self.assertTrue(connect(self.env, "demo-1c", "1c-demo", "secret of 1C"))
        self.assertFalse(connect(self.env, "demo-1c", "1c-demo", "secret of 1C"))
        domain = [("key", "=", "demo-1c")]
        self.connection = self.env["b2b.1c.backend"].search(domain)
        self.password = "secret of 1C"
        base = self.exchange("ut11", Infobase(seed=SEED, size=SIZE))
        parked = self.env["b2b.1c.binding"].search(
            [("backend_id", "=", self.connection.id), ("res_id", "=", False)]
        )
        self.assertEqual(set(parked.mapped("res_model")), {"stock.warehouse"})
        self.assertEqual(len(parked), 2)
        goods = self.env["product.template"]
        for number in base.numbers:
            goods |= self.bound("product.template", base.good(number).id)
        sold = goods.filtered(lambda good: good.list_price and good.qty_available)
        self.assertGreater(len(sold), 3)
        self.assertTrue(sold.taxes_id)


@tagged("post_install", "-at_install")
class TestOrdersWith1c(B2bBuilders, ExchangeWith1c):
    """An order goes to 1C; what its manager does there comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # those of other tests and of demo data stay here
        cls.env["b2b.1c.backend"].search([]).orders_from = cls.env.cr.now()

    def check_order(self, profile):
        base = self.exchange(profile)
        number = next(n for n in base.numbers if not base.good(n).variants)
        product = self.find_product(base.good(number))
        self.contract.legal_entity_id.write(
            {
                "vat": "7707083893",
                "kpp": "773601001",
                "country_id": self.env.ref("base.ru").id,
            }
        )
        order = self._create_order(quantity=2)
        order.order_line.product_id = product
        order.order_line.write({"price_unit": 100, "tax_ids": False})
        order.action_confirm()
        self.exchange(profile, base)
        row = self.env["b2b.1c.order"].search([("order_id", "=", order.id)])
        self.assertEqual(row.state, "sent", row.reason)
        office = Office(base, PROFILES[profile]().rules, Journal(io.StringIO()))
        # УНФ keeps the digits of a number, under a prefix of its own
        [taken] = office.orders
        number = taken["site_number"]
        self.assertEqual([line["quantity"] for line in taken["lines"]], [2.0])
        # offered again and again it stays one order
        self.exchange(profile, base)
        self.assertEqual(len(office.orders), 1)
        office.approve(number)
        office.set_quantity(number, 0, 3)
        self.exchange(profile, base)
        # УТ 10 and УНФ ask for no import of orders: the timer takes them up
        domain = [("state", "=", "received"), ("content", "=", "data")]
        self.env["b2b.1c.file"].search(domain)._schedule()
        self.import_waiting()
        self.env.invalidate_all()
        self.assertTrue(row.number_in_1c)
        self.assertTrue(row.posted)
        self.assertEqual(order.order_line.product_uom_qty, 3)
        # what came from 1C does not go back there
        self.exchange(profile, base)
        self.assertEqual(row.state, "sent")
        self.assertEqual(len(office.orders), 1)
        return base, office, number

    def test_order_in_ut10(self):
        self.check_order("ut10")

    def test_order_in_ut11(self):
        self.check_order("ut11")

    def test_order_in_unf(self):
        with patch("time.sleep"):
            self.check_order("unf")

    def test_order_in_the_module_2_09(self):
        self.check_order("bitrix-2.09")

    def test_order_in_the_module_3_1(self):
        self.check_order("bitrix")

    def test_counterparties_of_the_module_3_1_and_a_merged_one(self):
        base, office, number = self.check_order("bitrix")
        entity = self.contract.legal_entity_id
        [party] = office.parties
        files = self.find_counterparties()
        self.assertEqual(sum(files.mapped("created")), 1)
        self.assertEqual(sum(files.mapped("skipped")), 0)
        self.assertEqual(self.bound("res.partner", party["id"]), entity)
        office.set_quantity(number, 0, 4)
        self.exchange("bitrix", base)
        file = self.find_counterparties() - files
        self.assertEqual((len(file), file.unchanged), (1, 1))
        double = {**party, "id": base.new_id("контрагент"), "name": "Double"}
        office.parties.append(double)
        office.merge(keep=double["id"], drop=party["id"])
        self.exchange("bitrix", base)
        self.assertTrue(entity.active)
        conflict = self.env["b2b.1c.conflict"].search(
            [("backend_id", "=", self.connection.id)]
        )
        self.assertEqual((conflict.kind, conflict.choice), ("merged", entity))
        conflict.action_solve()
        self.assertEqual(self.bound("res.partner", double["id"]), entity)

    def find_counterparties(self):
        return self.env["b2b.1c.file"].search(
            [
                ("backend_id", "=", self.connection.id),
                ("name", "like", "contragents%"),
            ]
        )
