//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// spmm: types, verification (SPMM-1 to SPMM-13, docs/Spec.md), effects and
// canonicalisation.
//
//===----------------------------------------------------------------------===//

#include "DestinationStyle.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace sparsegpu;

RankedTensorType SpMMOp::getSparseType() {
  if (isDecomposed())
    return dyn_cast<RankedTensorType>(*getAType());
  return getA().size() == 1 ? dyn_cast<RankedTensorType>(getA()[0].getType())
                            : RankedTensorType();
}

SparseFormatInterface SpMMOp::getFormat() {
  RankedTensorType type = getSparseType();
  return type ? getSparseFormat(type) : SparseFormatInterface();
}

bool SpMMOp::takesElements(Type a, Type b, Type c, bool hasEpilogue) {
  auto isFloat = [](Type type) {
    return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
  };
  auto isFactor = [&](Type type) {
    return isFloat(type) || isa<Float8E4M3FNType, Float8E5M2Type>(type);
  };
  if (a.isSignlessInteger(8) && b.isSignlessInteger(8))
    return c.isSignlessInteger(32) ||
           // What an epilogue makes of the sum is its own affair.
           (hasEpilogue &&
            (c.isSignlessInteger(8) || c.isF16() || c.isBF16() || c.isF32()));
  if (!isFactor(a) || !isFactor(b))
    return false;
  return isFloat(c) || (hasEpilogue && !a.isF64() && !b.isF64() &&
                        (c.isSignlessInteger(8) || c.isSignlessInteger(32)));
}

std::optional<unsigned> SpMMOp::getColumnDimOfB() {
  if (getBType().getRank() == 1)
    return std::nullopt;
  return getTransposeB() ? 0 : 1;
}

int64_t SpMMOp::getStaticColumns() {
  std::optional<unsigned> dim = getColumnDimOfB();
  return dim ? getBType().getDimSize(*dim) : 1;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// SPMM-1: A is one sparse tensor, or the storage of `a_type`.
static LogicalResult verifyA(SpMMOp op) {
  if (!op.isDecomposed()) {
    if (op.getA().size() != 1)
      return op.emitOpError("takes one sparse tensor as operand A, or storage "
                            "with its type after 'of'; got ")
             << op.getA().size() << " values (SPMM-1)";
    if (!op.getFormat())
      return op.emitOpError("operand A needs a sparse format, got ")
             << op.getA()[0].getType() << " (SPMM-1)";
    return success();
  }
  auto type = dyn_cast<RankedTensorType>(*op.getAType());
  SparseFormatInterface format =
      type ? getSparseFormat(type) : SparseFormatInterface();
  if (!format)
    return op.emitOpError("'a_type' needs a sparse format, got ")
           << *op.getAType() << " (SPMM-1)";
  SmallVector<Type> parts = getStorageTypes(type);
  auto matches = [](Type expected, Type actual) {
    auto field = dyn_cast<ShapedType>(expected);
    auto given = dyn_cast<ShapedType>(actual);
    if (!field || !given)
      return expected == actual;
    return given.getElementType() == field.getElementType() &&
           succeeded(verifyCompatibleShape(field, given));
  };
  if (parts.size() != op.getA().size() ||
      !llvm::all_of_zip(parts, op.getA().getTypes(), matches))
    return op.emitOpError("operand A is not the storage of ")
           << type << ": expected " << parts << " (SPMM-1)";
  return success();
}

/// SPMM-2 to SPMM-4: the forms of B and C.
static LogicalResult verifyDense(SpMMOp op) {
  ShapedType b = op.getBType(), c = op.getCType();
  if (isa<MemRefType>(b) != isa<MemRefType>(c))
    return op.emitOpError("operands B and C must both be tensors or both be "
                          "memrefs (SPMM-2)");
  if (isa<MemRefType>(c) ? op.getResult() != nullptr
                         : !op.getResult() || op.getResult().getType() != c)
    return op.emitOpError("has a result of C's type exactly when C is a "
                          "tensor (SPMM-2)");
  for (Value part : op.getA())
    if (isa<ShapedType>(part.getType()) &&
        isa<MemRefType>(part.getType()) != isa<MemRefType>(c))
      return op.emitOpError("operand A must be given as tensors or as memrefs, "
                            "as B and C are; got ")
             << part.getType() << " (SPMM-2)";
  for (auto [name, type] : {std::pair("B", b), std::pair("C", c)}) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && tensor.getEncoding())
      return op.emitOpError("operand ")
             << name << " must be dense, got " << type << " (SPMM-3)";
    if (type.getRank() != b.getRank() ||
        (type.getRank() != 1 && type.getRank() != 2))
      return op.emitOpError("operands B and C must have the same rank, 1 or 2;"
                            " got ")
             << b << " and " << c << " (SPMM-3)";
  }
  if (b.getRank() == 1 && (op.getTransposeB() || op.getTransposeC()))
    return op.emitOpError("a vector cannot be transposed (SPMM-4)");
  return success();
}

/// SPMM-5 to SPMM-7: shapes and element types.
static LogicalResult verifyShapes(SpMMOp op) {
  RankedTensorType a = op.getSparseType();
  ShapedType b = op.getBType(), c = op.getCType();
  if (a.getRank() != 2)
    return op.emitOpError("operand A must have rank 2, got ")
           << a << " (SPMM-5)";
  auto agree = [](int64_t x, int64_t y) {
    return ShapedType::isDynamic(x) || ShapedType::isDynamic(y) || x == y;
  };
  auto mismatch = [&](const char *size, Type x, int64_t xSize,
                      const char *xName, Type y, int64_t ySize,
                      const char *yName, const char *rule) {
    return op.emitOpError()
           << size << " of operand " << xName << " is " << xSize << " (" << x
           << ") but " << size << " of operand " << yName << " is " << ySize
           << " (" << y << ") (" << rule << ")";
  };
  int64_t m = a.getDimSize(op.getTransposeA() ? 1 : 0);
  int64_t k = a.getDimSize(op.getTransposeA() ? 0 : 1);
  bool matrix = b.getRank() == 2;
  int64_t kB = b.getDimSize(matrix && op.getTransposeB() ? 1 : 0);
  int64_t mC = c.getDimSize(matrix && op.getTransposeC() ? 1 : 0);
  if (!agree(k, kB))
    return mismatch("K", a, k, "A", b, kB, "B", "SPMM-5");
  if (!agree(m, mC))
    return mismatch("M", a, m, "A", c, mC, "C", "SPMM-6");
  if (matrix) {
    int64_t nB = b.getDimSize(op.getTransposeB() ? 0 : 1);
    int64_t nC = c.getDimSize(op.getTransposeC() ? 0 : 1);
    if (!agree(nB, nC))
      return mismatch("N", b, nB, "B", c, nC, "C", "SPMM-6");
  }
  if (!SpMMOp::takesElements(
          a.getElementType(), b.getElementType(), c.getElementType(),
          /*hasEpilogue=*/!op.getEpilogue().empty() && !op.getBeta()))
    return op.emitOpError("elements of A, B and C must be f16, bf16, f32 or "
                          "f64, of A and B also f8E4M3FN or f8E5M2; or i8, i8 "
                          "and i32 (with an epilogue and without beta C may "
                          "also be of i8 or i32, or of floats below f64 after "
                          "i8); got ")
           << a.getElementType() << ", " << b.getElementType() << " and "
           << c.getElementType() << " (SPMM-7)";
  for (auto [name, value] :
       {std::pair("alpha", op.getAlpha()), std::pair("beta", op.getBeta())})
    if (value && value.getType() != op.getAccumulatorType())
      return op.emitOpError("'") << name << "' must have the accumulator type "
                                 << op.getAccumulatorType() << ", got "
                                 << value.getType() << " (SPMM-8)";
  return success();
}

/// SPMM-12: inputs of the epilogue and their maps.
static LogicalResult verifyInputs(SpMMOp op) {
  size_t maps = op.getInputMaps() ? op.getInputMaps()->size() : 0;
  if (maps != op.getInputs().size())
    return op.emitOpError("has ") << op.getInputs().size() << " inputs but "
                                  << maps << " input maps (SPMM-12)";
  if (!op.getInputs().empty() && op.getEpilogue().empty())
    return op.emitOpError("has inputs but no epilogue (SPMM-12)");
  for (size_t i = 0; i < maps; ++i) {
    AffineMap map = cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue();
    auto type = cast<ShapedType>(op.getInputs()[i].getType());
    if (map.getNumDims() != 2 || map.getNumSymbols() != 0 ||
        !map.isProjectedPermutation() ||
        map.getNumResults() != static_cast<unsigned>(type.getRank()))
      return op.emitOpError("input ")
             << i << " of type " << type
             << " needs a map from (m, n) to its subscripts, each m or n at "
                "most once; got "
             << AffineMapAttr::get(map) << " (SPMM-12)";
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && tensor.getEncoding())
      return op.emitOpError("input ")
             << i << " must be dense, got " << type << " (SPMM-3)";
    for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
      ShapedType c = op.getCType();
      bool isRow = map.getDimPosition(dim) == 0;
      int64_t extent = 1; // N of a vector
      if (isRow || c.getRank() == 2)
        extent = c.getDimSize(c.getRank() == 2 &&
                              isRow == static_cast<bool>(op.getTransposeC()));
      if (!type.isDynamicDim(dim) && !ShapedType::isDynamic(extent) &&
          type.getDimSize(dim) != extent)
        return op.emitOpError("dimension ")
               << dim << " of input " << i << " is " << type.getDimSize(dim)
               << " but " << (isRow ? "M" : "N") << " of C is " << extent
               << " (SPMM-12)";
    }
    if (isa<MemRefType>(type) != isa<MemRefType>(op.getCType()))
      return op.emitOpError("input ")
             << i << " must be a tensor or memref as C is (SPMM-2)";
  }
  return success();
}

LogicalResult SpMMOp::verify() {
  if (failed(verifyA(*this)) || failed(verifyDense(*this)) ||
      failed(verifyShapes(*this)))
    return failure();
  bool given = getIdentity().has_value();
  if (getCombine().empty() == given || getReduce().empty() == given)
    return emitOpError("takes 'combine', 'reduce' and 'identity' together "
                       "(SPMM-9)");
  if (given && (getAlpha() || getBeta()))
    return emitOpError("takes 'alpha' and 'beta' only without a semiring of "
                       "its own (SPMM-9)");
  if (given && getIdentity()->getType() != getAccumulatorType())
    return emitOpError("'identity' must have the accumulator type ")
           << getAccumulatorType() << ", got " << getIdentity()->getType()
           << " (SPMM-9)";
  return verifyInputs(*this);
}

/// One block, the given argument types, a yield of `result`, no effects.
static LogicalResult verifyBody(SpMMOp op, Region &region, StringRef name,
                                ArrayRef<Type> arguments, Type result,
                                StringRef rule) {
  if (region.empty())
    return success();
  if (!region.hasOneBlock())
    return op.emitOpError("region '")
           << name << "' must have one block (" << rule << ")";
  Block &block = region.front();
  if (!llvm::equal(block.getArgumentTypes(), arguments))
    return op.emitOpError("region '")
           << name << "' must take " << arguments << " (" << rule << ")";
  auto yield =
      dyn_cast_or_null<YieldOp>(block.empty() ? nullptr : &block.back());
  if (!yield || yield.getValue().getType() != result)
    return op.emitOpError("region '")
           << name << "' must end in sparse_gpu.yield of " << result << " ("
           << rule << ")";
  if (Operation *inner = findNonScalar(block))
    return op.emitOpError("region '")
           << name << "' may hold only scalar operations without effects, "
           << "found '" << inner->getName() << "' (SPMM-13)";
  return success();
}

LogicalResult SpMMOp::verifyRegions() {
  Type acc = getAccumulatorType();
  SmallVector<Type> epilogue = {acc};
  for (Value input : getInputs())
    epilogue.push_back(getElementTypeOrSelf(input.getType()));
  if (failed(verifyBody(*this, getCombine(), "combine", {acc, acc}, acc,
                        "SPMM-10")) ||
      failed(
          verifyBody(*this, getReduce(), "reduce", {acc, acc}, acc, "SPMM-10")))
    return failure();
  return verifyBody(*this, getEpilogue(), "epilogue", epilogue,
                    getCType().getElementType(), "SPMM-11");
}

//===----------------------------------------------------------------------===//
// Effects and canonicalisation
//===----------------------------------------------------------------------===//

void SpMMOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  getOperandEffects(*this, getBeta() != nullptr, effects);
}

namespace {
/// Drops beta where C is zero: beta is the constant 0, or C was just filled
/// with zero. Then C is not read.
struct DropBeta : OpRewritePattern<SpMMOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SpMMOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getBeta() || !isa<RankedTensorType>(op.getCType()))
      return failure();
    Value before = getFilledWithZero(op.getInit());
    if (!before && !isConstantZero(op.getBeta()))
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.getBetaMutable().clear();
      if (before)
        op.getInitMutable().assign(before);
    });
    return success();
  }
};
/// Takes operands from before a tensor.cast that only forgets sizes. The tensor
/// dialect has the same pattern for every op with destinations, but it cannot
/// clone an op with an empty region; with its higher benefit this one comes
/// first and leaves that nothing to fold. Sizes that contradict each other are
/// then found by the verifier.
struct FoldCasts : OpRewritePattern<SpMMOp> {
  FoldCasts(MLIRContext *context)
      : OpRewritePattern<SpMMOp>(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(SpMMOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    rewriter.startOpModification(op);
    for (OpOperand &operand : op->getOpOperands()) {
      auto cast = operand.get().getDefiningOp<tensor::CastOp>();
      if (!cast || !tensor::canFoldIntoConsumerOp(cast))
        continue;
      operand.set(cast.getSource());
      changed = true;
    }
    if (!changed) {
      rewriter.cancelOpModification(op);
      return failure();
    }
    if (!op.getResult()) {
      rewriter.finalizeOpModification(op);
      return success();
    }
    Type oldType = op.getResult().getType(), newType = op.getCType();
    op.getResult().setType(cast<RankedTensorType>(newType));
    rewriter.finalizeOpModification(op);
    if (oldType != newType) {
      rewriter.setInsertionPointAfter(op);
      auto back = tensor::CastOp::create(rewriter, op.getLoc(), oldType,
                                         op.getResult());
      rewriter.replaceAllUsesExcept(op.getResult(), back, back);
    }
    return success();
  }
};
} // namespace

void SpMMOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<DropBeta, FoldCasts>(context);
}
