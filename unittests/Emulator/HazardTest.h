//===- HazardTest.h - Kernels with and without a fault ----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_HAZARDTEST_H
#define SPARSEGPU_UNITTESTS_EMULATOR_HAZARDTEST_H

#include "EmulatorTest.h"

namespace sparsegpu::emulator {

/// Runs a kernel under many seeds, with one and two workers, and in lockstep.
class HazardTest : public EmulatorTest {
protected:
  void SetUp() override {
    configure("hazards");
    device.setHazardHandler([](const Hazard &) {});
  }

  static std::vector<std::string> everySchedule(unsigned seeds) {
    std::vector<std::string> result{"hazards,schedule=lockstep",
                                    "hazards,schedule=lockstep,seed=5"};
    for (unsigned seed = 0; seed < seeds; ++seed)
      result.push_back("hazards,workers=" + std::to_string(1 + seed % 2) +
                       ",seed=" + std::to_string(seed));
    return result;
  }

  /// Finds a hazard of the kind in each run, and nothing that does not follow
  /// from it: who loads without waiting may be first. Gives the last.
  template <typename... Args>
  Hazard expectFound(const std::string &kind, const std::string &text,
                     Dim3 grid, Dim3 block, Args... args) {
    Kernel *k = load(text);
    Hazard result;
    for (const std::string &options : everySchedule(8)) {
      configure(options);
      uint64_t mark = device.mark();
      // What a fault does to the launch itself is not looked at.
      (void)tryLaunch(k, grid, block, 0, args...).ok();
      bool found = false;
      for (const Hazard &hazard : device.hazards(mark)) {
        if (hazard.kind != kind) {
          EXPECT_NE(hazard.kind.find("that nothing wrote"), std::string::npos)
              << options << ": " << hazard.message;
          continue;
        }
        found = true;
        result = hazard;
      }
      EXPECT_TRUE(found) << "no " << kind << " under " << options;
    }
    return result;
  }

  template <typename... Args>
  void expectSilent(const std::string &text, Dim3 grid, Dim3 block,
                    Args... args) {
    Kernel *k = load(text);
    for (const std::string &options : everySchedule(20)) {
      configure(options);
      uint64_t mark = device.mark();
      launch(k, grid, block, args...);
      for (const Hazard &hazard : device.hazards(mark))
        ADD_FAILURE() << options << ": " << hazard.message;
    }
  }

  static constexpr const char *kRaceShared = "race on shared memory";
  static constexpr const char *kRaceGlobal = "race on global memory";
};

/// The text without its first `what`, which has to be there.
inline std::string without(std::string text, const std::string &what) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.erase(at, what.size());
}

/// The text with the first `from` replaced.
inline std::string replaced(std::string text, const std::string &from,
                            const std::string &to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_UNITTESTS_EMULATOR_HAZARDTEST_H
