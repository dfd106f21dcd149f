//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the benchmark uses of cuSPARSE: its functions with enumerations as int
// and opaque objects as void. unittests/GPUBenchmark/HeadersTest.cpp holds this
// against cusparse.h where there is one.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_CUSPARSEAPI_H
#define SPARSEGPU_BENCHMARK_GPU_CUSPARSEAPI_H

#include "VendorLibrary.h"

#include "SparseGPU/Formats/ElementType.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sparsegpu::gpubench {

/// cudaDataType_t, which all of the vendor's libraries share.
enum : int {
  kCudaR32F = 0,
  kCudaR64F = 1,
  kCudaR16F = 2,
  kCudaR16BF = 14,
};

/// The vendor's name of a floating-point type; nothing for integers.
std::optional<int> cudaDataType(formats::ElementType type);
/// The type in which a product of that type is accumulated: f64 for f64, f32
/// for all others.
int cudaComputeType(formats::ElementType type);

/// 1 and 0 in the compute type.
struct HostScalars {
  explicit HostScalars(formats::ElementType type)
      : isDouble(type == formats::ElementType::F64) {}
  const void *one() const { return isDouble ? (const void *)&oneD : &oneF; }
  const void *zero() const { return isDouble ? (const void *)&zeroD : &zeroF; }

private:
  bool isDouble;
  float oneF = 1, zeroF = 0;
  double oneD = 1, zeroD = 0;
};

namespace cusparse {
enum : int {
  kSuccess = 0,
  kInsufficientResources = 11,
  kNonTranspose = 0,
  kTranspose = 1,
  kIndexBaseZero = 0,
  kIndex32I = 2,
  kIndex64I = 3,
  kOrderCol = 1,
  kOrderRow = 2,
  kSpMMAlgDefault = 0,
  kSpMMCooAlg1 = 1,
  kSpMMCooAlg2 = 2,
  kSpMMCooAlg3 = 3,
  kSpMMCooAlg4 = 5,
  kSpMMCsrAlg1 = 4,
  kSpMMCsrAlg2 = 6,
  kSpMMCsrAlg3 = 12,
  kSpMMBlockedEllAlg1 = 13,
  kSDDMMAlgDefault = 0,
  kSpGEMMDefault = 0,
  kSpGEMMAlg1 = 3,
  kSpGEMMAlg2 = 4,
  kSpGEMMAlg3 = 5,
};
} // namespace cusparse

/// The functions, and a handle on them.
struct CusparseApi {
  int (*create)(void **handle);
  int (*destroy)(void *handle);
  int (*getVersion)(void *handle, int *version);
  int (*setStream)(void *handle, void *stream);
  const char *(*getErrorName)(int status);
  const char *(*getErrorString)(int status);

  int (*createCsr)(void **matrix, int64_t rows, int64_t cols, int64_t nnz,
                   void *positions, void *coordinates, void *values,
                   int positionType, int coordinateType, int base,
                   int valueType);
  int (*createCoo)(void **matrix, int64_t rows, int64_t cols, int64_t nnz,
                   void *rowIndices, void *coordinates, void *values,
                   int indexType, int base, int valueType);
  int (*createBlockedEll)(void **matrix, int64_t rows, int64_t cols,
                          int64_t blockSize, int64_t ellCols, void *coordinates,
                          void *values, int indexType, int base, int valueType);
  int (*destroySpMat)(const void *matrix);
  int (*createDnMat)(void **matrix, int64_t rows, int64_t cols, int64_t ld,
                     void *values, int valueType, int order);
  int (*destroyDnMat)(const void *matrix);
  int (*spMatGetSize)(const void *matrix, int64_t *rows, int64_t *cols,
                      int64_t *nnz);
  int (*csrSetPointers)(void *matrix, void *positions, void *coordinates,
                        void *values);
  int (*xcsr2coo)(void *handle, const int *positions, int nnz, int rows,
                  int *rowIndices, int base);

  int (*spMMBufferSize)(void *handle, int opA, int opB, const void *alpha,
                        const void *a, const void *b, const void *beta, void *c,
                        int computeType, int algorithm, size_t *bytes);
  int (*spMMPreprocess)(void *handle, int opA, int opB, const void *alpha,
                        const void *a, const void *b, const void *beta, void *c,
                        int computeType, int algorithm, void *buffer);
  int (*spMM)(void *handle, int opA, int opB, const void *alpha, const void *a,
              const void *b, const void *beta, void *c, int computeType,
              int algorithm, void *buffer);

  int (*sddmmBufferSize)(void *handle, int opA, int opB, const void *alpha,
                         const void *a, const void *b, const void *beta,
                         void *c, int computeType, int algorithm,
                         size_t *bytes);
  int (*sddmmPreprocess)(void *handle, int opA, int opB, const void *alpha,
                         const void *a, const void *b, const void *beta,
                         void *c, int computeType, int algorithm, void *buffer);
  int (*sddmm)(void *handle, int opA, int opB, const void *alpha, const void *a,
               const void *b, const void *beta, void *c, int computeType,
               int algorithm, void *buffer);

  int (*spGEMMCreateDescr)(void **descriptor);
  int (*spGEMMDestroyDescr)(void *descriptor);
  int (*spGEMMWorkEstimation)(void *handle, int opA, int opB, const void *alpha,
                              const void *a, const void *b, const void *beta,
                              void *c, int computeType, int algorithm,
                              void *descriptor, size_t *bytes, void *buffer);
  int (*spGEMMCompute)(void *handle, int opA, int opB, const void *alpha,
                       const void *a, const void *b, const void *beta, void *c,
                       int computeType, int algorithm, void *descriptor,
                       size_t *bytes, void *buffer);
  int (*spGEMMCopy)(void *handle, int opA, int opB, const void *alpha,
                    const void *a, const void *b, const void *beta, void *c,
                    int computeType, int algorithm, void *descriptor);

  void *handle = nullptr;
  std::string path;
  std::string version;

  /// Loads cuSPARSE and makes a handle; it lives to the end of the process.
  static Expected<CusparseApi> open(const LibrarySearch &search);
  /// Success, or an error that has the call and the library's own words.
  Status check(int status, const char *call) const;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_CUSPARSEAPI_H
