from odoo.tools import SQL


def serialize(records):
    """Let only one transaction at a time pass for some records, and read them anew.

    Updating the rows, not only locking them, makes the loser fail to serialize and be
    run again by the server: then he sees what the winner did.

    :param odoo.models.Model records: stored ones
    """
    for record in records.sorted("id"):
        record.env.cr.execute(
            SQL(
                "UPDATE %s SET write_date = write_date WHERE id = %s",
                SQL.identifier(record._table),
                record.id,
            ),
            log_exceptions=False,
        )
    records.invalidate_recordset()
