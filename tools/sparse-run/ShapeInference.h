//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which sizes of a function's tensors must be equal.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_SHAPEINFERENCE_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_SHAPEINFERENCE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/Error.h"

namespace sparsegpu::run {

/// The dimensions of all tensors of a function in classes of equal size, by
/// the indexing maps of linalg operations and the shapes of sparse_gpu.spmm.
/// Sizes flow from the arguments that are bound to the others.
class ShapeInference {
public:
  explicit ShapeInference(mlir::func::FuncOp function);

  /// Says that dimension `dim` of `value` is `size`. Fails when another size
  /// is known already; `what` names the tensor in the message.
  llvm::Error bind(mlir::Value value, unsigned dim, int64_t size,
                   llvm::StringRef what);
  /// The size, or -1.
  int64_t lookup(mlir::Value value, unsigned dim);

private:
  using Dim = std::pair<mlir::Value, unsigned>;
  using Key = std::pair<void *, unsigned>;
  static Key key(Dim dim) {
    return {dim.first.getAsOpaquePointer(), dim.second};
  }
  void unite(Dim a, Dim b) { classes.unionSets(key(a), key(b)); }
  void visit(mlir::Operation *op);
  void
  visitLoops(llvm::ArrayRef<std::pair<mlir::Value, mlir::AffineMap>> operands);

  llvm::EquivalenceClasses<Key> classes;
  /// Size and the name of what gave it, by leader.
  std::map<Key, std::pair<int64_t, std::string>> sizes;
};

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_SHAPEINFERENCE_H
