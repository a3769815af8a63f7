"""`python -m reconciler.manifest [FOLDER]` writes the JSON Schemas, by default into `schemas/`."""

import sys
from pathlib import Path

from reconciler.manifest.schema import write_schemas

write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
