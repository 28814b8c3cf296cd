"""`python -m api.docs`: write the generated pages of the manual anew."""

import sys

from api.docs.automation_reference import write

if __name__ == "__main__":
    for path in write():
        sys.stdout.write(f"written: {path}\n")
