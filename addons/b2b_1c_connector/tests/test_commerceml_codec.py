import datetime
import json
from decimal import Decimal

from ..commerceml import codec, model
from .common import CommerceMLCase


class TestCommerceMLCodec(CommerceMLCase):
    def _assert_kept(self, item):
        content = json.loads(json.dumps(codec.dump(item)))
        self.assertEqual(codec.load(item.__class__.__name__, content), item)

    def test_absent_empty_and_zero_stay_apart(self):
        for prices in (None, [], [model.Price("t", Decimal("0.00"))]):
            self._assert_kept(model.Offer("g#c", prices=prices))

    def test_nested_rows_come_back_as_they_were(self):
        self._assert_kept(
            model.Good(
                "g",
                unit=model.Unit("796", conversions=[("778", Decimal("12.5"))]),
                properties={"p": ("a", "b"), "q": ()},
                requisites=[("Вес", "1"), ("Вес", "2")],
                taxes=[model.Tax("НДС", Decimal("20"))],
                characteristics=[model.Characteristic("Цвет", "Синий")],
                line=7,
            )
        )

    def test_documents_with_dates_times_and_parties(self):
        self._assert_kept(
            model.Document(
                number="1",
                date=datetime.date(2026, 3, 1),
                time=datetime.time(8, 5),
                date_in_1c=datetime.datetime(2026, 3, 1, 8, 5, 7),
                paid=False,
                counterparties=[
                    model.Counterparty("c", representatives=[model.Counterparty("r")])
                ],
                lines=[model.DocumentLine("g", quantity=Decimal("1.5"))],
                subordinates=[model.Document(number="2")],
            )
        )
