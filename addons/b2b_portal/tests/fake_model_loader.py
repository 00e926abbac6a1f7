"""odoo-test-helper's ``FakeModelLoader`` on Odoo 19: models that exist for one test
class only, so that a test can do what another addon would."""

from unittest.mock import patch

from odoo.models import MetaModel
from odoo.orm.model_classes import add_to_registry
from odoo.tools import OrderedSet

# odoo-test-helper 2.1.3 asks for a name that Odoo 19 has changed, so its import fails;
# and its three methods work on a registry that is built differently by now. What is
# left of it is used: the interface, the name of the module, the care for its imports.
with patch.object(
    MetaModel, "module_to_models", MetaModel._module_to_models__, create=True
):
    from odoo_test_helper import FakeModelLoader as OriginalLoader


class FakeModelLoader(OriginalLoader):
    """Usage, as in odoo-test-helper::

        @classmethod
        def setUpClass(cls):
            super().setUpClass()
            loader = FakeModelLoader(cls.env, cls.__module__)
            loader.backup_registry()
            cls.addClassCleanup(loader.restore_registry)
            from .fake_models import FakeThing  # only here: importing defines it

            loader.update_registry((FakeThing,))

    The tables and columns of the models go with the transaction of the test class.
    """

    def backup_registry(self):
        """Remember what the registry knows now."""
        self._check_wrong_import()
        self._original_module_to_models = {
            module: list(definitions)
            for module, definitions in MetaModel._module_to_models__.items()
        }
        self._original_registry = {
            name: (
                model._base_classes__,
                OrderedSet(model._inherit_children),
                set(model._inherits_children),
            )
            for name, model in self.env.registry.items()
        }

    def update_registry(self, odoo_models):
        """Add models, or extensions of models, to the registry.

        :param odoo_models: the classes, bases before heirs
        """
        self.env.flush_all()
        # Else the import would bring them back when the registry is loaded anew.
        self._clean_module_to_model()
        registry = self.env.registry
        for model in odoo_models:
            add_to_registry(registry, model)
        names = [model._name for model in odoo_models]
        registry._setup_models__(self.env.cr, names)
        registry.init_models(self.env.cr, names, {"module": self._module_name})

    def restore_registry(self):
        """Bring the registry back to what :meth:`backup_registry` has seen."""
        registry = self.env.registry
        for name in set(registry) - set(self._original_registry):
            del registry[name]
        changed = []
        for name, (bases, children, heirs) in self._original_registry.items():
            model = registry[name]
            if model._base_classes__ != bases:
                model._base_classes__ = bases
                changed.append(name)
            model._inherit_children = children
            model._inherits_children = heirs
        registry._setup_models__(self.env.cr, changed)
        self._clean_module_to_model()
