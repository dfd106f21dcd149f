//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//
// Our declarations of vendors' functions are those of the vendors' headers,
// where these are found. All is checked when this is compiled.
//
//===----------------------------------------------------------------------===//

#include "Vendor/CublasApi.h"
#include "Vendor/CusparseApi.h"
#include "Vendor/CusparseLtApi.h"

#include <gtest/gtest.h>

#include <type_traits>

#if __has_include(<cusparse.h>)
#define HAVE_CUDA_HEADERS 1
#include <cublasLt.h>
#include <cublas_v2.h>
#include <cusparse.h>
#endif
#if HAVE_CUDA_HEADERS && __has_include(<cusparseLt.h>)
#define HAVE_CUSPARSELT_HEADER 1
#include <cusparseLt.h>
#endif

using namespace sparsegpu::gpubench;

#if HAVE_CUDA_HEADERS
namespace {
/// The type as our tables write it: an enumeration is int, a class is void.
template <typename T, typename = void> struct Plain {
  using type = T;
};
template <typename T> struct Plain<T, std::enable_if_t<std::is_enum_v<T>>> {
  static_assert(sizeof(T) == sizeof(int));
  using type = int;
};
template <typename T> struct Plain<T, std::enable_if_t<std::is_class_v<T>>> {
  using type = std::conditional_t<std::is_const_v<T>, const void, void>;
};
template <typename T> struct Plain<T *> {
  using type = typename Plain<T>::type *;
};
// Two that our tables spell out.
template <> struct Plain<cublasLtMatmulAlgo_t> {
  using type = cublaslt::Algorithm;
};
template <> struct Plain<const cublasLtMatmulAlgo_t> {
  using type = const cublaslt::Algorithm;
};
template <> struct Plain<cublasLtMatmulHeuristicResult_t> {
  using type = cublaslt::HeuristicResult;
};

template <typename T> struct PlainFunction;
template <typename R, typename... Arguments>
struct PlainFunction<R(Arguments...)> {
  using type = typename Plain<R>::type(typename Plain<Arguments>::type...);
};

template <typename Theirs, typename Ours>
constexpr bool agrees =
    std::is_same_v<typename PlainFunction<std::remove_pointer_t<Theirs>>::type,
                   std::remove_pointer_t<Ours>>;
} // namespace

#define SAME(api, member, function)                                            \
  static_assert(agrees<decltype(&::function), decltype(api::member)>,          \
                #function " is declared otherwise in the vendor's header")

SAME(CusparseApi, create, cusparseCreate);
SAME(CusparseApi, destroy, cusparseDestroy);
SAME(CusparseApi, getVersion, cusparseGetVersion);
SAME(CusparseApi, setStream, cusparseSetStream);
SAME(CusparseApi, getErrorName, cusparseGetErrorName);
SAME(CusparseApi, getErrorString, cusparseGetErrorString);
SAME(CusparseApi, createCsr, cusparseCreateCsr);
SAME(CusparseApi, createCoo, cusparseCreateCoo);
SAME(CusparseApi, createBlockedEll, cusparseCreateBlockedEll);
SAME(CusparseApi, destroySpMat, cusparseDestroySpMat);
SAME(CusparseApi, createDnMat, cusparseCreateDnMat);
SAME(CusparseApi, destroyDnMat, cusparseDestroyDnMat);
SAME(CusparseApi, spMatGetSize, cusparseSpMatGetSize);
SAME(CusparseApi, csrSetPointers, cusparseCsrSetPointers);
SAME(CusparseApi, xcsr2coo, cusparseXcsr2coo);
SAME(CusparseApi, spMMBufferSize, cusparseSpMM_bufferSize);
SAME(CusparseApi, spMMPreprocess, cusparseSpMM_preprocess);
SAME(CusparseApi, spMM, cusparseSpMM);
SAME(CusparseApi, sddmmBufferSize, cusparseSDDMM_bufferSize);
SAME(CusparseApi, sddmmPreprocess, cusparseSDDMM_preprocess);
SAME(CusparseApi, sddmm, cusparseSDDMM);
SAME(CusparseApi, spGEMMCreateDescr, cusparseSpGEMM_createDescr);
SAME(CusparseApi, spGEMMDestroyDescr, cusparseSpGEMM_destroyDescr);
SAME(CusparseApi, spGEMMWorkEstimation, cusparseSpGEMM_workEstimation);
SAME(CusparseApi, spGEMMCompute, cusparseSpGEMM_compute);
SAME(CusparseApi, spGEMMCopy, cusparseSpGEMM_copy);

static_assert(kCudaR32F == CUDA_R_32F && kCudaR64F == CUDA_R_64F &&
              kCudaR16F == CUDA_R_16F && kCudaR16BF == CUDA_R_16BF);
static_assert(cusparse::kSuccess == CUSPARSE_STATUS_SUCCESS &&
              cusparse::kInsufficientResources ==
                  CUSPARSE_STATUS_INSUFFICIENT_RESOURCES);
static_assert(cusparse::kNonTranspose == CUSPARSE_OPERATION_NON_TRANSPOSE &&
              cusparse::kTranspose == CUSPARSE_OPERATION_TRANSPOSE);
static_assert(cusparse::kIndexBaseZero == CUSPARSE_INDEX_BASE_ZERO &&
              cusparse::kIndex32I == CUSPARSE_INDEX_32I &&
              cusparse::kIndex64I == CUSPARSE_INDEX_64I);
static_assert(cusparse::kOrderCol == CUSPARSE_ORDER_COL &&
              cusparse::kOrderRow == CUSPARSE_ORDER_ROW);
static_assert(cusparse::kSpMMAlgDefault == CUSPARSE_SPMM_ALG_DEFAULT &&
              cusparse::kSpMMCooAlg1 == CUSPARSE_SPMM_COO_ALG1 &&
              cusparse::kSpMMCooAlg2 == CUSPARSE_SPMM_COO_ALG2 &&
              cusparse::kSpMMCooAlg3 == CUSPARSE_SPMM_COO_ALG3 &&
              cusparse::kSpMMCooAlg4 == CUSPARSE_SPMM_COO_ALG4 &&
              cusparse::kSpMMCsrAlg1 == CUSPARSE_SPMM_CSR_ALG1 &&
              cusparse::kSpMMCsrAlg2 == CUSPARSE_SPMM_CSR_ALG2 &&
              cusparse::kSpMMCsrAlg3 == CUSPARSE_SPMM_CSR_ALG3 &&
              cusparse::kSpMMBlockedEllAlg1 == CUSPARSE_SPMM_BLOCKED_ELL_ALG1);
static_assert(cusparse::kSDDMMAlgDefault == CUSPARSE_SDDMM_ALG_DEFAULT &&
              cusparse::kSpGEMMDefault == CUSPARSE_SPGEMM_DEFAULT &&
              cusparse::kSpGEMMAlg1 == CUSPARSE_SPGEMM_ALG1 &&
              cusparse::kSpGEMMAlg2 == CUSPARSE_SPGEMM_ALG2 &&
              cusparse::kSpGEMMAlg3 == CUSPARSE_SPGEMM_ALG3);

SAME(CublasApi, create, cublasCreate_v2);
SAME(CublasApi, getVersion, cublasGetVersion_v2);
SAME(CublasApi, setStream, cublasSetStream_v2);
SAME(CublasApi, setMathMode, cublasSetMathMode);
SAME(CublasApi, getStatusName, cublasGetStatusName);
SAME(CublasApi, getStatusString, cublasGetStatusString);
// In C++ the header overloads it for an older type of its argument.
using GemmEx = cublasStatus_t(cublasHandle_t, cublasOperation_t,
                              cublasOperation_t, int, int, int, const void *,
                              const void *, cudaDataType_t, int, const void *,
                              cudaDataType_t, int, const void *, void *,
                              cudaDataType_t, int, cublasComputeType_t,
                              cublasGemmAlgo_t);
static_assert(agrees<decltype(static_cast<GemmEx *>(&::cublasGemmEx)),
                     decltype(CublasApi::gemmEx)>);
static_assert(cublas::kSuccess == CUBLAS_STATUS_SUCCESS &&
              cublas::kOpN == CUBLAS_OP_N &&
              cublas::kGemmDefault == CUBLAS_GEMM_DEFAULT &&
              cublas::kDefaultMath == CUBLAS_DEFAULT_MATH &&
              cublas::kCompute32F == CUBLAS_COMPUTE_32F &&
              cublas::kCompute32FFastTF32 == CUBLAS_COMPUTE_32F_FAST_TF32 &&
              cublas::kCompute64F == CUBLAS_COMPUTE_64F);

SAME(CublasLtApi, create, cublasLtCreate);
SAME(CublasLtApi, getVersion, cublasLtGetVersion);
SAME(CublasLtApi, getStatusName, cublasLtGetStatusName);
SAME(CublasLtApi, getStatusString, cublasLtGetStatusString);
SAME(CublasLtApi, matmulDescCreate, cublasLtMatmulDescCreate);
SAME(CublasLtApi, matmulDescDestroy, cublasLtMatmulDescDestroy);
SAME(CublasLtApi, layoutCreate, cublasLtMatrixLayoutCreate);
SAME(CublasLtApi, layoutDestroy, cublasLtMatrixLayoutDestroy);
SAME(CublasLtApi, layoutSetAttribute, cublasLtMatrixLayoutSetAttribute);
SAME(CublasLtApi, preferenceCreate, cublasLtMatmulPreferenceCreate);
SAME(CublasLtApi, preferenceDestroy, cublasLtMatmulPreferenceDestroy);
SAME(CublasLtApi, preferenceSetAttribute, cublasLtMatmulPreferenceSetAttribute);
SAME(CublasLtApi, getHeuristic, cublasLtMatmulAlgoGetHeuristic);
SAME(CublasLtApi, matmul, cublasLtMatmul);
static_assert(cublaslt::kOrderRow == CUBLASLT_ORDER_ROW &&
              cublaslt::kLayoutOrder == CUBLASLT_MATRIX_LAYOUT_ORDER &&
              cublaslt::kPreferenceMaxWorkspaceBytes ==
                  CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
static_assert(sizeof(cublaslt::Algorithm) == sizeof(cublasLtMatmulAlgo_t) &&
              sizeof(cublaslt::HeuristicResult) ==
                  sizeof(cublasLtMatmulHeuristicResult_t) &&
              offsetof(cublaslt::HeuristicResult, workspaceBytes) ==
                  offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize) &&
              offsetof(cublaslt::HeuristicResult, state) ==
                  offsetof(cublasLtMatmulHeuristicResult_t, state));
#endif

#if HAVE_CUSPARSELT_HEADER
SAME(CusparseLtApi, init, cusparseLtInit);
SAME(CusparseLtApi, getVersion, cusparseLtGetVersion);
SAME(CusparseLtApi, structuredDescriptorInit,
     cusparseLtStructuredDescriptorInit);
SAME(CusparseLtApi, denseDescriptorInit, cusparseLtDenseDescriptorInit);
SAME(CusparseLtApi, matDescriptorDestroy, cusparseLtMatDescriptorDestroy);
SAME(CusparseLtApi, matmulDescriptorInit, cusparseLtMatmulDescriptorInit);
SAME(CusparseLtApi, algSelectionInit, cusparseLtMatmulAlgSelectionInit);
SAME(CusparseLtApi, planInit, cusparseLtMatmulPlanInit);
SAME(CusparseLtApi, planDestroy, cusparseLtMatmulPlanDestroy);
SAME(CusparseLtApi, getWorkspace, cusparseLtMatmulGetWorkspace);
SAME(CusparseLtApi, compressedSize, cusparseLtSpMMACompressedSize);
SAME(CusparseLtApi, compress, cusparseLtSpMMACompress);
SAME(CusparseLtApi, matmul, cusparseLtMatmul);
static_assert(cusparselt::kSparsity50Percent ==
                  CUSPARSELT_SPARSITY_50_PERCENT &&
              cusparselt::kAlgDefault == CUSPARSELT_MATMUL_ALG_DEFAULT &&
              cusparselt::kCompute32F == CUSPARSE_COMPUTE_32F);
static_assert(sizeof(cusparselt::Object) >= sizeof(cusparseLtHandle_t) &&
              sizeof(cusparselt::Object) >= sizeof(cusparseLtMatDescriptor_t) &&
              sizeof(cusparselt::Object) >=
                  sizeof(cusparseLtMatmulDescriptor_t) &&
              sizeof(cusparselt::Object) >=
                  sizeof(cusparseLtMatmulAlgSelection_t) &&
              sizeof(cusparselt::Object) >= sizeof(cusparseLtMatmulPlan_t));
#endif

TEST(Headers, OurDeclarationsAgree) {
#if !HAVE_CUDA_HEADERS
  GTEST_SKIP() << "CUDA's headers are not here";
#endif
}

TEST(Headers, CusparseLtAgrees) {
#if !HAVE_CUSPARSELT_HEADER
  GTEST_SKIP() << "cusparseLt.h is not here";
#endif
}
