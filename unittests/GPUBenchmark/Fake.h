//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the vendors' stand-ins share: libraries with the vendors' entry points
// that compute on host memory, so that every call sequence of the benchmark is
// executed and its result checked where there is no GPU. Slow and plain.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_GPUBENCHMARK_FAKE_H
#define SPARSEGPU_UNITTESTS_GPUBENCHMARK_FAKE_H

#include "SparseGPU/Formats/ElementType.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#define FAKE_API extern "C" __attribute__((visibility("default")))

// Each library includes this header once.
// NOLINTBEGIN(misc-definitions-in-headers)
/// By this the benchmark knows that a library is for tests.
FAKE_API int sparsegpuTestLibrary() { return 1; }

/// Objects that were made and not destroyed, for tests of release().
static int liveObjects = 0;
FAKE_API int sparsegpuTestLiveObjects() { return liveObjects; }
// NOLINTEND(misc-definitions-in-headers)

namespace fake {

/// The status that a test wants of this call: SPARSEGPU_TEST_FAIL is
/// "function=status", or "function=wrong" for a wrong result. 0: none.
inline int injectedStatus(const char *function) {
  const char *wish = getenv("SPARSEGPU_TEST_FAIL");
  std::string prefix = std::string(function) + "=";
  if (!wish || std::strncmp(wish, prefix.c_str(), prefix.size()) != 0)
    return 0;
  return std::atoi(wish + prefix.size());
}
inline bool wantsWrong(const char *function) {
  const char *wish = getenv("SPARSEGPU_TEST_FAIL");
  return wish && wish == std::string(function) + "=wrong";
}

/// cudaDataType to ours.
inline sparsegpu::formats::ElementType elementType(int cuda) {
  using sparsegpu::formats::ElementType;
  switch (cuda) {
  case 1:
    return ElementType::F64;
  case 2:
    return ElementType::F16;
  case 14:
    return ElementType::BF16;
  default:
    return ElementType::F32;
  }
}

/// Whether it is f16 or bf16.
inline bool isHalf(int cuda) {
  return sparsegpu::formats::byteSize(elementType(cuda)) == 2;
}

inline double load(const void *data, int64_t index, int cuda) {
  auto type = elementType(cuda);
  double value = 0;
  sparsegpu::formats::loadElements(type,
                                   static_cast<const std::byte *>(data) +
                                       index *
                                           sparsegpu::formats::byteSize(type),
                                   1, &value);
  return value;
}

inline void store(void *data, int64_t index, int cuda, double value) {
  auto type = elementType(cuda);
  sparsegpu::formats::storeElements(
      type, &value, 1, sparsegpu::formats::Overflow::Infinity,
      static_cast<std::byte *>(data) +
          index * sparsegpu::formats::byteSize(type));
}

/// alpha and beta: f64 or f32.
inline double scalar(const void *value, int computeType) {
  return computeType == 1 ? *static_cast<const double *>(value)
                          : *static_cast<const float *>(value);
}

/// Wrong values are off by more than any bound.
inline double spoil(double value, bool wrong) {
  return wrong ? value + 1000 : value;
}

} // namespace fake

#endif // SPARSEGPU_UNITTESTS_GPUBENCHMARK_FAKE_H
