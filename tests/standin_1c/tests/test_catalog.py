"""The files of the catalogue: names, layout, what they say and leave out."""

from xml.etree import ElementTree

import pytest

from ..infobase import Infobase
from .test_replies import ALL

BOM = b"\xef\xbb\xbf"


def tree(data):
    """The root of a file, names without namespace."""
    assert data.startswith(BOM + b"<?xml")
    root = ElementTree.fromstring(data)
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    return root


def documents(site):
    return {
        name: tree(data) for name, data in site.files.items() if name.endswith(".xml")
    }


def found(site, path):
    return [node for root in documents(site).values() for node in root.findall(path)]


GOODS = "Каталог/Товары/Товар"
OFFERS = "ПакетПредложений/Предложения/Предложение"


def names(site):
    """File names without what differs each time."""
    return {name.partition("___")[0].partition("_1_")[0] for name in documents(site)}


def test_file_names(make, site):
    wanted = {
        "ut10": {"import.xml", "offers.xml"},
        "ut11": {"import0_1.xml", "import0_2.xml", "offers0_1.xml", "offers0_2.xml"},
        "unf": {
            "import1.xml",
            "import2.xml",
            "services1.xml",
            "offers1.xml",
            "offers2.xml",
        },
        "bitrix-2.09": {"import", "offers", "prices", "rests"},
    }
    for profile, files in wanted.items():
        site.files.clear()
        make(profile, portion=12, with_orders=False).run()
        assert names(site) == files
    site.files.clear()
    make("bitrix", portion=12).run()
    kinds = {name.partition("_")[0] for name in documents(site)}
    assert kinds == {
        *("groups", "units", "storages", "priceLists", "propertiesGoods"),
        *("propertiesOffers", "goods", "offers", "prices", "rests"),
    }


@pytest.mark.parametrize(
    ("profile", "schema", "namespace"),
    [
        ("ut10", "2.05", ""),
        ("ut11", "2.07", "urn:1C.ru:commerceml_2"),
        ("unf", "2.08", "urn:1C.ru:commerceml_210"),
        ("bitrix-2.09", "2.09", "urn:1C.ru:commerceml_2"),
        ("bitrix", "3.1", "urn:1C.ru:commerceml_3"),
    ],
)
def test_schema_and_namespace(make, site, profile, schema, namespace):
    make(profile).run()
    for name, data in site.files.items():
        if name.endswith(".xml"):
            root = ElementTree.fromstring(data)
            assert root.get("ВерсияСхемы") == schema
            assert (root.tag[0] == "{") is bool(namespace)
            assert namespace in root.tag


@pytest.mark.parametrize("profile", ["ut11", "unf"])
def test_each_portion_is_a_session_and_only_the_first_is_full(make, site, profile):
    make(profile, portion=8, with_orders=False).run()
    logins = [call["mode"] for call in site.calls].count("checkauth")
    files = documents(site)
    assert logins == len(files)
    said, classifiers = {}, {}
    for name, root in files.items():
        part = root.find("Каталог")
        part = root.find("ПакетПредложений") if part is None else part
        said[name] = part.get("СодержитТолькоИзменения")
        classifiers[name] = root.find("Классификатор/Группы") is not None
    first = {name for name in files if name in ("import0_1.xml", "offers0_1.xml")}
    first |= {name for name in files if name in ("import1.xml", "offers1.xml")}
    assert {name for name, value in said.items() if value == "false"} == first
    carriers = {name for name, has in classifiers.items() if has}
    assert carriers == {name for name in first if name.startswith("import")}


@pytest.mark.parametrize("profile", ALL)
def test_all_goods_and_offers_are_there_once(make, site, profile):
    exchange = make(profile, portion=10)
    exchange.run()
    base = exchange.base
    goods = [base.good(number) for number in base.numbers]
    ids = [node.findtext("Ид") for node in found(site, GOODS)]
    assert len(ids) == len(set(ids))
    assert {id.partition("#")[0] for id in ids} == {good.id for good in goods}
    with_variants = sum(len(good.variants) or 1 for good in goods)
    assert len(ids) == (with_variants if profile == "ut10" else len(goods))
    offers = {node.findtext("Ид") for node in found(site, OFFERS)}
    priced = {
        f"{good.id}#{variant.id}" if variant else good.id
        for good in goods
        for variant in good.variants or [None]
        if good.has_price or profile != "ut10"
    }
    assert offers == priced


@pytest.mark.parametrize("profile", ALL)
def test_prices_and_stock_are_those_of_the_base(make, site, profile):
    exchange = make(profile)
    exchange.run()
    base = exchange.base
    prices, stock = {}, {}
    for node in found(site, OFFERS):
        id = node.findtext("Ид")
        rows = node.findall("Цены/Цена")
        if rows:
            values = [
                (row.findtext("ИдТипаЦены"), float(row.findtext("ЦенаЗаЕдиницу")))
                for row in rows
            ]
            prices[id] = values
        stock.setdefault(id, {}).update(_stock(node, profile))
    for number in base.numbers:
        good = base.good(number)
        for variant in good.variants or [None]:
            id = f"{good.id}#{variant.id}" if variant else good.id
            assert prices.get(id, []) == base.prices(good, variant)
            if id in stock:
                wanted = base.stock(good, variant)
                if profile in ("ut10", "unf", "unf-bitrix") and wanted:
                    wanted = {"": sum(wanted.values())}
                assert stock[id] == wanted


def _stock(node, profile):
    """Stock by warehouse; a total under an empty name."""
    if profile == "ut11":
        rows = node.findall("Склад")
        found = {
            row.get("ИдСклада"): float(row.get("КоличествоНаСкладе")) for row in rows
        }
        if rows:
            assert float(node.findtext("Количество")) == sum(found.values())
        return found
    if profile.startswith("bitrix"):
        rows = node.findall("Остатки/Остаток/Склад")
        return {row.findtext("Ид"): float(row.findtext("Количество")) for row in rows}
    total = node.findtext("Количество")
    return {"": float(total)} if total is not None else {}


def test_absent_is_not_zero(make, site):
    make("ut11", base=Infobase(size=200)).run()
    offers = found(site, OFFERS)
    assert any(node.find("Цены") is None for node in offers)
    assert any(node.find("Количество") is None for node in offers)


@pytest.mark.parametrize("profile", ["ut11", "ut10", "unf", "bitrix"])
def test_pictures_are_sent_under_the_paths_the_goods_name(make, site, profile):
    make(profile).run()
    named = {node.text for node in found(site, f"{GOODS}/Картинка")}
    sent = {name for name in site.files if name.startswith("import_files/")}
    assert named and named == sent
    assert all(site.files[name].startswith(b"\xff\xd8\xff") for name in sent)
    suffix = ".jpeg" if profile == "ut10" else ".jpg"
    assert all(name.endswith(suffix) for name in sent)
    if profile == "ut10":
        counts = [len(node.findall("Картинка")) for node in found(site, GOODS)]
        assert max(counts) == 1


def test_deleted_goods_say_so_in_the_way_of_each(make, site):
    marks = {}
    for profile in ALL:
        site.files.clear()
        base = Infobase(size=5)
        base.edit(0, deleted=True)
        make(profile, base=base).run()
        node = found(site, GOODS)[0]
        marks[profile] = (
            node.get("Статус"),
            node.findtext("Статус"),
            node.findtext("ПометкаУдаления"),
        )
    assert marks == {
        "ut11": ("Удален", None, None),
        "ut10": (None, "Удален", None),
        "unf": (None, "Удален", None),
        "unf-bitrix": (None, "Удален", None),
        "bitrix-2.09": (None, "Удален", None),
        "bitrix": (None, None, "true"),
    }


def test_changes_only(make, site):
    exchange = make("ut11", with_orders=False)
    exchange.run()
    base = exchange.base
    site.files.clear()
    site.calls.clear()
    make("ut11", base=base, with_orders=False).run()
    assert site.calls == []
    variants = next(number for number in base.numbers if base.good(number).variants)
    warehouse = base.maker.warehouses()[0][0]
    base.set_stock(variants, warehouse, 7, base.good(variants).variants[0].id)
    base.edit(3, name="Другое имя")
    make("ut11", base=base, with_orders=False).run()
    assert [node.findtext("Наименование") for node in found(site, GOODS)] == [
        "Другое имя"
    ]
    assert found(site, "Каталог")[0].get("СодержитТолькоИзменения") == "true"
    offers = found(site, "ИзмененияПакетаПредложений/Предложения/Предложение")
    good = base.good(variants)
    assert {node.findtext("Ид") for node in offers} == {good.id}
    ids = [node.findtext("ИдХарактеристики") for node in offers]
    assert ids == [variant.id for variant in good.variants]
    rows = {row.get("ИдСклада"): row for row in offers[0].findall("Склады")}
    assert rows[warehouse].get("КоличествоНаСкладе") == "7"
    assert offers[0].find("Цены/Цена/Представление") is None
    assert not base.changed["goods"] and not base.changed["offers"]


def test_module_ends_a_full_export_only(make, site):
    exchange = make("bitrix")
    exchange.run()
    assert site.modes("catalog")[-2:] == ["deactivate", "complete"]
    stamp = next(call for call in site.calls if call["mode"] == "deactivate")
    assert stamp["timestamp"] == "17"
    site.calls.clear()
    exchange.base.edit(1, name="x")
    make("bitrix", base=exchange.base).run()
    assert "complete" not in site.modes() and "import" in site.modes()


def test_module_posts_and_tells_its_version(make, site):
    make("bitrix").run()
    for call in site.calls:
        posts = ("checkauth", "init", "deactivate", "complete", "file")
        assert (call["verb"] == "POST") is (call["mode"] in posts)
        if call["mode"] == "init":
            assert call["version"] == "3.1"
        if call["mode"] != "checkauth":
            assert call["sessid"] == "abc"


def test_old_configurations_tell_no_version(make, site):
    for profile in ("ut10", "ut11", "unf"):
        make(profile).run()
    assert not any("version" in call or "sessid" in call for call in site.calls)
    assert all(call["verb"] == "GET" for call in site.calls if call["mode"] != "file")


def test_zip_holds_the_portion_and_import_names_what_is_inside(make, site):
    import io
    import zipfile

    site.zip = "yes"
    assert make("ut10").run()
    archives = [name for name in site.files if name.endswith(".zip")]
    assert len(archives) == 1 and archives[0].startswith("v8_")
    assert len([part for part in site.parts if part[0] == archives[0]]) > 1
    with zipfile.ZipFile(io.BytesIO(site.files[archives[0]])) as archive:
        assert {"import.xml", "offers.xml"} <= set(archive.namelist())
    assert site.imported == ["import.xml", "offers.xml"]
    assert set(site.files) == set(archives)


def test_import_may_never_come(make, site):
    make("ut11", waits=False).run()
    assert site.files and not site.imported


def test_order_of_files_can_be_shuffled(make, site):
    orders = set()
    for seed in range(4):
        site.imported.clear()
        make("bitrix-2.09", shuffle=seed).run()
        orders.add(tuple(name[:5] for name in site.imported))
    assert len(orders) > 1


# -- what fails


def test_portion_is_tried_again_under_the_same_name(make, site):
    site.replies["catalog", "import"] = [b"failure\nbusy"]
    assert make("ut11", retries=1, with_orders=False).run()
    names = [call["filename"] for call in site.calls if call["mode"] == "import"]
    assert names == ["import0_1.xml", "import0_1.xml", "offers0_1.xml"]


def test_failed_first_portion_aborts_the_catalogue(make, site):
    site.replies["catalog", "import"] = [b"failure\nno"]
    exchange = make("ut11", retries=0, portion=8)
    assert not exchange.run()
    assert len(documents(site)) == 1
    assert exchange.base.changed["goods"] == set(exchange.base.numbers)
    site.files.clear()
    make("ut11", base=exchange.base, portion=8).run()
    first = documents(site)["import0_1.xml"].find("Каталог")
    assert first.get("СодержитТолькоИзменения") == "false"


def test_later_portion_that_failed_goes_with_the_next_exchange(make, site):
    def second(words):
        if words["filename"] == "import0_2.xml":
            return b"failure\nno"
        return b"success"

    site.replies["catalog", "import"] = second
    exchange = make("ut11", retries=0, portion=8)
    assert not exchange.run()
    base = exchange.base
    assert base.changed["goods"] == set(range(8, 16))
    assert not base.changed["offers"]
    site.replies.clear()
    site.files.clear()
    assert make("ut11", base=base, portion=8).run()
    assert set(documents(site)) == {"import0_1.xml"}
    part = documents(site)["import0_1.xml"].find("Каталог")
    assert part.get("СодержитТолькоИзменения") == "true"
    assert not base.changed["goods"]


def test_failed_prices_of_the_module_stay_registered(make, site):
    def prices(words):
        failed = words["filename"].startswith("prices")
        return b"failure\nno" if failed else b"success"

    site.replies["catalog", "import"] = prices
    exchange = make("bitrix", retries=0)
    assert not exchange.run()
    assert exchange.base.changed["offers"] == set(exchange.base.numbers)
