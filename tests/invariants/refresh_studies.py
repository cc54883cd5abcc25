"""Make studies.yaml anew: python tests/invariants/refresh_studies.py"""

import sys

from studies import main

if __name__ == "__main__":
    sys.exit(main())
