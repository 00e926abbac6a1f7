"""What must be paid for a block to be lifted: the oldest debts first."""

from collections import defaultdict
from typing import NamedTuple


class Debt(NamedTuple):
    """Something overdue. Debts of one group are in one currency."""

    key: int
    group: tuple
    days: int
    amount: float
    rounding: float


def take_off_credits(debts, credits):
    """Return what credits leave open of debts: they pay the oldest first.

    :param list[Debt] debts: oldest first
    :param dict[tuple, float] credits: positive amounts by group
    :rtype: list[Debt]
    """
    credits = dict(credits)
    rest = []
    for debt in debts:
        used = min(credits.get(debt.group, 0.0), debt.amount)
        if used:
            credits[debt.group] -= used
        units = round((debt.amount - used) / debt.rounding)
        if units > 0:
            rest.append(debt._replace(amount=units * debt.rounding))
    return rest


def plan_payment(debts, is_blocking):
    """Return the smallest payment, oldest debts first, that lifts a block.

    :param list[Debt] debts: oldest first, without what credits pay
    :param is_blocking: function of what is left to pay by group and of the days
        that the oldest of it is overdue; less of either never makes it true
    :return: debts and how much of each is to be paid
    :rtype: list[tuple[Debt, float]]
    """
    left = defaultdict(float)
    for debt in debts:
        left[debt.group] += debt.amount
    plan = []
    for debt in debts:
        if not is_blocking(left, debt.days):
            break
        paid = _find_part(debt, left, is_blocking) or debt.amount
        plan.append((debt, paid))
        left = _subtract(left, debt, paid)
        if paid < debt.amount:
            break
    return plan


def _find_part(debt, left, is_blocking):
    """Return how much of a debt is to be paid at least, if that lifts the block while
    some of it may stay open, else 0."""
    if is_blocking(_subtract(left, debt, debt.amount), debt.days):
        return 0.0
    low, high = 1, round(debt.amount / debt.rounding)
    while low < high:
        middle = (low + high) // 2
        if is_blocking(_subtract(left, debt, middle * debt.rounding), debt.days):
            low = middle + 1
        else:
            high = middle
    return min(high * debt.rounding, debt.amount)


def _subtract(left, debt, amount):
    units = round((left[debt.group] - amount) / debt.rounding)
    return left | {debt.group: units * debt.rounding}
