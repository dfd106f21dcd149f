//===- MatrixDouble.cpp - mma and wmma.mma on f64 -------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A chain of fma in the order of k, which starts at C.
//
//===----------------------------------------------------------------------===//

#include "FragmentLayout.h"
#include "Matrix.h"

#include <cfenv>
#include <cstring>

using namespace sparsegpu::emulator;

/// m8n8k4: registers have 64 bits.
[[gnu::always_inline]] static inline void
multiplyHere(const LaneRegisters &lanes) {
  double a[8][4], b[8][4], sums[8][8];
  auto read = [&](unsigned lane, unsigned i) {
    double value;
    std::memcpy(&value, lanes[lane] + 2 * i, sizeof(value));
    return value;
  };
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    Place pa = placeA(lane, 0, 1), pb = placeB(lane, 0, 1);
    a[pa.row][pa.column] = read(lane, 0);
    b[pb.row][pb.column] = read(lane, 1);
    for (unsigned i = 0; i < 2; ++i) {
      Place pc = placeC(lane, i, 1);
      sums[pc.row][pc.column] = read(lane, 2 + i);
    }
  }
  for (unsigned i = 0; i < 8; ++i)
    for (unsigned j = 0; j < 8; ++j)
      for (unsigned k = 0; k < 4; ++k)
        sums[i][j] = __builtin_fma(a[i][k], b[j][k], sums[i][j]);
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    for (unsigned i = 0; i < 2; ++i) {
      Place pd = placeC(lane, i, 1);
      std::memcpy(lanes[lane] + 2 * i, &sums[pd.row][pd.column],
                  sizeof(double));
    }
}

// Not inlined into the change of the rounding mode.
[[gnu::noinline]] static void multiplyPlain(const LaneRegisters &lanes) {
  multiplyHere(lanes);
}

#if defined(__x86_64__)
[[gnu::noinline,
  gnu::target("avx2,fma")]] static void multiplyV3(const LaneRegisters &lanes) {
  multiplyHere(lanes);
}
#endif

void sparsegpu::emulator::multiplyDoubles(const MatrixOp &op,
                                          const LaneRegisters &lanes) {
  auto *multiply = multiplyPlain;
#if defined(__x86_64__)
  static const bool hasFMA =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (hasFMA)
    multiply = multiplyV3;
#endif
  if (op.rounding == MatrixRounding::Nearest)
    return multiply(lanes);
  static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
                              FE_UPWARD};
  int saved = std::fegetround();
  std::fesetround(modes[static_cast<unsigned>(op.rounding)]);
  multiply(lanes);
  std::fesetround(saved);
}
