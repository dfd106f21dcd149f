//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in for libcublas.so.13.
//
//===----------------------------------------------------------------------===//

#include "Fake.h"

namespace {
enum : int { kInvalidValue = 7, kCompute32F = 68, kComputeTF32 = 77 };
} // namespace

FAKE_API int cublasCreate_v2(void **handle) {
  if (int status = fake::injectedStatus("cublasCreate"))
    return status;
  *handle = new int;
  return 0;
}
FAKE_API int cublasGetVersion_v2(void *, int *version) {
  *version = 130100;
  return 0;
}
FAKE_API int cublasSetStream_v2(void *, void *) { return 0; }
FAKE_API int cublasSetMathMode(void *, int mode) {
  return mode == 0 ? 0 : kInvalidValue;
}
FAKE_API const char *cublasGetStatusName(int status) {
  return status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED"
                      : "CUBLAS_STATUS_INVALID_VALUE";
}
FAKE_API const char *cublasGetStatusString(int) { return "no"; }

/// Column-major.
FAKE_API int cublasGemmEx(void *, int opA, int opB, int m, int n, int k,
                          const void *alpha, const void *a, int typeA, int lda,
                          const void *b, int typeB, int ldb, const void *beta,
                          void *c, int typeC, int ldc, int computeType, int) {
  if (int status = fake::injectedStatus("cublasGemmEx"))
    return status;
  // Accumulated in f64 for f64 and in f32 otherwise, and not in TF32 unless the
  // probe asks for it.
  int scalarType = typeC == 1 ? 1 : 0;
  bool rightType =
      scalarType ? computeType == 70
                 : computeType == kCompute32F || computeType == kComputeTF32;
  if (opA || opB || lda < m || ldb < k || ldc < m || !rightType ||
      fake::scalar(beta, scalarType) != 0)
    return kInvalidValue;
  bool wrong = fake::wantsWrong("cublasGemmEx");
  for (int64_t col = 0; col < n; ++col)
    for (int64_t row = 0; row < m; ++row) {
      double sum = 0;
      for (int64_t i = 0; i < k; ++i)
        sum += fake::load(a, i * lda + row, typeA) *
               fake::load(b, col * ldb + i, typeB);
      fake::store(c, col * ldc + row, typeC,
                  fake::spoil(fake::scalar(alpha, scalarType) * sum, wrong));
    }
  return 0;
}
