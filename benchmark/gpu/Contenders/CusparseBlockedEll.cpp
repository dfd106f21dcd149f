//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSE's SpMM on blocked ELL: every block row has as many blocks as the
// longest one; blocks that are not used have column -1. Tried where the
// elements stored do not exceed the nonzeros by more than a limit.
//
//===----------------------------------------------------------------------===//

#include "CusparseDescriptors.h"

#include <algorithm>
#include <cstring>

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;

namespace {
class BlockedEllSpMM : public Contender {
public:
  BlockedEllSpMM(std::shared_ptr<CusparseApi> api, int64_t block,
                 double fillInLimit)
      : api(std::move(api)), block(block), fillInLimit(fillInLimit) {}
  ~BlockedEllSpMM() override { release(); }

  std::string name() const override {
    return "cuSPARSE BLOCKED_ELL_" + std::to_string(block);
  }
  std::optional<std::string> whyNot(const Problem &problem) const override;
  Status prepare(const Problem &problem, Preparation &preparation) override;
  Status run() override { return call.run(); }
  void release() override {
    call.release();
    coordinates = {};
    values = {};
  }

private:
  Status convert(const Problem &problem);

  std::shared_ptr<CusparseApi> api;
  int64_t block;
  double fillInLimit;
  int64_t blocksPerRow = 0;
  DeviceBuffer coordinates, values;
  SpMMCall call;
};
} // namespace

/// The used block columns of each block row, ascending.
static std::vector<std::vector<int64_t>> blockPattern(const SparseOperand &a,
                                                      int64_t block) {
  std::vector<std::vector<int64_t>> pattern(a.rows / block);
  std::vector<int64_t> lastBlockRow(a.cols / block, -1);
  for (int64_t row = 0; row < a.rows; ++row)
    for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e) {
      int64_t blockCol = a.coordinates[e] / block;
      if (lastBlockRow[blockCol] != row / block)
        pattern[row / block].push_back(blockCol);
      lastBlockRow[blockCol] = row / block;
    }
  for (std::vector<int64_t> &columns : pattern)
    std::sort(columns.begin(), columns.end());
  return pattern;
}

static int64_t longest(const std::vector<std::vector<int64_t>> &pattern) {
  size_t most = 0;
  for (const std::vector<int64_t> &columns : pattern)
    most = std::max(most, columns.size());
  return static_cast<int64_t>(most);
}

std::optional<std::string>
BlockedEllSpMM::whyNot(const Problem &problem) const {
  if (auto reason = notThisOperation(problem, "spmm"))
    return reason;
  const SparseOperand &a = problem.a;
  if (a.rows % block || a.cols % block)
    return "the sizes of A are no multiples of " + std::to_string(block);
  if (a.nonzeros() == 0)
    return std::string("A is empty");
  double stored = double(longest(blockPattern(a, block))) * block * a.rows;
  double fillIn = stored / double(a.nonzeros());
  if (fillIn > fillInLimit)
    return "stores " + std::to_string(fillIn) +
           " elements per nonzero, more than the limit of " +
           std::to_string(fillInLimit);
  return std::nullopt;
}

Status BlockedEllSpMM::convert(const Problem &problem) {
  const SparseOperand &a = problem.a;
  std::vector<std::vector<int64_t>> pattern = blockPattern(a, block);
  blocksPerRow = longest(pattern);
  std::vector<int32_t> columns(pattern.size() * blocksPerRow, -1);
  for (size_t blockRow = 0; blockRow < pattern.size(); ++blockRow)
    std::copy(pattern[blockRow].begin(), pattern[blockRow].end(),
              columns.begin() + blockRow * blocksPerRow);

  // The values are a row-major matrix of rows x (blocksPerRow * block).
  size_t element = formats::byteSize(a.valueType);
  int64_t width = blocksPerRow * block;
  std::vector<std::byte> packed = pack(a.values, a.valueType);
  std::vector<std::byte> stored(size_t(a.rows) * width * element);
  for (int64_t row = 0; row < a.rows; ++row) {
    const std::vector<int64_t> &used = pattern[row / block];
    for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e) {
      int64_t col = a.coordinates[e];
      int64_t slot = std::lower_bound(used.begin(), used.end(), col / block) -
                     used.begin();
      std::memcpy(&stored[(row * width + slot * block + col % block) * element],
                  &packed[e * element], element);
    }
  }
  Expected<DeviceBuffer> uploadedColumns =
      upload(problem.device, columns.data(), columns.size() * sizeof(int32_t));
  if (!uploadedColumns)
    return uploadedColumns.takeError();
  coordinates = std::move(*uploadedColumns);
  Expected<DeviceBuffer> uploadedValues =
      upload(problem.device, stored.data(), stored.size());
  if (!uploadedValues)
    return uploadedValues.takeError();
  values = std::move(*uploadedValues);
  return Status::success();
}

Status BlockedEllSpMM::prepare(const Problem &problem,
                               Preparation &preparation) {
  Status converted = preparation.step("CSR to blocked ELL on the host, copy",
                                      [&] { return convert(problem); });
  if (!converted)
    return converted;
  void *made = nullptr;
  int status = api->createBlockedEll(
      &made, problem.a.rows, problem.a.cols, block, blocksPerRow * block,
      coordinates.data(), values.data(), cusparse::kIndex32I,
      cusparse::kIndexBaseZero, *cudaDataType(problem.a.valueType));
  SparseDescriptor a;
  if (Status took = a.take(*api, status, made, "cusparseCreateBlockedEll");
      !took)
    return took;
  return call.prepare(*api, problem, std::move(a),
                      cusparse::kSpMMBlockedEllAlg1, preparation);
}

void addCusparseBlockedEll(ContenderList &list,
                           std::shared_ptr<CusparseApi> api,
                           const ContenderLimits &limits) {
  for (int64_t block : {8, 16, 32})
    list.push_back(std::make_unique<BlockedEllSpMM>(api, block, limits.fillIn));
}

} // namespace sparsegpu::gpubench
