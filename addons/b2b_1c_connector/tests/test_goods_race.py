from odoo.tests import tagged

from odoo.addons.b2b_portal.tests.parallel import ParallelCase
from odoo.addons.queue_job.exception import RetryableJobError

from .common import as_1c_writes, catalog, envelope, package
from .common_import import classifier, group
from .common_properties import good, properties, property_, values


@tagged("post_install", "-at_install")
class TestGoodsRaces(ParallelCase):
    """The same file twice at once, and two connections at once: nothing twice."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.exchanges = [self._connect(env, f"race-{one}") for one in "ab"]
        self.addCleanup(self._clear)

    def _connect(self, env, key):
        connection = self._create(env, "b2b.1c.backend", name=key, key=key)
        user = connection.user_id
        people = [("res.partner", user.partner_id.ids), (user._name, user.ids)]
        self.made[:0] = people
        return env["b2b.1c.exchange"]._begin(connection, "catalog")[0].id

    def _clear(self):
        """Remove what the files have made."""
        with self._connection() as env:
            bindings = env["b2b.1c.binding"].search(
                [("backend_id.key", "in", ["race-a", "race-b"])]
            )
            for name in (
                "product.template",
                "product.public.category",
                "product.category",
            ):
                rows = bindings.filtered(lambda row, name=name: row.res_model == name)
                env[name].browse(rows.mapped("res_id")).exists().unlink()
            names = [("name", "=like", "Race %")]
            env["product.attribute"].search(names).unlink()
            env["uom.uom"].search([("name", "=", "пар")]).unlink()

    def _import(self, exchange, body, name="import.xml"):
        content = as_1c_writes(envelope(body))

        def action(env):
            file = env["b2b.1c.file"].create({"exchange_id": exchange, "name": name})
            file._append(content)
            file.state = "waiting"
            file._import()
            self.assertEqual((file.state, file.failed), ("done", 0), file.error)

        return action

    def _do(self, *actions):
        """Do all at once; who finds his connection at work comes again, as jobs do."""
        late = []

        def patient(action):
            def act(env):
                try:
                    action(env)
                except RetryableJobError:
                    late.append(action)
                    raise

            return act

        _attempts, errors = self._do_in_parallel([patient(one) for one in actions])
        self.assertEqual(len(errors), len(late), errors)
        for action in late:
            with self._connection() as env:
                action(env)

    def _get_names(self, model, prefix="Race"):
        with self._connection() as env:
            found = env[model].search([("name", "=like", f"{prefix}%")])
            return sorted(found.mapped("name"))

    def _get_goods(self, key=""):
        told = values(**{f"{key}p": f"{key}v"})
        return (
            classifier(
                f"<Группы>{group(f'{key}t', f'Race {key or None}')}</Группы>"
                + properties(
                    property_(f"{key}p", "Race color", variants={f"{key}v": "Race red"})
                )
            )
            + catalog(
                good(
                    '<БазоваяЕдиница Код="715">пар</БазоваяЕдиница>'
                    f"<Группы><Ид>{key}t</Ид></Группы>{told}",
                    f"{key}g",
                    f"Race {key or None}",
                )
            )
            + package(self._get_offer(key))
        )

    def _get_offer(self, key):
        return (
            f"<Предложение><Ид>{key}g#1</Ид><ХарактеристикиТовара>"
            "<ХарактеристикаТовара><Наименование>Race size</Наименование>"
            "<Значение>Race L</Значение></ХарактеристикаТовара>"
            "</ХарактеристикиТовара></Предложение>"
        )

    def _check_shared(self):
        self.assertEqual(
            self._get_names("product.attribute"), ["Race color", "Race size"]
        )
        self.assertEqual(
            self._get_names("product.attribute.value"), ["Race L", "Race red"]
        )
        self.assertEqual(self._get_names("uom.uom", "пар"), ["пар"])

    def test_two_connections_at_once_share_what_they_make(self):
        first, second = self.exchanges
        self._do(
            self._import(first, self._get_goods("a")),
            self._import(second, self._get_goods("b")),
        )
        self._check_shared()
        self.assertEqual(self._get_names("product.template"), ["Race a", "Race b"])
        self.assertEqual(self._get_names("product.category"), ["Race a", "Race b"])

    def test_the_same_file_twice_at_once(self):
        body = self._get_goods()
        self._do(*[self._import(self.exchanges[0], body) for _number in range(2)])
        self._check_shared()
        for model in (
            "product.template",
            "product.category",
            "product.public.category",
        ):
            self.assertEqual(self._get_names(model), ["Race None"], model)
        self.assertEqual(self._get_names("b2b.1c.property"), ["Race color"])
