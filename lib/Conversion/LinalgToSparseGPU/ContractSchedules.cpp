//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Schedules of contractions, by the analytic model of docs/CostModel.md.
//
//===----------------------------------------------------------------------===//

#include "ContractSchedules.h"

#include "SparseGPU/Conversion/Chip.h"
#include "SparseGPU/CostModel/ScheduleReport.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sparsegpu;

/// What an extent that is known only at run time counts as.
static constexpr uint64_t kUnknownExtent = 1024;

/// Bytes at whose multiples rows of operands begin, as far as distances are
/// known: a power of two up to 16.
static int64_t getKnownAlignment(TypeRange operands) {
  int64_t alignment = 16;
  for (Type operand : operands) {
    auto type = cast<ShapedType>(operand);
    int64_t stride = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    for (int64_t dim = type.getRank() - 1; dim > 0; --dim) {
      if (type.isDynamicDim(dim))
        break;
      stride *= type.getDimSize(dim);
      while (alignment > 1 && stride % alignment != 0)
        alignment /= 2;
    }
  }
  return alignment;
}

bool sparsegpu::allowsCopies(ContractOp op, ScheduleAttr schedule) {
  int64_t bytes = schedule.getCopy();
  if (bytes == 0)
    return true;
  for (GuardAttr guard : schedule.getGuards())
    if (guard.getQuantity() == GuardQuantity::Alignment &&
        guard.getBound() >= bytes)
      return true;
  for (unsigned operand : {0u, 1u})
    if (llvm::is_contained(op.getTypeOf(operand).getShape().drop_front(),
                           ShapedType::kDynamic))
      return false;
  return getKnownAlignment({op.getA().getType(), op.getB().getType()}) >= bytes;
}

/// The type on tensor cores that compute what FMAs would, but for the order of
/// additions; nothing where there is none.
static std::optional<costmodel::MatrixType> getMatrixType(Type factor,
                                                          unsigned capability) {
  using costmodel::MatrixType;
  if (factor.isF16() && capability >= 75)
    return MatrixType::F16;
  if (factor.isInteger() && capability >= 75)
    return MatrixType::S8;
  if (factor.isBF16() && capability >= 80)
    return MatrixType::BF16;
  if (factor.isF64() && capability >= 80)
    return MatrixType::F64;
  if (isa<Float8E4M3FNType, Float8E5M2Type>(factor) && capability >= 89)
    return MatrixType::FP8;
  return std::nullopt;
}

/// Whether neighbours along the m (or n) loops are neighbours in memory.
static bool isTransposed(ContractOp op, unsigned operand,
                         ArrayRef<unsigned> loops) {
  AffineMap map = op.getMap(operand);
  return map.getNumResults() != 0 && !loops.empty() &&
         map.getResults().back().isFunctionOfDim(loops.back());
}

static costmodel::ContractionShape getShape(ContractOp op,
                                            costmodel::MatrixType type) {
  auto extent = [&](ArrayRef<unsigned> loops) {
    uint64_t product = 1;
    for (unsigned d : loops) {
      int64_t size = op.getStaticExtent(d);
      if (ShapedType::isDynamic(size))
        return kUnknownExtent;
      product *= std::max<int64_t>(size, 1);
    }
    return product;
  };
  ContractOp::Loops loops = op.getLoops();
  costmodel::ContractionShape shape = costmodel::makeShape(
      type, extent(loops.m), extent(loops.n), extent(loops.k),
      loops.batch.empty() ? 1 : extent(loops.batch));
  shape.bitsA = op.getTypeOf(0).getElementTypeBitWidth();
  shape.bitsB = op.getTypeOf(1).getElementTypeBitWidth();
  shape.bitsC = op.getTypeOf(2).getElementTypeBitWidth();
  shape.bitsAccumulator = op.getAccumulatorType().getIntOrFloatBitWidth();
  shape.transposedA = isTransposed(op, 0, loops.m);
  shape.transposedB = !isTransposed(op, 1, loops.n);
  return shape;
}

/// Bytes at whose multiples the results' rows begin, if known so, up to 16,
/// where --sparse-gpu-stage-epilogue will stage the result (STG-2, STG-3); else
/// 0.
static int64_t getStagedAlignment(ContractOp op, TypeRange results) {
  int64_t width = llvm::divideCeil(op.getTypeOf(2).getElementTypeBitWidth(), 8);
  int64_t alignment = getKnownAlignment(results);
  if (width > 2 || alignment < 8)
    return 0;
  // Pieces of 8 bytes do not go beyond the innermost loop of C.
  ContractOp::Loops loops = op.getLoops();
  ArrayRef<unsigned> group = isTransposed(op, 2, loops.m) ? loops.m : loops.n;
  if (!isTransposed(op, 2, group))
    return 0;
  if (group.size() == 1)
    return alignment;
  int64_t extent = op.getStaticExtent(group.back());
  bool isWhole = !ShapedType::isDynamic(extent) && extent * width % 8 == 0;
  return isWhole ? alignment : 0;
}

/// Tiles for FMAs, and for what the model has no schedule for.
static ScheduleFields getPlainFields(bool tensorCores) {
  ScheduleFields fields;
  fields.scope = Scope::Block;
  fields.path = tensorCores ? ComputePath::MMA : ComputePath::FMA;
  fields.tile = {64, 64, tensorCores ? 32 : 16};
  fields.warpTile = {32, 32};
  fields.warps = fields.getWarps(/*given=*/false);
  return fields;
}

SmallVector<Attribute> sparsegpu::chooseContractSchedules(ContractOp op,
                                                          StringRef chip,
                                                          bool stageEpilogue,
                                                          std::string &why) {
  MLIRContext *context = op.getContext();
  unsigned capability = getCapability(chip).value_or(0);
  std::optional<costmodel::MatrixType> type =
      getMatrixType(op.getTypeOf(0).getElementType(), capability);
  ScheduleFields fields = getPlainFields(type.has_value());
  SmallVector<Type> results = {op.getInit().getType()};
  llvm::append_range(results, op.getInputs().getTypes());
  int64_t staged = type && stageEpilogue ? getStagedAlignment(op, results) : 0;
  if (!type) {
    why = "no tensor cores for these types: tiles of FMAs";
    fields.stages = capability >= 80 ? 2 : 1;
  } else {
    const costmodel::TargetDescription &target =
        costmodel::representativeOf(chip.str());
    costmodel::ContractionShape shape = getShape(op, *type);
    // Blocks do not share tiles of C.
    costmodel::ScheduleSpace space = costmodel::defaultSpace();
    space.splitK = {1};
    // As --sparse-gpu-map-to-gpu asks --sparse-gpu-block-order to do.
    space.groupRows = {0};
    if (staged)
      space.staging = costmodel::EpilogueStaging::Reused;
    std::optional<costmodel::ScheduleChoice> choice =
        costmodel::chooseSchedule(target, shape, space);
    if (choice) {
      const costmodel::TileSchedule &best = choice->best.schedule;
      fields.tile = {best.tileM, best.tileN, best.tileK};
      fields.warpTile = {best.warpTileM(), best.warpTileN()};
      fields.stages = best.sharedStages;
      fields.registerStages = best.registerStages;
      fields.warps = fields.getWarps(/*given=*/false);
      why = costmodel::explain(target, shape, *choice);
    } else {
      why = "the model has no schedule for this shape";
    }
  }
  // Asynchronous copies begin with sm_80, and with 4 bytes. Lanes store two
  // neighbours at once, or more if the result is staged, if it is aligned as
  // well.
  SmallVector<Attribute> schedules;
  int64_t alignment =
      capability >= 80
          ? getKnownAlignment({op.getA().getType(), op.getB().getType()})
          : 0;
  int64_t pair = staged;
  bool isDynamic = false;
  for (Type type : results) {
    pair = std::max<int64_t>(
        pair, 2 * cast<ShapedType>(type).getElementTypeBitWidth() / 8);
    isDynamic |= !cast<ShapedType>(type).hasStaticShape();
  }
  bool pairs = getKnownAlignment(results) >= pair;
  auto atLeast = [&](GuardQuantity quantity, int64_t bytes) {
    return GuardAttr::get(context, quantity, GuardPredicate::GE, bytes);
  };
  if (alignment >= 4) {
    fields.copy = alignment;
    fields.guards = {atLeast(GuardQuantity::Alignment, alignment)};
    ScheduleAttr single = ScheduleAttr::get(context, fields);
    if (pairs) {
      fields.guards.push_back(atLeast(GuardQuantity::ResultAlignment, pair));
      schedules.push_back(ScheduleAttr::get(context, fields));
    }
    // Rows of C can be odd although those of A and B are not.
    bool odd = !isTransposed(op, 1, op.getLoops().n);
    if (!pairs || (isDynamic && odd))
      schedules.push_back(single);
  }
  // Elements go through registers one by one: a large tile would spill.
  fields = getPlainFields(type.has_value());
  fields.copy = 0;
  schedules.push_back(ScheduleAttr::get(context, fields));
  return schedules;
}
