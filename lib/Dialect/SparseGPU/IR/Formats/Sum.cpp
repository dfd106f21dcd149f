//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.sum: a matrix as a sum of parts in other formats. It has no nest
// of its own: buildParts gives the storage of each part, in its own format.
//
//===----------------------------------------------------------------------===//

#include "SplitRules.h"

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"
#include "SparseGPU/Formats/Sum.h"

using namespace mlir;
using namespace sparsegpu;

using formats::SplitRule;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// A rule in SumAttr: its kind, amount, rows and columns.
static constexpr int64_t kRuleSize = 4;

namespace {
struct RuleName {
  StringLiteral keyword;
  SplitRule::Kind kind;
};
constexpr RuleName kRules[] = {
    {"first_entries", SplitRule::Kind::FirstEntries},
    {"long_rows", SplitRule::Kind::LongRows},
    {"full_blocks", SplitRule::Kind::FullBlocks},
};
} // namespace

static std::vector<SplitRule> getRules(ArrayRef<int64_t> numbers) {
  std::vector<SplitRule> rules;
  for (; numbers.size() >= kRuleSize; numbers = numbers.drop_front(kRuleSize))
    rules.push_back({static_cast<SplitRule::Kind>(numbers[0]), numbers[1],
                     numbers[2], numbers[3]});
  return rules;
}

static ParseResult parseRule(AsmParser &parser,
                             SmallVectorImpl<int64_t> &numbers) {
  StringRef keyword;
  if (parser.parseLParen())
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  const auto *rule = llvm::find_if(
      kRules, [&](const RuleName &name) { return name.keyword == keyword; });
  if (rule == std::end(kRules))
    return parser.emitError(loc, "unknown rule '")
           << keyword
           << "' of a sum: expected first_entries, long_rows or full_blocks";
  int64_t amount = 0, rows = 1, columns = 1;
  if (rule->kind == SplitRule::Kind::FullBlocks &&
      (parser.parseInteger(rows) || parser.parseComma() ||
       parser.parseInteger(columns) || parser.parseComma()))
    return failure();
  if (parser.parseInteger(amount) || parser.parseRParen())
    return failure();
  numbers.append({static_cast<int64_t>(rule->kind), amount, rows, columns});
  return success();
}

ParseResult sparsegpu::parseSplitRules(AsmParser &parser,
                                       SmallVectorImpl<int64_t> &numbers) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() {
    return parseRule(parser, numbers);
  });
}

void sparsegpu::printSplitRules(AsmPrinter &printer,
                                ArrayRef<int64_t> numbers) {
  printer << '[';
  llvm::interleaveComma(
      getRules(numbers), printer.getStream(), [&](SplitRule rule) {
        printer << '(' << kRules[static_cast<size_t>(rule.kind)].keyword << ' ';
        if (rule.kind == SplitRule::Kind::FullBlocks)
          printer << rule.rows << ", " << rule.columns << ", ";
        printer << rule.amount << ')';
      });
  printer << ']';
}

LogicalResult SumAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              ArrayRef<Attribute> parts,
                              ArrayRef<int64_t> ruleNumbers) {
  if (parts.size() < 2 || parts.size() > 8)
    return emitError() << "#sparse_gpu.sum has 2 to 8 parts, got "
                       << parts.size() << " (SUM-1)";
  for (Attribute part : parts)
    if (!isa<SparseFormatInterface>(part) || isa<SumAttr>(part))
      return emitError() << "the parts of #sparse_gpu.sum are sparse formats "
                            "other than sums, got "
                         << part << " (SUM-1)";
  std::vector<SplitRule> rules = getRules(ruleNumbers);
  if (rules.size() + 1 != parts.size())
    return emitError() << "#sparse_gpu.sum needs a rule for each part but the "
                          "last, got "
                       << rules.size() << " for " << parts.size()
                       << " parts (SUM-2)";
  for (const SplitRule &rule : rules)
    if (Status status = checkSplitRule(rule); !status)
      return emitError() << status.message() << " (SUM-2)";
  return success();
}

LogicalResult
SumAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  for (Attribute part : getParts())
    if (failed(cast<VerifiableTensorEncoding>(part).verifyEncoding(
            shape, elementType, emitError)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

static SmallVector<SparseFormatInterface> getFormats(const SumAttr &sum) {
  return llvm::map_to_vector(sum.getParts(), [](Attribute part) {
    return cast<SparseFormatInterface>(part);
  });
}

static RankedTensorType getPartType(RankedTensorType type, Attribute part) {
  return RankedTensorType::get(type.getShape(), type.getElementType(), part);
}

SmallVector<StorageField> SumAttr::getFields(RankedTensorType type) const {
  SmallVector<StorageField> fields;
  for (auto [i, part] : llvm::enumerate(getFormats(*this)))
    for (StorageField field : part.getFields(getPartType(type, part))) {
      auto name =
          StringAttr::get(getContext(), "part" + Twine(i) + "_" + field.name);
      fields.push_back({name.getValue(), field.type});
    }
  return fields;
}

SmallVector<SparseStorage>
SumAttr::buildParts(OpBuilder &, Location, const SparseStorage &storage) const {
  SmallVector<SparseStorage> parts;
  ArrayRef<Value> fields = storage.fields;
  for (SparseFormatInterface part : getFormats(*this)) {
    RankedTensorType type = getPartType(storage.type, part);
    size_t count = part.getFields(type).size();
    parts.push_back({type, SmallVector<Value>(fields.take_front(count)),
                     storage.rows, storage.columns});
    fields = fields.drop_front(count);
  }
  return parts;
}

Expected<formats::PackedMatrix>
SumAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  Expected<std::vector<formats::CooMatrix>> split =
      formats::splitMatrix(matrix, getRules(getRuleNumbers()));
  if (!split)
    return split.takeError();
  std::vector<formats::PackedMatrix> packed;
  for (auto [part, entries] : llvm::zip(getFormats(*this), *split)) {
    Expected<formats::PackedMatrix> one =
        part.pack(getPartType(type, part), entries);
    if (!one)
      return one.takeError();
    packed.push_back(*std::move(one));
  }
  return joinParts(std::move(packed));
}

Expected<formats::CooMatrix>
SumAttr::unpack(const formats::PackedMatrix &packed) const {
  Expected<std::vector<formats::PackedMatrix>> parts = separateParts(packed);
  if (!parts)
    return parts.takeError();
  if (parts->size() != getParts().size())
    return Error("a matrix packed as '" + std::string(packed.format) +
                 "' is no sum of " + std::to_string(getParts().size()) +
                 " parts");
  formats::CooMatrix all;
  all.rows = packed.rows;
  all.cols = packed.cols;
  for (auto [part, one] : llvm::zip(getFormats(*this), *parts)) {
    Expected<formats::CooMatrix> entries = part.unpack(one);
    if (!entries)
      return entries.takeError();
    for (int64_t e = 0; e < entries->entries(); ++e)
      all.add(entries->row[e], entries->col[e], entries->value[e]);
  }
  // By rows, as every format gives them.
  Expected<std::vector<formats::CooMatrix>> sorted =
      formats::splitMatrix(all, {});
  if (!sorted)
    return sorted.takeError();
  return std::move(sorted->front());
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

SmallVector<StringRef> SumAttr::getUnits() const { return {"default"}; }

LogicalResult SumAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  for (SparseFormatInterface part : getFormats(*this))
    if (failed(part.supports(schedule.resolveUnit(part), reason)))
      return failure();
  return success();
}

FormatCost SumAttr::getCost(RankedTensorType type) const {
  // Every part has its units; an entry is in one of them, at most the dearest.
  FormatCost all;
  for (SparseFormatInterface part : getFormats(*this)) {
    FormatCost cost = part.getCost(getPartType(type, part));
    all.bytesPerUnit += cost.bytesPerUnit;
    all.bytesPerEntry = std::max(all.bytesPerEntry, cost.bytesPerEntry);
  }
  return all;
}

int64_t SumAttr::getUnitRows(const ScheduleAttr &schedule) const {
  int64_t rows = 1;
  for (SparseFormatInterface part : getFormats(*this))
    rows = std::max(rows, part.getUnitRows(schedule.resolveUnit(part)));
  return rows;
}

bool SumAttr::storesPadding() const {
  return llvm::any_of(getFormats(*this), [](SparseFormatInterface part) {
    return part.storesPadding();
  });
}

// What follows is asked of parts only (SparseFormatInterface::buildParts).

Value SumAttr::buildUnitCount(OpBuilder &, Location, const SparseStorage &,
                              const ScheduleAttr &) const {
  llvm_unreachable("a sum has no units of its own");
}

StepRange SumAttr::buildSteps(OpBuilder &, Location, const SparseStorage &,
                              const ScheduleAttr &, Value) const {
  llvm_unreachable("a sum has no units of its own");
}

Value SumAttr::buildCoordinates(OpBuilder &, Location, const SparseStorage &,
                                const ScheduleAttr &, Value, Value,
                                Value) const {
  llvm_unreachable("a sum has no units of its own");
}

DecodedTile SumAttr::buildDecode(OpBuilder &, Location, const SparseStorage &,
                                 const ScheduleAttr &, Value, Value,
                                 Value) const {
  llvm_unreachable("a sum has no units of its own");
}

Value SumAttr::buildRows(OpBuilder &, Location, const SparseStorage &,
                         const ScheduleAttr &, Value) const {
  llvm_unreachable("a sum has no units of its own");
}
