//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The dense product by cuBLASLt with row-major layouts and the first algorithm
// of its heuristic.
//
//===----------------------------------------------------------------------===//

#include "../Contender.h"
#include "../Vendor/CublasApi.h"
#include "../Vendor/CusparseApi.h"

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;

namespace {
constexpr size_t kWorkspaceBytes = 32u << 20;

class CublasLtDense : public Contender {
public:
  CublasLtDense(std::shared_ptr<CublasLtApi> api, double limitBytes)
      : api(std::move(api)), limitBytes(limitBytes) {}
  ~CublasLtDense() override { release(); }

  std::string name() const override { return "cuBLASLt Matmul (dense)"; }
  std::optional<std::string> whyNot(const Problem &problem) const override {
    if (auto reason = notThisOperation(problem, "spmm"))
      return reason;
    return tooLargeAsDense(problem, limitBytes);
  }
  Status prepare(const Problem &problem, Preparation &preparation) override;
  Status run() override {
    return api->check(api->matmul(api->handle, product, scalars.one(),
                                  dense.data(), a, problem->b.device, b,
                                  scalars.zero(), problem->output.data(), c,
                                  problem->output.data(), c, &algorithm,
                                  workspace.data(), workspace.size(),
                                  problem->device.stream),
                      "cublasLtMatmul");
  }
  void release() override;

private:
  Status makeLayout(void *&layout, int64_t rows, int64_t cols, int type);
  Status choose();

  std::shared_ptr<CublasLtApi> api;
  double limitBytes;
  const Problem *problem = nullptr;
  void *product = nullptr, *a = nullptr, *b = nullptr, *c = nullptr;
  cublaslt::Algorithm algorithm{};
  HostScalars scalars{formats::ElementType::F32};
  DeviceBuffer dense, workspace;
};
} // namespace

Status CublasLtDense::makeLayout(void *&layout, int64_t rows, int64_t cols,
                                 int type) {
  if (Status made =
          api->check(api->layoutCreate(&layout, type, rows, cols, /*ld=*/cols),
                     "cublasLtMatrixLayoutCreate");
      !made)
    return made;
  int32_t order = cublaslt::kOrderRow;
  return api->check(api->layoutSetAttribute(layout, cublaslt::kLayoutOrder,
                                            &order, sizeof(order)),
                    "cublasLtMatrixLayoutSetAttribute");
}

Status CublasLtDense::choose() {
  void *preference = nullptr;
  if (Status made = api->check(api->preferenceCreate(&preference),
                               "cublasLtMatmulPreferenceCreate");
      !made)
    return made;
  uint64_t bytes = workspace.size();
  cublaslt::HeuristicResult found{};
  int count = 0;
  Status status =
      api->check(api->preferenceSetAttribute(
                     preference, cublaslt::kPreferenceMaxWorkspaceBytes, &bytes,
                     sizeof(bytes)),
                 "cublasLtMatmulPreferenceSetAttribute");
  if (status)
    status = api->check(api->getHeuristic(api->handle, product, a, b, c, c,
                                          preference, 1, &found, &count),
                        "cublasLtMatmulAlgoGetHeuristic");
  api->preferenceDestroy(preference);
  if (!status)
    return status;
  if (count == 0)
    return Error("cublasLtMatmulAlgoGetHeuristic knows no algorithm");
  algorithm = found.algorithm;
  return api->check(found.state, "cublasLtMatmulAlgoGetHeuristic");
}

Status CublasLtDense::prepare(const Problem &given, Preparation &preparation) {
  problem = &given;
  scalars = HostScalars(given.type);
  int type = *cudaDataType(given.type);
  Status converted =
      preparation.step("make A dense on the host, copy", [&]() -> Status {
        Expected<DeviceBuffer> made = makeDense(given);
        if (!made)
          return made.takeError();
        dense = std::move(*made);
        return Status::success();
      });
  if (!converted)
    return converted;
  return preparation.step("heuristic", [&]() -> Status {
    Expected<DeviceBuffer> memory =
        DeviceBuffer::create(given.device.library, kWorkspaceBytes);
    if (!memory)
      return memory.takeError();
    workspace = std::move(*memory);
    if (Status made = api->check(
            api->matmulDescCreate(&product, cublas::computeType(given.type),
                                  cudaComputeType(given.type)),
            "cublasLtMatmulDescCreate");
        !made)
      return made;
    if (Status made = makeLayout(a, given.a.rows, given.a.cols, type); !made)
      return made;
    if (Status made = makeLayout(b, given.b.rows, given.b.cols, type); !made)
      return made;
    if (Status made = makeLayout(c, given.a.rows, given.b.cols, type); !made)
      return made;
    return choose();
  });
}

void CublasLtDense::release() {
  for (void **layout : {&a, &b, &c}) {
    if (*layout)
      api->layoutDestroy(*layout);
    *layout = nullptr;
  }
  if (product)
    api->matmulDescDestroy(product);
  product = nullptr;
  dense = {};
  workspace = {};
}

void addCublasLt(ContenderList &list, std::shared_ptr<CublasLtApi> api,
                 const ContenderLimits &limits) {
  list.push_back(
      std::make_unique<CublasLtDense>(std::move(api), limits.denseBytes));
}

} // namespace sparsegpu::gpubench
