//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Options of sparse-run, as the rest of the program sees them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_OPTIONS_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace sparsegpu::run {

struct Options {
  std::string file;
  std::string entry;
  /// NAME=SPEC and NAME=FILE, in the order given.
  std::vector<std::string> inputs, outputs;
  std::string device = "auto";
  /// Empty: the device's own.
  std::string chip;
  std::string schedule;
  /// Further options of the pipeline, as sparse-opt takes them.
  std::string pipeline;
  /// Replace the values of sparse matrices by random ones.
  bool randomValues = false;
  bool check = false;
  uint64_t seed = 0;
  /// Orders of threads to run under, from that of `seed` on.
  uint64_t seeds = 1;
  unsigned repeat = 1;
  bool counters = false;
  /// The GPU that occupancy and cycles are estimated for; empty: by the chip.
  std::string target;
  bool hazards = false;
  bool lockstep = false;
  /// Empty: none; "-": standard output, instead of the table.
  std::string json;
  /// The folder of --emit-bundle; empty: the program is run.
  std::string bundle;
  /// The name of the case in it; empty: the entry's.
  std::string bundleCase;
  /// The chips that get machine code.
  std::vector<std::string> bundleChips;
  /// auto, device or host.
  std::string bundleOperands = "auto";
  /// At most how many elements of each expected result are stored.
  int64_t bundleElements = 65536;
  /// Store data that could be made again from its seed.
  bool bundleStoresData = false;
  /// The folder of ptxas and fatbinary; empty: they are looked for; none: no
  /// machine code is made.
  std::string cudaTools;
  /// The program that is a bundle's `run`.
  std::string bundleRunner;
  /// The directory with the runtime libraries.
  std::string libraryDir;
  /// Libraries with dialects of their own.
  std::vector<std::string> dialectPlugins;
  /// The script that writes graph:debian.
  std::string graphScript;
};

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_OPTIONS_H
