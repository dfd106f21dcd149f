//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the benchmark uses of cuSPARSELt, in the manner of CusparseApi.h.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_CUSPARSELTAPI_H
#define SPARSEGPU_BENCHMARK_GPU_CUSPARSELTAPI_H

#include "VendorLibrary.h"

#include <cstddef>
#include <cstdint>

namespace sparsegpu::gpubench {

namespace cusparselt {
enum : int {
  kSparsity50Percent = 0,
  kAlgDefault = 0,
  /// Since version 0.6; the enumeration was another before.
  kCompute32F = 2,
};

/// Room for any of the library's opaque objects, which the caller holds: 512
/// bytes in version 0.10, 13072 in 0.6.
struct alignas(16) Object {
  unsigned char data[16384] = {};
};
} // namespace cusparselt

struct CusparseLtApi {
  int (*init)(void *handle);
  int (*getVersion)(const void *handle, int *version);
  int (*structuredDescriptorInit)(const void *handle, void *matrix,
                                  int64_t rows, int64_t cols, int64_t ld,
                                  uint32_t alignment, int valueType, int order,
                                  int sparsity);
  int (*denseDescriptorInit)(const void *handle, void *matrix, int64_t rows,
                             int64_t cols, int64_t ld, uint32_t alignment,
                             int valueType, int order);
  int (*matDescriptorDestroy)(const void *matrix);
  int (*matmulDescriptorInit)(const void *handle, void *product, int opA,
                              int opB, const void *a, const void *b,
                              const void *c, const void *d, int computeType);
  int (*algSelectionInit)(const void *handle, void *selection,
                          const void *product, int algorithm);
  /// Optional: newer versions only.
  int (*algSelectionDestroy)(const void *selection);
  int (*planInit)(const void *handle, void *plan, const void *product,
                  const void *selection);
  int (*planDestroy)(const void *plan);
  int (*getWorkspace)(const void *handle, const void *plan, size_t *bytes);
  int (*compressedSize)(const void *handle, const void *plan, size_t *bytes,
                        size_t *bufferBytes);
  int (*compress)(const void *handle, const void *plan, const void *dense,
                  void *compressed, void *buffer, void *stream);
  int (*matmul)(const void *handle, const void *plan, const void *alpha,
                const void *a, const void *b, const void *beta, const void *c,
                void *d, void *workspace, void **streams, int32_t numStreams);

  /// Lives to the end of the process.
  cusparselt::Object *handle = nullptr;
  std::string path;
  std::string version;

  static Expected<CusparseLtApi> open(const LibrarySearch &search);
  Status check(int status, const char *call) const;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_CUSPARSELTAPI_H
