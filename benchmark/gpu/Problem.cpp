//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What all operations share, and SpMM.
//
//===----------------------------------------------------------------------===//

#include "Problem.h"

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;
using formats::ElementType;

std::vector<std::byte> pack(const std::vector<double> &values,
                            ElementType type) {
  std::vector<std::byte> bytes(values.size() * formats::byteSize(type));
  formats::storeElements(type, values.data(), values.size(),
                         formats::Overflow::Infinity, bytes.data());
  return bytes;
}

Expected<DeviceBuffer> upload(const DeviceContext &device, const void *data,
                              uint64_t bytes) {
  Expected<DeviceBuffer> buffer = DeviceBuffer::create(device.library, bytes);
  if (!buffer || bytes == 0)
    return buffer;
  if (Status copied =
          device.library.copy(buffer->data(), data, bytes, device.stream);
      !copied)
    return copied.takeError();
  return buffer;
}

Status fillWithNaN(const DeviceContext &device, void *data, uint64_t bytes) {
  constexpr uint32_t pattern = 0x7fff7fff;
  uint64_t words = bytes / sizeof(pattern), rest = bytes % sizeof(pattern);
  if (words)
    if (Status filled =
            device.library.fill(data, pattern, words, device.stream);
        !filled)
      return filled;
  // An odd number of f16 or bf16 has a last element that is in no word.
  if (rest)
    if (Status copied = device.library.copy(static_cast<char *>(data) +
                                                words * sizeof(pattern),
                                            &pattern, rest, device.stream);
        !copied)
      return copied;
  return device.library.synchronize(device.stream);
}

Expected<std::vector<double>> download(const DeviceContext &device,
                                       const void *data, int64_t count,
                                       ElementType type) {
  std::vector<std::byte> bytes(size_t(count) * formats::byteSize(type));
  if (!bytes.empty())
    if (Status copied = device.library.copy(bytes.data(), data, bytes.size(),
                                            device.stream);
        !copied)
      return copied.takeError();
  std::vector<double> values(count);
  formats::loadElements(type, bytes.data(), values.size(), values.data());
  return values;
}

int64_t countUsedColumns(const SparseOperand &matrix) {
  std::vector<bool> used(matrix.cols);
  int64_t count = 0;
  for (int64_t column : matrix.coordinates) {
    count += !used[column];
    used[column] = true;
  }
  return count;
}

bool isTwoFour(const SparseOperand &matrix) {
  std::vector<int64_t> groupRow((matrix.cols + 3) / 4, -1);
  std::vector<int8_t> entries(groupRow.size());
  for (int64_t row = 0; row < matrix.rows; ++row)
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1];
         ++e) {
      int64_t group = matrix.coordinates[e] / 4;
      if (groupRow[group] != row)
        entries[group] = 0;
      groupRow[group] = row;
      if (++entries[group] > 2)
        return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Problem
//===----------------------------------------------------------------------===//

Status Problem::allocateOutput() {
  uint64_t bytes = outputElements() * formats::byteSize(type);
  return output.reset(device.library, bytes);
}

Status Problem::poisonOutput() const {
  if (output.size() == 0)
    return Status::success();
  return fillWithNaN(device, output.data(), output.size());
}

Expected<HostResult> Problem::readOutput() const {
  Expected<std::vector<double>> values =
      download(device, output.data(), outputElements(), type);
  if (!values)
    return values.takeError();
  HostResult result;
  result.values = std::move(*values);
  return result;
}

//===----------------------------------------------------------------------===//
// SpMM
//===----------------------------------------------------------------------===//

Work SpMMProblem::work() const {
  SpMMSizes sizes;
  sizes.rows = a.rows;
  sizes.nonzeros = a.nonzeros();
  sizes.n = b.cols;
  sizes.usedColumns = countUsedColumns(a);
  sizes.positionBytes = formats::byteSize(a.positionType);
  sizes.coordinateBytes = formats::byteSize(a.coordinateType);
  sizes.valueBytes = formats::byteSize(a.valueType);
  sizes.denseBytes = formats::byteSize(b.type);
  sizes.outputBytes = formats::byteSize(type);
  return spMMWork(sizes);
}

Expected<CheckResult> SpMMProblem::check(const HostResult &result) {
  if (int64_t(result.values.size()) != outputElements())
    return Error("the result has " + std::to_string(result.values.size()) +
                 " elements instead of " + std::to_string(outputElements()));
  if (!reference) {
    formats::SpMMOperands operands;
    operands.rows = a.rows;
    operands.inner = a.cols;
    operands.n = b.cols;
    operands.positions = a.positions.data();
    operands.coordinates = a.coordinates.data();
    operands.values = a.values.data();
    operands.b = b.values.data();
    Expected<formats::SpMMReference> made = formats::referenceSpMM(operands);
    if (!made)
      return made.takeError();
    reference = std::make_unique<formats::SpMMReference>(std::move(*made));
  }
  ElementType accumulate =
      type == ElementType::F64 ? ElementType::F64 : ElementType::F32;
  formats::SpMMComparison comparison = formats::compareSpMM(
      *reference, result.values.data(), formats::epsilon(type),
      formats::epsilon(accumulate), formats::smallestSubnormal(type));
  CheckResult check;
  check.worstRatio = comparison.worstRatio;
  check.row = comparison.row;
  check.col = comparison.col;
  check.got = comparison.got;
  check.expected = comparison.expected;
  check.bound = comparison.bound;
  return check;
}

} // namespace sparsegpu::gpubench
