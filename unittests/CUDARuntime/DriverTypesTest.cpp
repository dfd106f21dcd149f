//===- DriverTypesTest.cpp - Our declarations are those of cuda.h ---------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled where cuda.h is installed. Types are not the same, since each header
// declares its own: enumerations agree in size, structures in layout, functions
// in each parameter.
//
//===----------------------------------------------------------------------===//

#include "DriverTypes.h"

#include <cuda.h>

#include "gtest/gtest.h"

#include <type_traits>

namespace ours = sparsegpu::cuda;

/// Whether a caller of one may call the other.
template <typename A, typename B> struct Agree {
  template <typename T>
  static constexpr bool number = std::is_enum_v<T> || std::is_integral_v<T>;
  static constexpr bool compare() {
    if constexpr (number<A> && number<B>)
      return sizeof(A) == sizeof(B);
    else // structures are compared below
      return std::is_same_v<A, B> || (std::is_class_v<A> && std::is_class_v<B>);
  }
  static constexpr bool value = compare();
};
template <typename A, typename B> struct Agree<A *, B *> {
  static constexpr bool value =
      std::is_const_v<A> == std::is_const_v<B> &&
      Agree<std::remove_const_t<A>, std::remove_const_t<B>>::value;
};
template <typename R, typename... A, typename S, typename... B>
struct Agree<R(A...), S(B...)> {
  template <bool same> static constexpr bool all() {
    if constexpr (same)
      return (Agree<A, B>::value && ... && true);
    else
      return false;
  }
  static constexpr bool value =
      Agree<R, S>::value && all<sizeof...(A) == sizeof...(B)>();
};

// The check can fail.
static_assert(!Agree<int(int), int(int, int)>::value);
static_assert(!Agree<int(int), int(long)>::value);
static_assert(!Agree<int(int *), int(const int *)>::value);
static_assert(!Agree<int(float), int(int)>::value);
static_assert(!Agree<int(unsigned short *), int(unsigned *)>::value);

// Functions. In this file cuda.h's macros name the versions that it declares;
// cuEventElapsedTime_v2 has the parameters of the first version.
namespace sparsegpu::cuda {
#define SPARSEGPU_FUNCTION(name, parameters)                                   \
  static_assert(::Agree<CUresult parameters, decltype(::name)>::value,         \
                #name " is declared otherwise in cuda.h");
SPARSEGPU_CUDA_REQUIRED_FUNCTIONS(SPARSEGPU_FUNCTION)
SPARSEGPU_CUDA_OPTIONAL_FUNCTIONS(SPARSEGPU_FUNCTION)
#undef SPARSEGPU_FUNCTION
} // namespace sparsegpu::cuda

// Structures.
#define SAME_FIELD(type, field)                                                \
  static_assert(offsetof(ours::type, field) == offsetof(::type, field))
static_assert(sizeof(ours::CUlaunchConfig) == sizeof(::CUlaunchConfig));
SAME_FIELD(CUlaunchConfig, gridDimX);
SAME_FIELD(CUlaunchConfig, gridDimY);
SAME_FIELD(CUlaunchConfig, gridDimZ);
SAME_FIELD(CUlaunchConfig, blockDimX);
SAME_FIELD(CUlaunchConfig, blockDimY);
SAME_FIELD(CUlaunchConfig, blockDimZ);
SAME_FIELD(CUlaunchConfig, sharedMemBytes);
SAME_FIELD(CUlaunchConfig, hStream);
SAME_FIELD(CUlaunchConfig, attrs);
SAME_FIELD(CUlaunchConfig, numAttrs);
static_assert(sizeof(ours::CUlaunchAttribute) == sizeof(::CUlaunchAttribute));
SAME_FIELD(CUlaunchAttribute, id);
SAME_FIELD(CUlaunchAttribute, value);
SAME_FIELD(CUlaunchAttributeValue, clusterDim);
static_assert(sizeof(ours::CUtensorMap) == sizeof(::CUtensorMap));
static_assert(alignof(ours::CUtensorMap) == alignof(::CUtensorMap));

// Types.
static_assert(std::is_same_v<ours::CUdevice, ::CUdevice>);
static_assert(std::is_same_v<ours::CUdeviceptr, ::CUdeviceptr>);

// Numbers.
#define SAME_VALUE(name)                                                       \
  static_assert(static_cast<long>(ours::name) == static_cast<long>(::name))
SAME_VALUE(CUDA_SUCCESS);
SAME_VALUE(CUDA_ERROR_INVALID_VALUE);
SAME_VALUE(CUDA_ERROR_OUT_OF_MEMORY);
SAME_VALUE(CUDA_ERROR_NOT_INITIALIZED);
SAME_VALUE(CUDA_ERROR_DEINITIALIZED);
SAME_VALUE(CUDA_ERROR_NO_DEVICE);
SAME_VALUE(CUDA_ERROR_INVALID_DEVICE);
SAME_VALUE(CUDA_ERROR_INVALID_IMAGE);
SAME_VALUE(CUDA_ERROR_INVALID_CONTEXT);
SAME_VALUE(CUDA_ERROR_NO_BINARY_FOR_GPU);
SAME_VALUE(CUDA_ERROR_INVALID_PTX);
SAME_VALUE(CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
SAME_VALUE(CUDA_ERROR_INVALID_HANDLE);
SAME_VALUE(CUDA_ERROR_NOT_FOUND);
SAME_VALUE(CUDA_ERROR_NOT_READY);
SAME_VALUE(CUDA_ERROR_ILLEGAL_ADDRESS);
SAME_VALUE(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
SAME_VALUE(CUDA_ERROR_CONTEXT_IS_DESTROYED);
SAME_VALUE(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
SAME_VALUE(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
SAME_VALUE(CUDA_ERROR_LAUNCH_FAILED);
SAME_VALUE(CUDA_ERROR_NOT_SUPPORTED);
SAME_VALUE(CUDA_ERROR_UNKNOWN);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
SAME_VALUE(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
SAME_VALUE(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);
SAME_VALUE(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
SAME_VALUE(CU_JIT_ERROR_LOG_BUFFER);
SAME_VALUE(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
SAME_VALUE(CU_JIT_OPTIMIZATION_LEVEL);
SAME_VALUE(CU_STREAM_NON_BLOCKING);
SAME_VALUE(CU_EVENT_DEFAULT);
SAME_VALUE(CU_EVENT_DISABLE_TIMING);
SAME_VALUE(CU_MEM_ATTACH_GLOBAL);
SAME_VALUE(CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION);

/// The compiler has done it.
TEST(DriverTypes, AgreeWithCuda) { EXPECT_GE(CUDA_VERSION, 12000); }
