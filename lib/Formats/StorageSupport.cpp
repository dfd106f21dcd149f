//===- StorageSupport.cpp - What packers and checks of formats share
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StorageSupport.h"

#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"
#include "TypedIndices.h"

#include <algorithm>
#include <mutex>

using namespace sparsegpu;
using namespace sparsegpu::formats;

IndexArray formats::indices(const PackedMatrix &packed, size_t field) {
  return {packed.fields[field].bytes.data(), packed.fields[field].type};
}

IndexWriter formats::indexWriter(PackedMatrix &packed, size_t field) {
  return {packed.fields[field].bytes.data(), packed.fields[field].type};
}

Status formats::checkCount(std::string_view rule, const Field &field,
                           int64_t count) {
  if (field.count == count)
    return Status::success();
  return Error(concat(rule, ": ", field.spec.name, " has ", field.count,
                      " elements, expected ", count));
}

Status formats::checkOffsets(std::string_view rule, const Field &field,
                             int64_t count, int64_t total) {
  if (Status status = checkCount(rule, field, count); !status)
    return status;
  IndexArray offsets(field.bytes.data(), field.type);
  std::string_view name = field.spec.name;
  if (offsets[0] != 0)
    return Error(
        concat(rule, ": ", name, "[0] is ", offsets[0], ", expected 0"));
  for (int64_t i = 1; i < count; ++i)
    if (offsets[i] < offsets[i - 1])
      return Error(concat(rule, ": ", name, "[", i, "] is ", offsets[i],
                          ", below ", name, "[", i - 1,
                          "] = ", offsets[i - 1]));
  if (offsets[count - 1] != total)
    return Error(concat(rule, ": ", name, " ends with ", offsets[count - 1],
                        ", expected ", total));
  return Status::success();
}

int64_t formats::largestCoordinate(const CsrSource &matrix) {
  int64_t largest = 0;
  std::mutex mutex;
  withIndexType(matrix.coordinates.width(), [&](auto type) {
    TypedIndices<decltype(type)> coordinates(matrix.coordinates.bytes());
    parallelFor(matrix.nnz(), 1 << 18, 0, [&](int64_t begin, int64_t end) {
      int64_t here = 0;
      for (int64_t e = begin; e < end; ++e)
        here = std::max(here, coordinates[e]);
      std::lock_guard<std::mutex> lock(mutex);
      largest = std::max(largest, here);
    });
  });
  return largest;
}

void formats::copyIndices(const IndexArray &from, Field &to) {
  withIndexType(from.width(), [&](auto source) {
    TypedIndices<decltype(source)> in(from.bytes());
    withIndexType(byteSize(to.type), [&](auto target) {
      TypedIndexWriter<decltype(target)> out(to.bytes.data());
      parallelFor(to.count, 1 << 17, 0, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
          out.set(i, in[i]);
      });
    });
  });
}

void formats::copyValues(const CsrSource &matrix, Field &to) {
  auto size = static_cast<int64_t>(to.bytes.size());
  parallelFor(size, 1 << 20, 0, [&](int64_t begin, int64_t end) {
    std::copy(matrix.values + begin, matrix.values + end,
              to.bytes.begin() + begin);
  });
}
