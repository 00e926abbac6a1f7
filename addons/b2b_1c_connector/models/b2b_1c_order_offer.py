import dataclasses
import logging
from datetime import datetime, timedelta
from itertools import count

import psycopg2
from pytz import utc

from odoo import api, fields, models
from odoo.tools import SQL

from ..commerceml import OrderError, check_order, write_orders
from ..commerceml.writer import NUMBER_LENGTH
from ..importers.run import digest
from ..words import say

_logger = logging.getLogger(__name__)
# УТ 11 loads a reply in one transaction: what a reply holds is small
LARGEST_COUNT = 50
LARGEST_SIZE = 500_000
# rows that are looked at for one reply
LOOKED_AT = 4 * LARGEST_COUNT
# Offered so often in vain, orders are offered in ever smaller replies of their own, as
# one of them may be why 1C takes none; at the end alone, then no more.
SUSPECT = 2
FEWER = {2: 12, 3: 3}
LAST_TRY = 6
# when what could not be written, or what nobody confirms, is looked at again
LATER = timedelta(hours=1)


class B2b1cOrderOffer(models.Model):
    """Offering: what a reply to `mode=query` holds, and what 1C confirms of it."""

    _inherit = "b2b.1c.order"

    @api.model
    def _offer(self, exchange, version="2.05", encoding="utf-8"):
        """Take what is due into a reply.

        :param b2b.1c.exchange exchange: the session; it keeps what it was offered
        :param str version: of CommerceML
        :param str encoding: of the reply
        :return: the reply
        :rtype: bytes
        """
        backend = exchange.backend_id
        # two at once do not both make the same rows
        turn = self.env["b2b.1c.turn"]._pass(backend, "orders")
        self._enlist(backend)
        taken, documents, size = self.browse(), [], 0
        formed = self._get_local(backend, fields.Datetime.now())
        words = {"formed": formed, "version": version, "encoding": encoding}
        due, limit = self._find_due(backend, turn)
        for row in due:
            document, length = row._prepare_safely(words)
            if document is None:
                continue
            size += length
            if documents and size > LARGEST_SIZE:
                break
            documents.append(document)
            taken |= row
            row._note_offer(exchange, document)
            if len(documents) >= limit:
                break
        exchange.offered = {str(row.id): row.digest_offered for row in taken}
        return write_orders(documents, **words)

    @api.model
    def _find_due(self, backend, turn):
        """What is to be offered next: new and changed orders or, in turns, those that
        were offered in vain.

        :param int turn: a number that grows
        :return: rows, and how many of them a reply may hold
        """
        now = fields.Datetime.now()
        domain = [("backend_id", "=", backend.id)]
        domain += ["|", "&", ("state", "in", ("waiting", "offered"))]
        domain += ["|", ("date_next", "=", False), ("date_next", "<=", now)]
        domain += ["&", ("state", "=", "apart"), ("date_next", "<=", now)]
        fresh = [*domain, ("tries", "<", SUSPECT)]
        suspect = self.search(
            [*domain, ("tries", ">=", SUSPECT)], order="tries desc, id", limit=LOOKED_AT
        )
        found, limit = self.browse(), LARGEST_COUNT
        if turn % 2 or not suspect:
            found = self.search(fresh, order="tries, id", limit=LOOKED_AT)
        if not found and suspect:
            tries = suspect[0].tries
            found = suspect.filtered(lambda row: row.tries == tries)
            limit = FEWER.get(tries, 1)
        # an import is at work with the others: next time
        return found._lock_free(), limit

    def _lock_free(self):
        """Lock those of these rows that nobody else has locked.

        As `try_lock_for_update`, but whoever meets a change made meanwhile is run
        again, which is no error for the log.
        """
        if not self:
            return self
        self.env.cr.execute(
            SQL(
                "SELECT id FROM b2b_1c_order WHERE id IN %s"
                " FOR NO KEY UPDATE SKIP LOCKED",
                self._ids,
            ),
            log_exceptions=False,
        )
        free = {key for [key] in self.env.cr.fetchall()}
        return self.filtered(lambda row: row.id in free)

    def _prepare_safely(self, words):
        """As :meth:`_prepare_offer`; an order that cannot be written, for whatever
        reason, keeps no others out.

        :param dict words: how the reply is written
        :return: the document, None if there is nothing to say, and its size in bytes
        :rtype: tuple[model.Document | None, int]
        """
        try:
            with self.env.cr.savepoint():
                document = self._prepare_offer()
                size = len(write_orders([document], **words)) if document else 0
        except psycopg2.OperationalError:
            # met another transaction: 1C is answered again
            raise
        except Exception:
            name = self.order_id.name
            _logger.exception("Order %s cannot be written for 1C", name)
            self._set_apart(self.env._("Internal error, see the log of Odoo."))
            return None, 0
        return document, size

    def _prepare_offer(self):
        """The order as it is to be offered.

        :return: a document, None if there is nothing to say
        :rtype: model.Document | None
        """
        self.ensure_one()
        order = self.order_id
        if order.state != "sale" and not self.digest_offered:
            # 1C has never heard of it, and need not
            self.unlink()
            return None
        if self._hold_unchecked():
            return None
        if self.tries >= LAST_TRY and self._give_up():
            return None
        self._set_number()
        try:
            document = self._prepare_document()
            check_order(document)
        except OrderError as error:
            self._set_apart(say(self.env, error))
            return None
        if self._digest(document) == self.digest_confirmed:
            self.write({"state": "sent", "is_changed": False, "tries": 0})
            return None
        return document

    def _note_offer(self, exchange, document):
        said = self._digest(document)
        if said != self.digest_offered:
            self.write({"tries": 0, "date_first": False})
        now = fields.Datetime.now()
        self.write(
            {
                "state": "offered",
                "reason": False,
                "is_changed": False,
                "exchange_id": exchange.id,
                "digest_offered": said,
                "tries": self.tries + 1,
                "date_first": self.date_first or now,
                "date_next": False,
            }
        )

    def _give_up(self):
        """Offer no more what 1C would not take: at all, if it took others meanwhile;
        else it may be in trouble itself, and this is left for later.

        :return: whether it is not to be offered now
        """
        confirmed = self.backend_id.date_confirmed
        if confirmed and self.date_first and confirmed > self.date_first:
            self._set_apart(
                self.env._(
                    "1C was offered this order %(count)s times and did not confirm it, "
                    "while it took others. Its log says why. Change the order or send "
                    "it again.",
                    count=self.tries,
                ),
                again=False,
            )
            return True
        if self.date_next:
            # it has been left alone for a while
            return False
        self.date_next = fields.Datetime.now() + LATER
        return True

    def _set_apart(self, reason, again=True):
        """Let the others go without this order, and tell staff.

        :param str reason: a sentence
        :param bool again: look at it again later, as what is missing may be there then
        """
        is_new = self.state != "apart"
        self.write(
            {
                "state": "apart",
                "reason": reason,
                "is_changed": False,
                "date_next": again and fields.Datetime.now() + LATER,
            }
        )
        if is_new:
            summary = self.env._("The order does not go to 1C")
            self.order_id._b2b_call_staff(summary, reason)

    # -- number and date

    def _set_number(self):
        """Give the order the number and date by which 1C will know it for ever."""
        if self.site_number:
            return
        order = self.order_id
        names = (f"{order.id}-{number}" for number in count(1))
        for number in (order.name, str(order.id), *(next(names) for _n in range(20))):
            digits = "".join(filter(str.isdecimal, number)).lstrip("0")
            domain = [("backend_id", "=", self.backend_id.id)]
            domain.append(("site_digits", "=", digits))
            fits = len(number) <= NUMBER_LENGTH and number == number.strip()
            if digits and fits and not self.search_count(domain, limit=1):
                break
        moment = self._get_local(self.backend_id, order.date_order)
        self.write(
            {
                "site_number": number,
                "site_digits": digits,
                "site_moment": moment.isoformat(timespec="seconds"),
            }
        )

    @api.model
    def _get_local(self, backend, moment):
        """A moment as the clock at the company's shows it; 1C knows no zones."""
        local = utc.localize(moment).astimezone(backend._get_zone())
        return local.replace(tzinfo=None, microsecond=0)

    def _to_utc(self, moment):
        """What a clock at the company's shows, as the database keeps it."""
        zone = self.backend_id._get_zone()
        local = zone.localize(moment.replace(tzinfo=None))
        return local.astimezone(utc).replace(tzinfo=None)

    def _get_moment(self):
        return datetime.fromisoformat(self.site_moment)

    @api.model
    def _digest(self, document):
        """What stands for an order as it is: who buys is not told anew when it is the
        data of the buyer alone that has changed."""
        return digest(dataclasses.replace(document, counterparties=None))

    # -- what 1C confirms

    @api.model
    def _confirm(self, exchange):
        """1C has taken what the last reply of its session held."""
        offered = exchange.offered or {}
        rows = self.browse(int(key) for key in offered).exists()
        # another connection's rows cannot be in there, but it costs nothing
        rows = rows.filtered(lambda row: row.backend_id == exchange.backend_id)
        for row in rows:
            row._note_confirmed(offered[str(row.id)])
        if rows:
            exchange.backend_id.date_confirmed = fields.Datetime.now()
        exchange.offered = False

    def _note_confirmed(self, said):
        """1C has the order as it was when `said` stood for it."""
        if self.state != "offered":
            # staff have had it sent again meanwhile: it goes
            return
        values = {"digest_confirmed": said, "date_confirmed": fields.Datetime.now()}
        if said == self.digest_offered:
            values.update(tries=0, reason=False, date_next=False, date_first=False)
            values["state"] = "waiting" if self.is_changed else "sent"
            values["is_changed"] = False
        self.write(values)
