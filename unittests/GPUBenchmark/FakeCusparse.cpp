//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in for libcusparse.so.12. It insists on the documented order of calls:
// SpMM and SDDMM want the buffer that their preprocess had.
//
//===----------------------------------------------------------------------===//

#include "Fake.h"

#include <map>
#include <vector>

namespace {
enum : int { kInvalidValue = 3, kNotSupported = 10, kInsufficient = 11 };
enum : int { kRowMajor = 2, kCooAlg3 = 3, kBlockedEll = 13 };
constexpr size_t kBufferBytes = 64;

struct Sparse {
  enum Kind { Csr, Coo, Ell } kind = Csr;
  int64_t rows = 0, cols = 0, nnz = 0, block = 0, ellCols = 0;
  void *first = nullptr, *second = nullptr, *values = nullptr;
  int firstType = 2, secondType = 2, valueType = 0;
  const void *preprocessed = nullptr;
};
struct Dense {
  int64_t rows = 0, cols = 0, ld = 0;
  void *values = nullptr;
  int type = 0;
};
/// What SpGEMM knows between its calls.
struct Product {
  std::vector<std::map<int64_t, double>> rows;
  bool estimated = false, computed = false;
};

int64_t index(const void *data, int64_t i, int type) {
  return type == 3 ? static_cast<const int64_t *>(data)[i]
                   : static_cast<const int32_t *>(data)[i];
}

/// Calls visit(row, column, value) for each stored entry.
template <typename Visit> void entries(const Sparse &a, Visit visit) {
  switch (a.kind) {
  case Sparse::Csr:
    for (int64_t row = 0; row < a.rows; ++row)
      for (int64_t e = index(a.first, row, a.firstType),
                   end = index(a.first, row + 1, a.firstType);
           e < end; ++e)
        visit(row, index(a.second, e, a.secondType),
              fake::load(a.values, e, a.valueType));
    return;
  case Sparse::Coo:
    for (int64_t e = 0; e < a.nnz; ++e)
      visit(index(a.first, e, 2), index(a.second, e, 2),
            fake::load(a.values, e, a.valueType));
    return;
  case Sparse::Ell:
    for (int64_t row = 0; row < a.rows; ++row)
      for (int64_t k = 0; k < a.ellCols; ++k) {
        int64_t blocks = a.ellCols / a.block;
        int64_t col = index(a.first, row / a.block * blocks + k / a.block, 2);
        if (col >= 0)
          visit(row, col * a.block + k % a.block,
                fake::load(a.values, row * a.ellCols + k, a.valueType));
      }
  }
}

int stop(const char *function) { return fake::injectedStatus(function); }
} // namespace

#define STOP_IF_TOLD(function)                                                 \
  if (int status = stop(#function))                                            \
  return status

FAKE_API int cusparseCreate(void **handle) {
  STOP_IF_TOLD(cusparseCreate);
  *handle = new int;
  return 0;
}
FAKE_API int cusparseDestroy(void *handle) {
  delete static_cast<int *>(handle);
  return 0;
}
FAKE_API int cusparseGetVersion(void *, int *version) {
  *version = 12603;
  return 0;
}
FAKE_API int cusparseSetStream(void *, void *) { return 0; }
FAKE_API const char *cusparseGetErrorName(int status) {
  return status == kNotSupported   ? "CUSPARSE_STATUS_NOT_SUPPORTED"
         : status == kInsufficient ? "CUSPARSE_STATUS_INSUFFICIENT_RESOURCES"
                                   : "CUSPARSE_STATUS_INVALID_VALUE";
}
FAKE_API const char *cusparseGetErrorString(int status) {
  return status == kNotSupported ? "operation not supported"
                                 : "something is wrong";
}

FAKE_API int cusparseCreateCsr(void **matrix, int64_t rows, int64_t cols,
                               int64_t nnz, void *positions, void *coordinates,
                               void *values, int positionType,
                               int coordinateType, int, int valueType) {
  STOP_IF_TOLD(cusparseCreateCsr);
  *matrix = new Sparse{Sparse::Csr,
                       rows,
                       cols,
                       nnz,
                       0,
                       0,
                       positions,
                       coordinates,
                       values,
                       positionType,
                       coordinateType,
                       valueType};
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseCreateCoo(void **matrix, int64_t rows, int64_t cols,
                               int64_t nnz, void *rowIndices, void *coordinates,
                               void *values, int indexType, int,
                               int valueType) {
  *matrix = new Sparse{Sparse::Coo, rows,      cols,       nnz,
                       0,           0,         rowIndices, coordinates,
                       values,      indexType, indexType,  valueType};
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseCreateBlockedEll(void **matrix, int64_t rows, int64_t cols,
                                      int64_t block, int64_t ellCols,
                                      void *coordinates, void *values,
                                      int indexType, int, int valueType) {
  if (rows % block || cols % block || ellCols % block)
    return kInvalidValue;
  *matrix =
      new Sparse{Sparse::Ell, rows,    cols,   0,         block,     ellCols,
                 coordinates, nullptr, values, indexType, indexType, valueType};
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseDestroySpMat(const void *matrix) {
  delete static_cast<const Sparse *>(matrix);
  --liveObjects;
  return 0;
}
FAKE_API int cusparseCreateDnMat(void **matrix, int64_t rows, int64_t cols,
                                 int64_t ld, void *values, int type,
                                 int order) {
  if (order != kRowMajor || ld < cols)
    return kInvalidValue;
  *matrix = new Dense{rows, cols, ld, values, type};
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseDestroyDnMat(const void *matrix) {
  delete static_cast<const Dense *>(matrix);
  --liveObjects;
  return 0;
}
FAKE_API int cusparseSpMatGetSize(const void *matrix, int64_t *rows,
                                  int64_t *cols, int64_t *nnz) {
  const auto &a = *static_cast<const Sparse *>(matrix);
  *rows = a.rows;
  *cols = a.cols;
  *nnz = a.nnz;
  return 0;
}
FAKE_API int cusparseCsrSetPointers(void *matrix, void *positions,
                                    void *coordinates, void *values) {
  auto &a = *static_cast<Sparse *>(matrix);
  a.first = positions;
  a.second = coordinates;
  a.values = values;
  return 0;
}
FAKE_API int cusparseXcsr2coo(void *, const int *positions, int, int rows,
                              int *rowIndices, int) {
  STOP_IF_TOLD(cusparseXcsr2coo);
  for (int row = 0; row < rows; ++row)
    for (int e = positions[row]; e < positions[row + 1]; ++e)
      rowIndices[e] = row;
  return 0;
}

//===----------------------------------------------------------------------===//
// SpMM
//===----------------------------------------------------------------------===//

static bool agree(const Sparse &a, int algorithm) {
  bool coo =
      algorithm == 1 || algorithm == 2 || algorithm == 3 || algorithm == 5;
  if (algorithm == 0)
    return true;
  return a.kind == (algorithm == kBlockedEll ? Sparse::Ell
                    : coo                    ? Sparse::Coo
                                             : Sparse::Csr);
}

FAKE_API int cusparseSpMM_bufferSize(void *, int, int, const void *,
                                     const void *a, const void *, const void *,
                                     void *, int, int algorithm,
                                     size_t *bytes) {
  STOP_IF_TOLD(cusparseSpMM_bufferSize);
  // One algorithm is always refused, as the real library does for some.
  if (!agree(*static_cast<const Sparse *>(a), algorithm) ||
      algorithm == kCooAlg3)
    return kNotSupported;
  *bytes = kBufferBytes;
  return 0;
}
FAKE_API int cusparseSpMM_preprocess(void *, int, int, const void *,
                                     const void *a, const void *, const void *,
                                     void *, int, int, void *buffer) {
  STOP_IF_TOLD(cusparseSpMM_preprocess);
  if (!buffer)
    return kInvalidValue;
  const_cast<Sparse *>(static_cast<const Sparse *>(a))->preprocessed = buffer;
  return 0;
}
FAKE_API int cusparseSpMM(void *, int opA, int opB, const void *alpha,
                          const void *sparse, const void *denseB,
                          const void *beta, void *denseC, int computeType,
                          int algorithm, void *buffer) {
  STOP_IF_TOLD(cusparseSpMM);
  const auto &a = *static_cast<const Sparse *>(sparse);
  const auto &b = *static_cast<const Dense *>(denseB);
  const auto &c = *static_cast<const Dense *>(denseC);
  if (opA || opB || !buffer || a.preprocessed != buffer ||
      !agree(a, algorithm) || a.cols != b.rows || a.rows != c.rows ||
      b.cols != c.cols || fake::scalar(beta, computeType) != 0)
    return kInvalidValue;
  bool wrong = fake::wantsWrong("cusparseSpMM");
  // As a kernel with an illegal access leaves it.
  if (const char *lethal = getenv("SPARSEGPU_TEST_LOSE_DEVICE_IN"))
    if (std::atoi(lethal) == algorithm)
      setenv("SPARSEGPU_TEST_DEVICE_LOST", "1", 1);
  std::vector<double> sums(c.rows * c.cols);
  entries(a, [&](int64_t row, int64_t col, double value) {
    for (int64_t j = 0; j < b.cols; ++j)
      sums[row * c.cols + j] +=
          value * fake::load(b.values, col * b.ld + j, b.type);
  });
  for (int64_t i = 0; i < c.rows; ++i)
    for (int64_t j = 0; j < c.cols; ++j)
      fake::store(
          c.values, i * c.ld + j, c.type,
          fake::spoil(fake::scalar(alpha, computeType) * sums[i * c.cols + j],
                      wrong));
  return 0;
}

//===----------------------------------------------------------------------===//
// SDDMM
//===----------------------------------------------------------------------===//

FAKE_API int cusparseSDDMM_bufferSize(void *, int, int, const void *,
                                      const void *, const void *, const void *,
                                      void *, int, int, size_t *bytes) {
  STOP_IF_TOLD(cusparseSDDMM_bufferSize);
  *bytes = kBufferBytes;
  return 0;
}
FAKE_API int cusparseSDDMM_preprocess(void *, int, int, const void *,
                                      const void *, const void *, const void *,
                                      void *c, int, int, void *buffer) {
  static_cast<Sparse *>(c)->preprocessed = buffer;
  return 0;
}
FAKE_API int cusparseSDDMM(void *, int opA, int opB, const void *alpha,
                           const void *denseX, const void *denseY,
                           const void *beta, void *sparse, int computeType, int,
                           void *buffer) {
  STOP_IF_TOLD(cusparseSDDMM);
  auto &o = *static_cast<Sparse *>(sparse);
  const auto &x = *static_cast<const Dense *>(denseX);
  const auto &y = *static_cast<const Dense *>(denseY);
  if (opA != 0 || opB != 1 || !buffer || o.preprocessed != buffer ||
      x.cols != y.cols || x.rows != o.rows || y.rows != o.cols ||
      fake::scalar(beta, computeType) != 0)
    return kInvalidValue;
  for (int64_t row = 0; row < o.rows; ++row)
    for (int64_t e = index(o.first, row, o.firstType),
                 end = index(o.first, row + 1, o.firstType);
         e < end; ++e) {
      int64_t col = index(o.second, e, o.secondType);
      double sum = 0;
      for (int64_t k = 0; k < x.cols; ++k)
        sum += fake::load(x.values, row * x.ld + k, x.type) *
               fake::load(y.values, col * y.ld + k, y.type);
      fake::store(o.values, e, o.valueType,
                  fake::scalar(alpha, computeType) * sum);
    }
  return 0;
}

//===----------------------------------------------------------------------===//
// SpGEMM
//===----------------------------------------------------------------------===//

FAKE_API int cusparseSpGEMM_createDescr(void **descriptor) {
  *descriptor = new Product;
  ++liveObjects;
  return 0;
}
FAKE_API int cusparseSpGEMM_destroyDescr(void *descriptor) {
  delete static_cast<Product *>(descriptor);
  --liveObjects;
  return 0;
}
FAKE_API int cusparseSpGEMM_workEstimation(void *, int, int, const void *,
                                           const void *, const void *,
                                           const void *, void *, int, int,
                                           void *descriptor, size_t *bytes,
                                           void *buffer) {
  STOP_IF_TOLD(cusparseSpGEMM_workEstimation);
  if (!buffer)
    *bytes = kBufferBytes;
  else
    static_cast<Product *>(descriptor)->estimated = true;
  return 0;
}
FAKE_API int cusparseSpGEMM_compute(void *, int, int, const void *,
                                    const void *sparseA, const void *sparseB,
                                    const void *, void *sparseC, int, int,
                                    void *descriptor, size_t *bytes,
                                    void *buffer) {
  STOP_IF_TOLD(cusparseSpGEMM_compute);
  auto &product = *static_cast<Product *>(descriptor);
  if (!product.estimated)
    return kInvalidValue;
  if (!buffer) {
    *bytes = 2 * kBufferBytes;
    return 0;
  }
  const auto &a = *static_cast<const Sparse *>(sparseA);
  const auto &b = *static_cast<const Sparse *>(sparseB);
  auto &c = *static_cast<Sparse *>(sparseC);
  product.rows.assign(a.rows, {});
  entries(a, [&](int64_t row, int64_t k, double value) {
    for (int64_t e = index(b.first, k, b.firstType),
                 end = index(b.first, k + 1, b.firstType);
         e < end; ++e)
      product.rows[row][index(b.second, e, b.secondType)] +=
          value * fake::load(b.values, e, b.valueType);
  });
  c.nnz = 0;
  for (const auto &row : product.rows)
    c.nnz += static_cast<int64_t>(row.size());
  product.computed = true;
  return 0;
}
FAKE_API int cusparseSpGEMM_copy(void *, int, int, const void *, const void *,
                                 const void *, const void *, void *sparseC, int,
                                 int, void *descriptor) {
  STOP_IF_TOLD(cusparseSpGEMM_copy);
  auto &product = *static_cast<Product *>(descriptor);
  auto &c = *static_cast<Sparse *>(sparseC);
  if (!product.computed || !c.first)
    return kInvalidValue;
  auto *positions = static_cast<int32_t *>(c.first);
  auto *coordinates = static_cast<int32_t *>(c.second);
  int32_t next = 0;
  positions[0] = 0;
  for (size_t row = 0; row < product.rows.size(); ++row) {
    for (const auto &[col, value] : product.rows[row]) {
      coordinates[next] = static_cast<int32_t>(col);
      fake::store(c.values, next++, c.valueType, value);
    }
    positions[row + 1] = next;
  }
  return 0;
}
