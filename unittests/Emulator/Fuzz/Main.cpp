//===- Main.cpp - The fuzzer's command line -------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FuzzOptions.h"

#include "gtest/gtest.h"

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace sparsegpu::emulator::fuzz;

FuzzOptions &sparsegpu::emulator::fuzz::fuzzOptions() {
  static FuzzOptions options;
  return options;
}

/// Reads "--NAME=NUMBER".
static bool readOption(const std::string &text, const std::string &name,
                       uint64_t &value) {
  std::string prefix = "--" + name + "=";
  if (text.compare(0, prefix.size(), prefix) != 0)
    return false;
  char *end = nullptr;
  value = std::strtoull(text.c_str() + prefix.size(), &end, 10);
  return text.size() > prefix.size() && *end == '\0';
}

int main(int argc, char **argv) {
  ::testing::InitGoogleTest(&argc, argv);
  FuzzOptions &options = fuzzOptions();
  for (int i = 1; i < argc; ++i) {
    uint64_t value = 0;
    if (readOption(argv[i], "runs", value)) {
      options.runs = unsigned(value);
    } else if (readOption(argv[i], "corruptions", value)) {
      options.corruptions = unsigned(value);
    } else if (!readOption(argv[i], "seed", options.seed)) {
      std::fprintf(stderr,
                   "%s: '%s' is none of --runs=N, --seed=N, "
                   "--corruptions=N\n",
                   argv[0], argv[i]);
      return 2;
    }
  }
  return RUN_ALL_TESTS();
}
