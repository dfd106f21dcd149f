//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in for libcusparseLt.so.0. What it calls compressed is the dense
// matrix; it refuses one that is not 2:4.
//
//===----------------------------------------------------------------------===//

#include "Fake.h"

namespace {
enum : int { kInvalidValue = 3 };

struct Matrix {
  int64_t rows, cols, ld;
  int type;
  bool structured;
};
struct Product {
  Matrix a, b, d;
};

/// The caller gives the memory of an object.
template <typename T> T &at(void *memory) { return *static_cast<T *>(memory); }
template <typename T> const T &at(const void *memory) {
  return *static_cast<const T *>(memory);
}
} // namespace

FAKE_API int cusparseLtInit(void *handle) {
  std::memset(handle, 1, 512);
  return fake::injectedStatus("cusparseLtInit");
}
FAKE_API int cusparseLtGetVersion(const void *, int *version) {
  *version = 1000;
  return 0;
}
FAKE_API int cusparseLtStructuredDescriptorInit(const void *, void *matrix,
                                                int64_t rows, int64_t cols,
                                                int64_t ld, uint32_t alignment,
                                                int type, int order, int) {
  if (order != 2 || alignment % 16)
    return kInvalidValue;
  at<Matrix>(matrix) = {rows, cols, ld, type, true};
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseLtDenseDescriptorInit(const void *, void *matrix,
                                           int64_t rows, int64_t cols,
                                           int64_t ld, uint32_t, int type,
                                           int order) {
  if (order != 2)
    return kInvalidValue;
  at<Matrix>(matrix) = {rows, cols, ld, type, false};
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseLtMatDescriptorDestroy(const void *) {
  --liveObjects;
  return 0;
}
FAKE_API int cusparseLtMatmulDescriptorInit(const void *, void *product, int,
                                            int, const void *a, const void *b,
                                            const void *, const void *d,
                                            int computeType) {
  if (computeType != 2 || !at<Matrix>(a).structured)
    return kInvalidValue;
  at<Product>(product) = {at<Matrix>(a), at<Matrix>(b), at<Matrix>(d)};
  return 0;
}
FAKE_API int cusparseLtMatmulAlgSelectionInit(const void *, void *selection,
                                              const void *product, int) {
  at<Product>(selection) = at<Product>(product);
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseLtMatmulAlgSelectionDestroy(const void *) {
  --liveObjects;
  return 0;
}
FAKE_API int cusparseLtMatmulPlanInit(const void *, void *plan,
                                      const void *product, const void *) {
  if (int status = fake::injectedStatus("cusparseLtMatmulPlanInit"))
    return status;
  at<Product>(plan) = at<Product>(product);
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseLtMatmulPlanDestroy(const void *) {
  --liveObjects;
  return 0;
}
FAKE_API int cusparseLtMatmulGetWorkspace(const void *, const void *,
                                          size_t *bytes) {
  *bytes = 16;
  return 0;
}
static int64_t bytesOf(const Matrix &matrix) {
  return matrix.rows * matrix.ld *
         static_cast<int64_t>(
             sparsegpu::formats::byteSize(fake::elementType(matrix.type)));
}
FAKE_API int cusparseLtSpMMACompressedSize(const void *, const void *plan,
                                           size_t *bytes, size_t *bufferBytes) {
  *bytes = bytesOf(at<Product>(plan).a);
  *bufferBytes = 16;
  return 0;
}
FAKE_API int cusparseLtSpMMACompress(const void *, const void *plan,
                                     const void *dense, void *compressed,
                                     void *buffer, void *) {
  const Matrix &a = at<Product>(plan).a;
  if (!buffer)
    return kInvalidValue;
  for (int64_t i = 0; i + 4 <= a.rows * a.ld; i += 4) {
    int nonzeros = 0;
    for (int64_t j = 0; j < 4; ++j)
      nonzeros += fake::load(dense, i + j, a.type) != 0;
    if (nonzeros > 2)
      return kInvalidValue;
  }
  std::memcpy(compressed, dense, bytesOf(a));
  return 0;
}
FAKE_API int cusparseLtMatmul(const void *, const void *plan, const void *alpha,
                              const void *a, const void *b, const void *beta,
                              const void *, void *d, void *workspace,
                              void **streams, int32_t numStreams) {
  const Product &product = at<Product>(plan);
  if (!workspace || numStreams != 1 || !streams || fake::scalar(beta, 0) != 0)
    return kInvalidValue;
  for (int64_t row = 0; row < product.d.rows; ++row)
    for (int64_t col = 0; col < product.d.cols; ++col) {
      double sum = 0;
      for (int64_t k = 0; k < product.a.cols; ++k)
        sum += fake::load(a, row * product.a.ld + k, product.a.type) *
               fake::load(b, k * product.b.ld + col, product.b.type);
      fake::store(d, row * product.d.ld + col, product.d.type,
                  fake::scalar(alpha, 0) * sum);
    }
  return 0;
}
