//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From a case of a bundle to a problem, by the name of its operation.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_OPERATION_H
#define SPARSEGPU_BENCHMARK_GPU_OPERATION_H

#include "CaseList.h"
#include "Contender.h"

#include "SparseGPU/Runtime/Bundle/LoadedCase.h"

#include <memory>

namespace sparsegpu::gpubench {

/// A problem and our own contender in it. The problem's operands are those of
/// `loaded`.
struct LoadedProblem {
  std::unique_ptr<bundle::LoadedCase> loaded;
  std::unique_ptr<Problem> problem;
  std::unique_ptr<Contender> ours;
};

/// Takes a loaded case as what `entry` says it is. Programs name their operands
///   spmm     A (sparse), B, C; result D = A * B, C only gives the memory
///   sddmm    A (sparse), X, Y; one result with A's nonzeros
///   spgemm   A, B (sparse); the results positions, coordinates, values
/// Fails, naming the operand, when one is missing or has another type or shape
/// than the operation wants, when operands are in host memory, and for a name
/// that is no operation.
Expected<LoadedProblem> makeProblem(const CaseEntry &entry,
                                    const bundle::Case &info,
                                    bundle::LoadedCase loaded,
                                    const bundle::RuntimeLibrary &library);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_OPERATION_H
