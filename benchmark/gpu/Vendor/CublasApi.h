//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the benchmark uses of cuBLAS and cuBLASLt, in the manner of
// CusparseApi.h.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_CUBLASAPI_H
#define SPARSEGPU_BENCHMARK_GPU_CUBLASAPI_H

#include "VendorLibrary.h"

#include "SparseGPU/Formats/ElementType.h"

#include <cstddef>
#include <cstdint>

namespace sparsegpu::gpubench {

namespace cublas {
enum : int {
  kSuccess = 0,
  kOpN = 0,
  kGemmDefault = -1,
  kDefaultMath = 0,
  kCompute32F = 68,
  kCompute32FFastTF32 = 77,
  kCompute64F = 70,
};
/// The compute type that accumulates in f32, or in f64 for f64, and does not
/// round its operands: never TF32.
int computeType(formats::ElementType type);
} // namespace cublas

struct CublasApi {
  int (*create)(void **handle);
  int (*getVersion)(void *handle, int *version);
  int (*setStream)(void *handle, void *stream);
  int (*setMathMode)(void *handle, int mode);
  /// Optional: since cuBLAS 11.4.
  const char *(*getStatusName)(int status);
  const char *(*getStatusString)(int status);
  /// Column-major: C (m x n) = alpha * A (m x k) * B (k x n) + beta * C.
  int (*gemmEx)(void *handle, int opA, int opB, int m, int n, int k,
                const void *alpha, const void *a, int typeA, int lda,
                const void *b, int typeB, int ldb, const void *beta, void *c,
                int typeC, int ldc, int computeType, int algorithm);

  void *handle = nullptr;
  std::string path;
  std::string version;

  static Expected<CublasApi> open(const LibrarySearch &search);
  Status check(int status, const char *call) const;

  /// Row-major C (rows x n) = A (rows x inner) * B (inner x n), contiguous, all
  /// of one type: the column-major product of the transposes, in turned order.
  /// Sizes below 2^31.
  Status rowMajorProduct(int64_t rows, int64_t inner, int64_t n, const void *a,
                         const void *b, void *c, formats::ElementType type,
                         int computeType) const;
};

namespace cublaslt {
enum : int {
  kOrderRow = 1,
  kLayoutOrder = 1,
  kPreferenceMaxWorkspaceBytes = 1,
};

/// cublasLtMatmulAlgo_t and cublasLtMatmulHeuristicResult_t.
struct Algorithm {
  uint64_t data[8];
};
struct HeuristicResult {
  Algorithm algorithm;
  size_t workspaceBytes;
  int state;
  float wavesCount;
  int reserved[4];
};
} // namespace cublaslt

struct CublasLtApi {
  int (*create)(void **handle);
  size_t (*getVersion)();
  const char *(*getStatusName)(int status);
  const char *(*getStatusString)(int status);
  int (*matmulDescCreate)(void **descriptor, int computeType, int scaleType);
  int (*matmulDescDestroy)(void *descriptor);
  int (*layoutCreate)(void **layout, int type, uint64_t rows, uint64_t cols,
                      int64_t ld);
  int (*layoutDestroy)(void *layout);
  int (*layoutSetAttribute)(void *layout, int attribute, const void *value,
                            size_t bytes);
  int (*preferenceCreate)(void **preference);
  int (*preferenceDestroy)(void *preference);
  int (*preferenceSetAttribute)(void *preference, int attribute,
                                const void *value, size_t bytes);
  int (*getHeuristic)(void *handle, void *descriptor, void *a, void *b, void *c,
                      void *d, void *preference, int requested,
                      cublaslt::HeuristicResult *results, int *returned);
  int (*matmul)(void *handle, void *descriptor, const void *alpha,
                const void *a, void *layoutA, const void *b, void *layoutB,
                const void *beta, const void *c, void *layoutC, void *d,
                void *layoutD, const cublaslt::Algorithm *algorithm,
                void *workspace, size_t workspaceBytes, void *stream);

  void *handle = nullptr;
  std::string path;
  std::string version;

  static Expected<CublasLtApi> open(const LibrarySearch &search);
  Status check(int status, const char *call) const;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_CUBLASAPI_H
