from . import test_commerceml_archive
from . import test_commerceml_catalog
from . import test_commerceml_documents
from . import test_commerceml_files
from . import test_commerceml_fuzzing
from . import test_commerceml_hostile
from . import test_commerceml_offers
from . import test_commerceml_samples
