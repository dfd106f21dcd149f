//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// memrefCopy, which host code calls to copy strided memory, for programs that
// have no MLIR beside them.
//
//===----------------------------------------------------------------------===//

#include <cstdint>
#include <cstring>

namespace {
/// A memref descriptor behind its rank (MLIR, "LLVM IR Target", unranked
/// memref).
struct Descriptor {
  char *allocated, *aligned;
  int64_t offset;
  int64_t sizesAndStrides[];
};
struct UnrankedMemRef {
  int64_t rank;
  Descriptor *descriptor;
};
} // namespace

/// Copies dimension `dim` and those inside it.
static void copyDimension(int64_t elementBytes, int64_t rank, int64_t dim,
                          const Descriptor &source, const char *from,
                          const Descriptor &target, char *to) {
  if (dim == rank) {
    std::memcpy(to, from, elementBytes);
    return;
  }
  int64_t size = source.sizesAndStrides[dim];
  int64_t sourceStride = source.sizesAndStrides[rank + dim] * elementBytes;
  int64_t targetStride = target.sizesAndStrides[rank + dim] * elementBytes;
  bool contiguous = dim + 1 == rank && sourceStride == elementBytes &&
                    targetStride == elementBytes;
  if (contiguous) {
    std::memcpy(to, from, size * elementBytes);
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    copyDimension(elementBytes, rank, dim + 1, source, from + i * sourceStride,
                  target, to + i * targetStride);
}

/// The name and types of mlir/ExecutionEngine/CRunnerUtils.h.
extern "C" __attribute__((visibility("hidden"))) void
memrefCopy(int64_t elementBytes, UnrankedMemRef *source,
           UnrankedMemRef *target) {
  const Descriptor &from = *source->descriptor, &to = *target->descriptor;
  copyDimension(elementBytes, source->rank, 0, from,
                from.aligned + from.offset * elementBytes, to,
                to.aligned + to.offset * elementBytes);
}
