"""The open documents of a dealer as files for his spreadsheet."""

import csv
import io

import xlsxwriter

# A cell that begins so is taken for a formula by spreadsheets.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
# So many lines are read at once.
BATCH = 1000


def get_columns(env):
    """Return the columns of the export: key of the row and title."""
    return {
        "name": env._("Document"),
        "type": env._("Kind"),
        "contract": env._("Contract"),
        "legal_entity": env._("Legal entity"),
        "date": env._("Date"),
        "order_date": env._("Order date"),
        "date_due": env._("Payment date"),
        "overdue_days": env._("Days overdue"),
        "amount": env._("Amount"),
        "residual": env._("Open"),
        "currency": env._("Currency"),
    }


def get_rows(lines):
    """Yield the rows of settlement lines, read in batches.

    :param b2b.settlement.line lines: in their order
    """
    currencies = lines.env["res.currency"].get_all_currencies()
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH].with_prefetch(
            lines.ids[start : start + BATCH]
        )
        for row in batch._get_balance_rows():
            currency = currencies.get(row["currency_id"], {})
            yield row | {"currency": currency.get("name", "")}


def guard(value):
    """Return text that no spreadsheet takes for a formula; other values as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value


def export_csv(lines):
    """Return the content of a CSV file and its type.

    :rtype: tuple[bytes, str]
    """
    columns = get_columns(lines.env)
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(columns.values())
    for row in get_rows(lines):
        writer.writerow(
            ["" if row[key] is None else guard(row[key]) for key in columns]
        )
    # With its mark, spreadsheets read letters of any alphabet right.
    return output.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"


def export_xlsx(lines):
    """Return the content of an XLSX file and its type.

    :rtype: tuple[bytes, str]
    """
    columns = get_columns(lines.env)
    output = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True}
    with xlsxwriter.Workbook(output, options) as workbook:
        sheet = workbook.add_worksheet(lines.env._("Balance")[:31])
        formats = {
            "head": workbook.add_format({"bold": True}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "amount": workbook.add_format({"num_format": "#,##0.00"}),
        }
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        for column, title in enumerate(columns.values()):
            sheet.write_string(0, column, title, formats["head"])
        for number, row in enumerate(get_rows(lines), start=1):
            for column, key in enumerate(columns):
                _write_cell(sheet, number, column, row[key], formats)
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return output.getvalue(), mimetype


def _write_cell(sheet, row, column, value, formats):
    """Write a value by its kind; text never becomes a formula or a link."""
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, float):
        sheet.write_number(row, column, value, formats["amount"])
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    else:
        sheet.write_datetime(row, column, value, formats["date"])
