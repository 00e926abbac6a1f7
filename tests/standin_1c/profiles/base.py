from ..catalog_2 import Dialect
from ..documents_out import Documents
from ..office import LoadRules
from ..protocol import Manners


class Profile:
    """What a generation of 1C does its own way."""

    name = None
    title = None
    manners = Manners()
    dialect = Dialect()
    rules = LoadRules()
    documents = Documents

    def portions(self, exchange, full):
        """The portions of the catalogue, one after the other."""
        raise NotImplementedError

    def before_query(self, session):
        """What is asked before `query`."""
        if self.manners.init_for_query:
            session.init()

    def orders_name(self, number):
        """The name of file `number`, from 1, of orders that go back."""
        raise NotImplementedError

    def write_orders(self, exchange, folder, batches):
        """A file for each of the lists of orders `batches`."""
        writer = self.documents(exchange.office, self.dialect)
        for number, orders in enumerate(batches, 1):
            writer.write(folder / self.orders_name(number), orders)


def slices(numbers, size):
    """`numbers` in order, at most `size` together; at least one, perhaps empty."""
    rows = sorted(numbers)
    return [rows[i : i + size] for i in range(0, len(rows), size)] or [[]]
