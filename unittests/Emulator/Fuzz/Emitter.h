//===- Emitter.h - LLVM IR of a program of the fuzzer -----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_EMITTER_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_EMITTER_H

#include "Program.h"

namespace sparsegpu::emulator::fuzz {

/// Something that orders threads, without which the program has a fault.
struct Synchronisation {
  enum Kind { BlockBarrier, CopyWait, Exchange } kind = BlockBarrier;
  /// Which of its kind, in the order of the text; negative: none.
  int number = -1;
};
/// How many of each kind the program has.
struct SynchronisationCounts {
  int counts[3] = {0, 0, 0};
};

/// The module's text, without layout and triple, with a kernel `k`. Its
/// parameters: the output, the regions in global memory in their order, then a
/// value of each type from I8 on. `omitted` is left out.
std::string emit(const Program &program, Synchronisation omitted = {},
                 SynchronisationCounts *counts = nullptr);

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_EMITTER_H
