//===- FormatsBenchmark.cpp - What reading and packing cost
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Google Benchmark's own options come along with ours; README.md shows both.
// compare-scipy.py runs this program in turns with SciPy.
//
//===----------------------------------------------------------------------===//

#include "FormatsBenchmark.h"

#include <CLI/CLI.hpp>

using namespace sparsegpu;

int main(int argc, char **argv) {
  // Takes its options out of the arguments.
  benchmark::Initialize(&argc, argv);
  CLI::App app{"What reading and packing matrices cost"};
  std::string matrix;
  std::vector<std::string> files;
  int64_t largest = 0;
  bool grouping = false;
  app.add_option("--matrix", matrix, "Convert the matrix in this file");
  app.add_option("--read", files, "Read this file; may be repeated");
  app.add_option("--growth", largest,
                 "Pack and read generated matrices of 10^4, 10^5, ... nonzeros "
                 "up to this number");
  app.add_flag("--grouping", grouping,
               "Group the rows of 4096 x 4096 matrices for the shuffled block");
  CLI11_PARSE(app, argc, argv);
  bench::addConversions(matrix, files);
  bench::addGrowth(largest);
  if (grouping)
    bench::addGrouping();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
