//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What contenders share, and the list of them.
//
//===----------------------------------------------------------------------===//

#include "Contender.h"
#include "Vendor/CublasApi.h"
#include "Vendor/CusparseApi.h"
#include "Vendor/CusparseLtApi.h"

#include <chrono>
#include <cstring>

namespace sparsegpu::gpubench {

Status Preparation::step(const std::string &name,
                         const std::function<Status()> &work) {
  using Clock = std::chrono::steady_clock;
  if (Status idle = device.library.synchronize(device.stream); !idle)
    return idle;
  Clock::time_point start = Clock::now();
  Status status = work();
  if (status)
    status = device.library.synchronize(device.stream);
  std::chrono::duration<double, std::milli> time = Clock::now() - start;
  done.push_back({name, time.count()});
  return status;
}

double Preparation::totalMilliseconds() const {
  double total = 0;
  for (const Step &step : done)
    total += step.milliseconds;
  return total;
}

Expected<bundle::DeviceBuffer> makeDense(const Problem &problem) {
  const SparseOperand &a = problem.a;
  size_t element = formats::byteSize(a.valueType);
  std::vector<std::byte> dense(size_t(a.rows) * a.cols * element);
  std::vector<std::byte> values = pack(a.values, a.valueType);
  for (int64_t row = 0; row < a.rows; ++row)
    for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e)
      std::memcpy(&dense[(row * a.cols + a.coordinates[e]) * element],
                  &values[e * element], element);
  return upload(problem.device, dense.data(), dense.size());
}

std::optional<std::string> notThisOperation(const Problem &problem,
                                            const char *operation) {
  if (std::strcmp(problem.operation(), operation) != 0)
    return std::string("is for ") + operation;
  if (!cudaDataType(problem.type))
    return "no type of CUDA is " + std::string(formats::name(problem.type));
  return std::nullopt;
}

std::optional<std::string> tooLargeAsDense(const Problem &problem,
                                           double limitBytes) {
  double bytes = double(problem.a.rows) * double(problem.a.cols) *
                 double(formats::byteSize(problem.a.valueType));
  if (problem.a.rows == 0 || problem.a.cols == 0 || problem.b.cols == 0)
    return std::string("the product is empty");
  if (bytes <= limitBytes)
    return std::nullopt;
  return "as a dense matrix A has " + std::to_string(bytes / 1e9) +
         " GB, more than the limit of " + std::to_string(limitBytes / 1e9);
}

/// Opens a library; where it is missing the reason goes to the list.
template <typename Api>
static std::shared_ptr<Api> open(const char *name, const LibrarySearch &search,
                                 ContenderSet &set) {
  LibraryStatus status;
  status.name = name;
  std::shared_ptr<Api> shared;
  Expected<Api> api = Api::open(search);
  if (api) {
    shared = std::make_shared<Api>(std::move(*api));
    status.path = shared->path;
    status.version = shared->version;
  } else {
    status.missing = api.message();
  }
  set.libraries.push_back(status);
  return shared;
}

ContenderSet allContenders(const LibrarySearch &search,
                           const ContenderLimits &limits) {
  ContenderSet set;
  if (auto api = open<CusparseApi>("cuSPARSE", search, set)) {
    addCusparseSpMM(set.contenders, api);
    addCusparseBlockedEll(set.contenders, api, limits);
    addCusparseSDDMM(set.contenders, api);
    addCusparseSpGEMM(set.contenders, api);
  }
  if (auto api = open<CublasApi>("cuBLAS", search, set)) {
    set.cublas = api;
    addCublas(set.contenders, api, limits);
  }
  if (auto api = open<CublasLtApi>("cuBLASLt", search, set))
    addCublasLt(set.contenders, api, limits);
  if (auto api = open<CusparseLtApi>("cuSPARSELt", search, set))
    addCusparseLt(set.contenders, api, limits);
  return set;
}

} // namespace sparsegpu::gpubench
