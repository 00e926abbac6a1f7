"""The command line, and what is kept between two runs."""

import json

import pytest

from ..__main__ import FAILED, REFUSED, UNREACHABLE, main
from ..goods import Maker
from ..infobase import Infobase
from .builders import order, reply
from .site import PASSWORD


@pytest.fixture
def command(site, tmp_path, capsys):
    def run(*words, url=site.url, password=PASSWORD):
        state = ["--state", str(tmp_path / "1c"), "--goods", "20"]
        code = main(["--url", url, "--password", password, *state, *words])
        return code, capsys.readouterr().out

    return run


def test_exit_codes(command, site):
    assert command()[0] == 0
    assert command(password="wrong")[0] == REFUSED
    assert command(url="http://127.0.0.1:1/x")[0] == UNREACHABLE
    site.replies["catalog", "import"] = b"failure\nno"
    code, out = command("--full", "--retries", "0")
    assert code == FAILED
    assert "Ошибка" in out
    with pytest.raises(SystemExit) as wrong:
        main(["--url", site.url, "--profile", "ut12"])
    assert wrong.value.code == 2


def test_first_everything_then_changes_and_orders_move_on(command, site, tmp_path):
    site.orders = reply(order("5"))
    assert "Полная выгрузка" in command()[1]
    state = json.loads((tmp_path / "1c/state.json").read_text())
    assert [row["site_number"] for row in state["orders"]] == ["5"]
    site.orders = reply()
    code, out = command()
    assert code == 0 and "Выгрузка изменений" in out
    assert "Выгружено заказов: 1" in out


def test_parts_alone(command, site):
    command("--orders")
    assert set(call["type"] for call in site.calls) == {"sale"}
    site.calls.clear()
    command("--catalog")
    assert set(call["type"] for call in site.calls) == {"catalog"}


def test_idle_trade_sends_nothing_new(command, site):
    command()
    site.calls.clear()
    command("--idle")
    assert site.modes("catalog") == []


def test_same_seed_same_trade():
    first, second, other = Maker("1"), Maker("1"), Maker("2")
    assert first.good(7) == second.good(7)
    assert first.good(7).id != other.good(7).id
    ids = {first.good(number).id for number in range(500)}
    assert len(ids) == 500


def test_state_outlives_a_run(tmp_path):
    base = Infobase(tmp_path, seed="1", size=30)
    base.work(40)
    base.save()
    again = Infobase(tmp_path)
    assert again.changed == base.changed
    assert [again.good(n) for n in again.numbers] == [
        base.good(n) for n in base.numbers
    ]
