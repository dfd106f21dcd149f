//===- Seeds.h - Small files of every kind
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_FUZZ_SEEDS_H
#define SPARSEGPU_UNITTESTS_FORMATS_FUZZ_SEEDS_H

#include <string>
#include <vector>

namespace sparsegpu::fuzz {

/// A file that a fuzz target begins with.
struct Seed {
  /// Which target.
  std::string target;
  /// Unlike that of the target's other seeds.
  std::string name;
  std::string content;
};

/// The seeds of all targets: files of every kind in their variants, read
/// without an error, a container of every format in several types.
std::vector<Seed> makeSeeds();

} // namespace sparsegpu::fuzz

#endif // SPARSEGPU_UNITTESTS_FORMATS_FUZZ_SEEDS_H
