//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSE's descriptors with an owner.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_CUSPARSEDESCRIPTORS_H
#define SPARSEGPU_BENCHMARK_GPU_CUSPARSEDESCRIPTORS_H

#include "../Contender.h"
#include "../Vendor/CusparseApi.h"

#include <utility>

namespace sparsegpu::gpubench {

/// A sparse matrix descriptor, destroyed with this object.
class SparseDescriptor {
public:
  SparseDescriptor() = default;
  SparseDescriptor(SparseDescriptor &&other) noexcept { swap(other); }
  SparseDescriptor &operator=(SparseDescriptor &&other) noexcept {
    swap(other);
    return *this;
  }
  ~SparseDescriptor() { reset(); }

  /// CSR on the operand's own memory; `values` instead of its values when
  /// given. Fails for index types other than i32, i64 and index.
  Status csr(const CusparseApi &api, const SparseOperand &matrix,
             void *values = nullptr);
  /// What a call of create... made, or its failure.
  Status take(const CusparseApi &api, int status, void *descriptor,
              const char *call);
  void *get() const { return descriptor; }
  void reset();

private:
  void swap(SparseDescriptor &other) {
    std::swap(api, other.api);
    std::swap(descriptor, other.descriptor);
  }
  const CusparseApi *api = nullptr;
  void *descriptor = nullptr;
};

/// A row-major dense matrix descriptor, destroyed with this object.
class DenseDescriptor {
public:
  DenseDescriptor() = default;
  DenseDescriptor(const DenseDescriptor &) = delete;
  DenseDescriptor &operator=(const DenseDescriptor &) = delete;
  ~DenseDescriptor() { reset(); }

  Status make(const CusparseApi &api, int64_t rows, int64_t cols, void *data,
              formats::ElementType type);
  void *get() const { return descriptor; }
  void reset();

private:
  const CusparseApi *api = nullptr;
  void *descriptor = nullptr;
};

/// cuSPARSE's name of an index type; nothing for widths that it has not.
std::optional<int> cusparseIndexType(formats::ElementType type);

/// The arguments that the three calls of SpMM share, and its buffer.
class SpMMCall {
public:
  /// Makes the dense descriptors, the buffer, and calls preprocess, as steps.
  Status prepare(const CusparseApi &api, const Problem &problem,
                 SparseDescriptor a, int algorithm, Preparation &preparation);
  Status run();
  void release();

private:
  const CusparseApi *api = nullptr;
  SparseDescriptor a;
  DenseDescriptor b, c;
  HostScalars scalars{formats::ElementType::F32};
  int computeType = 0, algorithm = 0;
  bundle::DeviceBuffer buffer;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_CUSPARSEDESCRIPTORS_H
