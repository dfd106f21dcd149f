//===- CounterHash.h - Random numbers by position
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A counter-based generator: the n-th number of a stream is a function of the
// seed and n alone. So values are the same on every machine, with any number
// of threads, and in any order of evaluation.
//
// Numbers of one stream are those of SplitMix64 (Steele, Lea, Flood, "Fast
// splittable pseudorandom number generators", OOPSLA 2014) from a state that
// is mixed from seed and stream.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_COUNTERHASH_H
#define SPARSEGPU_SUPPORT_COUNTERHASH_H

#include <cstdint>

namespace sparsegpu {

/// Numbers of one stream. Copying is free; there is no state to advance.
class CounterHash {
public:
  /// `stream` separates uses of one seed, such as positions and values.
  explicit constexpr CounterHash(uint64_t seed, uint64_t stream = 0)
      : key(mix(mix(seed + golden) + stream)) {}

  /// 64 random bits.
  constexpr uint64_t bits(uint64_t counter) const {
    return mix(key + golden * (counter + 1));
  }

  /// Uniform in [0, 1), a multiple of 2^-53.
  constexpr double unit(uint64_t counter) const {
    return static_cast<double>(bits(counter) >> 11) * 0x1p-53;
  }

  /// Uniform in [-1, 1), a multiple of 2^-52.
  constexpr double symmetric(uint64_t counter) const {
    return 2 * unit(counter) - 1;
  }

  /// Uniform in [0, bound). Requires bound > 0. The bias is below
  /// bound / 2^64.
  constexpr uint64_t below(uint64_t counter, uint64_t bound) const {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(bits(counter)) * bound) >> 64);
  }

private:
  static constexpr uint64_t golden = 0x9e3779b97f4a7c15ull;

  static constexpr uint64_t mix(uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebull;
    return x ^ (x >> 31);
  }

  uint64_t key;
};

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_COUNTERHASH_H
