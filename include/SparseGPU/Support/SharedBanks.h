//===- SharedBanks.h - Wavefronts of shared memory --------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one model of shared memory: the software GPU counts by it, and the
// compiler chooses layouts by it (Transforms/BankModel.h).
//
// The rule. Shared memory has 32 banks; successive words of four bytes are in
// successive banks, and each bank gives one word in a wavefront (CUDA C++
// Programming Guide, "Shared Memory" of compute capability 5.x, which 7.x to
// 9.0 refer to).
//
// 1. Lanes that read the same word share it (broadcast). Lanes that write parts
//    of the same word share a wavefront too; one of them wins.
// 2. The words of a request are delivered in phases: of 32 lanes if each has at
//    most 4 bytes, of a half warp for 8 bytes, of a quarter warp for 16. Lanes
//    of different phases never share a wavefront. (The Guide says so for
//    compute capability 3.x; profilers show it on later ones.) For loads phases
//    have twice as many lanes if all active lanes i and i^1, or all i and i^2,
//    have the same address: https://forums.developer.nvidia.com/t/77228, an
//    engineer of NVIDIA on compute capability 7.x. So a load of 16 bytes from
//    one address takes two wavefronts.
// 3. A phase takes as many wavefronts as the bank with the most different words
//    has. A phase without lanes takes none. What exceeds one is a conflict.
// 4. ldmatrix: eight lanes give the addresses of eight rows of 16 bytes, one
//    phase for each matrix (PTX ISA, "ldmatrix"): the rule for 16 bytes.
// 5. Atomics: each lane needs its bank for itself, the same word included, as
//    updates of one word follow each other.
// 6. cp.async writes as a store of its width does.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_SHAREDBANKS_H
#define SPARSEGPU_SUPPORT_SHAREDBANKS_H

#include <cstdint>

namespace sparsegpu {

struct Wavefronts {
  /// Phases with lanes: the fewest wavefronts that the request can take.
  unsigned phases = 0;
  unsigned wavefronts = 0;
  /// Those of the phase that takes the most: the degree of the conflict.
  unsigned worst = 0;
};

enum class BankUse { Read, Write, Update };

/// One request of `bytes` (1, 2, 4, 8 or 16) by each of `lanes`; `addresses`
/// are theirs, from the lowest lane up.
Wavefronts countWavefronts(const uint64_t *addresses, uint32_t lanes,
                           unsigned bytes, BankUse use);

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_SHAREDBANKS_H
