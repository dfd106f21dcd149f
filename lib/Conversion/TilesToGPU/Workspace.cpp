//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A workspace is a memref.alloc with the attribute `sparse_gpu.workspace`.
//
//===----------------------------------------------------------------------===//

#include "Workspace.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace sparsegpu;

/// Parts of a workspace begin at multiples of this, as what cudaMalloc gives.
static constexpr int64_t kAlignment = 256;

static SmallVector<memref::AllocOp> findWorkspaces(Operation *root) {
  SmallVector<memref::AllocOp> workspaces;
  root->walk([&](memref::AllocOp alloc) {
    if (alloc->hasAttr("sparse_gpu.workspace"))
      workspaces.push_back(alloc);
  });
  return workspaces;
}

/// Calls `free` before each deallocation of `workspace`, and erases it.
static void replaceDeallocs(memref::AllocOp workspace,
                            function_ref<void(OpBuilder &, Location)> free) {
  for (Operation *user : llvm::make_early_inc_range(workspace->getUsers()))
    if (auto dealloc = dyn_cast<memref::DeallocOp>(user)) {
      OpBuilder b(dealloc);
      free(b, dealloc.getLoc());
      dealloc.erase();
    }
}

void sparsegpu::allocateWorkspaces(Operation *root) {
  for (memref::AllocOp workspace : findWorkspaces(root)) {
    Location loc = workspace.getLoc();
    OpBuilder b(workspace);
    Type token = gpu::AsyncTokenType::get(b.getContext());
    auto begin = [&](OpBuilder &at) {
      return gpu::WaitOp::create(at, loc, token, ValueRange()).getAsyncToken();
    };
    auto alloc =
        gpu::AllocOp::create(b, loc, workspace.getType(), token, begin(b),
                             workspace.getDynamicSizes(), ValueRange());
    gpu::WaitOp::create(b, loc, Type(), alloc.getAsyncToken());
    replaceDeallocs(workspace, [&](OpBuilder &at, Location) {
      auto freed =
          gpu::DeallocOp::create(at, loc, token, begin(at), alloc.getMemref());
      gpu::WaitOp::create(at, loc, Type(), freed.getAsyncToken());
    });
    workspace.replaceAllUsesWith(alloc.getMemref());
    workspace.erase();
  }
}

/// The bytes of `workspace`, a multiple of the alignment.
static Value buildBytes(OpBuilder &b, memref::AllocOp workspace,
                        ValueRange sizes) {
  Location loc = workspace.getLoc();
  MemRefType type = workspace.getType();
  int64_t known =
      llvm::divideCeil(type.getElementType().getIntOrFloatBitWidth(), 8);
  for (int64_t extent : type.getShape())
    known *= ShapedType::isDynamic(extent) ? 1 : extent;
  Value bytes = arith::ConstantIndexOp::create(b, loc, known);
  for (Value size : sizes)
    bytes = arith::MulIOp::create(b, loc, bytes, size);
  Value alignment = arith::ConstantIndexOp::create(b, loc, kAlignment);
  Value count = arith::CeilDivUIOp::create(b, loc, bytes, alignment);
  return arith::MulIOp::create(b, loc, count, alignment);
}

LogicalResult sparsegpu::passWorkspaces(func::FuncOp function) {
  SmallVector<memref::AllocOp> workspaces = findWorkspaces(function);
  if (workspaces.empty())
    return success();
  auto module = function->getParentOfType<ModuleOp>();
  // What the sizes are computed with.
  llvm::SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.omitBlockArguments = true;
  options.inclusive = true;
  for (memref::AllocOp workspace : workspaces)
    for (Value size : workspace.getDynamicSizes())
      if (size.getDefiningOp() &&
          failed(getBackwardSlice(size, &slice, options)))
        return failure();
  SymbolTableCollection symbols;
  SymbolUserMap users(symbols, module);
  bool fromArguments = llvm::all_of(slice, [&](Operation *op) {
    return isMemoryEffectFree(op) && op->getNumRegions() == 0 &&
           op->getBlock() == &function.front();
  });
  fromArguments &= llvm::all_of(workspaces, [&](memref::AllocOp workspace) {
    return workspace->getBlock() == &function.front();
  });
  std::string name = (function.getSymName() + "_workspace_bytes").str();
  const char *rule = nullptr;
  if (!fromArguments)
    rule = "its size must follow from the arguments, outside of control flow";
  else if (!users.getUsers(function).empty())
    rule = "it must not be called in the module";
  else if (module.lookupSymbol(name))
    rule = "the name of the function that says its size is taken";
  if (rule)
    return workspaces.front().emitError()
           << "'" << function.getSymName()
           << "' needs a workspace, which operands=device passes as an "
              "argument: "
           << rule << " (LVL3-6)";

  // <function>_workspace_bytes.
  OpBuilder b(function);
  Location loc = function.getLoc();
  auto type = b.getFunctionType(function.getArgumentTypes(), b.getIndexType());
  auto query = func::FuncOp::create(b, loc, name, type);
  if (auto interface =
          function->getAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName()))
    query->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(), interface);
  b.setInsertionPointToStart(query.addEntryBlock());
  IRMapping mapping;
  mapping.map(function.getArguments(), query.getArguments());
  slice = topologicalSort(slice);
  for (Operation *op : slice)
    b.clone(*op, mapping);
  Value all = arith::ConstantIndexOp::create(b, loc, 0);
  for (memref::AllocOp workspace : workspaces) {
    SmallVector<Value> sizes;
    for (Value size : workspace.getDynamicSizes())
      sizes.push_back(mapping.lookupOrDefault(size));
    all = arith::AddIOp::create(b, loc, all, buildBytes(b, workspace, sizes));
  }
  func::ReturnOp::create(b, loc, all);

  // The argument, and its parts.
  auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  if (failed(
          function.insertArgument(function.getNumArguments(), bytes, {}, loc)))
    return failure();
  Value argument = function.getArguments().back();
  Value offset;
  for (memref::AllocOp workspace : workspaces) {
    b.setInsertionPoint(workspace);
    if (!offset)
      offset = arith::ConstantIndexOp::create(b, loc, 0);
    Value view = memref::ViewOp::create(b, loc, workspace.getType(), argument,
                                        offset, workspace.getDynamicSizes());
    offset = arith::AddIOp::create(
        b, loc, offset, buildBytes(b, workspace, workspace.getDynamicSizes()));
    replaceDeallocs(workspace, [](OpBuilder &, Location) {});
    workspace.replaceAllUsesWith(view);
    workspace.erase();
  }
  return success();
}
