//===- Sum.cpp - A matrix as a sum of parts
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Sum.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <unordered_map>

using namespace sparsegpu;
using namespace sparsegpu::formats;

Status formats::checkSplitRule(const SplitRule &rule) {
  if (rule.amount < 1)
    return Error(concat("a rule of a sum needs a number of at least 1, got ",
                        rule.amount));
  if (rule.kind != SplitRule::Kind::FullBlocks)
    return Status::success();
  if (rule.amount > 100)
    return Error(
        concat("blocks are full to at most 100 percent, got ", rule.amount));
  if (rule.rows < 1 || rule.columns < 1)
    return Error(concat("blocks have at least one row and column, got ",
                        rule.rows, " x ", rule.columns));
  return Status::success();
}

/// Marks the entries, by rows, that `rule` takes.
static std::vector<bool> takes(const CooMatrix &matrix, const SplitRule &rule) {
  auto count = static_cast<size_t>(matrix.entries());
  std::vector<bool> taken(count);
  if (rule.kind == SplitRule::Kind::FullBlocks) {
    // Entries of the blocks of one block row at a time.
    std::unordered_map<int64_t, int64_t> entries;
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
      int64_t blockRow = matrix.row[begin] / rule.rows;
      entries.clear();
      for (end = begin; end < count && matrix.row[end] / rule.rows == blockRow;
           ++end)
        ++entries[matrix.col[end] / rule.columns];
      int64_t firstRow = blockRow * rule.rows;
      int64_t rows = std::min(rule.rows, matrix.rows - firstRow);
      for (size_t e = begin; e < end; ++e) {
        int64_t block = matrix.col[e] / rule.columns;
        int64_t columns =
            std::min(rule.columns, matrix.cols - block * rule.columns);
        // In double precision: blocks may be as large as the matrix.
        taken[e] = 100.0 * static_cast<double>(entries[block]) >=
                   static_cast<double>(rule.amount) *
                       static_cast<double>(rows) * static_cast<double>(columns);
      }
    }
    return taken;
  }
  for (size_t begin = 0, end = 0; begin < count; begin = end) {
    for (end = begin; end < count && matrix.row[end] == matrix.row[begin];)
      ++end;
    auto length = static_cast<int64_t>(end - begin);
    int64_t take = rule.kind == SplitRule::Kind::FirstEntries
                       ? std::min(length, rule.amount)
                   : length >= rule.amount ? length
                                           : 0;
    std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(begin), take, true);
  }
  return taken;
}

Expected<std::vector<CooMatrix>>
formats::splitMatrix(const CooMatrix &matrix,
                     const std::vector<SplitRule> &rules) {
  for (const SplitRule &rule : rules)
    if (Status status = checkSplitRule(rule); !status)
      return status.takeError();
  try {
    PackOptions wide;
    wide.positionWidth = wide.coordinateWidth = 64;
    wide.valueType = ElementType::F64;
    Expected<PackedMatrix> csr = packCsr(matrix, wide);
    if (!csr)
      return csr.takeError();
    Expected<CooMatrix> sorted = unpackCsr(*csr);
    if (!sorted)
      return sorted.takeError();
    csr->fields.clear();
    std::vector<CooMatrix> parts;
    CooMatrix left = *std::move(sorted);
    for (const SplitRule &rule : rules) {
      std::vector<bool> taken = takes(left, rule);
      CooMatrix part, rest;
      part.rows = rest.rows = matrix.rows;
      part.cols = rest.cols = matrix.cols;
      for (size_t e = 0; e < taken.size(); ++e)
        (taken[e] ? part : rest).add(left.row[e], left.col[e], left.value[e]);
      parts.push_back(std::move(part));
      left = std::move(rest);
    }
    parts.push_back(std::move(left));
    return parts;
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory to split the matrix");
  }
}

/// `name` in static storage, as FieldSpec asks for.
static std::string_view keepName(std::string name) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> names;
  std::lock_guard<std::mutex> lock(mutex);
  return *names.insert(std::move(name)).first;
}

// The parameters of a sum say where its parts are: for each part the numbers of
// its fields, parameters, entries and explicit zeros, and its parameters.

PackedMatrix formats::joinParts(std::vector<PackedMatrix> parts) {
  PackedMatrix sum{{}, parts[0].rows, parts[0].cols, 0, {}};
  std::string format;
  for (size_t i = 0; i < parts.size(); ++i) {
    PackedMatrix &part = parts[i];
    format += concat(i == 0 ? "sum(" : "+", part.format);
    sum.nnz += part.nnz;
    for (size_t number :
         {part.fields.size(), part.parameters.size(),
          static_cast<size_t>(part.nnz), part.explicitZeros.size()})
      sum.parameters.push_back(static_cast<int64_t>(number));
    sum.parameters.insert(sum.parameters.end(), part.parameters.begin(),
                          part.parameters.end());
    sum.explicitZeros.insert(sum.explicitZeros.end(),
                             part.explicitZeros.begin(),
                             part.explicitZeros.end());
    for (Field &field : part.fields) {
      sum.fields.push_back(std::move(field));
      FieldSpec &spec = sum.fields.back().spec;
      spec.name = keepName(concat("part", i, "_", spec.name));
    }
  }
  sum.format = keepName(format + ")");
  return sum;
}

Expected<std::vector<PackedMatrix>>
formats::separateParts(const PackedMatrix &sum) {
  auto fail = [&] {
    return Error(concat("a matrix packed as ", quoted(sum.format),
                        " is no sum of parts"));
  };
  std::string_view names = sum.format, head = "sum(";
  if (names.substr(0, head.size()) != head || names.back() != ')')
    return fail();
  names = names.substr(head.size(), names.size() - head.size() - 1);
  std::vector<PackedMatrix> parts;
  auto numbers = sum.parameters.begin();
  auto zeros = sum.explicitZeros.begin();
  auto fields = sum.fields.begin();
  for (bool more = true; more;) {
    size_t end = std::min(names.find('+'), names.size());
    more = end < names.size();
    if (sum.parameters.end() - numbers < 4)
      return fail();
    int64_t fieldCount = numbers[0], parameterCount = numbers[1],
            zeroCount = numbers[3];
    PackedMatrix part{names.substr(0, end), sum.rows, sum.cols, numbers[2], {}};
    names.remove_prefix(more ? end + 1 : end);
    numbers += 4;
    if (fieldCount < 0 || fieldCount > sum.fields.end() - fields ||
        parameterCount < 0 || parameterCount > sum.parameters.end() - numbers ||
        zeroCount < 0 || zeroCount > sum.explicitZeros.end() - zeros)
      return fail();
    part.parameters.assign(numbers, numbers + parameterCount);
    part.explicitZeros.assign(zeros, zeros + zeroCount);
    part.fields.assign(fields, fields + fieldCount);
    numbers += parameterCount;
    zeros += zeroCount;
    fields += fieldCount;
    std::string prefix = concat("part", parts.size(), "_");
    for (Field &field : part.fields) {
      if (field.spec.name.substr(0, prefix.size()) != prefix)
        return fail();
      field.spec.name.remove_prefix(prefix.size());
    }
    parts.push_back(std::move(part));
  }
  if (fields != sum.fields.end() || numbers != sum.parameters.end() ||
      zeros != sum.explicitZeros.end())
    return fail();
  return parts;
}
