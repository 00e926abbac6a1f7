import hashlib
import hmac
import re
import secrets

from pytz import timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import NO_ACCESS, Command

COOKIE = "b2b_1c"
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{2,39}")
INTERVALS = [
    ("15", "Every 15 minutes"),
    ("60", "Hourly"),
    ("1440", "Daily"),
    ("0", "Not expected"),
]


class B2b1cBackend(models.Model):
    """A connection with one 1C database: who it is, what flows, who is right."""

    _name = "b2b.1c.backend"
    _description = "1C Connection"
    _inherit = ["b2b.1c.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    key = fields.Char(
        required=True,
        copy=False,
        default=lambda self: secrets.token_hex(6),
        tracking=True,
        help="The end of the address 1C exchanges with: small Latin letters, digits, "
        "hyphens.",
    )
    address = fields.Char(compute="_compute_address")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    configuration = fields.Selection(
        [
            ("ut10", "Trade Management 10.3 and its relatives"),
            ("ut11", "Trade Management 11, Integrated Automation 2, ERP 2"),
            ("unf", "Small Business Management (UNF)"),
            ("module", "Separately installed exchange module, 2.09 or 3.1"),
        ],
        required=True,
        default="ut11",
        help="Decides which page says what to set in 1C, and how 1C is understood: "
        "Trade Management 10.3 tells weights in grams and reads texts of Russian "
        "Windows, the others kilograms and UTF-8; Trade Management tells nothing of "
        "payments and shipments. All else the exchange finds out by itself.",
    )
    instructions = fields.Html(compute="_compute_instructions", sanitize=False)

    login = fields.Char(
        string="User",
        copy=False,
        tracking=True,
        help="The name by which 1C logs in. Its user can do nothing but this exchange.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Odoo user",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
    )
    # NO_ACCESS: not even an administrator reads, exports or writes it.
    password_hash = fields.Char(copy=False, groups=NO_ACCESS)
    password_date = fields.Datetime(
        string="Password made on", readonly=True, copy=False, tracking=True
    )

    exchange_goods = fields.Boolean(string="Goods and categories", default=True)
    exchange_prices = fields.Boolean(string="Prices", default=True)
    exchange_stock = fields.Boolean(string="Stock", default=True)
    exchange_orders = fields.Boolean(
        string="Orders to 1C", default=True, help="New and changed orders go to 1C."
    )
    exchange_states = fields.Boolean(
        string="Orders from 1C",
        default=True,
        help="Numbers, changes and states of orders come back from 1C.",
    )
    stock_master = fields.Selection(
        [("odoo", "Odoo"), ("1c", "1C")],
        string="Stock is kept in",
        default="1c",
        required=True,
        tracking=True,
        help="With 1C, the quantity on hand in Odoo follows what 1C says; what is "
        "reserved in Odoo is never taken. With Odoo, quantities of 1C are passed over.",
    )
    stock_is_net = fields.Boolean(
        string="1C's figure is without reserves",
        tracking=True,
        help="1C has subtracted what is reserved in 1C before it sends the quantity. "
        "What Odoo has reserved for orders that 1C has received is then added, as it "
        "would be subtracted twice. Unmarked, the quantity of 1C is what is on hand; "
        "only what Odoo has reserved for orders that 1C has shipped is added, until "
        "their delivery is validated in Odoo.",
    )
    interval_goods = fields.Selection(
        INTERVALS, string="Goods and prices", default="1440", required=True
    )
    interval_stock = fields.Selection(
        INTERVALS, string="Stock every", default="60", required=True
    )
    interval_orders = fields.Selection(
        INTERVALS, string="Orders every", default="15", required=True
    )
    last_contact = fields.Datetime(
        string="Last contact", compute="_compute_last_contact"
    )
    keep_days = fields.Integer(
        string="Keep files for days",
        default=14,
        help="Exchanges with their files are forgotten afterwards. 0: never.",
    )
    allow_zip = fields.Boolean(
        string="Files packed as ZIP",
        help="Saves time on a slow line. Without it 1C sends each file by itself.",
    )
    file_limit = fields.Integer(
        string="Bytes per request",
        default=2_000_000,
        required=True,
        help="1C cuts larger files into parts. Must stay below what each proxy on the "
        "way lets through.",
    )

    _key_uniq = models.Constraint("UNIQUE(key)", "Another connection has this key.")
    _file_limit_check = models.Constraint(
        "CHECK(file_limit BETWEEN 10000 AND 100000000)",
        "Bytes per request: from 10,000 to 100,000,000.",
    )

    @api.constrains("key")
    def _check_key(self):
        for connection in self:
            if not KEY.fullmatch(connection.key):
                raise ValidationError(
                    self.env._(
                        "The key is part of an address: 3 to 40 small Latin letters, "
                        "digits, hyphens or underscores."
                    )
                )

    @api.depends("key")
    def _compute_address(self):
        for connection in self:
            base = connection.get_base_url()
            connection.address = connection.key and f"{base}/b2b/1c/{connection.key}"

    def _get_zone(self):
        """The timezone of the clocks at the company: 1C knows no zones."""
        self.ensure_one()
        return timezone(self.company_id.partner_id.tz or self.user_id.tz or "UTC")

    @api.depends("configuration", "address", "login")
    @api.depends_context("lang")
    def _compute_instructions(self):
        for connection in self:
            connection.instructions = self.env["ir.qweb"]._render(
                f"b2b_1c_connector.instructions_{connection.configuration}",
                {"connection": connection},
            )

    def _compute_last_contact(self):
        rows = self.env["b2b.1c.exchange"]._read_group(
            [("backend_id", "in", self.ids), ("is_ours", "=", False)],
            ["backend_id"],
            ["date_last:max"],
        )
        last = {backend.id: moment for backend, moment in rows}
        for connection in self:
            connection.last_contact = last.get(connection.id)

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        for connection in connections:
            connection.login = connection.login or f"1c-{connection.key}"
            # sudo: whose account it is decides whom `write` renames
            connection.sudo().user_id = connection._create_user()
        return connections

    def _create_user(self):
        """Return a new user for the exchange of this connection."""
        self.ensure_one()
        group = self.env.ref("b2b_1c_connector.group_1c_exchange")
        # sudo: who administers the B2B portal need not administer users
        users = self.env["res.users"].sudo().with_context(no_reset_password=True)
        return users.create(
            {
                "name": self.env._("1C: %(name)s", name=self.name),
                "login": self.login,
                "company_id": self.company_id.id,
                "company_ids": [Command.set(self.company_id.ids)],
                "group_ids": [Command.set(group.ids)],
                "active": self.active,
            }
        )

    def write(self, vals):
        if "company_id" in vals:
            self._check_move(self.env["res.company"].browse(vals["company_id"]))
        result = super().write(vals)
        mirrored = {"login", "active", "company_id"} & set(vals)
        for connection in self.filtered("user_id") if mirrored else ():
            # sudo: as in _create_user
            connection.sudo().user_id.write(
                {
                    "login": connection.login,
                    "active": connection.active,
                    "company_ids": [Command.set(connection.company_id.ids)],
                    "company_id": connection.company_id.id,
                }
            )
        return result

    def _check_move(self, company):
        """Refuse to move to a company what is not to be moved there.

        :raise AccessError: it is none of the user's
        :raise ValidationError: records of the one before are bound
        """
        if not self.env.su and company not in self.env.user.company_ids:
            raise AccessError(
                self.env._("A connection is of a company that you work in.")
            )
        moved = self.filtered(lambda connection: connection.company_id != company)
        # sudo: whether anything is bound decides, whoever may see it
        bindings = self.env["b2b.1c.binding"].sudo()
        bound = [("backend_id", "in", moved.ids), ("res_id", "!=", False)]
        if bindings.search_count(bound, limit=1):
            raise ValidationError(
                self.env._(
                    "Records of company %(company)s are bound to what 1C calls them: "
                    "make a new connection for another company.",
                    company=moved.company_id[:1].sudo().name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_exchanges(self):
        # by the ORM, which takes files and attachments with them
        # sudo: administrators read exchanges only
        exchanges = self.env["b2b.1c.exchange"].sudo()
        exchanges.search([("backend_id", "in", self.ids)]).unlink()

    @api.ondelete(at_uninstall=False)
    def _archive_users(self):
        # sudo: as in _create_user
        self.sudo().user_id.active = False

    def action_new_password(self):
        """Make a new password and show it; the one before is void at once.

        :return: the action of a dialog with all that is to be entered in 1C
        """
        self.ensure_one()
        password = self._make_password()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enter This in 1C"),
            "res_model": "b2b.1c.credentials",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_address": self.address,
                "default_login": self.login,
                "default_password": password,
            },
        }

    def _make_password(self):
        """Set a new random password and return it: nobody can read it afterwards."""
        self.ensure_one()
        self.check_access("write")
        password = secrets.token_urlsafe(20)
        self._set_password(password)
        return password

    def _set_password(self, password):
        """Accept `password` from now on, and no other."""
        # sudo: the field is closed to everybody
        self.sudo()._end_sessions()
        self.sudo().write(
            {
                "password_hash": _hash(password, secrets.token_hex(8)),
                "password_date": fields.Datetime.now(),
            }
        )

    def _end_sessions(self):
        """Void the cookies of these connections: who has one logs in anew."""
        exchanges = self.env["b2b.1c.exchange"]
        domain = [("backend_id", "in", self.ids), ("token_hash", "!=", False)]
        exchanges.search(domain).token_hash = False

    def _accepts(self, login, password):
        """Whether these are the credentials of this connection.

        The time it takes says nothing, not even whether the connection is there.
        """
        # sudo: the field is closed to everybody
        connection = self.sudo()
        stored = connection.password_hash or _hash(secrets.token_hex(8), "none")
        right = hmac.compare_digest(
            stored.encode(), _hash(password, stored.partition("$")[0]).encode()
        )
        name = hmac.compare_digest(
            (connection.login or "").encode(), (login or "").encode()
        )
        return bool(right & name & bool(connection.active and connection.password_hash))

    @api.model
    def _identify(self, key, words, cookies, credentials, client=""):
        """Who calls: by the cookie, else by login and password.

        :param str key: names the connection
        :param dict words: the query of the call; the cookie of a new session is added
        :param dict cookies:
        :param credentials: login and password, or None
        :param str client: program and address
        :return: the exchange that the call belongs to, in the environment of the
            connection's user; nothing if it is to be refused
        """
        connection = self.search([("key", "=", key)])
        exchanges = self.env["b2b.1c.exchange"]
        found = exchanges
        token = cookies.get(COOKIE)
        login = words.get("mode") == "checkauth"
        if token and not login and connection:
            found = exchanges._find(connection, token)
        if not found:
            # checked even without connection, for the time it takes
            is_test = connection._is_test(credentials)
            if not credentials or not (connection._accepts(*credentials) or is_test):
                return exchanges
            exchanges = exchanges.with_user(connection.user_id).sudo()
            kinds = exchanges._fields["kind"].get_values(self.env)
            kind = words.get("type") in kinds and words["type"]
            if login:
                found, words["new_token"] = exchanges._begin(connection, kind)
                found.is_ours = is_test
            elif is_test:
                return exchanges.browse()
            else:
                found = exchanges._resume(
                    connection,
                    kind,
                    anew=words.get("mode") == "init",
                    client=client,
                    number=words.get("sessid", ""),
                )
        user = connection.user_id
        found = found.with_user(user).sudo().with_company(connection.company_id)
        return found.with_context(lang=user.lang)


def _hash(password, salt):
    """A hash that is quick to check, as 1C logs in anew for each of many portions.

    Quick is safe here: the passwords are made by us, of 160 random bits, and no list of
    words leads to them.
    """
    digest = hashlib.sha256(f"{salt}{password}".encode()).hexdigest()
    return f"{salt}${digest}"
