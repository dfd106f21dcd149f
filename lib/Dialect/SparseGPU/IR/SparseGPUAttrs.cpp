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
           << name << "': expected n, rows or nnz";
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

ScheduleAttr ScheduleAttr::getDefault(MLIRContext *context) {
  return get(context, /*unit=*/"default", Scope::Warp, /*warps=*/4,
             /*lanes=*/32,
             /*coarsening=*/1, /*step=*/32, /*unroll=*/4, Reduction::Tile,
             ComputePath::FMA, /*guards=*/{});
}

ScheduleAttr ScheduleAttr::resolveUnit(SparseFormatInterface format) const {
  if (getUnit() != "default")
    return *this;
  return get(getContext(), format.getUnits().front(), getScope(), getWarps(),
             getLanes(), getCoarsening(), getStep(), getUnroll(),
             getReduction(), getPath(), getGuards());
}

ScheduleAttr ScheduleAttr::withWarps(int64_t warps) const {
  return get(getContext(), getUnit(), getScope(), warps, getLanes(),
             getCoarsening(), getStep(), getUnroll(), getReduction(), getPath(),
             getGuards());
}

ScheduleAttr ScheduleAttr::withTile(int64_t lanes, int64_t coarsening,
                                    int64_t unroll,
                                    ArrayRef<GuardAttr> guards) const {
  return get(getContext(), getUnit(), getScope(), getWarps(), lanes, coarsening,
             getStep(), unroll, getReduction(), getPath(), guards);
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
  ScheduleAttr base = getDefault(parser.getContext());
  std::string unit = base.getUnit().str();
  Scope scope = base.getScope();
  int64_t warps = base.getWarps(), lanes = base.getLanes(),
          coarsening = base.getCoarsening(), step = base.getStep(),
          unroll = base.getUnroll();
  Reduction reduction = base.getReduction();
  ComputePath path = base.getPath();
  SmallVector<GuardAttr> guards;
  SmallVector<StringRef> seen;

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
      unit = name.str();
      return success();
    }
    if (field == "scope")
      return parseEnum(parser, scope, symbolizeScope, field);
    if (field == "warps")
      return parser.parseInteger(warps);
    if (field == "lanes")
      return parser.parseInteger(lanes);
    if (field == "coarsening")
      return parser.parseInteger(coarsening);
    if (field == "step")
      return parser.parseInteger(step);
    if (field == "unroll")
      return parser.parseInteger(unroll);
    if (field == "reduction")
      return parseEnum(parser, reduction, symbolizeReduction, field);
    if (field == "path")
      return parseEnum(parser, path, symbolizeComputePath, field);
    if (field == "when")
      return parser.parseCommaSeparatedList(
          AsmParser::Delimiter::Square,
          [&]() { return parseGuard(parser, guards.emplace_back()); });
    return parser.emitError(loc, "unknown schedule field '") << field << "'";
  };

  if (succeeded(parser.parseOptionalLess()) &&
      failed(parser.parseOptionalGreater()))
    if (parser.parseCommaSeparatedList(parseField) || parser.parseGreater())
      return {};
  return getChecked([&]() { return parser.emitError(parser.getNameLoc()); },
                    parser.getContext(), unit, scope, warps, lanes, coarsening,
                    step, unroll, reduction, path, guards);
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
  number("warps", getWarps(), base.getWarps());
  number("lanes", getLanes(), base.getLanes());
  number("coarsening", getCoarsening(), base.getCoarsening());
  number("step", getStep(), base.getStep());
  number("unroll", getUnroll(), base.getUnroll());
  if (getReduction() != base.getReduction())
    printer << ", reduction = " << stringifyReduction(getReduction());
  if (getPath() != base.getPath())
    printer << ", path = " << stringifyComputePath(getPath());
  if (!getGuards().empty()) {
    printer << ", when = [";
    llvm::interleaveComma(getGuards(), printer.getStream(),
                          [&](GuardAttr guard) { printGuard(printer, guard); });
    printer << ']';
  }
  printer << '>';
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   StringRef unit, Scope scope, int64_t warps,
                                   int64_t lanes, int64_t coarsening,
                                   int64_t step, int64_t unroll,
                                   Reduction reduction, ComputePath path,
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
  return success();
}
