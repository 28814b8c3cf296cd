"""`python -m models.migrations "what it does"` writes the migration for tables that were changed."""

import sys

from models.migrations.run import write_revision

if __name__ == "__main__":
    sys.stdout.write(f"{write_revision(sys.argv[1])}\n")
