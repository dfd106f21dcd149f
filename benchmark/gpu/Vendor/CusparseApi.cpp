//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loading cuSPARSE.
//
//===----------------------------------------------------------------------===//

#include "CusparseApi.h"

namespace sparsegpu::gpubench {

using formats::ElementType;

std::optional<int> cudaDataType(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return kCudaR64F;
  case ElementType::F32:
    return kCudaR32F;
  case ElementType::F16:
    return kCudaR16F;
  case ElementType::BF16:
    return kCudaR16BF;
  default:
    return std::nullopt;
  }
}

int cudaComputeType(ElementType type) {
  return type == ElementType::F64 ? kCudaR64F : kCudaR32F;
}

Expected<CusparseApi> CusparseApi::open(const LibrarySearch &search) {
  Expected<VendorLibrary> library =
      VendorLibrary::open({"libcusparse.so.12", "libcusparse.so.13"}, search);
  if (!library)
    return library.takeError();
  CusparseApi api{};
  api.path = library->path();
  Status loaded =
      SymbolLoader(*library)
          .required(api.create, "cusparseCreate")
          .required(api.destroy, "cusparseDestroy")
          .required(api.getVersion, "cusparseGetVersion")
          .required(api.setStream, "cusparseSetStream")
          .required(api.getErrorName, "cusparseGetErrorName")
          .required(api.getErrorString, "cusparseGetErrorString")
          .required(api.createCsr, "cusparseCreateCsr")
          .required(api.createCoo, "cusparseCreateCoo")
          .required(api.createBlockedEll, "cusparseCreateBlockedEll")
          .required(api.destroySpMat, "cusparseDestroySpMat")
          .required(api.createDnMat, "cusparseCreateDnMat")
          .required(api.destroyDnMat, "cusparseDestroyDnMat")
          .required(api.spMatGetSize, "cusparseSpMatGetSize")
          .required(api.csrSetPointers, "cusparseCsrSetPointers")
          .required(api.xcsr2coo, "cusparseXcsr2coo")
          .required(api.spMMBufferSize, "cusparseSpMM_bufferSize")
          .required(api.spMMPreprocess, "cusparseSpMM_preprocess")
          .required(api.spMM, "cusparseSpMM")
          .required(api.sddmmBufferSize, "cusparseSDDMM_bufferSize")
          .required(api.sddmmPreprocess, "cusparseSDDMM_preprocess")
          .required(api.sddmm, "cusparseSDDMM")
          .required(api.spGEMMCreateDescr, "cusparseSpGEMM_createDescr")
          .required(api.spGEMMDestroyDescr, "cusparseSpGEMM_destroyDescr")
          .required(api.spGEMMWorkEstimation, "cusparseSpGEMM_workEstimation")
          .required(api.spGEMMCompute, "cusparseSpGEMM_compute")
          .required(api.spGEMMCopy, "cusparseSpGEMM_copy")
          .finish();
  if (!loaded)
    return loaded.takeError();
  if (Status made = api.check(api.create(&api.handle), "cusparseCreate"); !made)
    return made.takeError();
  int version = 0;
  if (Status asked =
          api.check(api.getVersion(api.handle, &version), "cusparseGetVersion");
      !asked)
    return asked.takeError();
  api.version = std::to_string(version / 1000) + "." +
                std::to_string(version / 100 % 10) + "." +
                std::to_string(version % 100);
  return api;
}

Status CusparseApi::check(int status, const char *call) const {
  if (status == cusparse::kSuccess)
    return Status::success();
  return Error(std::string(call) + ": " + getErrorName(status) + " (" +
               getErrorString(status) + ")");
}

} // namespace sparsegpu::gpubench
