//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// linalg contractions with one sparse operand to sparse_gpu.spmm.
//
// 1. The operation is matched: two inputs, one of them sparse, a multiply-add
//    body, one reduction loop (k) and at most one parallel loop of each input.
// 2. The maps say which operands are transposed. The sparse operand is seen
//    as stored: an upstream encoding with exchanged levels is the transpose.
// 3. The format is asked whether it has the units for it.
// 4. What fails any of these gets a remark, or an error where nothing else
//    could compile it.
//
//===----------------------------------------------------------------------===//

#include "MultiplyAdd.h"
#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Conversion/UpstreamEncoding.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {
#define GEN_PASS_DEF_LINALGTOSPMM
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {

/// Why an operation was not taken: the operand and the rule.
struct Refusal {
  int operand = -1;
  std::string rule;
};

/// What was matched of a contraction.
struct Contraction {
  unsigned sparseOperand = 0;
  bool transposeA = false, transposeB = false, transposeC = false;
  /// Set when A has an upstream encoding.
  std::optional<UpstreamStorage> upstream;
};

} // namespace

static bool hasUpstreamEncoding(Type type) {
  return static_cast<bool>(sparse_tensor::getSparseTensorEncoding(type));
}

static bool isSparse(Type type) {
  return hasUpstreamEncoding(type) || getSparseFormat(type);
}

/// `value`, before widening to a larger float.
static Value skipExtension(Value value) {
  if (auto ext = value.getDefiningOp<arith::ExtFOp>())
    return ext.getIn();
  if (auto ext = value.getDefiningOp<arith::ExtSIOp>())
    return ext.getIn();
  return value;
}

bool sparsegpu::isMultiplyAdd(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  Value a = body->getArgument(0), b = body->getArgument(1),
        acc = body->getArgument(2);
  Operation *add = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(add))
    return false;
  for (int side : {0, 1}) {
    Operation *mul = add->getOperand(1 - side).getDefiningOp();
    if (add->getOperand(side) != acc ||
        !isa_and_nonnull<arith::MulFOp, arith::MulIOp>(mul))
      continue;
    Value left = skipExtension(mul->getOperand(0)),
          right = skipExtension(mul->getOperand(1));
    return (left == a && right == b) || (left == b && right == a);
  }
  return false;
}

/// Steps 1 to 3 of the file's header.
static FailureOr<Contraction>
matchContraction(linalg::LinalgOp op, bool upstreamStorage, Refusal &refusal) {
  auto refuse = [&](int operand, const Twine &rule) {
    refusal = {operand, rule.str()};
    return failure();
  };
  Contraction match;
  SmallVector<unsigned> sparse;
  for (OpOperand &operand : op->getOpOperands())
    if (isSparse(operand.get().getType()))
      sparse.push_back(operand.getOperandNumber());
  match.sparseOperand = sparse.front();
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return refuse(sparse.front(), "only operations with two inputs and one "
                                  "output are taken");
  if (sparse.back() == 2)
    return refuse(2, "a sparse result is not taken");
  if (sparse.size() > 1)
    return refuse(sparse[1], "only one operand may be sparse");
  if (!isMultiplyAdd(op))
    return refuse(sparse.front(),
                  "the body must multiply the two inputs, "
                  "widened at most, and add the product to the output");

  AffineMap maps[3];
  for (OpOperand &operand : op->getOpOperands())
    maps[operand.getOperandNumber()] = op.getMatchingIndexingMap(&operand);
  AffineMap aMap = maps[match.sparseOperand],
            bMap = maps[1 - match.sparseOperand], cMap = maps[2];
  for (auto [i, map] : llvm::enumerate(maps))
    if (!map.isProjectedPermutation())
      return refuse(i, "indexing maps must be projected permutations");
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  if (reductions.size() != 1)
    return refuse(match.sparseOperand, "exactly one reduction loop is taken");
  if (aMap.getNumResults() != 2)
    return refuse(match.sparseOperand, "the sparse operand must be a matrix");
  unsigned k = reductions[0];
  unsigned bRank = bMap.getNumResults(), cRank = cMap.getNumResults();
  if (op.getNumLoops() != bRank + 1 || cRank != bRank || bRank < 1 || bRank > 2)
    return refuse(1 - match.sparseOperand,
                  "the dense operand must be a matrix or a vector, without "
                  "batch dimensions");
  bool aTransposed = aMap.getDimPosition(0) == k;
  if (!aTransposed && aMap.getDimPosition(1) != k)
    return refuse(match.sparseOperand,
                  "the reduction loop must run over the sparse operand");
  unsigned m = aMap.getDimPosition(aTransposed ? 1 : 0);
  auto find = [](AffineMap map, unsigned dim) {
    return map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
  };
  if (!find(bMap, k) || find(bMap, m) || !find(cMap, m) || find(cMap, k))
    return refuse(1 - match.sparseOperand,
                  "the maps are not those of a matrix product");
  match.transposeB = bRank == 2 && *find(bMap, k) == 1;
  match.transposeC = cRank == 2 && *find(cMap, m) == 1;
  match.transposeA = aTransposed;

  auto aType =
      cast<RankedTensorType>(op->getOperand(match.sparseOperand).getType());
  SmallVector<Type> elements;
  for (OpOperand &operand : op->getOpOperands())
    elements.push_back(getElementTypeOrSelf(operand.get().getType()));
  if (!SpMMOp::takesElements(elements[0], elements[1], elements[2])) {
    auto isOne = [](Type type) {
      return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
    };
    int first = isOne(elements[0]) ? isOne(elements[1]) ? 2 : 1 : 0;
    return refuse(first, "elements must be f16, bf16, f32 or f64, of the "
                         "inputs also f8E4M3FN or f8E5M2; or i8 for the inputs "
                         "and i32 for the output");
  }
  SparseFormatInterface format = getSparseFormat(aType);
  std::string reason;
  if (!format) {
    if (!upstreamStorage)
      return refuse(match.sparseOperand,
                    "upstream keeps the storage of its sparse tensors in host "
                    "memory, which operands=device does not copy");
    FailureOr<UpstreamStorage> storage = readUpstreamEncoding(aType, reason);
    if (failed(storage))
      return refuse(match.sparseOperand, reason);
    match.upstream = *storage;
    match.transposeA = aTransposed != storage->transposed;
    format = getSparseFormat(storage->type);
  }
  ScheduleAttr schedule =
      ScheduleAttr::getDefault(op->getContext()).resolveUnit(format);
  if (failed(format.supports(schedule, reason)))
    return refuse(match.sparseOperand, reason);
  return match;
}

static void rewrite(linalg::LinalgOp op, const Contraction &match) {
  IRRewriter rewriter(op);
  Location loc = op.getLoc();
  Value a = op->getOperand(match.sparseOperand);
  Value b = op->getOperand(1 - match.sparseOperand);
  Value init = op.getDpsInits()[0];
  if (match.upstream)
    a = buildFromUpstream(rewriter, loc, a, *match.upstream);
  bool isDouble = llvm::any_of(op->getOperandTypes(), [](Type type) {
    return getElementTypeOrSelf(type).isF64();
  });
  Type acc = isDouble ? rewriter.getF64Type() : Type(rewriter.getF32Type());
  if (getElementTypeOrSelf(init.getType()).isInteger())
    acc = rewriter.getI32Type();
  // linalg adds to what the output holds.
  Value one =
      arith::ConstantOp::create(rewriter, loc, rewriter.getOneAttr(acc));
  OperationState state(loc, SpMMOp::getOperationName());
  state.addOperands({a, b, one, init});
  state.addTypes(init.getType());
  for (int i = 0; i < 3; ++i)
    state.addRegion();
  auto unit = rewriter.getUnitAttr();
  if (match.transposeA)
    state.addAttribute("transpose_a", unit);
  if (match.transposeB)
    state.addAttribute("transpose_b", unit);
  if (match.transposeC)
    state.addAttribute("transpose_c", unit);
  state.addAttribute("operandSegmentSizes",
                     rewriter.getDenseI32ArrayAttr({1, 1, 0, 0, 1, 1}));
  rewriter.replaceOp(op, rewriter.create(state)->getResults());
}

/// Operations that only pass a value of a #sparse_gpu format on.
static bool mayHoldFormat(Operation *op) {
  return isa<SpMMOp, AssembleOp, DisassembleOp, ConvertOp, tensor::DimOp,
             tensor::CastOp, func::FuncOp, func::CallOp, func::ReturnOp,
             ModuleOp, UnrealizedConversionCastOp, arith::SelectOp>(op) ||
         isa<scf::SCFDialect, cf::ControlFlowDialect>(op->getDialect());
}

namespace {
struct LinalgToSpMM : sparsegpu::impl::LinalgToSpMMBase<LinalgToSpMM> {
  using LinalgToSpMMBase::LinalgToSpMMBase;

  void runOnOperation() override {
    if (failed(takeUpstreamConversions(getOperation(), upstreamStorage)))
      return signalPassFailure();
    bool ok = true;
    SmallVector<linalg::LinalgOp> candidates;
    getOperation().walk([&](Operation *op) {
      bool format = llvm::any_of(op->getOperandTypes(), getSparseFormat) ||
                    llvm::any_of(op->getResultTypes(), getSparseFormat);
      auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      if (linalgOp && linalgOp.hasPureTensorSemantics() &&
          llvm::any_of(op->getOperandTypes(), isSparse)) {
        candidates.push_back(linalgOp);
      } else if (format && !mayHoldFormat(op)) {
        op->emitError() << "'" << op->getName()
                        << "' has an operand or result with a #sparse_gpu "
                           "format, which no lowering takes (LVL0-1)";
        ok = false;
      }
    });
    for (linalg::LinalgOp op : candidates) {
      Refusal refusal;
      FailureOr<Contraction> match =
          matchContraction(op, upstreamStorage, refusal);
      if (succeeded(match))
        rewrite(op, *match);
      else
        ok &= succeeded(report(op, refusal));
    }
    if (!ok)
      signalPassFailure();
  }

  /// Remark, or error where the operation has nowhere else to go.
  LogicalResult report(linalg::LinalgOp op, const Refusal &refusal) {
    bool format = llvm::any_of(op->getOperandTypes(), getSparseFormat);
    InFlightDiagnostic diagnostic =
        format || requireGPU ? op->emitError() : op->emitRemark();
    diagnostic << "'" << op->getName()
               << "' was not taken to the GPU: operand #" << refusal.operand
               << " of type " << op->getOperand(refusal.operand).getType()
               << ": " << refusal.rule;
    if (!format && !requireGPU)
      diagnostic << "; it stays on the CPU";
    return success(!format && !requireGPU);
  }
};
} // namespace
