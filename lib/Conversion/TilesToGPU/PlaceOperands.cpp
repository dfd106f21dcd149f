//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Device memory for the operands of kernels, and the caller's stream.
//
// operands=host. For each launch: allocate and fill a device buffer for every
// memref that it uses, launch, copy back what the kernel writes, free. Uses are
// followed through views to find what is read and written; an unknown use
// counts as both. Workspaces of kernels are allocated there, and not copied.
//
// operands=device. Every function that launches, itself or by a call, takes
// its workspace, if it needs one, and the stream as its last arguments; the
// stream it is the asynchronous dependency of each launch, which keeps
// gpu-to-llvm from making or synchronising one.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "Workspace.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

namespace sparsegpu {
#define GEN_PASS_DEF_PLACEOPERANDS
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {
struct Access {
  bool reads = false, writes = false;
};
} // namespace

/// What happens in `launch` to the memory of `buffer` and of its views.
static void findAccess(Value buffer, gpu::LaunchOp launch, Access &access) {
  for (OpOperand &use : buffer.getUses()) {
    Operation *user = use.getOwner();
    if (!launch->isProperAncestor(user))
      continue;
    if (isa<ViewLikeOpInterface, memref::ExtractStridedMetadataOp,
            UnrealizedConversionCastOp>(user)) {
      for (Value result : user->getResults())
        if (isa<MemRefType>(result.getType()))
          findAccess(result, launch, access);
      continue;
    }
    auto effects = dyn_cast<MemoryEffectOpInterface>(user);
    // Through its address anything can happen.
    if (!effects || isa<memref::ExtractAlignedPointerAsIndexOp>(user)) {
      access = {true, true};
      continue;
    }
    access.reads |=
        effects.getEffectOnValue<MemoryEffects::Read>(buffer).has_value();
    access.writes |=
        effects.getEffectOnValue<MemoryEffects::Write>(buffer).has_value();
  }
}

/// The memrefs from outside that `launch` uses, but for those that are on the
/// device already.
static SmallVector<Value> getBuffers(gpu::LaunchOp launch) {
  llvm::SetVector<Value> used;
  getUsedValuesDefinedAbove(launch.getBody(), used);
  SmallVector<Value> buffers;
  for (Value value : used)
    if (isa<MemRefType>(value.getType()) &&
        !value.getDefiningOp<gpu::AllocOp>())
      buffers.push_back(value);
  return buffers;
}

/// `launch` behind `dependency`, with a token as result.
static Value makeAsync(OpBuilder &b, gpu::LaunchOp launch, Value dependency) {
  OperationState state(launch.getLoc(), gpu::LaunchOp::getOperationName());
  launch.getAsyncDependenciesMutable().assign(dependency);
  state.addOperands(launch->getOperands());
  state.addTypes(gpu::AsyncTokenType::get(b.getContext()));
  state.propertiesAttr = launch->getPropertiesAsAttribute();
  state.addAttributes(launch->getDiscardableAttrDictionary().getValue());
  state.addRegion()->takeBody(launch.getBody());
  b.setInsertionPoint(launch);
  Operation *async = b.create(state);
  launch.erase();
  b.setInsertionPointAfter(async);
  return async->getResult(0);
}

namespace {
/// The device copies around one launch.
class HostOperands {
public:
  HostOperands(gpu::LaunchOp launch)
      : launch(launch), b(launch), loc(launch.getLoc()) {}

  void place() {
    token =
        gpu::WaitOp::create(b, loc, tokenType(), ValueRange()).getAsyncToken();
    for (Value host : getBuffers(launch)) {
      Buffer &buffer = buffers.emplace_back();
      buffer.host = host;
      findAccess(host, launch, buffer.access);
      upload(buffer);
    }
    token = makeAsync(b, launch, token);
    for (Buffer &buffer : buffers)
      if (buffer.access.writes)
        copy(buffer.packed, buffer.device);
    for (Buffer &buffer : buffers)
      token = gpu::DeallocOp::create(b, loc, tokenType(), token, buffer.device)
                  .getAsyncToken();
    gpu::WaitOp::create(b, loc, Type(), token);
    for (Buffer &buffer : buffers) {
      if (buffer.packed == buffer.host)
        continue;
      if (buffer.access.writes)
        memref::CopyOp::create(b, loc, buffer.packed, buffer.host);
      memref::DeallocOp::create(b, loc, buffer.packed);
    }
  }

private:
  struct Buffer {
    /// Host memory as the program has it, and packed; device memory.
    Value host, packed, device;
    Access access;
  };

  Type tokenType() { return gpu::AsyncTokenType::get(b.getContext()); }

  /// Device memory as large as the host's, filled if the kernel reads it. The
  /// launch uses it from here on.
  void upload(Buffer &buffer) {
    auto type = cast<MemRefType>(buffer.host.getType());
    auto packed =
        MemRefType::get(type.getShape(), type.getElementType(),
                        MemRefLayoutAttrInterface(), type.getMemorySpace());
    SmallVector<Value> sizes;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        sizes.push_back(memref::DimOp::create(b, loc, buffer.host, dim));
    buffer.packed = buffer.host;
    if (!type.getLayout().isIdentity()) {
      buffer.packed = memref::AllocOp::create(b, loc, packed, sizes);
      if (buffer.access.reads)
        memref::CopyOp::create(b, loc, buffer.host, buffer.packed);
    }
    auto alloc = gpu::AllocOp::create(b, loc, packed, tokenType(), token, sizes,
                                      /*symbolOperands=*/ValueRange());
    buffer.device = alloc.getMemref();
    token = alloc.getAsyncToken();
    if (buffer.access.reads)
      copy(buffer.device, buffer.packed);
    replaceAllUsesInRegionWith(buffer.host, buffer.device, launch.getBody());
  }

  void copy(Value to, Value from) {
    token = gpu::MemcpyOp::create(b, loc, tokenType(), token, to, from)
                .getAsyncToken();
  }

  gpu::LaunchOp launch;
  OpBuilder b;
  Location loc;
  Value token;
  SmallVector<Buffer> buffers;
};

struct PlaceOperands : sparsegpu::impl::PlaceOperandsBase<PlaceOperands> {
  using PlaceOperandsBase::PlaceOperandsBase;

  void runOnOperation() override {
    if (operands != "host" && operands != "device") {
      getOperation().emitError(
          "option 'operands' must be host or device, got '")
          << operands << "'";
      return signalPassFailure();
    }
    SmallVector<gpu::LaunchOp> launches;
    getOperation().walk([&](gpu::LaunchOp launch) {
      if (launch->hasAttr("sparse_gpu.nest"))
        launches.push_back(launch);
    });
    if (operands == "device") {
      if (failed(placeOnDevice(launches)))
        signalPassFailure();
      return;
    }
    allocateWorkspaces(getOperation());
    for (gpu::LaunchOp launch : launches)
      HostOperands(launch).place();
  }

  LogicalResult placeOnDevice(ArrayRef<gpu::LaunchOp> launches);
  LogicalResult checkHostWork(func::FuncOp function);
};
} // namespace

/// What kernels read is device memory; constants are not.
static LogicalResult checkConstants(gpu::LaunchOp launch) {
  for (Value buffer : getBuffers(launch))
    if (auto constant = buffer.getDefiningOp<memref::GetGlobalOp>())
      return constant->emitError()
             << "'" << constant->getName()
             << "' is a constant in host memory, which a kernel cannot read "
                "with operands=device: pass it as an argument (LVL3-5)";
  return success();
}

/// Nothing in a function on device memory may touch that memory from the CPU.
LogicalResult PlaceOperands::checkHostWork(func::FuncOp function) {
  WalkResult result = function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<gpu::LaunchOp>(op))
      return WalkResult::skip();
    if (isa<linalg::LinalgOp, memref::AllocOp, memref::AllocaOp, memref::LoadOp,
            memref::StoreOp, memref::CopyOp, memref::DeallocOp>(op) ||
        isa<sparse_tensor::SparseTensorDialect>(op->getDialect())) {
      op->emitError() << "'" << op->getName()
                      << "' would run on the CPU or allocate, which "
                         "operands=device does not do: pass buffers, results "
                         "included, as arguments (LVL3-5)";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult PlaceOperands::placeOnDevice(ArrayRef<gpu::LaunchOp> launches) {
  ModuleOp module = getOperation();
  MLIRContext *context = &getContext();
  auto pointer = LLVM::LLVMPointerType::get(context);
  // 1. Functions that launch, themselves or through calls.
  llvm::SetVector<Operation *> streamed;
  for (gpu::LaunchOp launch : launches) {
    if (failed(checkConstants(launch)))
      return failure();
    streamed.insert(launch->getParentOfType<func::FuncOp>());
  }
  SymbolTableCollection symbols;
  SymbolUserMap users(symbols, module);
  for (size_t i = 0; i < streamed.size(); ++i)
    for (Operation *user : users.getUsers(streamed[i]))
      if (isa<func::CallOp>(user))
        streamed.insert(user->getParentOfType<func::FuncOp>());
  // 2. The stream as last argument, also at calls.
  for (Operation *op : streamed) {
    auto function = cast<func::FuncOp>(op);
    if (failed(passWorkspaces(function)) || failed(checkHostWork(function)))
      return failure();
    if (failed(function.insertArgument(function.getNumArguments(), pointer, {},
                                       function.getLoc())))
      return failure();
  }
  for (Operation *op : streamed)
    for (Operation *user : users.getUsers(op))
      if (auto call = dyn_cast<func::CallOp>(user)) {
        auto caller = call->getParentOfType<func::FuncOp>();
        call.getOperandsMutable().append(caller.getArguments().back());
      }
  // 3. The stream as dependency of each launch.
  for (gpu::LaunchOp launch : launches) {
    OpBuilder b(launch);
    auto function = launch->getParentOfType<func::FuncOp>();
    Type token = gpu::AsyncTokenType::get(context);
    Value stream = UnrealizedConversionCastOp::create(
                       b, launch.getLoc(), token,
                       ValueRange{function.getArguments().back()})
                       .getResult(0);
    makeAsync(b, launch, stream);
  }
  return success();
}
