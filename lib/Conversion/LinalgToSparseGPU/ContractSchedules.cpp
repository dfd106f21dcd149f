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
#include "SparseGPU/CostModel/SparsityModel.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
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

/// Whether rows of `operand` may lie elsewhere than its shape says: it is a
/// slice, or something made of one.
static bool mayHaveGaps(Value operand) {
  if (auto type = dyn_cast<MemRefType>(operand.getType()))
    return !type.getLayout().isIdentity();
  while (Operation *op = operand.getDefiningOp()) {
    if (isa<tensor::ExtractSliceOp>(op))
      return true;
    if (!isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
            op))
      return false;
    operand = op->getOperand(0);
  }
  return false;
}

bool sparsegpu::allowsCopies(ContractOp op, ScheduleAttr schedule) {
  int64_t bytes = schedule.getCopy();
  if (bytes == 0)
    return true;
  for (GuardAttr guard : schedule.getGuards())
    if (guard.getQuantity() == GuardQuantity::Alignment &&
        guard.getBound() >= bytes)
      return true;
  if (mayHaveGaps(op.getA()) || mayHaveGaps(op.getB()))
    return false;
  for (unsigned operand : {0u, 1u})
    if (llvm::is_contained(op.getTypeOf(operand).getShape().drop_front(),
                           ShapedType::kDynamic))
      return false;
  return getKnownAlignment({op.getA().getType(), op.getB().getType()}) >= bytes;
}

std::optional<costmodel::MatrixType>
sparsegpu::getMatrixType(Type factor, unsigned capability) {
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

/// Whether no extent of a loop waits for run time.
static bool hasStaticExtents(ContractOp op) {
  for (unsigned d = 0; d < op.getNumLoops(); ++d)
    if (ShapedType::isDynamic(op.getStaticExtent(d)))
      return false;
  return true;
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
  for (ArrayRef<unsigned> group : {loops.m, loops.n, loops.k}) {
    unsigned several = llvm::count_if(
        group, [&](unsigned d) { return op.getStaticExtent(d) != 1; });
    shape.extraLoops += several == 0 ? 0 : several - 1;
  }
  for (unsigned d = 0; d < op.getNumLoops(); ++d)
    shape.dynamic |= ShapedType::isDynamic(op.getStaticExtent(d));
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

/// What the model counts where there are no tensor cores for the types.
static costmodel::ContractionShape getFmaShape(ContractOp op) {
  return getShape(op, op.getAccumulatorType().isF64()
                          ? costmodel::MatrixType::F64
                          : costmodel::MatrixType::F32);
}

costmodel::TileSchedule
sparsegpu::getTileSchedule(const costmodel::TargetDescription &target,
                           const costmodel::ContractionShape &shape,
                           const ScheduleFields &fields) {
  costmodel::TileSchedule tile;
  tile.tileM = fields.tile[0];
  tile.tileN = fields.tile[1];
  tile.tileK = fields.tile[2];
  tile.warpsM = fields.tile[0] / fields.warpTile[0];
  tile.warpsN = fields.tile[1] / fields.warpTile[1];
  tile.mma = fields.path == ComputePath::FMA ? costmodel::MmaShape{1, 1, 1}
                                             : mmaShapeOf(target, shape.type);
  tile.sharedStages = fields.stages;
  tile.registerStages = fields.registerStages;
  tile.splitK = fields.splitK;
  // Elements that go through registers are no asynchronous copies.
  tile.bytesPerCopy =
      fields.copy != 0 ? fields.copy
                       : std::min(2u, std::min(shape.bitsA, shape.bitsB) / 8);
  return tile;
}

/// In how many parts the model has K, on FMAs with the tiles of `fields`.
static unsigned chooseSplitOfFMAs(const costmodel::TargetDescription &target,
                                  ContractOp op, const ScheduleFields &fields,
                                  ArrayRef<unsigned> splits) {
  costmodel::ContractionShape shape = getFmaShape(op);
  costmodel::ScheduleSpace space;
  space.sharedStages = {1, unsigned(fields.stages)};
  space.registerStages = {1};
  space.warpsM = {unsigned(fields.tile[0] / fields.warpTile[0])};
  space.warpsN = {unsigned(fields.tile[1] / fields.warpTile[1])};
  space.warpTileM = {unsigned(fields.warpTile[0])};
  space.warpTileN = {unsigned(fields.warpTile[1])};
  // A step of the space is 32 bytes.
  space.stepsOfK = {unsigned(fields.tile[2]) * bitsOf(shape.type) / (8 * 32)};
  space.splitK.assign(splits.begin(), splits.end());
  std::optional<costmodel::ScheduleChoice> choice =
      costmodel::chooseSchedule(target, shape, space);
  return choice ? choice->best.schedule.splitK : 1;
}

SmallVector<Attribute> sparsegpu::chooseContractSchedules(ContractOp op,
                                                          StringRef chip,
                                                          ScheduleLimits limits,
                                                          std::string &why) {
  MLIRContext *context = op.getContext();
  unsigned capability = getCapability(chip).value_or(0);
  std::optional<costmodel::MatrixType> type =
      getMatrixType(op.getTypeOf(0).getElementType(), capability);
  ScheduleFields fields = getPlainFields(type.has_value());
  costmodel::ContractionShape shape =
      type ? getShape(op, *type) : getFmaShape(op);
  if (type)
    costmodel::setInstructions(shape, capability);
  const costmodel::TargetDescription &target =
      costmodel::representativeOf(chip.str());
  // Parts of K take a workspace, whose size must not rest on a guess.
  bool isStatic = hasStaticExtents(op);
  costmodel::ScheduleSpace space =
      type ? costmodel::compilerSpace(shape) : costmodel::defaultSpace();
  if (!limits.workspace || !isStatic)
    space.splitK = {1};
  SmallVector<Type> results = {op.getInit().getType()};
  llvm::append_range(results, op.getInputs().getTypes());
  int64_t staged =
      type && limits.stageEpilogue ? getStagedAlignment(op, results) : 0;
  if (staged)
    space.staging = costmodel::EpilogueStaging::Reused;
  if (!type) {
    fields.stages = capability >= 80 ? 2 : 1;
    fields.splitK = chooseSplitOfFMAs(target, op, fields, space.splitK);
    why = "no tensor cores for these types: tiles of FMAs";
    if (fields.splitK > 1)
      why += ", K split by " + std::to_string(fields.splitK) + " by the model";
    why += "\n";
  } else {
    std::optional<costmodel::ScheduleChoice> choice =
        costmodel::chooseSchedule(target, shape, space);
    if (choice) {
      const costmodel::TileSchedule &best = choice->best.schedule;
      fields.tile = {best.tileM, best.tileN, best.tileK};
      fields.warpTile = {best.warpTileM(), best.warpTileN()};
      fields.stages = best.sharedStages;
      fields.registerStages = best.registerStages;
      fields.splitK = best.splitK;
      fields.warps = fields.getWarps(/*given=*/false);
      why = costmodel::explain(target, shape, *choice);
    } else {
      why = "the model has no schedule for this shape\n";
    }
  }
  if (!limits.workspace)
    why += "K is in one part: there is no workspace\n";
  else if (!isStatic)
    why += "K is in one part: sizes are known at run time only\n";
  int64_t parts = fields.splitK;
  auto makeSchedule = [&](costmodel::EpilogueStaging staging) {
    costmodel::TileSchedule tile = getTileSchedule(target, shape, fields);
    tile.staging = staging;
    unsigned registers = estimateRegisters(shape, tile).total();
    fields.registers = std::clamp(registers, 24u, 255u);
    why += "  kernel      " + toText(tile) + ": at most " +
           std::to_string(fields.registers) + " registers, " +
           std::to_string(sharedBytesOf(shape, tile)) + " bytes shared\n";
    return ScheduleAttr::get(context, fields);
  };
  // Copies of several elements begin with 4 bytes, asynchronous or not. Lanes
  // store two neighbours at once, or more if the result is staged, if it is
  // aligned as well.
  SmallVector<Attribute> schedules;
  int64_t alignment =
      getKnownAlignment({op.getA().getType(), op.getB().getType()});
  int64_t widest = 1;
  bool isDynamic = false;
  for (Type type : results) {
    widest = std::max<int64_t>(
        widest, cast<ShapedType>(type).getElementTypeBitWidth() / 8);
    isDynamic |= !cast<ShapedType>(type).hasStaticShape();
  }
  // A lane has four where pairs of bytes of B make two columns.
  int64_t pair = std::max(staged, 2 * widest);
  if (type && shape.bitsB == 8 && !shape.transposedB &&
      getKnownAlignment(results) >= 4 * widest)
    pair = std::max(pair, 4 * widest);
  bool pairs = getKnownAlignment(results) >= pair;
  auto atLeast = [&](GuardQuantity quantity, int64_t bytes) {
    return GuardAttr::get(context, quantity, GuardPredicate::GE, bytes);
  };
  if (alignment >= 4) {
    fields.copy = alignment;
    fields.guards = {atLeast(GuardQuantity::Alignment, alignment)};
    if (pairs) {
      fields.guards.push_back(atLeast(GuardQuantity::ResultAlignment, pair));
      schedules.push_back(makeSchedule(space.staging));
      fields.guards.pop_back();
    }
    // Rows of C can be odd although those of A and B are not.
    bool odd = !isTransposed(op, 1, op.getLoops().n);
    if (!pairs || (isDynamic && odd))
      schedules.push_back(makeSchedule(costmodel::EpilogueStaging::None));
  }
  // Elements go through registers one by one: a large tile would spill.
  fields = getPlainFields(type.has_value());
  fields.copy = 0;
  fields.splitK = parts;
  schedules.push_back(makeSchedule(costmodel::EpilogueStaging::None));
  return schedules;
}

/// What the model counts for `path`: f32 is rounded on tensor cores.
static std::optional<costmodel::ContractionShape>
getShapeOnPath(ContractOp op, ComputePath path, unsigned capability) {
  if (path == ComputePath::FMA)
    return getFmaShape(op);
  std::optional<costmodel::MatrixType> type =
      getMatrixType(op.getTypeOf(0).getElementType(), capability);
  if (!type && op.getTypeOf(0).getElementType().isF32() && capability >= 80)
    type = path == ComputePath::MMA3xTF32 ? costmodel::MatrixType::TF32x3
                                          : costmodel::MatrixType::TF32;
  if (!type)
    return std::nullopt;
  return getShape(op, *type);
}

std::string sparsegpu::explainContractSchedules(ContractOp op, StringRef chip) {
  std::string text;
  const costmodel::TargetDescription &target =
      costmodel::representativeOf(chip.str());
  for (auto schedule : op.getSchedules()->getAsRange<ScheduleAttr>()) {
    std::optional<costmodel::ContractionShape> shape =
        getShapeOnPath(op, schedule.getPath(), getCapability(chip).value_or(0));
    if (!shape)
      continue;
    costmodel::TileSchedule tile =
        getTileSchedule(target, *shape, schedule.getFields());
    std::optional<std::string> reason = whyNot(target, *shape, tile);
    text += "  kernel      " +
            (reason ? toText(tile) + ": the model does not know it: " + *reason
                    : summary(predict(target, *shape, tile))) +
            "\n";
  }
  return text;
}

std::optional<std::string>
sparsegpu::exceedsSharedMemory(const costmodel::ContractionShape &shape,
                               ScheduleAttr schedule, StringRef chip) {
  const costmodel::TargetDescription &target =
      costmodel::representativeOf(chip.str());
  costmodel::TileSchedule tile =
      getTileSchedule(target, shape, schedule.getFields());
  // As --sparse-gpu-pipeline-loads does.
  if (getCapability(chip).value_or(0) < 80 || tile.bytesPerCopy < 4)
    tile.sharedStages = 1;
  if (!shape.dynamic)
    tile = clipStages(shape, tile);
  uint64_t bytes = sharedBytesOf(shape, tile);
  if (bytes <= target.sharedPerBlock)
    return std::nullopt;
  return "its buffers take " + std::to_string(bytes) +
         " bytes of shared memory, and a block has " +
         std::to_string(target.sharedPerBlock) + " on " +
         std::string(target.name);
}

std::optional<std::string> sparsegpu::exceedsSharedMemory(ContractOp op,
                                                          ScheduleAttr schedule,
                                                          StringRef chip) {
  std::optional<costmodel::ContractionShape> shape =
      getShapeOnPath(op, schedule.getPath(), getCapability(chip).value_or(0));
  return shape ? exceedsSharedMemory(*shape, schedule, chip) : std::nullopt;
}
