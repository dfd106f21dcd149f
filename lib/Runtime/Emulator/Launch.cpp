//===- Launch.cpp - One launch of a kernel --------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launch.h"

#include "Format.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu::emulator;

Status sparsegpu::emulator::checkLaunch(const Kernel &kernel,
                                        const LaunchConfig &config,
                                        size_t numParams) {
  const Dim3 &g = config.grid, &b = config.block;
  auto error = [&](const auto &...text) {
    return Status::error("launch of kernel '" + kernel.name +
                         "': " + formatText(text...));
  };
  if (!g.x || !g.y || !g.z || !b.x || !b.y || !b.z)
    return error("a dimension is zero: grid {0}x{1}x{2}, block {3}x{4}x{5}",
                 g.x, g.y, g.z, b.x, b.y, b.z);
  if (g.x > 0x7fffffffu || g.y > 65535 || g.z > 65535)
    return error("a grid of {0}x{1}x{2} is above 2147483647x65535x65535", g.x,
                 g.y, g.z);
  if (b.x > kMaxThreads || b.y > kMaxThreads || b.z > 64 ||
      uint64_t(b.x) * b.y * b.z > kMaxThreads)
    return error("a block of {0}x{1}x{2} is above 1024 threads (1024x1024x64)",
                 b.x, b.y, b.z);
  if (kernel.maxThreads && b.x * b.y * b.z > kernel.maxThreads)
    return error("a block of {0} threads; the kernel was compiled for {1}",
                 b.x * b.y * b.z, kernel.maxThreads);
  if (numParams != kernel.numParams())
    return error("{0} parameters; the kernel takes {1}", numParams,
                 kernel.numParams());
  return Status::success();
}

void Launch::prepare() {
  numBlocks = uint64_t(config.grid.x) * config.grid.y * config.grid.z;
  orderBlocks();
  counters.kernel = kernel->name;
  counters.grid = config.grid;
  counters.block = config.block;
  counters.staticShared = kernel->staticShared;
  counters.dynamicShared = config.dynamicShared;
}

void Launch::orderBlocks() {
  blockStride = 1;
  firstBlock = 0;
  if (seed == 0 || numBlocks < 2 || kernel->pollsMemory)
    return;
  // Any stride without a common factor visits each block once.
  uint64_t mixed = (seed + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
  mixed ^= mixed >> 29;
  firstBlock = mixed % numBlocks;
  blockStride = (mixed >> 17) % numBlocks;
  while (std::gcd(blockStride, numBlocks) != 1)
    blockStride = (blockStride + 1) % numBlocks;
}

AllocationTable sparsegpu::emulator::makeTable(const DeviceMemory &memory,
                                               const CompiledModule &code) {
  AllocationTable table = memory.snapshot();
  for (const ModuleGlobal &global : code.globals)
    if (global.address)
      table.push_back({global.address, global.address + global.bytes,
                       "module variable '" + global.name + "'"});
  std::sort(table.begin(), table.end(),
            [](const Allocation &a, const Allocation &b) {
              return a.begin < b.begin;
            });
  return table;
}
