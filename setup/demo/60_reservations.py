# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reservations of a dealer: running, nearly over, ended, short and waiting, extended,
by staff.

They are of orders whose goods have not left yet. One order stays without, so that there
is something to reserve.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta

from b2b_setup.inside import announce
from freezegun import freeze_time

QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True}
# On this contract goods are kept for a day only.
SHORT_TIME = 24


def load(env):
    """Reserve goods as the dealer and his manager did in the last days."""
    Keeping(env(context=dict(env.context, **QUIET))).tell()
    # The mail of the reminder has reached its reader.
    env["mail.mail"].search([("state", "=", "outgoing")]).state = "sent"


class Keeping:
    """Who kept goods when, the oldest first."""

    def __init__(self, env):
        self.env = env
        self.dealer = env.ref("b2b_portal.user_dealer")
        self.manager = env.ref("b2b_portal.user_manager")

    def tell(self):
        announce("reservations")
        half_sent, prepaid, *_between, newest = self._get_waiting("gidrosnab")
        south = self._get_waiting("gidrosnab_south")[-1]
        site = self._get_waiting("gidrosnab_project")[-1]
        south.b2b_contract_id.with_user(self.manager).write(
            {"has_own_reservation_hours": True, "reservation_hours": SHORT_TIME}
        )
        with self._hours_ago(100):
            self._reserve(half_sent)
        with self._hours_ago(51):
            self._expire()
        with self._hours_ago(30):
            prepaid.picking_ids.with_user(self.manager).sudo().action_assign()
        with self._hours_ago(SHORT_TIME - 3):
            self._reserve(south)
        with self._hours_ago(7):
            self._find_less(site.order_line[:1])
            short = self._reserve(site)
            site.with_user(self.dealer)._b2b_wait(site.order_line[:1].ids)
        with self._hours_ago(5):
            first = self._reserve(newest, newest.order_line[:2])
        with self._hours_ago(4):
            first._release_by_dealer()
        with self._hours_ago(2):
            self._reserve(newest, newest.order_line[1:])
            self._remind()
        with self._hours_ago(1):
            short._extend_by_dealer()

    @contextmanager
    def _hours_ago(self, hours):
        """Let what is in this block happen so many hours ago."""
        moment = datetime.now() - timedelta(hours=hours)
        with freeze_time(moment.replace(microsecond=0), tick=False):
            yield
            self.env.flush_all()

    def _get_waiting(self, name):
        """Return orders on a contract of which goods are still to leave, by date."""
        return self.env["sale.order"].search(
            [
                (
                    "b2b_contract_id",
                    "=",
                    self.env.ref(f"b2b_portal.contract_{name}").id,
                ),
                ("state", "=", "sale"),
                ("delivery_status", "in", ("pending", "started", "partial")),
            ],
            order="date_order, id",
        )

    def _reserve(self, order, lines=None):
        """The dealer reserves lines of his order; without them everything.

        :return: the reservation (sudo)
        """
        quantities = lines and {line.id: line.product_uom_qty for line in lines}
        return order.with_user(self.dealer)._b2b_reserve(quantities)

    def _expire(self):
        """Release what has expired, as the cron does with its commits."""
        reservations = self.env["b2b.reservation"]
        for reservation in reservations.search(reservations._get_expired_domain()):
            reservation._try_expire()

    def _remind(self):
        """Mail the dealer what ends soon, as the cron does with its commits."""
        reservations = self.env["b2b.reservation"]
        ending = reservations._get_ending_domain(self.env.ref("base.main_company"))
        for reservation in reservations.search(ending):
            reservation._remind()

    def _find_less(self, line):
        """The warehouse counts a product, and finds half of what is ordered."""
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        found = quants.search(
            [
                ("product_id", "=", line.product_id.id),
                ("location_id", "child_of", line.warehouse_id.lot_stock_id.id),
            ]
        )
        left = max(1, int(line.product_uom_qty / 2))
        for quant in found:
            quant.inventory_quantity = quant.reserved_quantity + left
            left = 0
        found.action_apply_inventory()
