//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The dense product by cuBLAS, with the sparse operand made dense on the host
// beforehand: what sparsity must beat.
//
//===----------------------------------------------------------------------===//

#include "../Contender.h"
#include "../Vendor/CublasApi.h"

#include <limits>

namespace sparsegpu::gpubench {

namespace {
class CublasDense : public Contender {
public:
  CublasDense(std::shared_ptr<CublasApi> api, double limitBytes)
      : api(std::move(api)), limitBytes(limitBytes) {}
  ~CublasDense() override { release(); }

  std::string name() const override { return "cuBLAS GemmEx (dense)"; }
  std::optional<std::string> whyNot(const Problem &problem) const override {
    if (auto reason = notThisOperation(problem, "spmm"))
      return reason;
    constexpr int64_t most = std::numeric_limits<int>::max();
    if (problem.a.rows > most || problem.a.cols > most || problem.b.cols > most)
      return std::string("a size is above 2^31 - 1");
    return tooLargeAsDense(problem, limitBytes);
  }
  Status prepare(const Problem &given, Preparation &preparation) override {
    problem = &given;
    if (Status set =
            api->check(api->setStream(api->handle, given.device.stream),
                       "cublasSetStream");
        !set)
      return set;
    return preparation.step("make A dense on the host, copy", [&]() -> Status {
      Expected<bundle::DeviceBuffer> made = makeDense(given);
      if (!made)
        return made.takeError();
      dense = std::move(*made);
      return Status::success();
    });
  }
  Status run() override {
    return api->rowMajorProduct(
        problem->a.rows, problem->a.cols, problem->b.cols, dense.data(),
        problem->b.device, problem->output.data(), problem->type,
        cublas::computeType(problem->type));
  }
  void release() override { dense = {}; }

private:
  std::shared_ptr<CublasApi> api;
  double limitBytes;
  const Problem *problem = nullptr;
  bundle::DeviceBuffer dense;
};
} // namespace

void addCublas(ContenderList &list, std::shared_ptr<CublasApi> api,
               const ContenderLimits &limits) {
  list.push_back(
      std::make_unique<CublasDense>(std::move(api), limits.denseBytes));
}

} // namespace sparsegpu::gpubench
