//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSELt: the product with a 2:4 structured operand on sparse tensor cores.
// For f16 and bf16, accumulated in f32; for f32 the library rounds the operands
// to TF32, which is another precision than that of the case.
//
//===----------------------------------------------------------------------===//

#include "../Contender.h"
#include "../Vendor/CusparseApi.h"
#include "../Vendor/CusparseLtApi.h"

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;
using cusparselt::Object;
using formats::ElementType;

namespace {
class CusparseLtTwoFour : public Contender {
public:
  CusparseLtTwoFour(std::shared_ptr<CusparseLtApi> api, double limitBytes)
      : api(std::move(api)), limitBytes(limitBytes) {}
  ~CusparseLtTwoFour() override { release(); }

  std::string name() const override { return "cuSPARSELt 2:4"; }
  std::optional<std::string> whyNot(const Problem &problem) const override;
  Status prepare(const Problem &problem, Preparation &preparation) override;
  Status run() override {
    return api->check(api->matmul(api->handle, &objects->plan, scalars.one(),
                                  compressed.data(), problem->b.device,
                                  scalars.zero(), problem->output.data(),
                                  problem->output.data(), workspace.data(),
                                  &stream, 1),
                      "cusparseLtMatmul");
  }
  void release() override;

private:
  struct Objects {
    Object a, b, c, product, selection, plan;
    bool hasA = false, hasB = false, hasC = false, hasSelection = false,
         hasPlan = false;
  };
  Status makePlan();
  Status compress();

  std::shared_ptr<CusparseLtApi> api;
  double limitBytes;
  const Problem *problem = nullptr;
  void *stream = nullptr;
  std::unique_ptr<Objects> objects;
  HostScalars scalars{ElementType::F32};
  DeviceBuffer dense, compressed, workspace;
};
} // namespace

std::optional<std::string>
CusparseLtTwoFour::whyNot(const Problem &problem) const {
  if (auto reason = notThisOperation(problem, "spmm"))
    return reason;
  if (problem.type != ElementType::F16 && problem.type != ElementType::BF16)
    return "has no product of " + std::string(formats::name(problem.type)) +
           " in that precision";
  if (!isTwoFour(problem.a))
    return std::string("A is not 2:4 structured") +
           (problem.wantsTwoFour ? ", although the case asks for it" : "");
  return tooLargeAsDense(problem, limitBytes);
}

Status CusparseLtTwoFour::makePlan() {
  constexpr int n = cusparse::kNonTranspose, row = cusparse::kOrderRow;
  // Bytes; what cudaMalloc and its kin promise is more.
  constexpr uint32_t alignment = 16;
  int type = *cudaDataType(problem->type);
  const SparseOperand &a = problem->a;
  int64_t cols = problem->b.cols;
  Objects &o = *objects;
  if (Status made =
          api->check(api->structuredDescriptorInit(
                         api->handle, &o.a, a.rows, a.cols, a.cols, alignment,
                         type, row, cusparselt::kSparsity50Percent),
                     "cusparseLtStructuredDescriptorInit");
      !made)
    return made;
  o.hasA = true;
  if (Status made =
          api->check(api->denseDescriptorInit(api->handle, &o.b, a.cols, cols,
                                              cols, alignment, type, row),
                     "cusparseLtDenseDescriptorInit");
      !made)
    return made;
  o.hasB = true;
  if (Status made =
          api->check(api->denseDescriptorInit(api->handle, &o.c, a.rows, cols,
                                              cols, alignment, type, row),
                     "cusparseLtDenseDescriptorInit");
      !made)
    return made;
  o.hasC = true;
  if (Status made = api->check(
          api->matmulDescriptorInit(api->handle, &o.product, n, n, &o.a, &o.b,
                                    &o.c, &o.c, cusparselt::kCompute32F),
          "cusparseLtMatmulDescriptorInit");
      !made)
    return made;
  if (Status made =
          api->check(api->algSelectionInit(api->handle, &o.selection,
                                           &o.product, cusparselt::kAlgDefault),
                     "cusparseLtMatmulAlgSelectionInit");
      !made)
    return made;
  o.hasSelection = true;
  if (Status made = api->check(
          api->planInit(api->handle, &o.plan, &o.product, &o.selection),
          "cusparseLtMatmulPlanInit");
      !made)
    return made;
  o.hasPlan = true;
  size_t bytes = 0;
  if (Status asked = api->check(api->getWorkspace(api->handle, &o.plan, &bytes),
                                "cusparseLtMatmulGetWorkspace");
      !asked)
    return asked;
  return workspace.reset(problem->device.library, bytes);
}

Status CusparseLtTwoFour::compress() {
  size_t bytes = 0, bufferBytes = 0;
  if (Status asked = api->check(api->compressedSize(api->handle, &objects->plan,
                                                    &bytes, &bufferBytes),
                                "cusparseLtSpMMACompressedSize");
      !asked)
    return asked;
  if (Status made = compressed.reset(problem->device.library, bytes); !made)
    return made;
  DeviceBuffer buffer;
  if (Status made = buffer.reset(problem->device.library, bufferBytes); !made)
    return made;
  Status status =
      api->check(api->compress(api->handle, &objects->plan, dense.data(),
                               compressed.data(), buffer.data(), stream),
                 "cusparseLtSpMMACompress");
  // The buffer is freed when this returns.
  return status ? problem->device.library.synchronize(stream)
                : std::move(status);
}

Status CusparseLtTwoFour::prepare(const Problem &given,
                                  Preparation &preparation) {
  problem = &given;
  stream = given.device.stream;
  scalars = HostScalars(given.type);
  objects = std::make_unique<Objects>();
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
  if (Status planned = preparation.step("plan", [&] { return makePlan(); });
      !planned)
    return planned;
  return preparation.step("compress", [&] { return compress(); });
}

void CusparseLtTwoFour::release() {
  if (objects) {
    if (objects->hasPlan)
      api->planDestroy(&objects->plan);
    if (objects->hasSelection && api->algSelectionDestroy)
      api->algSelectionDestroy(&objects->selection);
    if (objects->hasA)
      api->matDescriptorDestroy(&objects->a);
    if (objects->hasB)
      api->matDescriptorDestroy(&objects->b);
    if (objects->hasC)
      api->matDescriptorDestroy(&objects->c);
  }
  objects.reset();
  dense = {};
  compressed = {};
  workspace = {};
}

void addCusparseLt(ContenderList &list, std::shared_ptr<CusparseLtApi> api,
                   const ContenderLimits &limits) {
  list.push_back(
      std::make_unique<CusparseLtTwoFour>(std::move(api), limits.denseBytes));
}

} // namespace sparsegpu::gpubench
