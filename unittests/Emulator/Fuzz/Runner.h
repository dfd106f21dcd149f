//===- Runner.h - Runs programs of the fuzzer -------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_RUNNER_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_RUNNER_H

#include "Program.h"
#include "Reference.h"
#include "SparseGPU/Runtime/Emulator.h"

#include <optional>
#include <string>

namespace sparsegpu::emulator::fuzz {

/// Bitcode as a compiler would give it, through LLVM's -O2 or -O3 for NVPTX;
/// level 0 changes nothing. Empty if the text is no module.
std::string toBitcode(const std::string &text, unsigned level);

/// A module on a device of its own, and memory to launch it on.
class Launcher {
public:
  /// `data` and `size` as Device::loadModule takes them.
  Launcher(const Program &program, const void *data, size_t size);

  /// Launches under these options, from the same memory each time. Says what
  /// is wrong, if something is.
  std::string launch(const std::string &options, Result &result);
  /// What the last launch did wrong.
  const std::vector<Hazard> &hazards() const { return found; }

private:
  const Program &program;
  Device device;
  std::string problem;
  Kernel *kernel = nullptr;
  uint64_t *output = nullptr;
  std::vector<uint8_t *> regions;
  std::vector<Hazard> found;
};

/// The first difference, or nothing.
std::string compare(const Program &program, const Result &expected,
                    const Result &result);

/// Runs the program in all ways, each of which has to give what the reference
/// gives, without hazards. With `precompiled`, also compiled ahead of time.
/// Empty, or what is wrong.
std::string check(const Program &program, bool precompiled);

/// The program without statements that a failure does not need.
Program reduce(Program program, bool precompiled, unsigned maxRuns);

/// What to print of a failure: the seed, what is wrong with the reduced
/// program, and its text.
std::string explain(const Program &program, const std::string &problem,
                    bool precompiled);

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_RUNNER_H
