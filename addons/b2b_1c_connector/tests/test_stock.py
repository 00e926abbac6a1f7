from odoo.fields import Command
from odoo.tests import tagged

from .common import package
from .common_offers import OffersCase, offer

WAREHOUSE = "stock.warehouse"


def warehouse(external_id, name, content=""):
    return (
        f"<Склад><Ид>{external_id}</Ид><Наименование>{name}</Наименование>"
        f"{content}</Склад>"
    )


def warehouses(*rows):
    return f"<Склады>{''.join(rows)}</Склады>"


def total(quantity):
    return f"<Количество>{quantity}</Количество>"


def at(external_id, quantity):
    return f'<Склад ИдСклада="{external_id}" КоличествоНаСкладе="{quantity}"/>'


class StockCase(OffersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.connection.company_id
        cls.warehouses = cls.env[WAREHOUSE]
        cls.main = cls.warehouses.search([("company_id", "=", cls.company.id)], limit=1)
        cls.warehouses.search(
            [("company_id", "=", cls.company.id), ("id", "!=", cls.main.id)]
        ).active = False
        cls._bind(WAREHOUSE, "w-1", cls.main)

    @classmethod
    def _create_warehouse(cls, name, external_id=None):
        second = cls.warehouses.create(
            {"name": name, "code": name[:5], "company_id": cls.company.id}
        )
        if external_id:
            cls._bind(WAREHOUSE, external_id, second)
        return second

    def get_on_hand(self, place=None, product=None):
        product = product or self.product
        product = product.with_context(warehouse_id=(place or self.main).id)
        product.invalidate_recordset(["qty_available"])
        return product.qty_available

    def get_moves(self, product=None):
        domain = [("product_id", "=", (product or self.product).id)]
        return self.env["stock.move"].search([*domain, ("state", "=", "done")])

    def set_on_hand(self, quantity, location=None):
        quants = self.env["stock.quant"]
        quants._update_available_quantity(
            self.product, location or self.main.lot_stock_id, quantity
        )

    def sell(self, quantity):
        """A confirmed order that holds what it asks for, as far as it is there."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Buyer"}).id,
                "company_id": self.company.id,
                "warehouse_id": self.main.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": 1,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.picking_ids.action_assign()
        return order


@tagged("post_install", "-at_install")
class TestWarehouses(StockCase):
    def setUp(self):
        super().setUp()
        self.env["b2b.1c.binding"].search([("res_model", "=", WAREHOUSE)]).unlink()

    def test_only_warehouse_of_each_are_the_same(self):
        file = self.import_offers(head=warehouses(warehouse("w-9", "Склад")))
        self.assertEqual(self.bound(WAREHOUSE, "w-9"), self.main)
        self.assertEqual(self.get_counts(file), {"created": 1})
        again = self.import_offers(head=warehouses(warehouse("w-9", "Склад")))
        self.assertEqual(self.get_counts(again), {"unchanged": 1})

    def test_warehouses_of_equal_name_are_the_same_others_are_parked(self):
        second = self._create_warehouse("North")
        file = self.import_offers(
            head=warehouses(warehouse("n", " NORTH"), warehouse("x", "Elsewhere"))
        )
        self.assertEqual(self.bound(WAREHOUSE, "n"), second)
        self.assertFalse(self.bound(WAREHOUSE, "x"))
        self.assertIn("Elsewhere", file.problem_ids.reason)
        parked = self.env["b2b.1c.binding"].search([("external_id", "=", "x")])
        self.assertEqual(parked.name, "Elsewhere")

    def test_second_warehouse_of_1c_is_not_the_only_one(self):
        self.import_offers(head=warehouses(warehouse("w-9", "Склад")))
        self.import_offers(head=warehouses(warehouse("w-8", "Second")))
        self.assertFalse(self.bound(WAREHOUSE, "w-8"))

    def test_setting_has_warehouses_created(self):
        self.connection.create_warehouses = True
        rows = [warehouse("a", "East"), warehouse("b", "West")]
        self.import_offers(head=warehouses(*rows))
        east, west = self.bound(WAREHOUSE, "a"), self.bound(WAREHOUSE, "b")
        self.assertEqual((east | west).mapped("name"), ["East", "West"])
        self.assertNotEqual(east.code, west.code)

    def test_removed_warehouse_makes_nothing(self):
        self._create_warehouse("North")
        mark = "<ПометкаУдаления>true</ПометкаУдаления>"
        file = self.import_offers(head=warehouses(warehouse("x", "Old", mark)))
        self.assertEqual(self.get_counts(file), {"skipped": 1})
        self.assertFalse(self.env["b2b.1c.binding"].search([("external_id", "=", "x")]))

    def test_unknown_warehouse_is_called_by_its_name_if_1c_has_told_it(self):
        self._create_warehouse("North")
        # as the changes of УТ 11: ids alone
        file = self.import_offers(offer(at("x", 4)))
        self.assertIn(" x ", file.problem_ids.reason)
        self.import_offers(head=warehouses(warehouse("x", "Elsewhere")))
        file = self.import_offers(offer(at("x", 5)))
        self.assertIn("Elsewhere", file.problem_ids.reason)
        self.assertNotIn(" x ", file.problem_ids.reason)

    def test_stock_of_an_unknown_warehouse_waits(self):
        self._create_warehouse("North")
        file = self.import_offers(offer(at("x", 4) + total(4)))
        self.assertEqual(self.get_counts(file), {"waiting": 1})
        self.import_offers(offer(at("x", 5)))
        parked = self.env["b2b.1c.binding"].search([("external_id", "=", "x")])
        parked.record = self.main
        self.import_offers()
        self.assertEqual(self.get_on_hand(), 5)


@tagged("post_install", "-at_install")
class TestStock(StockCase):
    def test_total_goes_to_the_warehouse_of_the_connection(self):
        file = self.import_offers(offer(total(7)))
        self.assertEqual(self.get_on_hand(), 7)
        self.assertEqual(self.get_counts(file), {"updated": 1})
        self.assertEqual(self.connection.date_stock, file.create_date)
        second = self._create_warehouse("North")
        self.connection.stock_warehouse_id = second
        self.import_offers(offer(total(3)))
        self.assertEqual(self.get_on_hand(), 7)
        self.assertEqual(self.get_on_hand(second), 3)

    def test_each_form_of_quantities_by_warehouse(self):
        second = self._create_warehouse("North", "w-2")
        rest = (
            "<Остаток><Склад><Ид>{}</Ид><Количество>{}</Количество></Склад></Остаток>"
        )
        forms = {
            5: at("w-1", 5) + at("w-2", 15) + total(20),
            6: f"<Остатки>{rest.format('w-1', 6)}{rest.format('w-2', 16)}</Остатки>",
            7: f"<Склады>{at('w-1', 7)}{at('w-2', 17)}</Склады>" + total(24),
        }
        for quantity, form in forms.items():
            self.import_offers(offer(form))
            self.assertEqual(self.get_on_hand(), quantity)
            self.assertEqual(self.get_on_hand(second), quantity + 10)

    def test_total_inside_rests(self):
        form = "<Остатки><Остаток><Количество>8</Количество></Остаток></Остатки>"
        self.import_offers(offer(form))
        self.assertEqual(self.get_on_hand(), 8)

    def test_changes_of_ut11(self):
        small, large = self._create_variants("good-2", "S", "L")
        row = (
            "<Предложение><Ид>good-2</Ид><ИдХарактеристики>{}</ИдХарактеристики>"
            '<Склады ИдСклада="w-1" КоличествоНаСкладе="{}"/></Предложение>'
        )
        self.import_offers(
            row.format("S", 3) + row.format("L", 4),
            section="ИзмененияПакетаПредложений",
        )
        self.assertEqual(self.get_on_hand(product=small), 3)
        self.assertEqual(self.get_on_hand(product=large), 4)

    def test_absent_is_not_zero(self):
        second = self._create_warehouse("North", "w-2")
        self.import_offers(offer(at("w-1", 5) + at("w-2", 6)))
        for nothing in ("", total(""), "<Остатки/>", at("w-1", "")):
            self.import_offers(offer(nothing))
            self.assertEqual(self.get_on_hand(), 5)
        self.import_offers(offer(at("w-1", 0)))
        self.assertEqual(self.get_on_hand(), 0)
        self.assertEqual(self.get_on_hand(second), 6)

    def test_negative_is_zero_and_fractions_are_rounded(self):
        self.import_offers(offer(total("2.996")))
        self.assertEqual(self.get_on_hand(), 3)
        file = self.import_offers(offer(total("-4")))
        self.assertEqual(self.get_on_hand(), 0)
        self.assertEqual(self.get_counts(file), {"updated": 1})

    def test_the_same_quantity_again_moves_nothing(self):
        self.import_offers(offer(total(7)))
        moves = self.get_moves()
        file = self.import_offers(offer(total("7.000")))
        self.assertEqual(self.get_moves(), moves)
        self.assertEqual(self.get_counts(file), {"unchanged": 1})

    def test_each_change_is_a_move_that_names_its_file(self):
        self.import_offers(offer(total(7)))
        self.import_offers(offer(total(5)), name="rests.xml")
        moves = self.get_moves().sorted("id")
        self.assertEqual(moves.mapped("quantity"), [7, 2])
        self.assertEqual(set(moves.mapped("is_inventory")), {True})
        self.assertEqual(moves[1].inventory_name, "1C: rests.xml")
        self.assertEqual(moves[1].location_id, self.main.lot_stock_id)
        self.assertEqual(moves[1].move_line_ids.state, "done")
        loss = self.product.property_stock_inventory
        quants = self.env["stock.quant"].search([("product_id", "=", self.product.id)])
        self.assertEqual(
            {quant.location_id: quant.quantity for quant in quants},
            {self.main.lot_stock_id: 5, loss: -5},
        )
        self.assertFalse(any(quants.mapped("reserved_quantity")))

    def test_value_of_stock_follows(self):
        self.product.standard_price = 2
        self.import_offers(offer(total(7)))
        self.assertEqual(self.get_moves().value, 14)
        self.import_offers(offer(total(5)))
        self.product.invalidate_recordset()
        self.assertEqual(self.product.total_value, 10)

    def test_all_places_of_a_warehouse_count(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.main.lot_stock_id.id}
        )
        self.set_on_hand(4, shelf)
        self.set_on_hand(3)
        self.import_offers(offer(total(7)))
        self.assertFalse(self.get_moves())
        self.import_offers(offer(total(2)))
        self.assertEqual(self.get_on_hand(), 2)
        quants = self.env["stock.quant"]._gather(self.product, shelf)
        self.assertEqual(quants.quantity, 2)

    def test_odoo_as_master_passes_quantities_over(self):
        self.connection.stock_master = "odoo"
        file = self.import_offers(
            offer(total(7)), head=warehouses(warehouse("x", "Else"))
        )
        self.assertEqual(self.get_counts(file), {"skipped": 2})
        self.assertEqual(self.get_on_hand(), 0)
        self.connection.write({"stock_master": "1c", "exchange_stock": False})
        self.import_offers(offer(total(7)))
        self.assertEqual(self.get_on_hand(), 0)

    def test_services_are_passed_over_and_lots_reported_beside_others(self):
        service = self._create_goods("s", "Fitting", type="service", is_storable=False)
        self._create_goods("lots", "Milk", tracking="lot")
        file = self.import_offers(
            offer(total(1), "s"), offer(total(2), "lots"), offer(total(3))
        )
        self.assertEqual(
            self.get_counts(file), {"skipped": 1, "failed": 1, "updated": 1}
        )
        self.assertEqual(file.problem_ids.external_id, "lots")
        self.assertEqual(self.get_on_hand(), 3)
        self.assertFalse(self.get_moves(service))

    def test_quantity_of_goods_with_variants_is_none_of_theirs(self):
        variants = self._create_variants("good-2", "S", "L")
        file = self.import_offers(offer(total(5), "good-2"))
        self.assertEqual(file.failed, 1)
        self.assertFalse(any(self.get_on_hand(product=v) for v in variants))
        file = self.import_offers(offer(total(0), "good-2"))
        self.assertEqual(self.get_counts(file), {"skipped": 1})

    def test_two_warehouses_of_1c_may_be_one(self):
        self._bind(WAREHOUSE, "w-3", self.main)
        self.import_offers(offer(at("w-1", 2) + at("w-3", 3)))
        self.assertEqual(self.get_on_hand(), 5)

    def test_of_two_warehouses_that_are_one_changes_name_one_only(self):
        self._bind(WAREHOUSE, "w-3", self.main)
        self.import_offers(offer(at("w-1", 2) + at("w-3", 3)))
        changes = "ИзмененияПакетаПредложений"
        self.import_xml(package(offer(at("w-3", "4.5")), section=changes))
        self.assertEqual(self.get_on_hand(), 6.5)
        self.import_xml(package(offer(at("w-1", 0)), section=changes))
        self.assertEqual(self.get_on_hand(), 4.5)
        rows = offer(at("w-1", 1)) + offer(at("w-3", 1))
        self.import_xml(package(rows, section=changes))
        self.assertEqual(self.get_on_hand(), 2)
        # what is missing in one of them is missing in the sum
        self.import_xml(package(offer(at("w-1", -3) + at("w-3", 8)), section=changes))
        self.assertEqual(self.get_on_hand(), 5)

    def test_a_warehouse_that_is_bound_later_is_added(self):
        self.import_offers(offer(at("w-1", 2) + at("w-9", 3)))
        self.assertEqual(self.get_on_hand(), 2)
        self._bind(WAREHOUSE, "w-9", self.main)
        self.import_offers()
        self.assertEqual(self.get_on_hand(), 5)

    def test_fractions_stay_where_the_unit_has_them(self):
        kilograms = self.env.ref("uom.product_uom_kgm")
        product = self._create_goods("sand", "Sand", uom_id=kilograms.id)
        self.import_offers(offer(at("w-1", "2.25"), "sand"))
        self.assertEqual(self.get_on_hand(product=product), 2.25)

    def test_stock_before_goods_waits_for_them(self):
        file = self.import_offers(offer(at("w-1", 4), "late"))
        self.assertEqual(self.get_counts(file), {"waiting": 1})
        self.import_offers(offer(at("w-1", 5), "late"))
        product = self._create_goods("late", "Late")
        self.import_offers()
        self.assertEqual(self.get_on_hand(product=product), 5)

    def test_price_and_stock_of_late_goods_wait_side_by_side(self):
        prices = (
            "<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены>"
            "<ЦенаЗаЕдиницу>3</ЦенаЗаЕдиницу></Цена></Цены>"
        )
        self._bind(
            "product.pricelist",
            "t",
            self.env["product.pricelist"].create({"name": "T"}),
        )
        self.import_offers(offer(total(4), "late"))
        self.import_offers(offer(prices, "late"))
        product = self._create_goods("late", "Late")
        self.import_offers()
        pricelist = self.bound("product.pricelist", "t")
        self.assertEqual(self.get_on_hand(product=product), 4)
        self.assertEqual(pricelist._get_product_price(product, 1), 3)

    def test_other_people_s_goods_are_not_counted(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.main.lot_stock_id, 9, owner_id=owner
        )
        self.import_offers(offer(total(2)))
        self.assertEqual(self.get_on_hand(), 11)

    # -- reserves

    def test_what_is_reserved_is_not_taken_and_named(self):
        self.set_on_hand(10)
        order = self.sell(6)
        line = order.picking_ids.move_line_ids
        file = self.import_offers(offer(total(8)))
        self.assertEqual(self.get_counts(file), {"updated": 1})
        file = self.import_offers(offer(total(4)))
        self.assertEqual(self.get_on_hand(), 6)
        self.assertEqual(line.quantity, 6)
        self.assertEqual(self.get_counts(file), {"failed": 1})
        self.assertIn(order.name, file.problem_ids.reason)

    def test_more_stock_serves_who_waits(self):
        order = self.sell(6)
        self.import_offers(offer(total(8)))
        self.assertEqual(order.picking_ids.move_ids.quantity, 6)

    def test_net_figure_is_without_reserves_of_orders_that_1c_has(self):
        self.connection.stock_is_net = True
        self.set_on_hand(10)
        known = self.sell(3)
        self._bind("sale.order", "order-1", known)
        unknown = self.sell(2)
        self.import_offers(offer(total(7)))
        self.assertEqual(self.get_on_hand(), 10)
        self.assertFalse(self.get_moves())
        # 1C has received the other one, too, and subtracts it
        self._bind("sale.order", "order-2", unknown)
        self.import_offers(offer(total(5)))
        self.assertEqual(self.get_on_hand(), 10)
        # more is reserved in 1C than there is
        self.import_offers(offer(total(-1)))
        self.assertEqual(self.get_on_hand(), 5)

    def test_gross_figure_is_what_is_on_hand(self):
        self.set_on_hand(10)
        self._bind("sale.order", "order-1", self.sell(3))
        self.import_offers(offer(total(7)))
        self.assertEqual(self.get_on_hand(), 7)

    def test_gross_figure_lacks_what_1c_has_shipped(self):
        """The delivery of an order shipped in 1C is validated in Odoo later."""
        self.set_on_hand(10)
        order = self.sell(3)
        self._bind("sale.order", "order-1", order)
        row = self.env["b2b.1c.order"].create(
            {"backend_id": self.connection.id, "order_id": order.id, "shipped": True}
        )
        self.import_offers(offer(total(7)))
        # three of them are reserved, and gone
        self.assertEqual(self.get_on_hand(), 10)
        self.assertEqual(self.product.free_qty, 7)
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.assertEqual(self.get_on_hand(), 7)
        file = self.import_offers(offer(total(7)))
        self.assertEqual(self.get_counts(file), {"unchanged": 1})
        # what 1C has not shipped lies there for 1C
        row.shipped = False
        self.import_offers(offer(total(10)))
        self.assertEqual(self.get_on_hand(), 10)

    def test_rows_fail_beside_others(self):
        rows = []
        for number in range(5):
            self._create_goods(f"n-{number}", f"N{number}")
            rows.append(offer(total(1), f"n-{number}"))
        self.bound("product.template", "n-3").product_variant_id.tracking = "serial"
        file = self.import_offers(*rows)
        self.assertEqual(self.get_counts(file), {"updated": 4, "failed": 1})
