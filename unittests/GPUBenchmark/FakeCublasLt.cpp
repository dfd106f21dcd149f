//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in for libcublasLt.so.13.
//
//===----------------------------------------------------------------------===//

#include "Fake.h"

namespace {
enum : int { kInvalidValue = 7 };

struct Layout {
  int type;
  uint64_t rows, cols;
  int64_t ld;
  int32_t order;
};
struct Product {
  int computeType, scaleType;
};
/// cublasLtMatmulAlgo_t, of which this library uses the first word.
struct Algorithm {
  uint64_t data[8];
};
constexpr uint64_t kMark = 0x5eed;
} // namespace

FAKE_API int cublasLtCreate(void **handle) {
  *handle = new int;
  return 0;
}
FAKE_API size_t cublasLtGetVersion() { return 130100; }
FAKE_API const char *cublasLtGetStatusName(int) {
  return "CUBLAS_STATUS_INVALID_VALUE";
}
FAKE_API const char *cublasLtGetStatusString(int) { return "no"; }
FAKE_API int cublasLtMatmulDescCreate(void **product, int computeType,
                                      int scaleType) {
  *product = new Product{computeType, scaleType};
  ++liveObjects;
  return 0;
}
FAKE_API int cublasLtMatmulDescDestroy(void *product) {
  delete static_cast<Product *>(product);
  --liveObjects;
  return 0;
}
FAKE_API int cublasLtMatrixLayoutCreate(void **layout, int type, uint64_t rows,
                                        uint64_t cols, int64_t ld) {
  *layout = new Layout{type, rows, cols, ld, 0};
  ++liveObjects;
  return 0;
}
FAKE_API int cublasLtMatrixLayoutDestroy(void *layout) {
  delete static_cast<Layout *>(layout);
  --liveObjects;
  return 0;
}
FAKE_API int cublasLtMatrixLayoutSetAttribute(void *layout, int attribute,
                                              const void *value, size_t bytes) {
  if (attribute != 1 || bytes != sizeof(int32_t))
    return kInvalidValue;
  std::memcpy(&static_cast<Layout *>(layout)->order, value, bytes);
  return 0;
}
FAKE_API int cublasLtMatmulPreferenceCreate(void **preference) {
  *preference = new uint64_t(0);
  ++liveObjects;
  return 0;
}
FAKE_API int cublasLtMatmulPreferenceDestroy(void *preference) {
  delete static_cast<uint64_t *>(preference);
  --liveObjects;
  return 0;
}
FAKE_API int cublasLtMatmulPreferenceSetAttribute(void *preference,
                                                  int attribute,
                                                  const void *value,
                                                  size_t bytes) {
  if (attribute != 1 || bytes != sizeof(uint64_t))
    return kInvalidValue;
  std::memcpy(preference, value, bytes);
  return 0;
}
FAKE_API int cublasLtMatmulAlgoGetHeuristic(void *, void *, void *, void *,
                                            void *, void *, void *, int,
                                            void *results, int *returned) {
  if (int status = fake::injectedStatus("cublasLtMatmulAlgoGetHeuristic"))
    return status;
  *returned = fake::wantsWrong("cublasLtMatmulAlgoGetHeuristic") ? 0 : 1;
  // Algorithm, workspace, state, waves, reserved: all 0 but the algorithm.
  std::memset(results, 0, sizeof(Algorithm) + sizeof(size_t) + 6 * sizeof(int));
  static_cast<Algorithm *>(results)->data[0] = kMark;
  return 0;
}
FAKE_API int cublasLtMatmul(void *, void *descriptor, const void *alpha,
                            const void *a, void *layoutA, const void *b,
                            void *layoutB, const void *beta, const void *,
                            void *, void *d, void *layoutD,
                            const void *algorithm, void *, size_t, void *) {
  if (int status = fake::injectedStatus("cublasLtMatmul"))
    return status;
  const auto &product = *static_cast<Product *>(descriptor);
  const auto &left = *static_cast<Layout *>(layoutA);
  const auto &right = *static_cast<Layout *>(layoutB);
  const auto &out = *static_cast<Layout *>(layoutD);
  if (static_cast<const Algorithm *>(algorithm)->data[0] != kMark ||
      left.order != 1 || right.order != 1 || out.order != 1 ||
      left.cols != right.rows || left.rows != out.rows ||
      right.cols != out.cols || fake::scalar(beta, product.scaleType) != 0 ||
      product.computeType != (out.type == 1 ? 70 : 68))
    return kInvalidValue;
  for (uint64_t row = 0; row < out.rows; ++row)
    for (uint64_t col = 0; col < out.cols; ++col) {
      double sum = 0;
      for (uint64_t i = 0; i < left.cols; ++i)
        sum += fake::load(a, row * left.ld + i, left.type) *
               fake::load(b, i * right.ld + col, right.type);
      fake::store(d, row * out.ld + col, out.type,
                  fake::scalar(alpha, product.scaleType) * sum);
    }
  return 0;
}
