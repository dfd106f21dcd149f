//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//
// Schedules of sparse operations. A unit is a block's, and its tiles go to
// tensor cores, where it has 16 rows or more with the same columns; its extent
// is known at run time only, and counts as that of a matrix of a quarter of the
// entries.
//
//===----------------------------------------------------------------------===//

#include "SpMMSchedules.h"

#include "ContractSchedules.h"
#include "SparseGPU/Conversion/Chip.h"
#include "SparseGPU/CostModel/ScheduleReport.h"
#include "SparseGPU/CostModel/SparsityModel.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Units of warps
//===----------------------------------------------------------------------===//

bool sparsegpu::canReduceBetweenLanes(SpMMOp op) {
  return op.getReduce().empty() ||
         op.getReduce().front().getOperations().size() == 2;
}

/// A lane holds one accumulator for each row of a unit and each of its columns;
/// more than this many do not leave registers for the rest.
static constexpr int64_t kMaxAccumulators = 64;

/// What a block may use of shared memory without asking the driver for more
/// (CUDA C++ Programming Guide, "Shared memory").
static constexpr int64_t kSharedBytes = 48 * 1024;

/// The largest number of warps, up to that of `schedule`, whose staged steps
/// fit into shared memory: for each position an offset of 8 bytes, and for each
/// row a value and, in some formats, a byte that says whether it is present.
static int64_t fitWarps(ScheduleAttr schedule, int64_t rows, Type element) {
  int64_t bytes = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8) + 1;
  int64_t perWarp = schedule.getStep() * (8 + rows * bytes);
  int64_t warps = schedule.getWarps();
  while (warps > 1 && warps * perWarp > kSharedBytes)
    warps /= 2;
  return warps;
}

/// The schedules for an operation with `columns` columns, or for any number.
static SmallVector<Attribute> chooseWarpSchedules(SpMMOp op) {
  MLIRContext *context = op.getContext();
  ScheduleAttr base =
      ScheduleAttr::getDefault(context).resolveUnit(op.getFormat());
  int64_t columns = op.getStaticColumns();
  int64_t rows = op.getFormat().getUnitRows(base);
  base =
      base.withWarps(fitWarps(base, rows, op.getSparseType().getElementType()));
  // The inner loop is long enough with several rows.
  auto tile = [&](int64_t lanes, int64_t coarsening, int64_t unroll,
                  ArrayRef<GuardAttr> guards) {
    return base.withTile(lanes, 2 * rows <= kMaxAccumulators ? coarsening : 1,
                         std::max<int64_t>(1, unroll / rows), guards);
  };
  if (!canReduceBetweenLanes(op))
    return {tile(32, 1, /*unroll=*/4, {})};
  if (!ShapedType::isDynamic(columns)) {
    if (columns > 32)
      return {tile(32, 2, /*unroll=*/4, {})};
    int64_t lanes = llvm::PowerOf2Ceil(std::max<int64_t>(columns, 1));
    return {tile(lanes, 1, /*unroll=*/4, {})};
  }
  // Each schedule is a kernel that the back end must compile: two are enough,
  // and the one for few columns is kept small.
  auto wide = GuardAttr::get(context, GuardQuantity::N, GuardPredicate::GT, 16);
  return {tile(32, 2, /*unroll=*/4, wide), tile(8, 1, /*unroll=*/1, {})};
}

//===----------------------------------------------------------------------===//
// Units of blocks
//===----------------------------------------------------------------------===//

/// What an extent that is known only at run time counts as.
static constexpr uint64_t kUnknownExtent = 1024;

/// Rows of the smallest instruction of tensor cores.
static constexpr int64_t kLeastRows = 16;

/// Whether blocks can compute what the operation asks for.
static bool areSumsOfProducts(SpMMOp op) {
  return op.getCombine().empty() && op.getReduce().empty() &&
         op.getTransposeA() == op.getFormat().storesTransposed() &&
         op.getSparseType().getElementType() == op.getBType().getElementType();
}

static costmodel::ContractionShape getShape(SpMMOp op,
                                            costmodel::MatrixType type,
                                            int64_t rows, unsigned capability) {
  auto extent = [](int64_t size) {
    return ShapedType::isDynamic(size) ? kUnknownExtent
                                       : uint64_t(std::max<int64_t>(size, 1));
  };
  RankedTensorType a = op.getSparseType();
  costmodel::ContractionShape shape = costmodel::makeGroupedShape(
      type, capability, rows, extent(a.getDimSize(0)),
      extent(op.getStaticColumns()),
      llvm::divideCeil(extent(a.getDimSize(1)), costmodel::kUnknownDensity));
  shape.bitsA = shape.bitsB = a.getElementTypeBitWidth();
  shape.bitsC = op.getCType().getElementTypeBitWidth();
  shape.bitsAccumulator = op.getAccumulatorType().getIntOrFloatBitWidth();
  shape.transposedB = op.getTransposeB();
  // Which field has the coordinates is the format's affair: none is wider than
  // the widest index. Those of type index have 64 bits in shared memory.
  for (const StorageField &field : op.getFormat().getFields(a))
    if (Type element = field.type.getElementType(); element.isIntOrIndex())
      shape.bitsCoordinate =
          std::max(shape.bitsCoordinate,
                   element.isIndex() ? 64 : element.getIntOrFloatBitWidth());
  return shape;
}

std::optional<std::string> sparsegpu::exceedsSharedMemory(SpMMOp op,
                                                          ScheduleAttr schedule,
                                                          StringRef chip) {
  // Which instructions multiply makes no difference here.
  return exceedsSharedMemory(getShape(op, costmodel::MatrixType::F32,
                                      schedule.getTile().front(),
                                      getCapability(chip).value_or(0)),
                             schedule, chip);
}

/// Empty if units of warps are to be used.
static SmallVector<Attribute> chooseBlockSchedules(SpMMOp op, StringRef chip,
                                                   bool stageEpilogue,
                                                   std::string &why) {
  MLIRContext *context = op.getContext();
  SparseFormatInterface format = op.getFormat();
  unsigned capability = getCapability(chip).value_or(0);
  int64_t rows =
      format.getUnitRows(ScheduleAttr::getDefault(context).resolveUnit(format));
  std::optional<costmodel::MatrixType> type =
      getMatrixType(op.getSparseType().getElementType(), capability);
  if (!type || rows < kLeastRows || !areSumsOfProducts(op) ||
      op.getStaticColumns() == 1)
    return {};
  costmodel::ContractionShape shape = getShape(op, *type, rows, capability);
  const costmodel::TargetDescription &target =
      costmodel::representativeOf(chip.str());
  int64_t widthOfC = llvm::divideCeil(shape.bitsC, 8);
  bool isStaged = stageEpilogue && widthOfC <= 2 && !op.getTransposeC();
  std::optional<costmodel::ScheduleChoice> choice =
      costmodel::chooseGroupedSchedule(target, shape, rows,
                                       isStaged
                                           ? costmodel::EpilogueStaging::Reused
                                           : costmodel::EpilogueStaging::None);
  if (!choice)
    return {};
  const costmodel::TileSchedule &best = choice->best.schedule;
  ScheduleFields fields;
  fields.scope = Scope::Block;
  fields.path = ComputePath::MMA;
  fields.unit = format.getUnits().front().str();
  fields.tile = {best.tileM, best.tileN, best.tileK};
  fields.warpTile = {best.warpTileM(), best.warpTileN()};
  fields.warps = fields.getWarps(/*given=*/false);
  fields.stages = best.sharedStages;
  fields.registerStages = best.registerStages;
  fields.copy = 16;
  auto atLeast = [&](GuardQuantity quantity, int64_t bytes) {
    return GuardAttr::get(context, quantity, GuardPredicate::GE, bytes);
  };
  fields.guards = {atLeast(GuardQuantity::Alignment, fields.copy)};
  // Rows of C that are not side by side are stored one by one.
  if (!op.getTransposeC())
    fields.guards.push_back(
        atLeast(GuardQuantity::ResultAlignment, isStaged ? 16 : 2 * widthOfC));
  auto makeSchedule = [&](costmodel::EpilogueStaging staging) {
    costmodel::TileSchedule tile = getTileSchedule(target, shape, fields);
    tile.staging = staging;
    fields.registers = std::clamp(
        costmodel::estimateRegisters(shape, tile).total(), 24u, 255u);
    why += "  kernel      " + costmodel::toText(tile) + ": at most " +
           std::to_string(fields.registers) + " registers, " +
           std::to_string(costmodel::sharedBytesOf(shape, tile)) +
           " bytes shared\n";
    return ScheduleAttr::get(context, fields);
  };
  why = "one in " + std::to_string(costmodel::kUnknownDensity) +
        " entries is taken to be stored\n" +
        costmodel::explain(target, shape, *choice);
  auto wide = makeSchedule(isStaged ? costmodel::EpilogueStaging::Reused
                                    : costmodel::EpilogueStaging::None);
  // Elements go through registers one by one: a large tile would spill.
  int64_t bytes = llvm::divideCeil(shape.bitsA, 8);
  fields.tile = {rows, 32, bytes == 1 ? 64 : 32};
  fields.warpTile = {std::min<int64_t>(rows, 32), 32};
  fields.warps = fields.getWarps(/*given=*/false);
  fields.stages = fields.registerStages = 1;
  fields.copy = 0;
  fields.guards.clear();
  auto plain = makeSchedule(costmodel::EpilogueStaging::None);
  std::string reason;
  if (failed(format.supports(wide, reason)) ||
      failed(format.supports(plain, reason)))
    return {};
  return {wide, plain};
}

SmallVector<Attribute> sparsegpu::chooseSpMMSchedules(SpMMOp op, StringRef chip,
                                                      bool stageEpilogue,
                                                      std::string &why) {
  SmallVector<Attribute> schedules =
      chooseBlockSchedules(op, chip, stageEpilogue, why);
  if (!schedules.empty())
    return schedules;
  why = "units of warps, on FMAs, by fixed rules\n";
  return chooseWarpSchedules(op);
}
