"""Builders of what the tests of the exchange share: a connection and its password."""


class Builders1c:
    """Mixin for TransactionCase and HttpCase."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, no_reset_password=True)
        )
        cls.connection = cls._create_connection("test")
        cls.password = cls.connection._make_password()

    @classmethod
    def _create_connection(cls, key, **values):
        return cls.env["b2b.1c.backend"].create(
            {"name": key.title(), "key": key, **values}
        )
