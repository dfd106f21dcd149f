//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSE's descriptors, and the sequence of calls of its SpMM.
//
//===----------------------------------------------------------------------===//

#include "CusparseDescriptors.h"

namespace sparsegpu::gpubench {

using formats::ElementType;

std::optional<int> cusparseIndexType(ElementType type) {
  switch (type) {
  case ElementType::I32:
    return cusparse::kIndex32I;
  case ElementType::I64:
  case ElementType::Index:
    return cusparse::kIndex64I;
  default:
    return std::nullopt;
  }
}

void SparseDescriptor::reset() {
  if (descriptor)
    api->destroySpMat(descriptor);
  descriptor = nullptr;
}

Status SparseDescriptor::take(const CusparseApi &owner, int status, void *made,
                              const char *call) {
  reset();
  if (Status done = owner.check(status, call); !done)
    return done;
  api = &owner;
  descriptor = made;
  return Status::success();
}

Status SparseDescriptor::csr(const CusparseApi &owner,
                             const SparseOperand &matrix, void *values) {
  std::optional<int> positionType = cusparseIndexType(matrix.positionType);
  std::optional<int> coordinateType = cusparseIndexType(matrix.coordinateType);
  if (!positionType || !coordinateType)
    return Error("cuSPARSE has no CSR with positions of " +
                 std::string(formats::name(matrix.positionType)) +
                 " and coordinates of " +
                 std::string(formats::name(matrix.coordinateType)));
  void *made = nullptr;
  int status = owner.createCsr(
      &made, matrix.rows, matrix.cols, matrix.nonzeros(),
      matrix.devicePositions, matrix.deviceCoordinates,
      values ? values : matrix.deviceValues, *positionType, *coordinateType,
      cusparse::kIndexBaseZero, *cudaDataType(matrix.valueType));
  return take(owner, status, made, "cusparseCreateCsr");
}

void DenseDescriptor::reset() {
  if (descriptor)
    api->destroyDnMat(descriptor);
  descriptor = nullptr;
}

Status DenseDescriptor::make(const CusparseApi &owner, int64_t rows,
                             int64_t cols, void *data, ElementType type) {
  reset();
  void *made = nullptr;
  int status = owner.createDnMat(&made, rows, cols, /*ld=*/cols, data,
                                 *cudaDataType(type), cusparse::kOrderRow);
  if (Status done = owner.check(status, "cusparseCreateDnMat"); !done)
    return done;
  api = &owner;
  descriptor = made;
  return Status::success();
}

Status SpMMCall::prepare(const CusparseApi &owner, const Problem &problem,
                         SparseDescriptor sparse, int which,
                         Preparation &preparation) {
  api = &owner;
  a = std::move(sparse);
  algorithm = which;
  scalars = HostScalars(problem.type);
  computeType = cudaComputeType(problem.type);
  const DenseOperand &dense = problem.b;
  if (Status set =
          api->check(api->setStream(api->handle, problem.device.stream),
                     "cusparseSetStream");
      !set)
    return set;
  if (Status made =
          b.make(*api, dense.rows, dense.cols, dense.device, dense.type);
      !made)
    return made;
  if (Status made = c.make(*api, problem.a.rows, dense.cols,
                           problem.output.data(), problem.type);
      !made)
    return made;

  constexpr int n = cusparse::kNonTranspose;
  Status sized = preparation.step("buffer", [&]() -> Status {
    size_t bytes = 0;
    int status = api->spMMBufferSize(api->handle, n, n, scalars.one(), a.get(),
                                     b.get(), scalars.zero(), c.get(),
                                     computeType, algorithm, &bytes);
    if (Status done = api->check(status, "cusparseSpMM_bufferSize"); !done)
      return done;
    return buffer.reset(problem.device.library, bytes);
  });
  if (!sized)
    return sized;
  return preparation.step("preprocess", [&] {
    return api->check(api->spMMPreprocess(api->handle, n, n, scalars.one(),
                                          a.get(), b.get(), scalars.zero(),
                                          c.get(), computeType, algorithm,
                                          buffer.data()),
                      "cusparseSpMM_preprocess");
  });
}

Status SpMMCall::run() {
  constexpr int n = cusparse::kNonTranspose;
  return api->check(api->spMM(api->handle, n, n, scalars.one(), a.get(),
                              b.get(), scalars.zero(), c.get(), computeType,
                              algorithm, buffer.data()),
                    "cusparseSpMM");
}

void SpMMCall::release() {
  a.reset();
  b.reset();
  c.reset();
  buffer = {};
}

} // namespace sparsegpu::gpubench
