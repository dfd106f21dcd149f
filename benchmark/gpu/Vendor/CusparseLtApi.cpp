//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loading cuSPARSELt.
//
//===----------------------------------------------------------------------===//

#include "CusparseLtApi.h"

namespace sparsegpu::gpubench {

Expected<CusparseLtApi> CusparseLtApi::open(const LibrarySearch &search) {
  Expected<VendorLibrary> library =
      VendorLibrary::open({"libcusparseLt.so.0"}, search);
  if (!library)
    return library.takeError();
  CusparseLtApi api{};
  api.path = library->path();
  Status loaded =
      SymbolLoader(*library)
          .required(api.init, "cusparseLtInit")
          .required(api.getVersion, "cusparseLtGetVersion")
          .required(api.structuredDescriptorInit,
                    "cusparseLtStructuredDescriptorInit")
          .required(api.denseDescriptorInit, "cusparseLtDenseDescriptorInit")
          .required(api.matDescriptorDestroy, "cusparseLtMatDescriptorDestroy")
          .required(api.matmulDescriptorInit, "cusparseLtMatmulDescriptorInit")
          .required(api.algSelectionInit, "cusparseLtMatmulAlgSelectionInit")
          .optional(api.algSelectionDestroy,
                    "cusparseLtMatmulAlgSelectionDestroy")
          .required(api.planInit, "cusparseLtMatmulPlanInit")
          .required(api.planDestroy, "cusparseLtMatmulPlanDestroy")
          .required(api.getWorkspace, "cusparseLtMatmulGetWorkspace")
          .required(api.compressedSize, "cusparseLtSpMMACompressedSize")
          .required(api.compress, "cusparseLtSpMMACompress")
          .required(api.matmul, "cusparseLtMatmul")
          .finish();
  if (!loaded)
    return loaded.takeError();
  api.handle = new cusparselt::Object;
  if (Status made = api.check(api.init(api.handle), "cusparseLtInit"); !made)
    return made.takeError();
  int version = 0;
  if (Status asked = api.check(api.getVersion(api.handle, &version),
                               "cusparseLtGetVersion");
      !asked)
    return asked.takeError();
  // major * 1000 + minor * 100 + patch up to 0.9, major * 10^6 since 0.10.
  if (version < 600)
    return Error(api.path + " is older than version 0.6, whose enumerations "
                            "this benchmark knows");
  api.version = "0." + std::to_string(version / 100) + "." +
                std::to_string(version % 100);
  return api;
}

Status CusparseLtApi::check(int status, const char *call) const {
  if (status == 0)
    return Status::success();
  // cusparseStatus_t; the library itself has no function for its words.
  static const char *const names[] = {
      "success",          "not initialized",       "allocation failed",
      "invalid value",    "architecture mismatch", "mapping error",
      "execution failed", "internal error",        "matrix type not supported",
      "zero pivot",       "not supported",         "insufficient resources"};
  std::string message =
      std::string(call) + ": cusparseStatus_t " + std::to_string(status);
  if (status > 0 && status < int(sizeof(names) / sizeof(*names)))
    message += std::string(" (") + names[status] + ")";
  return Error(message);
}

} // namespace sparsegpu::gpubench
