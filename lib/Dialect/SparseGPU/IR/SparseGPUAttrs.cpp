//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registration of the attributes; text and verification of guards and
// schedules. Formats are in Formats/.
//
//===----------------------------------------------------------------------===//

#include "Formats/SplitRules.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sparsegpu;

#define GET_ATTRDEF_CLASSES
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUAttrs.cpp.inc"

void SparseGPUDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Guard
//===----------------------------------------------------------------------===//

/// guard ::= quantity predicate integer, for example `n ge 33`.
static ParseResult parseGuard(AsmParser &parser, GuardAttr &guard) {
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<GuardQuantity> quantity = symbolizeGuardQuantity(name);
  if (!quantity)
    return parser.emitError(loc, "unknown guard quantity '")
           << name << "': expected n, rows, nnz, alignment or result_alignment";
  StringRef comparison;
  loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&comparison))
    return failure();
  std::optional<GuardPredicate> predicate = symbolizeGuardPredicate(comparison);
  if (!predicate)
    return parser.emitError(loc, "unknown comparison '")
           << comparison << "' in a guard: expected lt, le, gt, ge or eq";
  int64_t bound = 0;
  if (parser.parseInteger(bound))
    return failure();
  guard = GuardAttr::get(parser.getContext(), *quantity, *predicate, bound);
  return success();
}

static void printGuard(AsmPrinter &printer, GuardAttr guard) {
  printer << stringifyGuardQuantity(guard.getQuantity()) << ' '
          << stringifyGuardPredicate(guard.getPredicate()) << ' '
          << guard.getBound();
}

Attribute GuardAttr::parse(AsmParser &parser, Type) {
  GuardAttr guard;
  if (parser.parseLess() || parseGuard(parser, guard) || parser.parseGreater())
    return {};
  return guard;
}

void GuardAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printGuard(printer, *this);
  printer << '>';
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

ScheduleAttr ScheduleAttr::get(MLIRContext *context,
                               const ScheduleFields &fields) {
  return get(context, fields.unit, fields.scope, fields.warps, fields.lanes,
             fields.coarsening, fields.step, fields.unroll, fields.reduction,
             fields.path, fields.tile, fields.warpTile, fields.copy,
             fields.stages, fields.registerStages, fields.splitK,
             fields.registers, fields.guards);
}

ScheduleFields ScheduleAttr::getFields() const {
  ScheduleFields fields;
  fields.unit = getUnit().str();
  fields.scope = getScope();
  fields.warps = getWarps();
  fields.lanes = getLanes();
  fields.coarsening = getCoarsening();
  fields.step = getStep();
  fields.unroll = getUnroll();
  fields.reduction = getReduction();
  fields.path = getPath();
  fields.tile.assign(getTile().begin(), getTile().end());
  fields.warpTile.assign(getWarpTile().begin(), getWarpTile().end());
  fields.copy = getCopy();
  fields.stages = getStages();
  fields.registerStages = getRegisterStages();
  fields.splitK = getSplitK();
  fields.registers = getRegisters();
  fields.guards.assign(getGuards().begin(), getGuards().end());
  return fields;
}

ScheduleAttr ScheduleAttr::getDefault(MLIRContext *context) {
  return get(context, ScheduleFields());
}

ScheduleAttr ScheduleAttr::resolveUnit(SparseFormatInterface format) const {
  if (getUnit() != "default")
    return *this;
  ScheduleFields fields = getFields();
  fields.unit = format.getUnits().front().str();
  return get(getContext(), fields);
}

ScheduleAttr ScheduleAttr::withWarps(int64_t warps) const {
  ScheduleFields fields = getFields();
  fields.warps = warps;
  return get(getContext(), fields);
}

ScheduleAttr ScheduleAttr::withTile(int64_t lanes, int64_t coarsening,
                                    int64_t unroll,
                                    ArrayRef<GuardAttr> guards) const {
  ScheduleFields fields = getFields();
  fields.lanes = lanes;
  fields.coarsening = coarsening;
  fields.unroll = unroll;
  fields.guards.assign(guards.begin(), guards.end());
  return get(getContext(), fields);
}

/// Parses an enumerator by name into `value`.
template <typename Enum>
static ParseResult parseEnum(AsmParser &parser, Enum &value,
                             std::optional<Enum> (*symbolize)(StringRef),
                             StringRef field) {
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<Enum> parsed = symbolize(name);
  if (!parsed)
    return parser.emitError(loc, "unknown value '")
           << name << "' for schedule field '" << field << "'";
  value = *parsed;
  return success();
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  ScheduleFields fields;
  SmallVector<StringRef> seen;
  auto parseNumbers = [&](SmallVectorImpl<int64_t> &numbers) {
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() {
      return parser.parseInteger(numbers.emplace_back());
    });
  };

  auto parseField = [&]() -> ParseResult {
    StringRef field;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&field) || parser.parseEqual())
      return failure();
    if (llvm::is_contained(seen, field))
      return parser.emitError(loc, "schedule field '")
             << field << "' is given twice";
    seen.push_back(field);
    if (field == "unit") {
      StringRef name;
      if (parser.parseKeyword(&name))
        return failure();
      fields.unit = name.str();
      return success();
    }
    if (field == "scope")
      return parseEnum(parser, fields.scope, symbolizeScope, field);
    if (field == "warps")
      return parser.parseInteger(fields.warps);
    if (field == "lanes")
      return parser.parseInteger(fields.lanes);
    if (field == "coarsening")
      return parser.parseInteger(fields.coarsening);
    if (field == "step")
      return parser.parseInteger(fields.step);
    if (field == "unroll")
      return parser.parseInteger(fields.unroll);
    if (field == "reduction")
      return parseEnum(parser, fields.reduction, symbolizeReduction, field);
    if (field == "path")
      return parseEnum(parser, fields.path, symbolizeComputePath, field);
    if (field == "tile")
      return parseNumbers(fields.tile);
    if (field == "warp_tile")
      return parseNumbers(fields.warpTile);
    if (field == "copy")
      return parser.parseInteger(fields.copy);
    if (field == "stages")
      return parser.parseInteger(fields.stages);
    if (field == "register_stages")
      return parser.parseInteger(fields.registerStages);
    if (field == "split_k")
      return parser.parseInteger(fields.splitK);
    if (field == "registers")
      return parser.parseInteger(fields.registers);
    if (field == "when")
      return parser.parseCommaSeparatedList(
          AsmParser::Delimiter::Square,
          [&]() { return parseGuard(parser, fields.guards.emplace_back()); });
    return parser.emitError(loc, "unknown schedule field '") << field << "'";
  };

  if (succeeded(parser.parseOptionalLess()) &&
      failed(parser.parseOptionalGreater()))
    if (parser.parseCommaSeparatedList(parseField) || parser.parseGreater())
      return {};
  return getChecked([&]() { return parser.emitError(parser.getNameLoc()); },
                    parser.getContext(), fields.unit, fields.scope,
                    fields.getWarps(llvm::is_contained(seen, "warps")),
                    fields.lanes, fields.coarsening, fields.step, fields.unroll,
                    fields.reduction, fields.path, fields.tile, fields.warpTile,
                    fields.copy, fields.stages, fields.registerStages,
                    fields.splitK, fields.registers, fields.guards);
}

/// Prints the unit and every field that is not at its default.
void ScheduleAttr::print(AsmPrinter &printer) const {
  ScheduleAttr base = getDefault(getContext());
  printer << "<unit = " << getUnit();
  auto number = [&](StringRef name, int64_t value, int64_t defaultValue) {
    if (value != defaultValue)
      printer << ", " << name << " = " << value;
  };
  if (getScope() != base.getScope())
    printer << ", scope = " << stringifyScope(getScope());
  number("warps", getWarps(),
         getTile().empty() ? base.getWarps()
                           : getFields().getWarps(/*given=*/false));
  number("lanes", getLanes(), base.getLanes());
  number("coarsening", getCoarsening(), base.getCoarsening());
  number("step", getStep(), base.getStep());
  number("unroll", getUnroll(), base.getUnroll());
  if (getReduction() != base.getReduction())
    printer << ", reduction = " << stringifyReduction(getReduction());
  if (getPath() != base.getPath())
    printer << ", path = " << stringifyComputePath(getPath());
  auto numbers = [&](StringRef name, ArrayRef<int64_t> values) {
    if (values.empty())
      return;
    printer << ", " << name << " = [";
    llvm::interleaveComma(values, printer.getStream());
    printer << ']';
  };
  numbers("tile", getTile());
  numbers("warp_tile", getWarpTile());
  number("copy", getCopy(), base.getCopy());
  number("stages", getStages(), base.getStages());
  number("register_stages", getRegisterStages(), base.getRegisterStages());
  number("split_k", getSplitK(), base.getSplitK());
  number("registers", getRegisters(), base.getRegisters());
  if (!getGuards().empty()) {
    printer << ", when = [";
    llvm::interleaveComma(getGuards(), printer.getStream(),
                          [&](GuardAttr guard) { printGuard(printer, guard); });
    printer << ']';
  }
  printer << '>';
}

int64_t ScheduleFields::getWarps(bool given) const {
  if (given || tile.size() != 3 || warpTile.size() != 2 || warpTile[0] < 1 ||
      warpTile[1] < 1)
    return warps;
  return tile[0] / warpTile[0] * (tile[1] / warpTile[1]);
}

/// Bytes of shared memory that a block of any chip has.
static constexpr int64_t kMaxSharedBytes = 232448;
/// As many accumulators as a lane has registers, rounded up.
static constexpr int64_t kMaxWarpTile = 32 * 256;

/// The fields of schedules by tiles of blocks.
static LogicalResult verifyTile(function_ref<InFlightDiagnostic()> emitError,
                                Scope scope, int64_t warps, ComputePath path,
                                ArrayRef<int64_t> tile,
                                ArrayRef<int64_t> warpTile, int64_t copy,
                                int64_t stages, int64_t registerStages,
                                int64_t splitK, int64_t registers) {
  if (tile.empty() && warpTile.empty()) {
    if (path != ComputePath::FMA || stages != 1 || registerStages != 1 ||
        splitK != 1 || registers != 0)
      return emitError() << "schedule fields 'path', 'stages', "
                            "'register_stages', 'split_k' and 'registers' need "
                            "'tile' "
                            "(SCH-11)";
    return success();
  }
  auto isPositive = [](int64_t value) { return value > 0; };
  if (tile.size() != 3 || !llvm::all_of(tile, isPositive))
    return emitError() << "schedule field 'tile' must be three positive sizes, "
                          "[m, n, k] (SCH-11)";
  // Each factor first, so that nothing overflows.
  if (llvm::any_of(tile, [](int64_t size) { return size > kMaxSharedBytes; }) ||
      (tile[0] + tile[1]) * tile[2] > kMaxSharedBytes)
    return emitError()
           << "schedule field 'tile' must fit the shared memory of a "
              "block, "
           << kMaxSharedBytes
           << " bytes at most, with elements of one byte (SCH-20)";
  if (warpTile.size() != 2 || !llvm::all_of(warpTile, isPositive) ||
      tile[0] % warpTile[0] != 0 || tile[1] % warpTile[1] != 0)
    return emitError() << "schedule field 'warp_tile' must be two sizes, "
                          "[m, n], that divide those of 'tile' (SCH-12)";
  if (warpTile[0] * warpTile[1] > kMaxWarpTile)
    return emitError() << "schedule field 'warp_tile' must have at most "
                       << kMaxWarpTile
                       << " elements, which are registers of 32 lanes (SCH-21)";
  if (scope != Scope::Block)
    return emitError() << "schedule field 'scope' must be block with 'tile' "
                          "(SCH-11)";
  int64_t needed = tile[0] / warpTile[0] * (tile[1] / warpTile[1]);
  if (warps != needed)
    return emitError() << "schedule field 'warps' is " << warps
                       << ", but 'tile' has " << needed
                       << " warp tiles (SCH-12)";
  if (copy != 0 && copy != 4 && copy != 8 && copy != 16)
    return emitError() << "schedule field 'copy' must be 16, 8, 4 or 0, got "
                       << copy << " (SCH-13)";
  if (stages < 1 || stages > 6)
    return emitError() << "schedule field 'stages' must be 1 to 6, got "
                       << stages << " (SCH-14)";
  if (registerStages < 1 || registerStages > 4)
    return emitError() << "schedule field 'register_stages' must be 1 to 4, "
                          "got "
                       << registerStages << " (SCH-14)";
  if (splitK < 1 || splitK > 64)
    return emitError() << "schedule field 'split_k' must be 1 to 64, got "
                       << splitK << " (SCH-18)";
  if (registers != 0 && (registers < 24 || registers > 255))
    return emitError() << "schedule field 'registers' must be 0 or 24 to 255, "
                          "got "
                       << registers << " (SCH-19)";
  return success();
}

LogicalResult ScheduleAttr::verify(
    function_ref<InFlightDiagnostic()> emitError, StringRef unit, Scope scope,
    int64_t warps, int64_t lanes, int64_t coarsening, int64_t step,
    int64_t unroll, Reduction reduction, ComputePath path,
    ArrayRef<int64_t> tile, ArrayRef<int64_t> warpTile, int64_t copy,
    int64_t stages, int64_t registerStages, int64_t splitK, int64_t registers,
    ArrayRef<GuardAttr> guards) {
  if (unit.empty())
    return emitError() << "schedule field 'unit' is empty (SCH-1)";
  if (warps < 1 || warps > 32)
    return emitError() << "schedule field 'warps' must be 1 to 32, got "
                       << warps << " (SCH-2)";
  if (lanes < 1 || lanes > 32 || !llvm::isPowerOf2_64(lanes))
    return emitError() << "schedule field 'lanes' must be a power of two up to "
                          "32, got "
                       << lanes << " (SCH-3)";
  if (coarsening < 1 || coarsening > 8)
    return emitError() << "schedule field 'coarsening' must be 1 to 8, got "
                       << coarsening << " (SCH-4)";
  if (step < 32 || step > 256 || step % 32 != 0)
    return emitError() << "schedule field 'step' must be a multiple of 32 up "
                          "to 256, got "
                       << step << " (SCH-5)";
  if (unroll < 1 || unroll > 16)
    return emitError() << "schedule field 'unroll' must be 1 to 16, got "
                       << unroll << " (SCH-6)";
  return verifyTile(emitError, scope, warps, path, tile, warpTile, copy, stages,
                    registerStages, splitK, registers);
}
