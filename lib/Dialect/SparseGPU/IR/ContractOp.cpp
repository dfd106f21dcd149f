//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.contract: verification, effects, canonicalisation.
//
//===----------------------------------------------------------------------===//

#include "DestinationStyle.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static bool uses(AffineMap map, unsigned loop) {
  return map.isFunctionOfDim(loop);
}

ContractOp::Loops ContractOp::getLoops() {
  Loops loops;
  for (unsigned d = 0; d < getNumLoops(); ++d) {
    bool a = uses(getMapOfA(), d), b = uses(getMapOfB(), d),
         c = uses(getMapOfC(), d);
    (!c ? loops.k : !b ? loops.m : !a ? loops.n : loops.batch).push_back(d);
  }
  return loops;
}

ShapedType ContractOp::getTypeOf(unsigned operand) {
  return cast<ShapedType>(getOperandOf(operand).getType());
}

std::pair<unsigned, unsigned> ContractOp::getDimOfLoop(unsigned loop) {
  // C before the others: there every subscript is a loop alone.
  for (unsigned operand : {2u, 0u, 1u}) {
    AffineExpr expr = getAffineDimExpr(loop, getContext());
    if (auto dim = getMap(operand).getResultPosition(expr))
      return {operand, *dim};
  }
  llvm_unreachable("the verifier finds a dimension for each loop");
}

int64_t ContractOp::getStaticExtent(unsigned loop) {
  auto [operand, dim] = getDimOfLoop(loop);
  return getTypeOf(operand).getDimSize(dim);
}

/// `expr` is a sum of loops, each with a positive factor.
static bool isSumOfLoops(AffineExpr expr) {
  if (expr.getKind() == AffineExprKind::DimId)
    return true;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (binary.getKind() == AffineExprKind::Add)
    return isSumOfLoops(binary.getLHS()) && isSumOfLoops(binary.getRHS());
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return binary.getKind() == AffineExprKind::Mul && factor &&
         factor.getValue() > 0 &&
         binary.getLHS().getKind() == AffineExprKind::DimId;
}

LogicalResult ContractOp::checkMaps(ArrayRef<AffineMap> maps,
                                    std::string &reason) {
  auto fail = [&](const Twine &text) {
    reason = text.str();
    return failure();
  };
  if (!maps[2].isProjectedPermutation())
    return fail("the subscripts of C must be loops, each at most once");
  for (unsigned operand : {0u, 1u})
    if (maps[operand].getNumSymbols() != 0 ||
        !llvm::all_of(maps[operand].getResults(), isSumOfLoops))
      return fail(Twine("the subscripts of ") + (operand == 0 ? "A" : "B") +
                  " must be sums of loops with positive factors");
  for (unsigned d = 0, e = maps[0].getNumDims(); d < e; ++d) {
    unsigned users = 0;
    bool alone = false;
    for (AffineMap map : maps) {
      users += uses(map, d);
      alone |= map.getResultPosition(getAffineDimExpr(d, map.getContext()))
                   .has_value();
    }
    if (users < 2)
      return fail(Twine("loop d") + Twine(d) +
                  " is in the subscripts of one operand only");
    if (!alone)
      return fail(Twine("loop d") + Twine(d) +
                  " is nowhere a subscript alone, so its extent is not known");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

bool ContractOp::takesElements(Type a, Type b, Type c, bool hasEpilogue) {
  if (a != b)
    return false;
  if (hasEpilogue && !a.isF64()) {
    // What an epilogue makes of the accumulator is its own affair.
    if (c.isSignlessInteger(8) || c.isSignlessInteger(32))
      return takesElements(a, b, Float32Type::get(a.getContext())) ||
             a.isSignlessInteger(8);
    if (a.isSignlessInteger(8))
      return c.isF16() || c.isBF16() || c.isF32();
  }
  if (c.isSignlessInteger(32))
    return a.isSignlessInteger(8);
  if (a.isF64())
    return c.isF64();
  bool isFactor = a.isF16() || a.isBF16() || a.isF32() ||
                  isa<Float8E4M3FNType, Float8E5M2Type>(a);
  return isFactor && (c.isF16() || c.isBF16() || c.isF32());
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static LogicalResult verifyDense(ContractOp op) {
  ShapedType c = op.getTypeOf(2);
  if (isa<MemRefType>(c) ? op.getResult() != nullptr
                         : !op.getResult() || op.getResult().getType() != c)
    return op.emitOpError("has a result of C's type exactly when C is a "
                          "tensor (CTR-1)");
  for (Value operand : op->getOperands()) {
    auto tensor = dyn_cast<RankedTensorType>(operand.getType());
    if ((tensor && tensor.getEncoding()) ||
        isa<MemRefType>(operand.getType()) != isa<MemRefType>(c))
      return op.emitOpError("operands must be dense, and all tensors or all "
                            "memrefs; got ")
             << operand.getType() << " (CTR-1)";
  }
  Type elements[3];
  for (unsigned i = 0; i < 3; ++i)
    elements[i] = op.getTypeOf(i).getElementType();
  if (!ContractOp::takesElements(elements[0], elements[1], elements[2],
                                 !op.getEpilogue().empty() && !op.getBeta()))
    return op.emitOpError("cannot multiply elements of A, B and C of types ")
           << elements[0] << ", " << elements[1] << " and " << elements[2]
           << " (CTR-2)";
  return success();
}

/// The largest subscript of each dimension that is known fits it.
static LogicalResult verifyExtents(ContractOp op) {
  for (unsigned operand = 0; operand < 3; ++operand) {
    ShapedType type = op.getTypeOf(operand);
    for (auto [dim, expr] : llvm::enumerate(op.getMap(operand).getResults())) {
      if (type.isDynamicDim(dim))
        continue;
      auto loop = dyn_cast<AffineDimExpr>(expr);
      if (!loop) {
        // A subscript at the last iteration: loops that are not known count 1.
        SmallVector<AffineExpr> last;
        for (unsigned d = 0; d < op.getNumLoops(); ++d) {
          int64_t extent = op.getStaticExtent(d);
          last.push_back(getAffineConstantExpr(
              ShapedType::isDynamic(extent) || extent < 1 ? 0 : extent - 1,
              op.getContext()));
        }
        auto value = cast<AffineConstantExpr>(
            simplifyAffineExpr(expr.replaceDims(last), 0, 0));
        if (value.getValue() >= type.getDimSize(dim) &&
            type.getDimSize(dim) > 0)
          return op.emitOpError("subscript ")
                 << dim << " of operand " << "ABC"[operand] << " of type "
                 << type << " reaches " << value.getValue() << " (CTR-4)";
        continue;
      }
      int64_t extent = op.getStaticExtent(loop.getPosition());
      if (!ShapedType::isDynamic(extent) && extent != type.getDimSize(dim))
        return op.emitOpError("dimension ")
               << dim << " of operand " << "ABC"[operand] << " is "
               << type.getDimSize(dim) << " (" << type << "), but loop d"
               << loop.getPosition() << " has " << extent
               << " iterations (CTR-4)";
    }
  }
  return success();
}

static LogicalResult verifyInputs(ContractOp op) {
  size_t maps = op.getInputMaps() ? op.getInputMaps()->size() : 0;
  if (maps != op.getInputs().size() ||
      (!op.getInputs().empty() && op.getEpilogue().empty()))
    return op.emitOpError("has ")
           << op.getInputs().size() << " inputs, " << maps
           << " input maps, and "
           << (op.getEpilogue().empty() ? "no epilogue" : "an epilogue")
           << " (CTR-5)";
  for (size_t i = 0; i < maps; ++i) {
    AffineMap map = cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue();
    auto type = cast<ShapedType>(op.getInputs()[i].getType());
    bool fits = map.getNumDims() == op.getNumLoops() &&
                map.isProjectedPermutation() &&
                map.getNumResults() == static_cast<unsigned>(type.getRank());
    for (unsigned d = 0; fits && d < op.getNumLoops(); ++d)
      fits = !uses(map, d) || uses(op.getMapOfC(), d);
    if (!fits)
      return op.emitOpError("input ")
             << i << " of type " << type
             << " needs a map from the loops to its subscripts, each a loop "
                "of C once; got "
             << AffineMapAttr::get(map) << " (CTR-5)";
    for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
      int64_t extent = op.getStaticExtent(map.getDimPosition(dim));
      if (!type.isDynamicDim(dim) && !ShapedType::isDynamic(extent) &&
          extent != type.getDimSize(dim))
        return op.emitOpError("dimension ")
               << dim << " of input " << i << " is " << type.getDimSize(dim)
               << ", but its loop has " << extent << " iterations (CTR-4)";
    }
  }
  return success();
}

LogicalResult ContractOp::verify() {
  if (getMaps().size() != 3)
    return emitOpError("needs maps of A, B and C, got ")
           << getMaps().size() << " (CTR-3)";
  for (unsigned i = 0; i < 3; ++i)
    if (getMap(i).getNumDims() != getNumLoops() ||
        getMap(i).getNumResults() !=
            static_cast<unsigned>(getTypeOf(i).getRank()))
      return emitOpError("the map of operand ")
             << "ABC"[i] << " does not give the subscripts of " << getTypeOf(i)
             << " (CTR-3)";
  std::string reason;
  SmallVector<AffineMap> maps = {getMapOfA(), getMapOfB(), getMapOfC()};
  if (failed(checkMaps(maps, reason)))
    return emitOpError() << reason << " (CTR-3)";
  if (failed(verifyDense(*this)) || failed(verifyExtents(*this)))
    return failure();
  return verifyInputs(*this);
}

LogicalResult ContractOp::verifyRegions() {
  if (getEpilogue().empty())
    return success();
  SmallVector<Type> arguments = {getAccumulatorType()};
  for (Value input : getInputs())
    arguments.push_back(getElementTypeOrSelf(input.getType()));
  Block &block = getEpilogue().front();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!getEpilogue().hasOneBlock() || !yield ||
      !llvm::equal(block.getArgumentTypes(), arguments) ||
      yield.getValue().getType() != getTypeOf(2).getElementType())
    return emitOpError("region 'epilogue' must take ")
           << arguments << " and end in sparse_gpu.yield of "
           << getTypeOf(2).getElementType() << " (CTR-5)";
  if (Operation *inner = findNonScalar(block))
    return emitOpError("region 'epilogue' may hold only scalar operations "
                       "without effects, found '")
           << inner->getName() << "' (CTR-5)";
  return success();
}

//===----------------------------------------------------------------------===//
// Effects and bufferization
//===----------------------------------------------------------------------===//

void ContractOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  getOperandEffects(*this, getBeta(), effects);
}

bool ContractOp::bufferizesToMemoryRead(OpOperand &operand,
                                        const bufferization::AnalysisState &) {
  return !isDpsInit(&operand) || getBeta();
}

bool ContractOp::bufferizesToMemoryWrite(OpOperand &operand,
                                         const bufferization::AnalysisState &) {
  return isDpsInit(&operand);
}

/// An input with the subscripts of C is read where, and before, C is written.
bool ContractOp::bufferizesToElementwiseAccess(
    const bufferization::AnalysisState &, ArrayRef<OpOperand *> operands) {
  return llvm::all_of(operands, [&](OpOperand *operand) {
    unsigned number = operand->getOperandNumber();
    return isDpsInit(operand) ||
           (number >= 2 &&
            cast<AffineMapAttr>((*getInputMaps())[number - 2]).getValue() ==
                getMapOfC());
  });
}

bufferization::AliasingValueList
ContractOp::getAliasingValues(OpOperand &operand,
                              const bufferization::AnalysisState &) {
  if (!isDpsInit(&operand) || !getResult())
    return {};
  return {{getResult(), bufferization::BufferRelation::Equivalent}};
}

LogicalResult
ContractOp::bufferize(RewriterBase &rewriter,
                      const bufferization::BufferizationOptions &options,
                      bufferization::BufferizationState &state) {
  if (!getResult())
    return success();
  return bufferizeInPlace(*this, getInit(), rewriter, options, state);
}

//===----------------------------------------------------------------------===//
// Canonicalisation
//===----------------------------------------------------------------------===//

namespace {
/// beta * 0 is nothing to add: what linalg asks for after a fill.
struct DropBeta : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ContractOp op,
                                PatternRewriter &rewriter) const override {
    Value before = getFilledWithZero(op.getInit());
    if (!op.getBeta() || !before)
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.setBeta(false);
      op.getInitMutable().assign(before);
    });
    return success();
  }
};
} // namespace

void ContractOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<DropBeta>(context);
}
