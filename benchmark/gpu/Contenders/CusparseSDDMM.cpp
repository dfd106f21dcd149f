//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSE's SDDMM: O = (X * Y^T) at the places of A, row-major X and Y. The
// result has A's positions and coordinates and its own values; beta is 0.
//
//===----------------------------------------------------------------------===//

#include "CusparseDescriptors.h"

namespace sparsegpu::gpubench {

namespace {
class CusparseSDDMM : public Contender {
public:
  explicit CusparseSDDMM(std::shared_ptr<CusparseApi> api)
      : api(std::move(api)) {}
  ~CusparseSDDMM() override { release(); }

  std::string name() const override { return "cuSPARSE SDDMM"; }
  std::optional<std::string> whyNot(const Problem &problem) const override {
    return notThisOperation(problem, "sddmm");
  }
  Status prepare(const Problem &problem, Preparation &preparation) override;
  Status run() override {
    return api->check(api->sddmm(api->handle, cusparse::kNonTranspose,
                                 cusparse::kTranspose, scalars.one(), x.get(),
                                 y.get(), scalars.zero(), o.get(), computeType,
                                 cusparse::kSDDMMAlgDefault, buffer.data()),
                      "cusparseSDDMM");
  }
  void release() override {
    o.reset();
    x.reset();
    y.reset();
    buffer = {};
  }

private:
  std::shared_ptr<CusparseApi> api;
  SparseDescriptor o;
  DenseDescriptor x, y;
  HostScalars scalars{formats::ElementType::F32};
  int computeType = 0;
  bundle::DeviceBuffer buffer;
};
} // namespace

Status CusparseSDDMM::prepare(const Problem &problem,
                              Preparation &preparation) {
  scalars = HostScalars(problem.type);
  computeType = cudaComputeType(problem.type);
  if (Status set =
          api->check(api->setStream(api->handle, problem.device.stream),
                     "cusparseSetStream");
      !set)
    return set;
  if (Status made = o.csr(*api, problem.a, problem.output.data()); !made)
    return made;
  if (Status made = x.make(*api, problem.b.rows, problem.b.cols,
                           problem.b.device, problem.b.type);
      !made)
    return made;
  if (Status made = y.make(*api, problem.y.rows, problem.y.cols,
                           problem.y.device, problem.y.type);
      !made)
    return made;
  Status sized = preparation.step("buffer", [&]() -> Status {
    size_t bytes = 0;
    int status = api->sddmmBufferSize(
        api->handle, cusparse::kNonTranspose, cusparse::kTranspose,
        scalars.one(), x.get(), y.get(), scalars.zero(), o.get(), computeType,
        cusparse::kSDDMMAlgDefault, &bytes);
    if (Status done = api->check(status, "cusparseSDDMM_bufferSize"); !done)
      return done;
    return buffer.reset(problem.device.library, bytes);
  });
  if (!sized)
    return sized;
  return preparation.step("preprocess", [&] {
    return api->check(
        api->sddmmPreprocess(api->handle, cusparse::kNonTranspose,
                             cusparse::kTranspose, scalars.one(), x.get(),
                             y.get(), scalars.zero(), o.get(), computeType,
                             cusparse::kSDDMMAlgDefault, buffer.data()),
        "cusparseSDDMM_preprocess");
  });
}

void addCusparseSDDMM(ContenderList &list, std::shared_ptr<CusparseApi> api) {
  list.push_back(std::make_unique<CusparseSDDMM>(std::move(api)));
}

} // namespace sparsegpu::gpubench
