"""Every test simulates its own rows: the row store is off but where a test switches it on."""

import os

os.environ["BVSIM_STORE"] = "off"
