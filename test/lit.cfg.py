#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#

# The suite `SparseGPU`; what it shares with the other is in utils/sparsegpu_lit.py.
# ruff: noqa: F821  (lit defines `config` and `lit_config`)

import os
import sys

sys.path.insert(0, os.path.join(config.source_root, "utils"))
import sparsegpu_lit  # noqa: E402

config.name = "SparseGPU"
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.build_root, "test")
sparsegpu_lit.configure(config, lit_config)
