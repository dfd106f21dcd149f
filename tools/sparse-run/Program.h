//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The program to run: parsed, its entry found, compiled.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_PROGRAM_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_PROGRAM_H

#include "Options.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"

namespace sparsegpu::run {

struct Program {
  /// The text, for diagnostics.
  std::unique_ptr<llvm::SourceMgr> sources;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp entry;
};

/// Registers what the programs and their lowering need.
llvm::Error registerAll(mlir::DialectRegistry &registry,
                        const Options &options);

/// Parses `options.file` ("-" is standard input) and finds the entry: the one
/// asked for, or the only public function. Arguments of the entry that have an
/// upstream encoding which stores what a format of ours stores get that
/// format, so that matrices can be bound to them.
llvm::Expected<Program> loadProgram(mlir::MLIRContext &context,
                                    const Options &options);

/// Lowers the module to LLVM, with kernels for `options.chip` in a `format` of
/// the pipeline: llvm for the software GPU, isa for a CUDA driver. Diagnostics
/// go to the context's handler.
llvm::Error compileProgram(Program &program, const Options &options,
                           llvm::StringRef format);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_PROGRAM_H
