//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// linalg contractions of dense tensors to sparse_gpu.contract.
//
// Any linalg operation with two inputs, a multiply-add body, and maps whose
// subscripts are sums of loops is taken: matrix products in every layout,
// batched ones, convolutions without padding, contractions as linalg.generic.
//
//===----------------------------------------------------------------------===//

#include "MultiplyAdd.h"
#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {
#define GEN_PASS_DEF_LINALGTOCONTRACT
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// Whether `op` multiplies and adds, so that it is meant for the GPU at all.
static bool isContraction(linalg::LinalgOp op) {
  return op.hasPureTensorSemantics() && op.getNumDpsInputs() == 2 &&
         op.getNumDpsInits() == 1 && op.getNumReductionLoops() > 0 &&
         llvm::all_of(op->getOperands(),
                      [](Value value) {
                        auto type = dyn_cast<RankedTensorType>(value.getType());
                        return type && !type.getEncoding();
                      }) &&
         isMultiplyAdd(op);
}

/// Why `op` cannot be taken, or nothing.
static std::optional<std::string> refuse(linalg::LinalgOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  std::string reason;
  if (failed(ContractOp::checkMaps(maps, reason)))
    return reason;
  Type elements[3];
  for (OpOperand &operand : op->getOpOperands())
    elements[operand.getOperandNumber()] =
        getElementTypeOrSelf(operand.get().getType());
  if (!ContractOp::takesElements(elements[0], elements[1], elements[2])) {
    llvm::raw_string_ostream(reason)
        << "elements of types " << elements[0] << ", " << elements[1] << " and "
        << elements[2] << " are not multiplied on the GPU";
    return reason;
  }
  return std::nullopt;
}

static void rewrite(linalg::LinalgOp op) {
  IRRewriter rewriter(op);
  OperationState state(op.getLoc(), ContractOp::getOperationName());
  state.addOperands(op->getOperands());
  state.addTypes(op->getResultTypes());
  state.addRegion();
  state.addAttribute("maps",
                     rewriter.getAffineMapArrayAttr(op.getIndexingMapsArray()));
  // linalg adds to what the output holds.
  state.addAttribute("beta", rewriter.getUnitAttr());
  rewriter.replaceOp(op, rewriter.create(state)->getResults());
}

namespace {
struct LinalgToContract
    : sparsegpu::impl::LinalgToContractBase<LinalgToContract> {
  using LinalgToContractBase::LinalgToContractBase;

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> candidates;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (isContraction(op))
        candidates.push_back(op);
    });
    bool ok = true;
    for (linalg::LinalgOp op : candidates) {
      std::optional<std::string> reason = refuse(op);
      if (!reason) {
        rewrite(op);
        continue;
      }
      ok &= !requireGPU;
      InFlightDiagnostic diagnostic =
          requireGPU ? op->emitError() : op->emitRemark();
      diagnostic << "'" << op->getName()
                 << "' was not taken to the GPU: " << *reason << " (CTR-3)";
      if (!requireGPU)
        diagnostic << "; it stays on the CPU";
    }
    if (!ok)
      signalPassFailure();
  }
};
} // namespace
