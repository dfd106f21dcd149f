//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sources, and which numbers were held against them.
// - Limits of blocks, threads and shared memory, and the 1 KiB that the system
//   takes from 8.0 on: checked for 7.0, 7.5, 8.0, 8.6 and 9.0 against the
//   architecture traits of NVIDIA's CCCL (cudax/.../arch_traits.cuh); blocks
//   for 8.9, units of registers and shared memory, and four register files in a
//   SM against cuda_occupancy.h of CUDA 13.0. The other limits of 8.9: CUDA C++
//   Programming Guide, not checked.
// - Lane rates: CUDA C++ Programming Guide, "Arithmetic Instructions", from
//   knowledge, not checked. Conversions: the rate of "all other conversions".
//   16-bit floats: half of the results in the table, which come in pairs.
//   Load/store units: the SM diagrams of the white papers below.
// - SMs, boost clocks, tensor-core peaks, DRAM, L2 sizes: NVIDIA's white papers
//   on V100 (WP-08608), Turing (WP-09183), A100, GA102 2.1, Ada 2.1, H100, and
//   the data sheets of T4 and H200. Those of V100, T4 and A100 (but its DRAM),
//   and peak of f16 and DRAM of RTX 4090, H100 and H200, agree with second-hand
//   lists of them; the rest is from knowledge. A100 is the one with 80 GB; that
//   with 40 GB has 1555 GB/s. A test holds the peaks of f16 and f32. Rates per
//   SM and cycle are peak / (SMs * clock); of H100, at 1.83 GHz, to which its
//   tensor-core peaks belong. They are those of wgmma.
// - L2 bandwidth and latencies: microbenchmarks, in round numbers, not checked:
//   V100 and T4 by Jia et al. (arXiv:1804.06826, arXiv:1903.07486); latencies
//   of A100, RTX 4090 and H100 by Luo et al. (arXiv:2402.13499); L2 bandwidth
//   of A100 from its white paper (5120 B/cycle), reached to about two thirds;
//   of Ada and Hopper about what public measurements show. RTX 3090: assumed,
//   between its neighbours. H200: as H100, with its own DRAM. These are the
//   weakest numbers here; measure before relying on them.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/TargetDescription.h"

#include <algorithm>
#include <cctype>

using namespace sparsegpu::costmodel;

static constexpr uint64_t kMiB = 1024 * 1024;
static constexpr unsigned kKiB = 1024;

// clang-format off
static std::vector<TargetDescription> makeTargets() {
  // lanes: integer f16 f32 f64 | conversion special load/store shuffle
  // matrix: f16->f16, f16->f32, tf32, f64, fp8, int8, int4, b1
  // limits: threads/SM blocks/SM threads/block | registers/SM /thread unit |
  //         shared/SM /block unit reserved
  return {
      {"V100", "sm_70", 80, 1.53, 4,
       {64, 64, 64, 32, 16, 16, 32, 32},
       {1024, 1024, 0, 0, 0, 0, 0, 0},
       128, 2155, 900, 6 * kMiB, 19, 193, 400,
       2048, 32, 1024, 65536, 255, 256,
       96 * kKiB, 96 * kKiB, 256, 0},
      {"T4", "sm_75", 40, 1.59, 4,
       {64, 64, 64, 2, 16, 16, 16, 32},
       {1024, 1024, 0, 0, 0, 2048, 4096, 16384},
       128, 1270, 320, 4 * kMiB, 19, 188, 400,
       1024, 16, 1024, 65536, 255, 256,
       64 * kKiB, 64 * kKiB, 256, 0},
      {"A100", "sm_80", 108, 1.41, 4,
       {64, 128, 64, 32, 16, 16, 32, 32},
       {2048, 2048, 1024, 128, 0, 4096, 8192, 32768},
       128, 4800, 2039, 40 * kMiB, 29, 261, 466,
       2048, 32, 1024, 65536, 255, 256,
       164 * kKiB, 163 * kKiB, 128, 1024},
      {"RTX 3090", "sm_86", 82, 1.695, 4,
       {64, 64, 128, 2, 16, 16, 16, 32},
       {1024, 512, 256, 0, 0, 2048, 4096, 16384},
       128, 3000, 936, 6 * kMiB, 30, 240, 500,
       1536, 16, 1024, 65536, 255, 256,
       100 * kKiB, 99 * kKiB, 128, 1024},
      {"RTX 4090", "sm_89", 128, 2.52, 4,
       {64, 64, 128, 2, 16, 16, 16, 32},
       {1024, 512, 256, 0, 1024, 2048, 4096, 16384},
       128, 5000, 1008, 72 * kMiB, 30, 273, 541,
       1536, 24, 1024, 65536, 255, 256,
       100 * kKiB, 99 * kKiB, 128, 1024},
      {"H100", "sm_90", 132, 1.83, 4,
       {64, 128, 128, 64, 64, 16, 32, 32},
       {4096, 4096, 2048, 256, 8192, 8192, 0, 0},
       128, 5600, 3350, 50 * kMiB, 29, 263, 479,
       2048, 32, 1024, 65536, 255, 256,
       228 * kKiB, 227 * kKiB, 128, 1024},
      {"H200", "sm_90", 132, 1.83, 4,
       {64, 128, 128, 64, 64, 16, 32, 32},
       {4096, 4096, 2048, 256, 8192, 8192, 0, 0},
       128, 5600, 4800, 50 * kMiB, 29, 263, 479,
       2048, 32, 1024, 65536, 255, 256,
       228 * kKiB, 227 * kKiB, 128, 1024},
  };
}
// clang-format on

const std::vector<TargetDescription> &sparsegpu::costmodel::allTargets() {
  static const std::vector<TargetDescription> targets = makeTargets();
  return targets;
}

/// Without spaces, dashes and case.
static std::string normalise(std::string_view name) {
  std::string result;
  for (char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      result += std::tolower(static_cast<unsigned char>(c));
  return result;
}

const TargetDescription *
sparsegpu::costmodel::findTarget(std::string_view name) {
  for (const TargetDescription &target : allTargets())
    if (normalise(target.name) == normalise(name))
      return &target;
  return nullptr;
}

unsigned sparsegpu::costmodel::capabilityOf(std::string_view chip) {
  unsigned result = 0;
  if (chip.substr(0, 3) != "sm_")
    return 0;
  for (char c : chip.substr(3)) {
    if (c < '0' || c > '9')
      break;
    result = 10 * result + (c - '0');
  }
  return result;
}

const TargetDescription &
sparsegpu::costmodel::representativeOf(std::string_view chip) {
  const TargetDescription *best = &allTargets().front();
  for (const TargetDescription &target : allTargets())
    if (capabilityOf(target.chip) <= capabilityOf(chip) &&
        capabilityOf(target.chip) > capabilityOf(best->chip))
      best = &target;
  return *best;
}
