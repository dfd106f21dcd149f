//===- MutationTest.cpp - Random kernels without one synchronisation ------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each synchronisation that is taken out of a program is one that Generator.h
// says is needed: hazards have to tell.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "FuzzOptions.h"
#include "Generator.h"
#include "Runner.h"

#include "gtest/gtest.h"

using namespace sparsegpu::emulator;
using namespace sparsegpu::emulator::fuzz;

/// Takes out one synchronisation of a kind from each of `count` programs.
static void expectFound(Synchronisation::Kind kind, const std::string &hazard,
                        unsigned count) {
  uint64_t seed = fuzzOptions().seed;
  while (count) {
    Program program = generate(seed++);
    SynchronisationCounts counts;
    emit(program, {}, &counts);
    int available = counts.counts[kind];
    if (available == 0)
      continue;
    --count;
    // Of exchanges, all but the first may be between a lane and itself.
    int number =
        kind == Synchronisation::Exchange ? 0 : int(program.seed % available);
    std::string text = emit(program, {kind, number});
    ASSERT_NE(text, emit(program));
    std::string bitcode = toBitcode(text, 2 * (program.seed % 2));
    Launcher launcher(program, bitcode.data(), bitcode.size());
    for (const char *options :
         {"hazards", "hazards,seed=7", "hazards,schedule=lockstep"}) {
      Result result;
      // What the fault does to the launch is not looked at.
      (void)launcher.launch(options, result);
      bool found = false;
      for (const Hazard &report : launcher.hazards())
        found |= report.kind.find(hazard) != std::string::npos;
      EXPECT_TRUE(found) << "program " << program.seed << " without number "
                         << number << ", " << options << "\n"
                         << text;
    }
  }
}

static unsigned count() { return 4 + fuzzOptions().runs / 8; }

TEST(FuzzMutation, AMissingBarrierIsFound) {
  expectFound(Synchronisation::BlockBarrier, "race on", count());
}
TEST(FuzzMutation, AMissingWaitIsFound) {
  expectFound(Synchronisation::CopyWait, "asynchronous copy in flight",
              count());
}
TEST(FuzzMutation, AMissingSyncwarpIsFound) {
  expectFound(Synchronisation::Exchange, "race on", count());
}
