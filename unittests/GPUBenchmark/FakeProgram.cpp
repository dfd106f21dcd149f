//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in for a compiled program: C = A * B in CSR and f32 on host memory,
// with the interface of a bundle's programs (docs/Bundles.md).
//
//===----------------------------------------------------------------------===//

#include <cstdint>
#include <cstdlib>
#include <cstring>

/// arguments[i] points at a word: the place for the results' descriptors, then
/// the descriptors of A's positions, coordinates and values, of B and of C.
extern "C" __attribute__((visibility("default"))) void
fake_spmm(void **arguments) {
  auto descriptor = [&](int i) {
    return *static_cast<int64_t **>(arguments[i]);
  };
  // Data is at word 1, the sizes begin at word 3.
  int64_t *a = descriptor(1), *b = descriptor(4), *c = descriptor(5);
  auto *positions = reinterpret_cast<const int32_t *>(a[1]);
  auto *coordinates = reinterpret_cast<const int32_t *>(descriptor(2)[1]);
  auto *values = reinterpret_cast<const float *>(descriptor(3)[1]);
  auto *dense = reinterpret_cast<const float *>(b[1]);
  auto *out = reinterpret_cast<float *>(c[1]);
  int64_t rows = c[3], n = c[4];
  const char *wish = getenv("SPARSEGPU_TEST_FAIL");
  bool lazy = wish && std::strcmp(wish, "fake_spmm=lazy") == 0;
  for (int64_t row = 0; row < rows && !lazy; ++row)
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int32_t e = positions[row]; e < positions[row + 1]; ++e)
        sum += double(values[e]) * double(dense[coordinates[e] * n + j]);
      out[row * n + j] = static_cast<float>(sum);
    }
  std::memcpy(descriptor(0), c, 7 * sizeof(int64_t));
}
