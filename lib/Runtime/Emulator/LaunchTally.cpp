//===- LaunchTally.cpp - What workers count during a launch ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchTally.h"

#include "Counters.h"
#include "MatrixOp.h"

using namespace sparsegpu::emulator;

void LaunchTally::reset(const CompiledModule &code) {
  counters = LaunchCounters();
  matrices.clear();
  blocks.assign(code.blocks.size(), {});
  for (Footprint &footprint : footprints)
    footprint.clear();
}

void LaunchTally::merge(const LaunchTally &other) {
  addCounters(counters, other.counters);
  if (blocks.size() < other.blocks.size())
    blocks.resize(other.blocks.size());
  for (size_t i = 0; i < other.blocks.size(); ++i) {
    blocks[i].warp += other.blocks[i].warp;
    blocks[i].thread += other.blocks[i].thread;
  }
  for (const auto &[encoded, count] : other.matrices) {
    matrices[encoded].operations += count.operations;
    matrices[encoded].usefulFlops += count.usefulFlops;
  }
  for (size_t i = 0; i < footprints.size(); ++i)
    footprints[i].merge(other.footprints[i]);
}

void LaunchTally::finish(const CompiledModule &code, LaunchCounters &to) const {
  addCounters(to, counters);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const InstructionCount &executions = blocks[i];
    if (!executions.warp)
      continue;
    const BlockSite &site = code.blocks[i];
    to.warpInstructions += executions.warp * site.instructions;
    to.threadInstructions += executions.thread * site.instructions;
    for (size_t c = 0; c < kNumInstructionClasses; ++c) {
      to.instructions[c].warp += executions.warp * site.classes[c];
      to.instructions[c].thread += executions.thread * site.classes[c];
    }
    auto has = [&](InstructionClass c) { return site.classes[size_t(c)] != 0; };
    if (has(InstructionClass::LoadGlobal) || has(InstructionClass::LoadGeneric))
      to.globalLoadBatches += executions.warp;
    if (has(InstructionClass::LoadShared))
      to.sharedLoadBatches += executions.warp;
    if (site.branches)
      to.branches += executions.warp;
  }
  for (const auto &[encoded, count] : matrices) {
    MatrixOp op = MatrixOp::decode(encoded);
    MatrixCounter &counter = to.matrixOperations[op.name()];
    counter.operations += count.operations;
    counter.flops += count.operations * op.flops();
    counter.usefulFlops += count.usefulFlops;
  }
  GlobalTraffic *traffic[] = {&to.globalLoads, &to.globalStores,
                              &to.globalAtomics, &to.globalAsync};
  for (size_t i = 0; i < footprints.size(); ++i) {
    traffic[i]->distinctSectors = footprints[i].countSectors();
    traffic[i]->distinctLines = footprints[i].countLines();
  }
}
