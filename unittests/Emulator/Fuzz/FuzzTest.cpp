//===- FuzzTest.cpp - Random kernels on the software GPU ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "FuzzOptions.h"
#include "Generator.h"
#include "Runner.h"

#include "gtest/gtest.h"

#include <set>

using namespace sparsegpu::emulator;
using namespace sparsegpu::emulator::fuzz;

TEST(Fuzz, RandomKernelsGiveOneResult) {
  unsigned failures = 0;
  for (unsigned i = 0; i < fuzzOptions().runs; ++i) {
    Program program = generate(fuzzOptions().seed + i);
    bool precompiled = i % 8 == 0;
    std::string problem = check(program, precompiled);
    if (problem.empty())
      continue;
    ADD_FAILURE() << explain(program, problem, precompiled);
    if (++failures == 3)
      return;
  }
}

TEST(Fuzz, TheProgramOfASeedIsAlwaysTheSame) {
  std::set<std::string> texts;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    std::string text = emit(generate(seed));
    EXPECT_EQ(text, emit(generate(seed)));
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), 50u);
}

/// What the grammar offers does occur.
TEST(Fuzz, ProgramsHaveEveryFamilyOfOperations) {
  std::string all;
  for (uint64_t seed = 0; seed < 200; ++seed)
    all += emit(generate(seed));
  for (const char *operation : {"barrier.cta.sync.aligned.all",
                                "barrier.cta.sync.aligned.count",
                                "barrier.cta.sync.all",
                                "barrier.cta.red.popc",
                                "mbarrier.test.wait",
                                "bar.warp.sync",
                                "shfl.sync.idx.f32",
                                "shfl.sync.bfly.i32",
                                "shfl.sync.up.i32",
                                "shfl.sync.down.i32",
                                "vote.ballot.sync",
                                "vote.uni.sync",
                                "match.any.sync.i64",
                                "redux.sync.umax",
                                "cp.async.ca.shared.global.4(",
                                "cp.async.ca.shared.global.8.s(",
                                "cp.async.cg.shared.global.16(",
                                "cp.async.wait.group(i32 1)",
                                "cp.async.wait.all(",
                                "atomicrmw umin",
                                "load <4 x float>",
                                "store <2 x i64>",
                                "half",
                                "addrspacecast",
                                "addrspace(4)",
                                "@dynamic"})
    EXPECT_NE(all.find(operation), std::string::npos) << operation;
}

/// The check sees what it is there for.
TEST(Fuzz, AWrongReferenceIsNoticed) {
  Program program = generate(1);
  Result expected = interpret(program);
  Result other = expected;
  EXPECT_EQ(compare(program, expected, other), "");
  other.output.back() ^= 1;
  EXPECT_NE(compare(program, expected, other), "");
}
