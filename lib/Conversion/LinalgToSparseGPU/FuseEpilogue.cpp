//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elementwise linalg operations into the epilogues of contractions.
//
// 1. A contraction that adds to a broadcast vector or a constant (`beta`) gets
//    it as a part of its epilogue: the broadcast tensor is never made.
// 2. While the only user of a contraction's result is an elementwise operation
//    that an epilogue can compute (`analyze`), the contraction is made anew at
//    the place of that operation (`apply`): the user's destination becomes C,
//    the user's other operands become inputs, and its body follows the
//    epilogue that was there.
// 3. Elementwise users that are left are named in remarks.
//
// Invariant: subscripts of inputs are loops of C. Loop e of the user is the
// loop of C's dimension j where e is subscript j of the contraction's result.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SetVector.h"

namespace sparsegpu {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {
/// An element for each iteration of some loops: of the tensor `value`, with
/// the subscripts `map`; or the scalar `value`; or the constant `splat`.
struct Source {
  Value value;
  AffineMap map;
  TypedAttr splat;

  bool isTensor() const {
    return !splat && isa<RankedTensorType>(value.getType());
  }
};

/// How a contraction is made anew.
struct Plan {
  /// What is added to the accumulator before the epilogue, if anything.
  std::optional<Source> addend;
  /// The operation whose body follows the epilogue, or null.
  linalg::LinalgOp user;
  /// For each argument of that body, where it comes from; no source: it is the
  /// contraction's own value, or is not used.
  SmallVector<std::optional<Source>> sources;
  SmallVector<bool> isOwnValue;
  /// The new C.
  Value init;
  AffineMap map;
  bool beta = false;
};
} // namespace

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
static Source lookThrough(Source source) {
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

/// Whether known sizes of a tensor are those of the contraction's loops.
static bool hasSizes(ContractOp contract, Value tensor, AffineMap map) {
  auto type = cast<RankedTensorType>(tensor.getType());
  for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
    int64_t extent = contract.getStaticExtent(map.getDimPosition(dim));
    if (!type.isDynamicDim(dim) && !ShapedType::isDynamic(extent) &&
        type.getDimSize(dim) != extent)
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// What can be fused
//===----------------------------------------------------------------------===//

/// Scalar arithmetic, as CTR-5 asks for; null if `op` has nothing else.
static Operation *findForeignOperation(linalg::LinalgOp op) {
  auto isScalar = [](Type type) { return type.isIntOrIndexOrFloat(); };
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
static FailureOr<Plan> analyze(ContractOp contract, linalg::LinalgOp op,
                               std::string &reason) {
  auto refuse = [&](const Twine &text) {
    reason = text.str();
    return failure();
  };
  Value own = contract.getResult();
  for (Operation *user : own.getUsers())
    if (user != op)
      return refuse("the contraction's result has other users (EPI-1)");
  if (op->getBlock() != contract->getBlock())
    return refuse("the contraction is in another block (EPI-1)");
  if (Operation *inner = findForeignOperation(op))
    return refuse("its body holds '" + inner->getName().getStringRef() +
                  "', which is no scalar operation of arith or math (EPI-3)");
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

  Plan plan;
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
    plan.beta = contract.getBeta();
  } else if (contract.getBeta()) {
    plan.addend = Source{contract.getInit(), contract.getMapOfC(), {}};
  }
  // What is overwritten need not be filled.
  while (!readsInit && !plan.beta)
    if (auto fill = plan.init.getDefiningOp<linalg::FillOp>())
      plan.init = fill.getDpsInits()[0];
    else
      break;
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    plan.isOwnValue.push_back(operand.get() == own);
    plan.sources.emplace_back();
    if (operand.get() == own || body.getArgument(number).use_empty())
      continue;
    Source source =
        lookThrough({operand.get(), op.getMatchingIndexingMap(&operand), {}});
    if (source.isTensor()) {
      source.map = toContraction(source.map);
      if (cast<RankedTensorType>(source.value.getType()).getEncoding())
        return refuse("operand " + Twine(number) + " is sparse (EPI-2)");
      if (!source.map.isProjectedPermutation())
        return refuse("the subscripts of operand " + Twine(number) +
                      " must be loops, each at most once (EPI-2)");
      if (!hasSizes(contract, source.value, source.map))
        return refuse("sizes of operand " + Twine(number) +
                      " are not those of the contraction (EPI-2)");
    }
    plan.sources.back() = source;
  }
  if (!hasSizes(contract, plan.init, plan.map))
    return refuse("sizes of its result are not those of the contraction "
                  "(EPI-2)");

  Type elements[3] = {contract.getTypeOf(0).getElementType(),
                      contract.getTypeOf(1).getElementType(),
                      getElementTypeOrSelf(plan.init.getType())};
  if (!ContractOp::takesElements(elements[0], elements[1], elements[2],
                                 /*hasEpilogue=*/true)) {
    llvm::raw_string_ostream(reason)
        << "a contraction of elements of type " << elements[0]
        << " does not store elements of type " << elements[2] << " (EPI-4)";
    return failure();
  }
  return plan;
}

/// Step 1 of the file's header: what C holds is one element many times.
static FailureOr<Plan> analyzeInit(ContractOp contract, OpBuilder &builder) {
  if (!contract.getBeta())
    return failure();
  Source source = lookThrough({contract.getInit(), contract.getMapOfC(), {}});
  auto type = cast<RankedTensorType>(contract.getTypeOf(2));
  if (source.isTensor() &&
      cast<RankedTensorType>(source.value.getType()).getRank() >=
          type.getRank())
    return failure();
  Plan plan;
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
// The new contraction
//===----------------------------------------------------------------------===//

namespace {
/// Makes a contraction of an old one and a plan.
class Rewrite {
public:
  Rewrite(ContractOp old, const Plan &plan, IRRewriter &rewriter)
      : old(old), plan(plan), b(rewriter) {}

  ContractOp run();

private:
  /// The element of `source` in the epilogue `block`: an argument, which is
  /// added, or a value from outside.
  Value elementOf(const Source &source, Block &block);
  Value add(Value accumulator, Value element);
  /// The value that the old epilogue leaves, not rounded to C's type yet.
  Value cloneEpilogue(Value value, ValueRange inputs);
  Value cloneBody(Value value, ArrayRef<Value> elements);

  ContractOp old;
  const Plan &plan;
  IRRewriter &b;
  SmallVector<Value> inputs;
  SmallVector<AffineMap> inputMaps;
};
} // namespace

Value Rewrite::elementOf(const Source &source, Block &block) {
  if (source.splat)
    return arith::ConstantOp::create(b, old.getLoc(), source.splat);
  if (!source.isTensor())
    return source.value;
  inputs.push_back(source.value);
  inputMaps.push_back(source.map);
  return block.addArgument(getElementTypeOrSelf(source.value.getType()),
                           old.getLoc());
}

Value Rewrite::add(Value accumulator, Value element) {
  Type type = accumulator.getType();
  if (type.isInteger())
    return arith::AddIOp::create(b, old.getLoc(), accumulator, element);
  if (element.getType() != type)
    element = arith::ExtFOp::create(b, old.getLoc(), type, element);
  return arith::AddFOp::create(b, old.getLoc(), accumulator, element);
}

Value Rewrite::cloneEpilogue(Value value, ValueRange inputs) {
  if (old.getEpilogue().empty())
    return value;
  IRMapping mapping;
  Block &block = old.getEpilogue().front();
  mapping.map(block.getArgument(0), value);
  mapping.map(block.getArguments().drop_front(), inputs);
  for (Operation &inner : block.without_terminator())
    b.clone(inner, mapping);
  return mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
}

/// The body reads the value in the type of the old C. Where it widens it at
/// once to what it was before it was rounded, it is not rounded at all.
Value Rewrite::cloneBody(Value value, ArrayRef<Value> elements) {
  Value rounded = value, wide = value;
  Type stored = old.getTypeOf(2).getElementType();
  if (value.getType() != stored)
    rounded = arith::TruncFOp::create(b, old.getLoc(), stored, value);
  else if (auto truncation = value.getDefiningOp<arith::TruncFOp>())
    wide = truncation.getIn();
  IRMapping mapping;
  linalg::LinalgOp user = plan.user;
  Block &body = *user.getBlock();
  for (auto [argument, isOwn, element] :
       llvm::zip(body.getArguments(), plan.isOwnValue, elements))
    if (isOwn)
      mapping.map(argument, rounded);
    else if (element)
      mapping.map(argument, element);
  for (Operation &inner : body.without_terminator()) {
    auto extension = dyn_cast<arith::ExtFOp>(inner);
    if (extension && extension.getType() == wide.getType() &&
        mapping.lookupOrNull(extension.getIn()) == rounded)
      mapping.map(extension.getResult(), wide);
    else
      b.clone(inner, mapping);
  }
  return mapping.lookupOrDefault(body.getTerminator()->getOperand(0));
}

/// An epilogue that stores what is stored without one.
static bool isTrivial(Block &block) {
  Value value = block.getTerminator()->getOperand(0);
  if (auto truncation = value.getDefiningOp<arith::TruncFOp>())
    value = truncation.getIn();
  return block.getNumArguments() == 1 && value == block.getArgument(0);
}

ContractOp Rewrite::run() {
  Operation *place = old;
  if (linalg::LinalgOp user = plan.user)
    place = user;
  b.setInsertionPoint(place);
  Region region;
  Block &block = region.emplaceBlock();
  Value accumulator = block.addArgument(old.getAccumulatorType(), old.getLoc());
  SmallVector<Value> oldInputs, elements;
  for (auto [i, input] : llvm::enumerate(old.getInputs())) {
    AffineMap map = cast<AffineMapAttr>((*old.getInputMaps())[i]).getValue();
    oldInputs.push_back(elementOf({input, map, {}}, block));
  }
  Value addend = plan.addend ? elementOf(*plan.addend, block) : Value();
  for (const std::optional<Source> &source : plan.sources)
    elements.push_back(source ? elementOf(*source, block) : Value());

  b.setInsertionPointToEnd(&block);
  Value value = addend ? add(accumulator, addend) : accumulator;
  value = cloneEpilogue(value, oldInputs);
  if (plan.user)
    value = cloneBody(value, elements);
  Type stored = getElementTypeOrSelf(plan.init.getType());
  if (value.getType() != stored)
    value = arith::TruncFOp::create(b, old.getLoc(), stored, value);
  YieldOp::create(b, old.getLoc(), value);
  // Roundings that nobody reads any more.
  for (Operation &inner :
       llvm::make_early_inc_range(llvm::reverse(block.without_terminator())))
    if (isOpTriviallyDead(&inner))
      inner.erase();

  b.setInsertionPoint(place);
  OperationState state(old.getLoc(), ContractOp::getOperationName());
  state.addOperands({old.getA(), old.getB()});
  state.addOperands(inputs);
  state.addOperands(plan.init);
  state.addTypes(plan.init.getType());
  state.addAttributes(old->getDiscardableAttrDictionary().getValue());
  if (old.getSchedules())
    state.addAttribute(old.getSchedulesAttrName(), *old.getSchedules());
  if (plan.beta)
    state.addAttribute(old.getBetaAttrName(), b.getUnitAttr());
  if (!inputs.empty())
    state.addAttribute(old.getInputMapsAttrName(),
                       b.getAffineMapArrayAttr(inputMaps));
  state.addAttribute(
      old.getMapsAttrName(),
      b.getAffineMapArrayAttr({old.getMapOfA(), old.getMapOfB(), plan.map}));
  Region *epilogue = state.addRegion();
  if (!isTrivial(block))
    epilogue->takeBody(region);
  auto made = cast<ContractOp>(b.create(state));
  b.replaceOp(place, made->getResults());
  if (place != old)
    b.eraseOp(old);
  return made;
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
    SmallVector<ContractOp> contractions;
    getOperation().walk([&](ContractOp op) {
      if (op.getResult())
        contractions.push_back(op);
    });
    for (ContractOp &op : contractions)
      op = fuseAll(op);
    for (ContractOp op : contractions)
      remark(op);
  }

  ContractOp fuseAll(ContractOp op) {
    IRRewriter rewriter(op);
    if (FailureOr<Plan> plan = analyzeInit(op, rewriter); succeeded(plan))
      op = replace(op, *plan, rewriter);
    while (!op.getResult().use_empty()) {
      Operation *user = *op.getResult().getUsers().begin();
      std::string reason;
      if (!isElementwise(user))
        break;
      FailureOr<Plan> plan = analyze(op, cast<linalg::LinalgOp>(user), reason);
      if (failed(plan))
        break;
      op = replace(op, *plan, rewriter);
    }
    return op;
  }

  ContractOp replace(ContractOp op, const Plan &plan, IRRewriter &rewriter) {
    llvm::SetVector<Value> before;
    before.insert(op.getInit());
    if (plan.user)
      for (Value operand : plan.user->getOperands())
        if (operand != op.getResult())
          before.insert(operand);
    ContractOp made = Rewrite(op, plan, rewriter).run();
    eraseDead(before.getArrayRef());
    return made;
  }

  static void remark(ContractOp op) {
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
