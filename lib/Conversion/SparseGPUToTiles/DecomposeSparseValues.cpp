//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sparse values to their storage, one to many.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/ControlFlow/Transforms/StructuralTypeConversions.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace sparsegpu {
#define GEN_PASS_DEF_DECOMPOSESPARSEVALUES
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {

struct StorageTypeConverter : TypeConverter {
  StorageTypeConverter() {
    addConversion([](Type type) { return type; });
    addConversion(
        [](RankedTensorType type,
           SmallVectorImpl<Type> &parts) -> std::optional<LogicalResult> {
          if (!getSparseFormat(type))
            return std::nullopt;
          parts.append(getStorageTypes(type));
          return success();
        });
  }
};

/// `values`, cast to `types` where sizes are known on one side only.
SmallVector<Value> castParts(OpBuilder &builder, Location loc,
                             ValueRange values, TypeRange types) {
  SmallVector<Value> parts;
  for (auto [value, type] : llvm::zip(values, types))
    parts.push_back(value.getType() == type
                        ? value
                        : tensor::CastOp::create(builder, loc, type, value));
  return parts;
}

/// assemble: its operands are the storage.
struct ConvertAssemble : OpConversionPattern<AssembleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(AssembleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getResult().getType());
    SmallVector<Value> parts = castParts(
        rewriter, op.getLoc(), adaptor.getOperands(), getStorageTypes(type));
    rewriter.replaceOpWithMultiple(op, {ValueRange(parts)});
    return success();
  }
};

/// disassemble: its results are the storage.
struct ConvertDisassemble : OpConversionPattern<DisassembleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(DisassembleOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getSource());
    return success();
  }
};

/// tensor.dim: the size operand or a constant.
struct ConvertDim : OpConversionPattern<tensor::DimOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tensor::DimOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getSource().getType());
    SparseStorage storage =
        getSparseStorage(rewriter, op.getLoc(), type, adaptor.getSource());
    if (std::optional<int64_t> dim = op.getConstantIndex()) {
      rewriter.replaceOp(op, *dim == 0 ? storage.rows : storage.columns);
      return success();
    }
    Value zero = arith::ConstantIndexOp::create(rewriter, op.getLoc(), 0);
    Value isRows = arith::CmpIOp::create(
        rewriter, op.getLoc(), arith::CmpIPredicate::eq, op.getIndex(), zero);
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, isRows, storage.rows,
                                                 storage.columns);
    return success();
  }
};

/// tensor.cast between sparse types of one format: sizes become known or
/// unknown; fields are cast.
struct ConvertCast : OpConversionPattern<tensor::CastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tensor::CastOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto from = cast<RankedTensorType>(op.getSource().getType());
    auto to = cast<RankedTensorType>(op.getType());
    if (from.getEncoding() != to.getEncoding())
      return op.emitError("casts between formats move data: ")
             << from << " to " << to << " (LVL0-2)";
    SparseStorage storage =
        getSparseStorage(rewriter, op.getLoc(), from, adaptor.getSource());
    SmallVector<Type> types = getStorageTypes(to);
    SmallVector<Value> parts =
        castParts(rewriter, op.getLoc(), storage.fields,
                  TypeRange(types).take_front(storage.fields.size()));
    Value sizes[] = {storage.rows, storage.columns};
    for (int dim = 0; dim < 2; ++dim)
      if (to.isDynamicDim(dim))
        parts.push_back(sizes[dim]);
    rewriter.replaceOpWithMultiple(op, {ValueRange(parts)});
    return success();
  }
};

/// arith.select of sparse values: part by part.
struct ConvertSelect : OpConversionPattern<arith::SelectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::SelectOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    for (auto [yes, no] :
         llvm::zip(adaptor.getTrueValue(), adaptor.getFalseValue()))
      parts.push_back(arith::SelectOp::create(rewriter, op.getLoc(),
                                              op.getCondition(), yes, no));
    rewriter.replaceOpWithMultiple(op, {ValueRange(parts)});
    return success();
  }
};

/// spmm: operand A becomes its storage.
struct ConvertSpMM : OpConversionPattern<SpMMOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(SpMMOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = op.getSparseType();
    rewriter.modifyOpInPlace(op, [&] {
      op.getAMutable().assign(adaptor.getA()[0]);
      op.setATypeAttr(TypeAttr::get(type));
    });
    return success();
  }
};

/// The attributes of a function's arguments and results. Upstream's patterns
/// leave them at the positions that they had before types were replaced 1:N;
/// here each goes to every part of its value.
struct SignatureAttributes {
  SignatureAttributes(func::FuncOp function) : function(function) {
    FunctionType type = function.getFunctionType();
    spread(type.getInputs(), function.getAllArgAttrs(), arguments);
    spread(type.getResults(), function.getAllResultAttrs(), results);
  }

  void restore() {
    if (!arguments.empty())
      function.setAllArgAttrs(arguments);
    if (!results.empty())
      function.setAllResultAttrs(results);
  }

private:
  static void spread(TypeRange types, ArrayAttr from,
                     SmallVector<DictionaryAttr> &to) {
    if (!from)
      return;
    for (auto [type, attributes] : llvm::zip(types, from)) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      size_t parts = tensor && getSparseFormat(tensor)
                         ? getStorageTypes(tensor).size()
                         : 1;
      to.append(parts, cast<DictionaryAttr>(attributes));
    }
  }

  func::FuncOp function;
  SmallVector<DictionaryAttr> arguments, results;
};

struct DecomposeSparseValues
    : sparsegpu::impl::DecomposeSparseValuesBase<DecomposeSparseValues> {
  using DecomposeSparseValuesBase::DecomposeSparseValuesBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    StorageTypeConverter converter;
    RewritePatternSet patterns(context);
    ConversionTarget target(*context);
    patterns.add<ConvertAssemble, ConvertDisassemble, ConvertDim, ConvertCast,
                 ConvertSelect, ConvertSpMM>(converter, context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    // Converts the blocks that a branch leads to along with its operands.
    cf::populateCFStructuralTypeConversions(converter, patterns);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    auto isLegal = [&](Operation *op) {
      auto clean = [&](TypeRange types) {
        return llvm::none_of(types, getSparseFormat);
      };
      if (!clean(op->getOperandTypes()) || !clean(op->getResultTypes()))
        return false;
      // Blocks after the first belong to the branches that lead to them.
      if (auto function = dyn_cast<func::FuncOp>(op))
        return converter.isSignatureLegal(function.getFunctionType());
      for (Region &region : op->getRegions())
        for (Block &block : region)
          if (!clean(block.getArgumentTypes()))
            return false;
      return true;
    };
    target.markUnknownOpDynamicallyLegal(isLegal);
    SmallVector<SignatureAttributes> signatures(
        getOperation().getOps<func::FuncOp>());
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      return signalPassFailure();
    for (SignatureAttributes &signature : signatures)
      signature.restore();
  }
};
} // namespace
