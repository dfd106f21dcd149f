//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elementwise linalg operations into the epilogues of contractions, of dense
// tensors and of sparse ones.
//
// 1. A contraction that adds to a broadcast vector or a constant (`beta`) gets
//    it as a part of its epilogue: the broadcast tensor is never made.
// 2. While the only user of a contraction's result is an elementwise operation
//    that an epilogue can compute (`analyze`), the contraction is made anew at
//    the place of that operation (`applyEpiloguePlan`): the user's destination
//    becomes C, the user's other operands become inputs, and its body follows
//    the epilogue that was there.
// 3. Elementwise users that are left are named in remarks.
//
// Invariant: subscripts of inputs are loops of C. Loop e of the user is the
// loop of C's dimension j where e is subscript j of the contraction's result.
//
//===----------------------------------------------------------------------===//

#include "EpiloguePlan.h"
#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

namespace sparsegpu {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Where elements come from
//===----------------------------------------------------------------------===//

/// Whether `op` only spreads or permutes its one input: linalg.fill,
/// linalg.broadcast, linalg.transpose, and what is written like them.
static bool onlyMoves(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 1 ||
      op.getNumDpsInits() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      !llvm::hasSingleElement(*op.getBlock()))
    return false;
  OpOperand *input = op.getDpsInputOperand(0);
  return op.getBlock()->getTerminator()->getOperand(0) ==
             op.getMatchingBlockArgument(input) &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isPermutation() &&
         op.getMatchingIndexingMap(input).isProjectedPermutation();
}

/// The source behind producers that only move elements, and constants.
static EpilogueSource lookThrough(EpilogueSource source) {
  while (isa<RankedTensorType>(source.value.getType())) {
    DenseElementsAttr constant;
    if (matchPattern(source.value, m_Constant(&constant)) &&
        constant.isSplat()) {
      source.splat = constant.getSplatValue<TypedAttr>();
      return source;
    }
    auto op = source.value.getDefiningOp<linalg::LinalgOp>();
    if (!op || !onlyMoves(op))
      return source;
    OpOperand *input = op.getDpsInputOperand(0);
    AffineMap toLoops =
        inversePermutation(op.getMatchingIndexingMap(op.getDpsInitOperand(0)));
    source.map =
        op.getMatchingIndexingMap(input).compose(toLoops.compose(source.map));
    source.value = input->get();
  }
  return source;
}

namespace {
/// The extents of a contraction's loops that types of tensors give.
class Extents {
public:
  /// Those that the contraction has.
  explicit Extents(EpilogueOpInterface op)
      : extents(op.getNumLoops(), ShapedType::kDynamic) {
    for (auto [operand, map] : op.getSubscripts())
      add(operand, map);
    for (auto [i, input] : llvm::enumerate(op.getInputs()))
      add(input, cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue());
  }

  /// Adds those of `tensor`; false if it has others.
  bool add(Value tensor, AffineMap map) {
    auto type = cast<RankedTensorType>(tensor.getType());
    for (auto [size, expr] : llvm::zip(type.getShape(), map.getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      if (!loop || ShapedType::isDynamic(size))
        continue;
      int64_t &extent = extents[loop.getPosition()];
      if (!ShapedType::isDynamic(extent) && extent != size)
        return false;
      extent = size;
    }
    return true;
  }

private:
  SmallVector<int64_t> extents;
};
} // namespace

//===----------------------------------------------------------------------===//
// What can be fused
//===----------------------------------------------------------------------===//

/// Scalar arithmetic, as CTR-5 asks for, without floats below 16 bits, which
/// nothing lowers; null if `op` has nothing else.
static Operation *findForeignOperation(linalg::LinalgOp op) {
  auto isScalar = [](Type type) {
    return type.isIntOrIndex() ||
           (isa<FloatType>(type) && type.getIntOrFloatBitWidth() >= 16);
  };
  for (Operation &inner : op.getBlock()->without_terminator())
    if (!isa<arith::ArithDialect, math::MathDialect>(inner.getDialect()) ||
        !isMemoryEffectFree(&inner) || inner.getNumRegions() != 0 ||
        !llvm::all_of(inner.getOperandTypes(), isScalar) ||
        !llvm::all_of(inner.getResultTypes(), isScalar))
      return &inner;
  return nullptr;
}

/// All loops are parallel: a candidate, or a near miss.
static bool isElementwise(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.getNumParallelLoops() == linalgOp.getNumLoops();
}

/// How `op`, a user of the contraction's result, becomes a part of its
/// epilogue; or why it does not.
static FailureOr<EpiloguePlan> analyze(EpilogueOpInterface contract,
                                       linalg::LinalgOp op,
                                       std::string &reason) {
  auto refuse = [&](const Twine &text) {
    reason = text.str();
    return failure();
  };
  Value own = contract->getResult(0);
  for (Operation *user : own.getUsers())
    if (user != op)
      return refuse("the contraction's result has other users (EPI-1)");
  if (op->getBlock() != contract->getBlock())
    return refuse("the contraction is in another block (EPI-1)");
  if (Operation *inner = findForeignOperation(op))
    return refuse(
        "its body holds '" + inner->getName().getStringRef() +
        "', which is no scalar operation of arith or math on integers and "
        "floats of 16 bits or more (EPI-3)");
  Block &body = *op.getBlock();
  if (op->getNumResults() != 1 ||
      body.getNumArguments() != op->getNumOperands())
    return refuse("it must have one result (EPI-3)");

  // In which order the loops of the user run through the result.
  AffineMap order;
  for (OpOperand &operand : op->getOpOperands()) {
    bool isRead = !body.getArgument(operand.getOperandNumber()).use_empty();
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (operand.get() != own || (op.isDpsInit(&operand) && !isRead))
      continue;
    if (!map.isPermutation() || (order && order != map))
      return refuse("it must read each element of the contraction's result "
                    "once (EPI-2)");
    order = map;
  }
  if (!order)
    return failure();
  SmallVector<AffineExpr> loopOf(op.getNumLoops());
  for (auto [dim, expr] : llvm::enumerate(contract.getMapOfC().getResults()))
    loopOf[order.getDimPosition(dim)] = expr;
  auto toContraction = [&](AffineMap map) {
    return map.replaceDimsAndSymbols(loopOf, {}, contract.getNumLoops(), 0);
  };

  EpiloguePlan plan;
  plan.user = op;
  OpOperand *init = op.getDpsInitOperand(0);
  AffineMap initMap = op.getMatchingIndexingMap(init);
  if (!initMap.isPermutation())
    return refuse("it must write each element of its result once (EPI-2)");
  plan.map = toContraction(initMap);
  plan.init = init->get();
  bool readsInit = !op.getMatchingBlockArgument(init).use_empty();
  if (plan.init == own) {
    // In place: C stays what it was.
    if (plan.map != contract.getMapOfC())
      return refuse("it overwrites the contraction's result in another order "
                    "(EPI-2)");
    plan.init = contract.getInit();
    plan.beta = contract.addsInit();
  } else if (contract.addsInit()) {
    plan.addend = EpilogueSource{contract.getInit(), contract.getMapOfC(), {}};
  }
  // What is overwritten need not be filled.
  while (!readsInit && !plan.beta)
    if (auto fill = plan.init.getDefiningOp<linalg::FillOp>())
      plan.init = fill.getDpsInits()[0];
    else
      break;
  Extents extents(contract);
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    plan.isOwnValue.push_back(operand.get() == own);
    plan.sources.emplace_back();
    if (operand.get() == own || body.getArgument(number).use_empty())
      continue;
    EpilogueSource source =
        lookThrough({operand.get(), op.getMatchingIndexingMap(&operand), {}});
    if (source.isTensor()) {
      source.map = toContraction(source.map);
      if (cast<RankedTensorType>(source.value.getType()).getEncoding())
        return refuse("operand " + Twine(number) + " is sparse (EPI-2)");
      if (!source.map.isProjectedPermutation())
        return refuse("the subscripts of operand " + Twine(number) +
                      " must be loops, each at most once (EPI-2)");
      if (!extents.add(source.value, source.map))
        return refuse("sizes of operand " + Twine(number) +
                      " are not those of the contraction (EPI-2)");
    }
    plan.sources.back() = source;
  }
  if (!extents.add(plan.init, plan.map))
    return refuse("sizes of its result are not those of the contraction "
                  "(EPI-2)");

  Type stored = getElementTypeOrSelf(plan.init.getType());
  if (!contract.canStore(stored)) {
    Type first = getElementTypeOrSelf(contract->getOperand(0).getType());
    llvm::raw_string_ostream(reason)
        << "a contraction of elements of type " << first
        << " with sums of type " << contract.getAccumulatorType()
        << " does not store elements of type " << stored << " (EPI-4)";
    return failure();
  }
  return plan;
}

/// Step 1 of the file's header: what C holds is one element many times.
static FailureOr<EpiloguePlan> analyzeInit(EpilogueOpInterface contract,
                                           OpBuilder &builder) {
  if (!contract.addsInit())
    return failure();
  EpilogueSource source =
      lookThrough({contract.getInit(), contract.getMapOfC(), {}});
  auto type = cast<RankedTensorType>(contract.getInit().getType());
  if (source.isTensor() &&
      cast<RankedTensorType>(source.value.getType()).getRank() >=
          type.getRank())
    return failure();
  EpiloguePlan plan;
  plan.map = contract.getMapOfC();
  if (auto op = contract.getInit().getDefiningOp<linalg::LinalgOp>())
    plan.init = op.getDpsInits()[0];
  else
    plan.init = tensor::EmptyOp::create(builder, contract.getLoc(),
                                        type.getShape(), type.getElementType());
  if (!source.splat || !(matchPattern(source.splat, m_PosZeroFloat()) ||
                         matchPattern(source.splat, m_Zero())))
    plan.addend = source;
  return plan;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Erases what made a tensor that nobody uses any more.
static void eraseDead(ArrayRef<Value> values) {
  for (Value value : values) {
    Operation *op = value.getDefiningOp();
    if (!op || !isa<linalg::LinalgOp, tensor::EmptyOp>(op) ||
        !isOpTriviallyDead(op))
      continue;
    SmallVector<Value> operands(op->getOperands());
    op->erase();
    llvm::SetVector<Value> distinct(operands.begin(), operands.end());
    eraseDead(distinct.getArrayRef());
  }
}

namespace {
struct FuseEpilogue : sparsegpu::impl::FuseEpilogueBase<FuseEpilogue> {
  using FuseEpilogueBase::FuseEpilogueBase;

  void runOnOperation() override {
    SmallVector<EpilogueOpInterface> contractions;
    getOperation().walk([&](EpilogueOpInterface op) {
      if (op->getNumResults() == 1)
        contractions.push_back(op);
    });
    for (EpilogueOpInterface &op : contractions)
      op = fuseAll(op);
    for (EpilogueOpInterface op : contractions)
      remark(op);
  }

  EpilogueOpInterface fuseAll(EpilogueOpInterface op) {
    IRRewriter rewriter(op);
    if (FailureOr<EpiloguePlan> plan = analyzeInit(op, rewriter);
        succeeded(plan))
      op = replace(op, *plan, rewriter);
    while (!op->getResult(0).use_empty()) {
      Operation *user = *op->getResult(0).getUsers().begin();
      std::string reason;
      if (!isElementwise(user))
        break;
      FailureOr<EpiloguePlan> plan =
          analyze(op, cast<linalg::LinalgOp>(user), reason);
      if (failed(plan))
        break;
      op = replace(op, *plan, rewriter);
    }
    return op;
  }

  EpilogueOpInterface replace(EpilogueOpInterface op, const EpiloguePlan &plan,
                              IRRewriter &rewriter) {
    llvm::SetVector<Value> before;
    before.insert(op.getInit());
    if (plan.user)
      for (Value operand : plan.user->getOperands())
        if (operand != op->getResult(0))
          before.insert(operand);
    EpilogueOpInterface made = applyEpiloguePlan(op, plan, rewriter);
    eraseDead(before.getArrayRef());
    return made;
  }

  static void remark(EpilogueOpInterface op) {
    llvm::SetVector<Operation *> users(op->getUsers().begin(),
                                       op->getUsers().end());
    for (Operation *user : users) {
      std::string reason;
      if (isElementwise(user) &&
          failed(analyze(op, cast<linalg::LinalgOp>(user), reason)) &&
          !reason.empty())
        user->emitRemark("'")
            << user->getName() << "' is not a part of the contraction's "
            << "epilogue: " << reason << "; it stays on the CPU";
    }
  }
};
} // namespace
