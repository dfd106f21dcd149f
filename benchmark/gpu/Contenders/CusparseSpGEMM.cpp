//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSE's SpGEMM: C = A * B, all in CSR with 32-bit indices.
//
// A run is the whole of it, structure included: work estimation, compute, copy,
// on buffers that a first run during preparation sized. The library answers a
// call with a null buffer with the size that it wants, and the second call
// works.
//
//===----------------------------------------------------------------------===//

#include "CusparseDescriptors.h"

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;
using formats::ElementType;

namespace {
class CusparseSpGEMM : public Contender {
public:
  CusparseSpGEMM(std::shared_ptr<CusparseApi> api, const char *label,
                 int algorithm)
      : api(std::move(api)), label(label), algorithm(algorithm) {}
  ~CusparseSpGEMM() override { release(); }

  std::string name() const override { return std::string("cuSPARSE ") + label; }
  std::optional<std::string> whyNot(const Problem &problem) const override {
    if (problem.a.positionType != ElementType::I32 ||
        problem.a.coordinateType != ElementType::I32)
      return "SpGEMM takes 32-bit positions and coordinates only";
    return notThisOperation(problem, "spgemm");
  }
  Status prepare(const Problem &problem, Preparation &preparation) override;
  Status run() override { return multiply(/*allocate=*/false); }
  Expected<HostResult> result(const Problem &problem) override;
  void release() override;

private:
  Status multiply(bool allocate);

  std::shared_ptr<CusparseApi> api;
  const char *label;
  int algorithm;
  const Problem *problem = nullptr;
  SparseDescriptor a, b, c;
  HostScalars scalars{ElementType::F32};
  DeviceBuffer buffer1, buffer2, positions, coordinates, values;
  int64_t resultNonzeros = 0;
};
} // namespace

Status CusparseSpGEMM::multiply(bool allocate) {
  constexpr int n = cusparse::kNonTranspose;
  int type = cudaComputeType(problem->type);
  void *descriptor = nullptr;
  if (Status made = api->check(api->spGEMMCreateDescr(&descriptor),
                               "cusparseSpGEMM_createDescr");
      !made)
    return made;

  auto stage = [&](auto function, const char *call,
                   DeviceBuffer &buffer) -> Status {
    size_t bytes = 0;
    auto invoke = [&](void *memory) {
      return api->check(function(api->handle, n, n, scalars.one(), a.get(),
                                 b.get(), scalars.zero(), c.get(), type,
                                 algorithm, descriptor, &bytes, memory),
                        call);
    };
    if (Status asked = invoke(nullptr); !asked)
      return asked;
    if (allocate)
      if (Status made = buffer.reset(problem->device.library, bytes); !made)
        return made;
    if (bytes > buffer.size())
      return Error(std::string(call) + " wants " + std::to_string(bytes) +
                   " bytes, more than in the first run");
    return invoke(buffer.data());
  };
  auto work = [&]() -> Status {
    if (Status done = stage(api->spGEMMWorkEstimation,
                            "cusparseSpGEMM_workEstimation", buffer1);
        !done)
      return done;
    if (Status done =
            stage(api->spGEMMCompute, "cusparseSpGEMM_compute", buffer2);
        !done)
      return done;
    int64_t rows = 0, cols = 0;
    if (Status done = api->check(
            api->spMatGetSize(c.get(), &rows, &cols, &resultNonzeros),
            "cusparseSpMatGetSize");
        !done)
      return done;
    if (allocate) {
      if (Status done = coordinates.reset(problem->device.library,
                                          resultNonzeros * sizeof(int32_t));
          !done)
        return done;
      if (Status done =
              values.reset(problem->device.library,
                           resultNonzeros * formats::byteSize(problem->type));
          !done)
        return done;
    }
    if (Status done =
            api->check(api->csrSetPointers(c.get(), positions.data(),
                                           coordinates.data(), values.data()),
                       "cusparseCsrSetPointers");
        !done)
      return done;
    return api->check(api->spGEMMCopy(api->handle, n, n, scalars.one(), a.get(),
                                      b.get(), scalars.zero(), c.get(), type,
                                      algorithm, descriptor),
                      "cusparseSpGEMM_copy");
  };
  Status status = work();
  api->spGEMMDestroyDescr(descriptor);
  return status;
}

Status CusparseSpGEMM::prepare(const Problem &given, Preparation &preparation) {
  problem = &given;
  scalars = HostScalars(given.type);
  if (Status set = api->check(api->setStream(api->handle, given.device.stream),
                              "cusparseSetStream");
      !set)
    return set;
  if (Status made = a.csr(*api, given.a); !made)
    return made;
  if (Status made = b.csr(*api, *given.sparseB); !made)
    return made;
  if (Status made = positions.reset(problem->device.library,
                                    (given.a.rows + 1) * sizeof(int32_t));
      !made)
    return made;
  void *made = nullptr;
  int status = api->createCsr(
      &made, given.a.rows, given.sparseB->cols, 0, positions.data(), nullptr,
      nullptr, cusparse::kIndex32I, cusparse::kIndex32I,
      cusparse::kIndexBaseZero, *cudaDataType(given.type));
  if (Status took = c.take(*api, status, made, "cusparseCreateCsr"); !took)
    return took;
  return preparation.step("buffers, with one run",
                          [&] { return multiply(/*allocate=*/true); });
}

Expected<HostResult> CusparseSpGEMM::result(const Problem &given) {
  HostResult result;
  auto readIndices = [&](const DeviceBuffer &buffer, int64_t count,
                         std::vector<int64_t> &indices) -> Status {
    Expected<std::vector<double>> read =
        download(given.device, buffer.data(), count, ElementType::I32);
    if (!read)
      return read.takeError();
    indices.assign(read->begin(), read->end());
    return Status::success();
  };
  if (Status read = readIndices(positions, given.a.rows + 1, result.positions);
      !read)
    return read.takeError();
  if (Status read =
          readIndices(coordinates, resultNonzeros, result.coordinates);
      !read)
    return read.takeError();
  Expected<std::vector<double>> read =
      download(given.device, values.data(), resultNonzeros, given.type);
  if (!read)
    return read.takeError();
  result.values = std::move(*read);
  return result;
}

void CusparseSpGEMM::release() {
  a.reset();
  b.reset();
  c.reset();
  for (DeviceBuffer *buffer :
       {&buffer1, &buffer2, &positions, &coordinates, &values}) {
    // Assignment exchanges; the temporary frees.
    *buffer = {};
  }
}

void addCusparseSpGEMM(ContenderList &list, std::shared_ptr<CusparseApi> api) {
  list.push_back(std::make_unique<CusparseSpGEMM>(api, "SpGEMM_DEFAULT",
                                                  cusparse::kSpGEMMDefault));
  list.push_back(std::make_unique<CusparseSpGEMM>(api, "SpGEMM_ALG1",
                                                  cusparse::kSpGEMMAlg1));
}

} // namespace sparsegpu::gpubench
