//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The host code of a program as a shared library.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_PROGRAMLIBRARY_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_PROGRAMLIBRARY_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sparsegpu::run {

/// What host code loads instead of the bitcode of a kernel module.
struct KernelImage {
  /// The bytes of the image; or, when `symbol` is given, a data symbol that
  /// another object of the library defines.
  std::string bytes, symbol;
};

/// Host code in LLVM IR, whose kernels are bitcode.
class HostProgram {
public:
  /// Translates `module`, which is at level 4 with format=llvm; `entry` has its
  /// C interface. Adds the function `callSymbol(entry)`, which takes an array
  /// of pointers to the arguments of the C interface.
  static llvm::Expected<HostProgram> create(mlir::ModuleOp module,
                                            llvm::StringRef entry);
  /// The name of the function that takes an array of pointers to arguments.
  static std::string callSymbol(llvm::StringRef entry);

  /// The bitcode of each kernel module, by the symbol of its gpu.binary.
  std::map<std::string, std::string> bitcode() const;

  /// Writes a shared library for this machine's architecture, without features
  /// of this processor, in which `images` replace the bitcode; `objects` are
  /// linked in. Its `mgpu...` functions are left to the runtime library that
  /// the process has loaded. Fails when the code needs another library.
  llvm::Error write(llvm::StringRef path,
                    const std::map<std::string, KernelImage> &images,
                    const std::vector<std::string> &objects) const;

private:
  std::shared_ptr<llvm::LLVMContext> context;
  std::shared_ptr<llvm::Module> module;
};

/// True if the C library of this machine has the function.
bool isOfCLibrary(llvm::StringRef symbol);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_PROGRAMLIBRARY_H
