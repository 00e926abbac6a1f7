from odoo import models

from ..commerceml import RefusedFile, safe_name

TEMPLATE = "product.template"
# pictures that one job brings in: each is scaled to five sizes
PICTURES = 20


class B2b1cImporterPicture(models.AbstractModel):
    """Pictures of goods: files of the same session, named by their paths.

    What was not sent again stays as it is (reference 2.3); which pictures are wanted is
    decided with the goods, and jobs of their own bring them in, as each takes long.
    """

    _name = "b2b.1c.importer.picture"
    _description = "1C Importer of Pictures"

    def _import_pictures(self, run, items, changed):
        """Have the pictures of goods brought in that were sent in this session.

        :param importers.run.Run run:
        :param list items: `model.Good`s, one of each product
        :param changed: ids of goods that say something new; of those pictures that are
            not named any more are removed
        """
        wanted = {
            item.id: self._get_paths(item)
            for item in items
            if item.pictures is not None
        }
        sent = self._find_sent(
            run, {path for paths in wanted.values() for path in paths}
        )
        concerned = {
            key
            for key, paths in wanted.items()
            if key in changed or sent.keys() & {*paths}
        }
        products = self.env["b2b.1c.binding"]._find(run.backend, TEMPLATE, concerned)
        names = {item.id: item for item in items}
        tasks = []
        for key, product in products.items():
            product._b2b_1c_keep_pictures(wanted[key])
            texts = self._get_texts(names[key])
            tasks += [
                [product.id, path, place, sent[path].id, texts.get(path)]
                for place, path in enumerate(wanted[key])
                if path in sent
            ]
        for first in range(0, len(tasks), PICTURES):
            run.file._schedule_pictures(tasks[first : first + PICTURES])

    def _get_paths(self, item):
        paths = []
        for path in item.pictures:
            try:
                paths.append(safe_name(path))
            except RefusedFile:
                continue
        return list(dict.fromkeys(paths))

    def _find_sent(self, run, paths):
        """The files of this session by their paths, the last one of each."""
        if not paths:
            return {}
        files = self.env["b2b.1c.file"].search_fetch(
            [
                ("exchange_id", "=", run.file.exchange_id.id),
                ("name", "in", list(paths)),
                ("content", "=", "other"),
                ("state", "!=", "dropped"),
            ],
            ["name"],
            order="id",
        )
        return {file.name: file for file in files}

    def _get_texts(self, item):
        """What pictures show, in words, by their paths."""
        pairs = [
            value.partition("#")
            for name, value in item.requisites or ()
            if name == "ОписаниеФайла" and value
        ]
        return {path: text.strip() for path, _mark, text in pairs if text.strip()}
