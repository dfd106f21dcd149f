//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuSPARSE's SpMM on CSR and on COO, row-major B and C, each algorithm for
// itself. Descriptors, buffer and cusparseSpMM_preprocess lie outside of the
// time of a run; beta is 0, so that the output is initialised inside.
//
//===----------------------------------------------------------------------===//

#include "CusparseDescriptors.h"

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;

namespace {
struct Algorithm {
  const char *name;
  int value;
};

class CsrSpMM : public Contender {
public:
  CsrSpMM(std::shared_ptr<CusparseApi> api, Algorithm algorithm)
      : api(std::move(api)), algorithm(algorithm) {}
  ~CsrSpMM() override { release(); }

  std::string name() const override {
    return std::string("cuSPARSE ") + algorithm.name;
  }
  std::optional<std::string> whyNot(const Problem &problem) const override {
    return notThisOperation(problem, "spmm");
  }
  Status prepare(const Problem &problem, Preparation &preparation) override {
    SparseDescriptor a;
    if (Status made = a.csr(*api, problem.a); !made)
      return made;
    return call.prepare(*api, problem, std::move(a), algorithm.value,
                        preparation);
  }
  Status run() override { return call.run(); }
  void release() override { call.release(); }

private:
  std::shared_ptr<CusparseApi> api;
  Algorithm algorithm;
  SpMMCall call;
};

/// The row indices are made on the device from CSR's positions, which counts as
/// preparation.
class CooSpMM : public Contender {
public:
  CooSpMM(std::shared_ptr<CusparseApi> api, Algorithm algorithm)
      : api(std::move(api)), algorithm(algorithm) {}
  ~CooSpMM() override { release(); }

  std::string name() const override {
    return std::string("cuSPARSE ") + algorithm.name;
  }
  std::optional<std::string> whyNot(const Problem &problem) const override {
    if (problem.a.positionType != formats::ElementType::I32 ||
        problem.a.coordinateType != formats::ElementType::I32)
      return "COO is made from 32-bit positions and coordinates only";
    return notThisOperation(problem, "spmm");
  }

  Status prepare(const Problem &problem, Preparation &preparation) override {
    const SparseOperand &csr = problem.a;
    int nnz = static_cast<int>(csr.nonzeros());
    if (Status set =
            api->check(api->setStream(api->handle, problem.device.stream),
                       "cusparseSetStream");
        !set)
      return set;
    Status converted = preparation.step("CSR to COO", [&]() -> Status {
      if (Status made =
              rowIndices.reset(problem.device.library, nnz * sizeof(int));
          !made)
        return made;
      if (nnz == 0)
        return Status::success();
      return api->check(api->xcsr2coo(api->handle,
                                      static_cast<int *>(csr.devicePositions),
                                      nnz, static_cast<int>(csr.rows),
                                      static_cast<int *>(rowIndices.data()),
                                      cusparse::kIndexBaseZero),
                        "cusparseXcsr2coo");
    });
    if (!converted)
      return converted;
    void *made = nullptr;
    int status = api->createCoo(
        &made, csr.rows, csr.cols, nnz, rowIndices.data(),
        csr.deviceCoordinates, csr.deviceValues, cusparse::kIndex32I,
        cusparse::kIndexBaseZero, *cudaDataType(csr.valueType));
    SparseDescriptor a;
    if (Status took = a.take(*api, status, made, "cusparseCreateCoo"); !took)
      return took;
    return call.prepare(*api, problem, std::move(a), algorithm.value,
                        preparation);
  }
  Status run() override { return call.run(); }
  void release() override {
    call.release();
    rowIndices = {};
  }

private:
  std::shared_ptr<CusparseApi> api;
  Algorithm algorithm;
  DeviceBuffer rowIndices;
  SpMMCall call;
};
} // namespace

void addCusparseSpMM(ContenderList &list, std::shared_ptr<CusparseApi> api) {
  for (Algorithm algorithm :
       {Algorithm{"CSR_DEFAULT", cusparse::kSpMMAlgDefault},
        Algorithm{"CSR_ALG1", cusparse::kSpMMCsrAlg1},
        Algorithm{"CSR_ALG2", cusparse::kSpMMCsrAlg2},
        Algorithm{"CSR_ALG3", cusparse::kSpMMCsrAlg3}})
    list.push_back(std::make_unique<CsrSpMM>(api, algorithm));
  for (Algorithm algorithm : {Algorithm{"COO_ALG1", cusparse::kSpMMCooAlg1},
                              Algorithm{"COO_ALG2", cusparse::kSpMMCooAlg2},
                              Algorithm{"COO_ALG3", cusparse::kSpMMCooAlg3},
                              Algorithm{"COO_ALG4", cusparse::kSpMMCooAlg4}})
    list.push_back(std::make_unique<CooSpMM>(api, algorithm));
}

} // namespace sparsegpu::gpubench
