//===- MatrixNames.h - Which matrix operations there are --------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXNAMES_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXNAMES_H

#include "MatrixOp.h"

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace sparsegpu::emulator {

/// The operation of an intrinsic, by its name behind "llvm.nvvm."; nothing if
/// it is none of sm_70 to sm_89.
std::optional<MatrixOp> parseMatrixIntrinsic(llvm::StringRef name);

/// Sparsity selectors that an mma.sp may have.
unsigned selectorsOf(const MatrixOp &op);

/// The name of the intrinsic, behind "llvm.nvvm.", of an instruction of PTX:
/// "mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32". Empty if it is none.
std::string intrinsicOfSparseMma(llvm::StringRef instruction);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXNAMES_H
