# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/translate: brings the .pot and .po files of our addons up to date.

What is left to translate stands empty in the .po; a test fails until it is filled.
"""

from .console import Problem, step
from .paths import ADDONS, ours, with_dependencies
from .templates import AddonsTemplate


def main(words):
    if words:
        raise Problem("./setup/translate takes no words")
    names = with_dependencies(ours())
    template = AddonsTemplate(names).ensure()
    place = template.place.open()
    try:
        with step("Collecting the terms") as progress:
            script = ["-m", "b2b_setup.inside.translations"]
            script += [template.database(place), str(ADDONS), *names]
            place.python(script, "Collecting the terms", progress)
    finally:
        place.close()
    return 0
