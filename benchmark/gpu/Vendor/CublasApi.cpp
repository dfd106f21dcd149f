//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loading cuBLAS and cuBLASLt.
//
//===----------------------------------------------------------------------===//

#include "CublasApi.h"
#include "CusparseApi.h"

namespace sparsegpu::gpubench {

using formats::ElementType;

int cublas::computeType(ElementType type) {
  return type == ElementType::F64 ? kCompute64F : kCompute32F;
}

static std::string versionText(size_t version) {
  return std::to_string(version / 10000) + "." +
         std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

static Status asStatus(int status, const char *call,
                       const char *(*name)(int status),
                       const char *(*words)(int status)) {
  if (status == cublas::kSuccess)
    return Status::success();
  std::string message = std::string(call) + ": ";
  message += name ? name(status) : "status " + std::to_string(status);
  if (words)
    message += std::string(" (") + words(status) + ")";
  return Error(message);
}

Expected<CublasApi> CublasApi::open(const LibrarySearch &search) {
  Expected<VendorLibrary> library =
      VendorLibrary::open({"libcublas.so.13", "libcublas.so.12"}, search);
  if (!library)
    return library.takeError();
  CublasApi api{};
  api.path = library->path();
  Status loaded = SymbolLoader(*library)
                      .required(api.create, "cublasCreate_v2")
                      .required(api.getVersion, "cublasGetVersion_v2")
                      .required(api.setStream, "cublasSetStream_v2")
                      .required(api.setMathMode, "cublasSetMathMode")
                      .optional(api.getStatusName, "cublasGetStatusName")
                      .optional(api.getStatusString, "cublasGetStatusString")
                      .required(api.gemmEx, "cublasGemmEx")
                      .finish();
  if (!loaded)
    return loaded.takeError();
  if (Status made = api.check(api.create(&api.handle), "cublasCreate"); !made)
    return made.takeError();
  if (Status set = api.check(api.setMathMode(api.handle, cublas::kDefaultMath),
                             "cublasSetMathMode");
      !set)
    return set.takeError();
  int version = 0;
  if (Status asked =
          api.check(api.getVersion(api.handle, &version), "cublasGetVersion");
      !asked)
    return asked.takeError();
  api.version = versionText(version);
  return api;
}

Status CublasApi::check(int status, const char *call) const {
  return asStatus(status, call, getStatusName, getStatusString);
}

Status CublasApi::rowMajorProduct(int64_t rows, int64_t inner, int64_t n,
                                  const void *a, const void *b, void *c,
                                  ElementType type, int computeType) const {
  HostScalars scalars(type);
  int cuda = *cudaDataType(type);
  int ld = static_cast<int>(n), lda = static_cast<int>(inner);
  return check(gemmEx(handle, cublas::kOpN, cublas::kOpN, ld,
                      static_cast<int>(rows), lda, scalars.one(), b, cuda, ld,
                      a, cuda, lda, scalars.zero(), c, cuda, ld, computeType,
                      cublas::kGemmDefault),
               "cublasGemmEx");
}

Expected<CublasLtApi> CublasLtApi::open(const LibrarySearch &search) {
  Expected<VendorLibrary> library =
      VendorLibrary::open({"libcublasLt.so.13", "libcublasLt.so.12"}, search);
  if (!library)
    return library.takeError();
  CublasLtApi api{};
  api.path = library->path();
  Status loaded =
      SymbolLoader(*library)
          .required(api.create, "cublasLtCreate")
          .required(api.getVersion, "cublasLtGetVersion")
          .optional(api.getStatusName, "cublasLtGetStatusName")
          .optional(api.getStatusString, "cublasLtGetStatusString")
          .required(api.matmulDescCreate, "cublasLtMatmulDescCreate")
          .required(api.matmulDescDestroy, "cublasLtMatmulDescDestroy")
          .required(api.layoutCreate, "cublasLtMatrixLayoutCreate")
          .required(api.layoutDestroy, "cublasLtMatrixLayoutDestroy")
          .required(api.layoutSetAttribute, "cublasLtMatrixLayoutSetAttribute")
          .required(api.preferenceCreate, "cublasLtMatmulPreferenceCreate")
          .required(api.preferenceDestroy, "cublasLtMatmulPreferenceDestroy")
          .required(api.preferenceSetAttribute,
                    "cublasLtMatmulPreferenceSetAttribute")
          .required(api.getHeuristic, "cublasLtMatmulAlgoGetHeuristic")
          .required(api.matmul, "cublasLtMatmul")
          .finish();
  if (!loaded)
    return loaded.takeError();
  if (Status made = api.check(api.create(&api.handle), "cublasLtCreate"); !made)
    return made.takeError();
  api.version = versionText(api.getVersion());
  return api;
}

Status CublasLtApi::check(int status, const char *call) const {
  return asStatus(status, call, getStatusName, getStatusString);
}

} // namespace sparsegpu::gpubench
