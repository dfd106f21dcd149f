//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/CycleEstimate.h"

#include <algorithm>
#include <cmath>

using namespace sparsegpu::costmodel;
using namespace sparsegpu::emulator;
using Class = InstructionClass;

static constexpr double kWarpSize = 32, kSectorBytes = 32;

static double numBlocks(const LaunchCounters &c) {
  return double(c.grid.x) * c.grid.y * c.grid.z;
}

static unsigned threadsPerBlock(const LaunchCounters &c) {
  return c.block.x * c.block.y * c.block.z;
}

static double warpsPerBlock(const LaunchCounters &c) {
  return std::ceil(threadsPerBlock(c) / kWarpSize);
}

/// Blocks of the busiest SM.
static double blocksOfSM(const TargetDescription &target, double blocks) {
  return std::ceil(blocks / target.numSMs);
}

double sparsegpu::costmodel::busiestShare(const TargetDescription &target,
                                          uint64_t blocks) {
  return blocks ? blocksOfSM(target, blocks) / blocks : 0;
}

static double shareOf(const TargetDescription &target,
                      const LaunchCounters &c) {
  return busiestShare(target, static_cast<uint64_t>(numBlocks(c)));
}

double sparsegpu::costmodel::issueCycles(const TargetDescription &target,
                                         const LaunchCounters &counters) {
  double issued = 0;
  for (size_t i = 0; i < kNumInstructionClasses; ++i)
    if (static_cast<Class>(i) != Class::Move)
      issued += counters.instructions[i].warp;
  return shareOf(target, counters) * issued / target.issue;
}

double sparsegpu::costmodel::unitCycles(const TargetDescription &target,
                                        const LaunchCounters &counters) {
  const LaneRates &lanes = target.lanes;
  auto cycles = [&](unsigned rate, std::initializer_list<Class> classes) {
    double warps = 0;
    for (Class c : classes)
      warps += counters.of(c).warp;
    return warps * kWarpSize / rate;
  };
  double busiest = std::max(
      {cycles(lanes.integer, {Class::Integer}),
       cycles(lanes.float16, {Class::Float16}),
       cycles(lanes.float32, {Class::Float32}),
       cycles(lanes.float64, {Class::Float64}),
       cycles(lanes.conversion, {Class::Conversion}),
       cycles(lanes.special, {Class::Special}),
       cycles(lanes.shuffle, {Class::Shuffle}),
       cycles(lanes.loadStore,
              {Class::LoadGlobal, Class::StoreGlobal, Class::LoadShared,
               Class::StoreShared, Class::LoadConstant, Class::LoadLocal,
               Class::StoreLocal, Class::LoadGeneric, Class::StoreGeneric,
               Class::AsyncCopy, Class::Atomic})});
  return shareOf(target, counters) * busiest;
}

/// Operations of a SM and cycle for an instruction as PTX names it, such as
/// "mma.sync.m16n8k16.row.col.f32.f16.f16.f32".
static double matrixRate(const TargetDescription &target,
                         const std::string &name) {
  auto has = [&](const char *type) {
    return name.find(type) != std::string::npos;
  };
  const MatrixRates &rates = target.matrix;
  unsigned rate = rates.half;
  double fallback = 2.0 * target.lanes.float32;
  if (has(".f64")) {
    rate = rates.f64;
    fallback = 2.0 * target.lanes.float64;
  } else if (has(".tf32")) {
    rate = rates.tf32;
  } else if (has(".bf16")) {
    rate = target.matrix.half;
  } else if (has(".e4m3") || has(".e5m2")) {
    rate = rates.fp8;
  } else if (has(".s8") || has(".u8")) {
    rate = rates.int8;
  } else if (has(".s4") || has(".u4")) {
    rate = rates.int4;
  } else if (has(".b1")) {
    rate = rates.bit;
  } else if (!has(".f32")) {
    rate = rates.halfToHalf;
  }
  return rate ? rate : fallback;
}

double sparsegpu::costmodel::matrixCycles(const TargetDescription &target,
                                          const LaunchCounters &counters) {
  double cycles = 0;
  for (const auto &[name, counter] : counters.matrixOperations)
    cycles += counter.flops / matrixRate(target, name);
  return shareOf(target, counters) * cycles;
}

static double globalSectors(const LaunchCounters &c) {
  return double(c.globalLoads.sectors) + c.globalStores.sectors +
         c.globalAtomics.sectors + c.globalAsync.sectors;
}

static double distinctSectors(const LaunchCounters &c) {
  return double(c.globalLoads.distinctSectors) +
         c.globalStores.distinctSectors + c.globalAtomics.distinctSectors +
         c.globalAsync.distinctSectors;
}

double sparsegpu::costmodel::sharedCycles(const TargetDescription &target,
                                          const LaunchCounters &c) {
  double wavefronts = double(c.sharedLoads.wavefronts) +
                      c.sharedStores.wavefronts + c.sharedAtomics.wavefronts +
                      c.sharedAsync.wavefronts + c.sharedMatrix.wavefronts;
  return shareOf(target, c) *
         (wavefronts + globalSectors(c) * kSectorBytes / target.sharedBytes);
}

double sparsegpu::costmodel::l2Bytes(const LaunchCounters &counters) {
  return kSectorBytes * globalSectors(counters);
}

double sparsegpu::costmodel::dramBytes(const TargetDescription &target,
                                       const LaunchCounters &counters) {
  double footprint = kSectorBytes * distinctSectors(counters);
  if (footprint == 0)
    return 0;
  double missing = std::max(0.0, 1 - target.l2CacheBytes / footprint);
  return footprint + missing * (l2Bytes(counters) - footprint);
}

/// GB/s over GHz are bytes per cycle.
double sparsegpu::costmodel::l2Cycles(const TargetDescription &target,
                                      const LaunchCounters &counters) {
  return l2Bytes(counters) / (target.l2GBs / target.clockGHz);
}

double sparsegpu::costmodel::dramCycles(const TargetDescription &target,
                                        const LaunchCounters &counters) {
  return dramBytes(target, counters) / (target.dramGBs / target.clockGHz);
}

double sparsegpu::costmodel::latencyCycles(const TargetDescription &target,
                                           const LaunchCounters &counters,
                                           const Occupancy &occupancy) {
  double blocks = numBlocks(counters);
  if (!occupancy.blocks || blocks == 0)
    return 0;
  double fromL2 = l2Bytes(counters);
  double fromDRAM = fromL2 ? dramBytes(target, counters) / fromL2 : 0;
  double latency = target.l2Latency +
                   fromDRAM * (double(target.dramLatency) - target.l2Latency);
  double exposed = counters.globalLoadBatches * latency +
                   counters.sharedLoadBatches * double(target.sharedLatency);
  for (size_t groups = 1; groups < AsyncTraffic::kBuckets; ++groups)
    exposed += counters.async.inFlight[groups] * latency / groups;
  double perWarp = exposed / (blocks * warpsPerBlock(counters));
  double onSM = blocksOfSM(target, blocks);
  double resident = std::min<double>(occupancy.blocks, onSM);
  return perWarp * onSM / resident;
}

CycleEstimate
sparsegpu::costmodel::estimateCycles(const TargetDescription &target,
                                     const LaunchCounters &counters,
                                     std::optional<unsigned> registers) {
  CycleEstimate result;
  result.occupancy = computeOccupancy(
      target, {threadsPerBlock(counters),
               counters.staticShared + counters.dynamicShared, registers});
  result.terms = {
      {{"issue", issueCycles(target, counters)},
       {"units", unitCycles(target, counters)},
       {"matrix", matrixCycles(target, counters)},
       {"shared", sharedCycles(target, counters)},
       {"l2", l2Cycles(target, counters)},
       {"dram", dramCycles(target, counters)},
       {"latency", latencyCycles(target, counters, result.occupancy)}}};
  const CycleEstimate::Term &largest = *std::max_element(
      result.terms.begin(), result.terms.end(),
      [](const auto &a, const auto &b) { return a.cycles < b.cycles; });
  result.cycles = largest.cycles;
  result.binding = largest.name;
  result.microseconds = result.cycles / (target.clockGHz * 1000);
  return result;
}
