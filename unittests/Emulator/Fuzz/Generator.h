//===- Generator.h - Random programs ----------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_GENERATOR_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_GENERATOR_H

#include "Program.h"

namespace sparsegpu::emulator::fuzz {

/// The program of a seed, always the same.
///
/// Each barrier at the end of a phase, each wait for copies, and the first
/// exchange is needed: around it are a store and a load of another thread, or a
/// copy and a load of its destination, that nothing else orders.
Program generate(uint64_t seed);

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_GENERATOR_H
