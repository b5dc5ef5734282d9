# SPDX-License-Identifier: GPL-2.0-only
#
# Sphinx configuration. The extension that reads the kernel-doc comments is that
# of the linux source in $srctree.

import os
import sys

sys.path.insert(0, os.path.join(os.environ["srctree"], "Documentation/sphinx"))

project = "mdev-cxl"
extensions = ["kerneldoc"]
kerneldoc_srctree = os.path.abspath("..")
exclude_patterns = ["ABI"]
html_theme = "alabaster"
primary_domain = "c"
highlight_language = "none"
# Types and functions of the kernel, which has no inventory to link to
nitpicky = False
