//===- WriteSeeds.cpp - Writes the seeds of the fuzz targets
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Seeds.h"
#include "SparseGPU/Support/FileIO.h"

#include <cstdio>
#include <filesystem>

/// write-fuzz-seeds FOLDER: FOLDER/<target>/<name> for every seed.
int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write-fuzz-seeds FOLDER\n");
    return 2;
  }
  for (const sparsegpu::fuzz::Seed &seed : sparsegpu::fuzz::makeSeeds()) {
    std::filesystem::path folder = std::filesystem::path(argv[1]) / seed.target;
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    sparsegpu::Status status =
        sparsegpu::writeFile((folder / seed.name).string(), seed.content);
    if (!status) {
      std::fprintf(stderr, "%s\n", status.message().c_str());
      return 1;
    }
  }
  return 0;
}
