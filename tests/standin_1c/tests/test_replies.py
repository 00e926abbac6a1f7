"""How each generation reads what a site answers, and what it refuses."""

import pytest

from ..errors import ExchangeError, NoConnection, NotAdmitted
from .builders import order, reply

ALL = ("ut10", "ut11", "unf", "unf-bitrix", "bitrix-2.09", "bitrix")


def run(exchange):
    good = exchange.run()
    return good, exchange.journal


@pytest.mark.parametrize("profile", ALL)
def test_right_replies_leave_nothing_to_say(make, profile):
    good, journal = run(make(profile))
    assert good
    assert journal.errors == []
    assert journal.remarks == []


@pytest.mark.parametrize("profile", ALL)
@pytest.mark.parametrize("mode", ["init", "file", "import", "query", "success"])
def test_empty_body_is_an_error_in_every_mode(make, site, profile, mode):
    kind = "sale" if mode in ("query", "success") else "catalog"
    site.replies[kind, mode] = b""
    good, journal = run(make(profile, retries=0))
    assert not good
    assert "пустой ответ" in "".join(journal.errors)


@pytest.mark.parametrize("profile", ALL)
@pytest.mark.parametrize("mode", ["file", "import"])
@pytest.mark.parametrize(
    "text", ["<html>500</html>", "\nsuccess", "\ufeffsuccess", "ok", "successful"]
)
def test_first_line_must_be_a_status(make, site, profile, mode, text):
    site.replies["catalog", mode] = text.encode()
    good, journal = run(make(profile, retries=0))
    assert not good
    assert "Неизвестный статус" in "".join(journal.errors)


@pytest.mark.parametrize("profile", ALL)
@pytest.mark.parametrize("text", [b"success\r\n", b" success", b"SUCCESS "])
def test_only_ut10_stumbles_over_blanks(make, site, profile, text):
    site.replies["catalog", "file"] = text
    assert run(make(profile, retries=0))[0] is (profile != "ut10")


@pytest.mark.parametrize("profile", ALL)
def test_status_in_capitals_is_known(make, site, profile):
    site.replies["catalog", "file"] = b"SUCCESS"
    assert run(make(profile))[0]


def test_ut11_counts_the_lines_of_success(make, site):
    site.replies["catalog", "file"] = b"success\n"
    good, journal = run(make("ut11"))
    assert good
    assert "Расширенный статус" in journal.remarks[0]


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        (b"zip=no\nfile_limit=900", {"ut10", "ut11", "unf"}),
        (b"zip=no\nfile_limit=900\n", {"unf"}),
        (b"zip=no\nfile_limit=900\nsessid=1\nversion=2.09", {"unf", "versions"}),
        (b"zip=no", {"unf"}),
        (b"failure\nnot now", set()),
    ],
)
@pytest.mark.parametrize("profile", ALL)
def test_lines_of_init_are_counted(make, site, profile, text, takes):
    site.replies["catalog", "init"] = text
    family = profile if profile in ("ut10", "ut11", "unf") else "versions"
    exchange = make(profile, retries=0)
    assert run(exchange)[0] is (family in takes)
    if family not in takes:
        assert "file" not in site.modes("catalog")


@pytest.mark.parametrize("text", [b"zip=no\nfile_limit=0", b"zip=no\nfile_limit=2 000"])
def test_no_limit_is_one_huge_post(make, site, text):
    site.replies["catalog", "init"] = text
    assert run(make("ut11"))[0]
    names = [name for name, _size in site.parts]
    assert len(names) == len(set(names))


def test_files_are_cut_at_the_limit(make, site):
    site.limit = 5000
    run(make("ut11"))
    sizes = [size for name, size in site.parts if name == "import0_1.xml"]
    assert len(sizes) > 2
    assert set(sizes[:-1]) == {5000}
    assert site.files["import0_1.xml"].rstrip().endswith("Информация>".encode())


@pytest.mark.parametrize("profile", ALL)
def test_refused_login_ends_it(make, site, profile):
    for text in (b"failure\nwrong password", b"<html>", b"success", b"success\nname"):
        site.replies["catalog", "checkauth"] = text
        with pytest.raises(NotAdmitted):
            make(profile).run()
    assert set(site.modes()) == {"checkauth"}


@pytest.mark.parametrize("value", ["abc\r", "a b", "a;b", '"ab"'])
def test_cookie_must_fit_a_header(make, site, value):
    site.replies["catalog", "checkauth"] = f"success\nname\n{value}".encode()
    with pytest.raises(NotAdmitted, match="cookie"):
        make("ut11").run()


def test_cookie_and_login_are_sent_with_every_call(make, site):
    run(make("ut11"))
    for call in site.calls:
        assert call["login"].startswith("Basic ")
        assert (call["cookie"] is None) == (call["mode"] == "checkauth")


def test_login_may_wait_for_a_401(make, site):
    exchange = make("ut11")
    exchange.connection.at_once = False
    assert exchange.run()
    assert site.calls[0]["login"] is None


def test_http_status_is_noted_and_the_body_read(make, site):
    site.status = 500
    good, journal = run(make("ut11"))
    assert good
    assert "Код состояния HTTP: 500" in journal.remarks[0]


def test_redirect_is_not_followed(make, site):
    site.status = 302
    site.replies["catalog", "checkauth"] = b"<a href='/'>moved</a>"
    with pytest.raises(NotAdmitted):
        make("ut11").run()
    assert len(site.calls) == 1


def test_no_server(make, site):
    exchange = make("ut11")
    exchange.connection.port = 1
    with pytest.raises(NoConnection):
        exchange.run()


def test_silence_ends_with_the_time_limit(make, site):
    import time

    site.replies["catalog", "init"] = lambda _words: time.sleep(1) or b"x"
    exchange = make("ut11", retries=0)
    exchange.connection.timeout = 0.2
    with pytest.raises(NoConnection, match="время ожидания"):
        exchange.run()


@pytest.mark.parametrize("profile", ALL)
def test_times_and_pauses_are_those_of_the_generation(make, profile):
    wanted = {"ut11": (180, 0), "unf": (1800, 5), "unf-bitrix": (1800, 5)}
    manners = make(profile).profile.manners
    if profile in wanted:
        assert (manners.timeout, manners.pause) == wanted[profile]
    if profile == "ut10":
        assert manners.pause == 0


@pytest.mark.parametrize("profile", ["ut10", "ut11"])
def test_progress_is_asked_again_at_once(make, site, profile):
    site.replies["catalog", "import"] = [b"progress\n1 of 2"] * 7 + [b"success"]
    exchange = make(profile)
    assert exchange.run()
    assert exchange.outcome.polls >= 8


def test_unf_asks_again_after_five_seconds(make, site, monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    site.replies["catalog", "import"] = [b"progress"] * 2
    exchange = make("unf")
    assert exchange.run()
    assert pauses == [5, 5]


def test_progress_for_ever_is_given_up_only_if_told(make, site):
    site.replies["catalog", "import"] = lambda _words: b"progress"
    good, journal = run(make("ut11", give_up=0.2, retries=0))
    assert not good
    assert "не закончилась" in journal.errors[0]


@pytest.mark.parametrize("profile", ALL)
def test_failure_shows_its_text_and_stops_the_portion(make, site, profile):
    # УТ 10 takes plain text for windows-1251
    encoding = "windows-1251" if profile == "ut10" else "utf-8"
    text = "failure\nСтрока 7: нет группы".encode(encoding)
    site.replies["catalog", "import"] = text
    good, journal = run(make(profile, retries=0, with_orders=False))
    assert not good
    assert "нет группы" in journal.errors[0]
    assert site.modes().count("import") == 1


def test_broken_off_reply_is_asked_for_again_by_unf_only(make, site):
    for profile, good in (("unf", True), ("ut11", False)):
        exchange = make(profile, retries=0)

        def cut(_words):
            site.cut = 0 if site.cut_once else 5
            site.cut_once = True
            return b"success"

        site.cut_once = False
        site.replies["catalog", "import"] = cut
        assert exchange.run() is good


# -- orders


BROKEN = [
    b"\n" + reply(order()),
    b"\xef\xbb\xbf" + reply(order()),
    b"<!-- -->" + reply(order()),
    b"<html>500</html>",
    b"failure\nno rights",
    reply(order())[:-20],
    b"<?xml version='1.0'?><a/>",
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("profile", ALL)
def test_orders_that_cannot_be_read_are_not_confirmed(make, site, profile, text):
    site.orders = text
    good, journal = run(make(profile, with_catalog=False))
    assert not good
    assert journal.errors
    assert site.confirmed == 0
    assert site.modes("sale")[-1] == "query"


@pytest.mark.parametrize("profile", ALL)
def test_only_unf_does_without_the_declaration(make, site, profile):
    text = reply(order("7"))
    site.orders = text[text.index(b"\n") + 1 :]
    exchange = make(profile, with_catalog=False)
    assert exchange.run() is profile.startswith("unf")


@pytest.mark.parametrize("profile", ALL)
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_declared_encodings_are_read(make, site, profile, encoding):
    site.orders = reply(order("7"), encoding=encoding)
    site.content_type = f"application/xml; charset={encoding}"
    site.replies["sale", "success"] = b"success"
    exchange = make(profile, with_catalog=False)
    assert exchange.run()
    assert exchange.office.orders[0]["comment"] == "Позвонить"


def test_ut11_reads_question_marks_if_the_encodings_disagree(make, site):
    site.orders = reply(order("7"), encoding="windows-1251")
    exchange = make("ut11", with_catalog=False)
    assert not exchange.run()


@pytest.mark.parametrize("profile", ALL)
def test_zip_is_nothing_for_ut11(make, site, profile):
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("orders.xml", reply(order("7")))
    site.orders = target.getvalue()
    assert make(profile, with_catalog=False).run() is (profile != "ut11")


def test_namespace_makes_ut11_check_the_types(make, site):
    wrong = [
        order(party=order_party_without_kpp()),
        order(Валюта="рубли"),
        order(ХозОперация="Заказ"),
        order(Комментарий="x" * 3001),
        order(Сумма="1 000.00"),
    ]
    for document in wrong:
        site.orders = reply(document, xmlns="urn:1C.ru:commerceml_2")
        good, journal = run(make("ut11", with_catalog=False))
        assert not good
        assert "XDTO" in journal.errors[0]
    site.orders = reply(order(), xmlns="urn:1C.ru:commerceml_2")
    assert make("ut11", with_catalog=False).run()
    # without it all is read as it stands
    site.orders = reply(wrong[0])
    assert make("ut11", with_catalog=False).run()


def order_party_without_kpp():
    from .builders import company

    return company(kpp="")


@pytest.mark.parametrize("profile", ALL)
def test_failure_of_success(make, site, profile):
    site.replies["sale", "success"] = b"failure\nno"
    passes = profile in ("ut10", "ut11")
    assert make(profile, with_catalog=False).run() is passes


def test_module_may_ask_again_instead_of_confirming(make, site):
    from dataclasses import replace

    site.orders = reply(order("7"))
    exchange = make("bitrix", with_catalog=False)
    exchange.profile.manners = replace(exchange.profile.manners, confirms=False)
    assert exchange.run()
    assert site.modes("sale") == ["checkauth", "info", "init", "query"]
    assert [call["mode"] for call in site.calls].count("query") == 2
    assert site.confirmed == 0


def test_addresses_that_cannot_be():
    from ..transport import Connection

    for url in ("ftp://host/", "host", "http://host/a?b=c"):
        with pytest.raises(ExchangeError):
            Connection(url, "a", "b")
