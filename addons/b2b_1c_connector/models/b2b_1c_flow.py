from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..commerceml import model
from ..commerceml.writer import ORDER
from .b2b_1c_backend import INTERVALS

KINDS = [
    ("goods", "Goods and categories"),
    ("prices", "Prices"),
    ("stock", "Stock"),
    ("orders_out", "Orders to 1C"),
    ("orders_in", "Orders from 1C"),
    ("documents", "Payments and shipments"),
]
# what files of a session can bring
OF_SESSION = {
    "catalog": ("goods", "prices", "stock"),
    "reference": ("goods",),
    "sale": ("orders_in", "documents"),
}
# kind → settings of the connection: whether it is exchanged, how often it is expected
SETTINGS = {
    "goods": ("exchange_goods", "interval_goods"),
    "prices": ("exchange_prices", "interval_goods"),
    "stock": ("exchange_stock", "interval_stock"),
    "orders_out": ("exchange_orders", "interval_orders"),
    "orders_in": ("exchange_states", "interval_orders"),
    "documents": ("keeps_books", "interval_documents"),
}
GOODS = (
    model.Classifier,
    model.Catalog,
    model.Group,
    model.Property,
    model.Good,
    model.Placement,
)
# a session that has said nothing for so long is over
OVER = timedelta(minutes=3)


class B2b1cFlow(models.Model):
    """How it stands with one kind of information of a connection."""

    _name = "b2b.1c.flow"
    _inherit = "b2b.1c.guarded"
    _description = "Kind of Information of a 1C Connection"
    _order = "id"
    _rec_name = "kind"

    backend_id = fields.Many2one(
        "b2b.1c.backend", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(KINDS, string="Information", required=True, readonly=True)
    last_attempt = fields.Datetime(readonly=True)
    last_success = fields.Datetime(
        string="As of",
        readonly=True,
        help="When 1C sent what went in last without a fault, or had nothing to say.",
    )
    last_data = fields.Datetime(
        string="Last data", readonly=True, help="When 1C said something of it last."
    )
    error = fields.Text(readonly=True)
    minutes = fields.Integer(
        string="Expected every (minutes)",
        compute="_compute_state",
        help="As the connection says. 0: not expected.",
    )
    lag = fields.Integer(
        string="Lag (min)",
        compute="_compute_state",
        help="So long ago it was exchanged without a fault.",
    )
    state = fields.Selection(
        [
            ("off", "Not exchanged"),
            ("new", "Not yet"),
            ("ok", "Works"),
            ("late", "Late"),
            ("failed", "Failed"),
        ],
        compute="_compute_state",
        help="Late: nothing came for twice as long as the connection says.",
    )

    _kind_uniq = models.UniqueIndex(
        "(backend_id, kind)", "There is one row for each kind of information."
    )

    @api.depends(
        lambda self: [
            "last_success",
            "error",
            "backend_id.password_date",
            *(
                f"backend_id.{name}"
                for two in self._get_settings().values()
                for name in two
            ),
        ]
    )
    def _compute_state(self):
        now, kept = fields.Datetime.now(), self._get_kept()
        for flow in self:
            _switch, interval = self._get_settings()[flow.kind]
            flow.minutes = int(flow.backend_id[interval] or 0)
            since = flow._get_heard(kept[flow])
            flow.lag = (now - since).total_seconds() // 60 if since else 0
            flow.state = flow._get_state(kept[flow], now)

    @api.model
    def _get_settings(self):
        """Which settings of the connection say whether a kind is exchanged, and how
        often it is expected; addons with more kinds add theirs.

        :rtype: dict[str, tuple[str, str]]
        """
        return SETTINGS

    def _is_exchanged(self):
        self.ensure_one()
        switch, _interval = self._get_settings()[self.kind]
        return bool(self.backend_id[switch])

    def _get_heard(self, _kept):
        """Since when nothing was heard of it, False if never.

        :param b2b.1c.file _kept: files that wait for their time
        """
        self.ensure_one()
        return self.last_success

    def _get_state(self, kept, now):
        if not self._is_exchanged():
            return "off"
        if self.error:
            return "failed"
        # before the first time 1C is expected from the password on
        heard = self._get_heard(kept)
        since = heard or self.backend_id.password_date
        if self.minutes and since and now - since > timedelta(minutes=2 * self.minutes):
            return "late"
        return "ok" if heard else "new"

    def _describe(self):
        """What is wrong with these, as HTML."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        lines = [
            f"{kinds[flow.kind]}: {states[flow.state]}. {flow.error or ''}".strip()
            for flow in self
        ]
        return plaintext2html("\n".join(lines))

    @api.model
    def _note(self, backend, kinds, error=None, moment=None, with_data=True):
        """Write down how an exchange of some kinds of information ended.

        :param b2b.1c.backend backend:
        :param kinds: keys of :data:`KINDS`
        :param error: what was wrong; nothing: all went well; False: it has begun
        :param datetime moment: when 1C said it, default now
        :param bool with_data: whether 1C had something to say
        """
        moment = moment or fields.Datetime.now()
        values = {"last_attempt": fields.Datetime.now()}
        if error:
            values["error"] = error
        elif error is None:
            values["error"] = False
        flows = self._ensure(backend).filtered(lambda flow: flow.kind in kinds)
        flows.write(values)
        if error is not None:
            return
        for flow in flows:
            # what came earlier may go in later
            flow.last_success = max(flow.last_success or moment, moment)
            if with_data:
                flow.last_data = max(flow.last_data or moment, moment)

    @api.model
    def _ensure(self, backends):
        """The rows of all kinds of information of these connections."""
        # sudo: written by the exchange alone
        flows = self.sudo()
        found = flows.search([("backend_id", "in", backends.ids)])
        known = {(flow.backend_id.id, flow.kind) for flow in found}
        return found + flows.create(
            [
                {"backend_id": backend.id, "kind": kind}
                for backend in backends
                for kind in self._fields["kind"].get_values(self.env)
                if (backend.id, kind) not in known
            ]
        )


class B2b1cFile(models.Model):
    _inherit = "b2b.1c.file"

    flows = fields.Char(string="Kinds of information", readonly=True)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ("done", "failed"):
            for file in self.filtered(lambda file: file.content == "data"):
                file._note_flows()
        return result

    def _note_flows(self):
        """Tell the kinds of information of this file how it ended."""
        kinds = self.flows.split(",") if self.flows else ()
        error = None
        if self.state == "failed":
            kinds = kinds or self.backend_id._get_session_kinds(self.exchange_id.kind)
            error = f"{self.name}: {self.error}"
        if kinds:
            flows = self.env["b2b.1c.flow"]
            flows._note(self.backend_id, list(kinds), error, self.create_date)

    def _is_overtaken(self):
        """Whether later files have brought in the kinds of information of this one."""
        self.ensure_one()
        if self.content == "other":
            return False
        kinds = set(self.flows.split(",")) if self.flows else set()
        later = self.search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("id", ">", self.id),
                ("content", "=", "data"),
                ("state", "=", "done"),
                ("flows", "!=", False),
            ]
        )
        # what failed at its beginning may have been of any kind
        return any(not kinds or kinds & set(file.flows.split(",")) for file in later)

    def _import_items(self, run, cls, items):
        run.flows |= self._get_flows(cls, items)
        return super()._import_items(run, cls, items)

    def _write_outcome(self, run, started):
        if run.package and not run.flows & {"prices", "stock", "offers"}:
            # empty: there was nothing to say of either
            run.flows |= {"prices", "stock"}
        # before the first slice it was guessed what the file may bring
        is_known = self.flows and self.rows
        known = set(self.flows.split(",")) if is_known else set()
        self.flows = ",".join(sorted(known | run.flows - {"offers"}))
        return super()._write_outcome(run, started)

    def _get_flows(self, cls, items):
        """The kinds of information that rows are of."""
        if issubclass(cls, model.Document):
            return set().union(*map(_get_document_kinds, items))
        if issubclass(cls, model.Offer):
            found = {"offers"}
            if any(item.prices is not None for item in items):
                found.add("prices")
            if any(
                item.quantity is not None or item.stocks is not None for item in items
            ):
                found.add("stock")
            if any(item.tells_goods for item in items):
                found.add("goods")
            return found
        return {"goods"} if issubclass(cls, GOODS) else set()


class B2b1cExchange(models.Model):
    _inherit = "b2b.1c.exchange"

    def _do(self, mode, words, body):
        reply = super()._do(mode, words, body)
        if words.get("type") == "sale" and mode in ("query", "success"):
            content = reply[0]
            text = content if isinstance(content, str) else "<Документ"
            waits = mode == "query" and "<Документ" in text
            # what was offered has arrived when 1C says so
            error = False if waits else None
            with_data = mode == "success"
            self.env["b2b.1c.flow"]._note(
                self.backend_id, ["orders_out"], error, with_data=with_data
            )
        return reply

    @api.model
    def _note_silent(self, backend):
        """Take account of sessions in which 1C had nothing to say."""
        for kind in OF_SESSION:
            flows = backend._get_session_kinds(kind)
            last = self.search(
                [
                    ("backend_id", "=", backend.id),
                    ("kind", "=", kind),
                    ("is_ours", "=", False),
                    ("file_ids", "=", False),
                    ("call_ids.mode", "in", ("init", "query")),
                    ("call_ids", "not any", [("refused", "=", True)]),
                    ("date_last", "<", fields.Datetime.now() - OVER),
                ],
                limit=1,
            )
            older = self.env["b2b.1c.flow"].search(
                [
                    ("backend_id", "=", backend.id),
                    ("kind", "in", flows),
                    ("error", "=", False),
                    ("last_success", "<", last.date_last),
                ]
            )
            if not last:
                continue
            # what is kept is older than that and has not gone in
            kept = older.filtered("kept_count")
            kept.last_silence = last.date_last
            if rest := older - kept:
                rest._note(
                    backend, rest.mapped("kind"), None, last.date_last, with_data=False
                )


class B2b1cBackend(models.Model):
    _inherit = "b2b.1c.backend"

    flow_ids = fields.One2many("b2b.1c.flow", "backend_id", readonly=True)
    keeps_books = fields.Boolean(
        string="Keeps books", compute="_compute_keeps_books", compute_sudo=True
    )
    interval_documents = fields.Selection(
        INTERVALS,
        string="Payments and shipments every",
        default="60",
        required=True,
        help="For contracts whose books this 1C keeps. What is late blocks nobody.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Is told when an exchange fails or is late.",
    )
    health = fields.Selection(
        [
            ("new", "Not yet"),
            ("ok", "Works"),
            ("late", "Late"),
            ("failed", "Failed"),
        ],
        string="Exchange",
        compute="_compute_health",
    )

    def _get_language(self):
        """The language of who reads what an import says.

        :rtype: str
        """
        # sudo: which language somebody reads is no secret
        people = self.sudo().responsible_id, self.sudo().company_id.partner_id
        return next((one.lang for one in people if one.lang), "en_US")

    def _compute_keeps_books(self):
        counts = self.env["b2b.contract"]._read_group(
            [("b2b_1c_backend_id", "in", self.ids), ("books", "=", "1c")],
            ["b2b_1c_backend_id"],
        )
        keepers = {backend.id for (backend,) in counts}
        for connection in self:
            connection.keeps_books = connection.id in keepers

    @api.depends("flow_ids.state")
    def _compute_health(self):
        for connection in self:
            states = set(connection.flow_ids.mapped("state"))
            order = ("failed", "late", "ok")
            connection.health = next((s for s in order if s in states), "new")

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        self.env["b2b.1c.flow"]._ensure(connections)
        return connections


def _get_document_kinds(document):
    """The kinds of information that a document of 1C is of: an order says nothing of
    payments and shipments, but for those inside it.

    :param model.Document document:
    :rtype: set[str]
    """
    if (document.operation or ORDER).strip() != ORDER:
        return {"documents"}
    return {"orders_in", "documents"} if document.subordinates else {"orders_in"}
