//===- ConversionCAPI.cpp - Conversions of compiled programs
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ConversionCAPI.h"

#include "SparseGPU/Formats/Convert.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
/// The format of one side.
struct Side {
  /// Null: dense.
  const Format *format = nullptr;
  std::vector<int64_t> parameters;
  PackOptions options;
};
} // namespace

struct sparsegpu_conversion {
  std::string operation;
  int64_t rows, cols;
  Side from, to;
  /// The side that parameters belong to.
  Side *current = nullptr;
  std::vector<const void *> data;
  std::vector<int64_t> counts;
  PackedMatrix result;
  std::optional<double> sparsity;
};

[[noreturn]] static void fail(const std::string &operation,
                              const std::string &message) {
  std::fflush(stdout);
  std::string line = "sparsegpu: error: " + operation + ": " + message + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  // No destructors: they belong to a program that did not expect to end here.
  _exit(1);
}

/// Runs `body`, which returns a Status; any failure ends the process.
template <typename Body>
static void guarded(const std::string &operation, Body body) {
  try {
    Status status = body();
    if (!status)
      fail(operation, status.message());
  } catch (const std::exception &exception) {
    fail(operation, exception.what());
  }
}

static Status setSide(sparsegpu_conversion *conversion, Side &side,
                      const char *format, int64_t positionWidth,
                      int64_t coordinateWidth) {
  conversion->current = &side;
  side.options.positionWidth = static_cast<unsigned>(positionWidth);
  side.options.coordinateWidth = static_cast<unsigned>(coordinateWidth);
  if (std::strcmp(format, "dense") == 0)
    return Status::success();
  side.format = findFormat(format);
  if (!side.format)
    return Error(concat("format ", quoted(format), " is not known"));
  return Status::success();
}

sparsegpu_conversion *sparsegpu_conversion_begin(const char *operation,
                                                 int64_t rows, int64_t cols) {
  sparsegpu_conversion *conversion = nullptr;
  guarded(operation, [&]() -> Status {
    conversion = new sparsegpu_conversion;
    conversion->operation = operation;
    conversion->rows = rows;
    conversion->cols = cols;
    if (rows < 0 || cols < 0)
      return Error(concat("the shape ", rows, " x ", cols, " is negative"));
    return Status::success();
  });
  return conversion;
}

void sparsegpu_conversion_from(sparsegpu_conversion *conversion,
                               const char *format, int64_t position_width,
                               int64_t coordinate_width,
                               const char *value_type) {
  guarded(conversion->operation, [&]() -> Status {
    std::optional<ElementType> type = parseElementType(value_type);
    if (!type)
      return Error(concat("value type ", quoted(value_type), " is not known"));
    conversion->from.options.valueType = *type;
    conversion->to.options.valueType = *type;
    return setSide(conversion, conversion->from, format, position_width,
                   coordinate_width);
  });
}

void sparsegpu_conversion_to(sparsegpu_conversion *conversion,
                             const char *format, int64_t position_width,
                             int64_t coordinate_width) {
  guarded(conversion->operation, [&] {
    return setSide(conversion, conversion->to, format, position_width,
                   coordinate_width);
  });
}

void sparsegpu_conversion_parameter(sparsegpu_conversion *conversion,
                                    int64_t value) {
  guarded(conversion->operation, [&] {
    conversion->current->parameters.push_back(value);
    return Status::success();
  });
}

void sparsegpu_conversion_field(sparsegpu_conversion *conversion,
                                int64_t address, int64_t count) {
  guarded(conversion->operation, [&] {
    conversion->data.push_back(reinterpret_cast<const void *>(address));
    conversion->counts.push_back(count);
    return Status::success();
  });
}

void sparsegpu_conversion_prune(sparsegpu_conversion *conversion,
                                double sparsity) {
  conversion->sparsity = sparsity;
}

/// The operand as packed storage; compressed rows if it is dense.
static Expected<PackedMatrix> readOperand(sparsegpu_conversion &c) {
  if (c.from.format)
    return adoptFields(*c.from.format, c.from.parameters, c.from.options,
                       c.rows, c.cols, c.data, c.counts);
  return compressDense(c.rows, c.cols, c.from.options.valueType,
                       static_cast<const std::byte *>(c.data.at(0)));
}

void sparsegpu_conversion_run(sparsegpu_conversion *conversion) {
  guarded(conversion->operation, [&]() -> Status {
    sparsegpu_conversion &c = *conversion;
    Expected<PackedMatrix> operand = readOperand(c);
    if (!operand)
      return operand.takeError();
    const Format &from = c.from.format ? *c.from.format : csrFormat();
    if (!c.to.format) {
      Expected<Field> dense = expandToDense(*operand, from);
      if (!dense)
        return dense.takeError();
      c.result.fields.push_back(*std::move(dense));
      return Status::success();
    }
    Expected<PackedMatrix> result =
        c.sparsity ? convertPruned(*operand, from, *c.to.format,
                                   c.to.parameters, c.to.options, *c.sparsity)
                   : convert(*operand, from, *c.to.format, c.to.parameters,
                             c.to.options);
    if (!result)
      return result.takeError();
    c.result = *std::move(result);
    return Status::success();
  });
}

int64_t sparsegpu_conversion_count(sparsegpu_conversion *conversion,
                                   int64_t field) {
  int64_t count = 0;
  guarded(conversion->operation, [&] {
    count = conversion->result.fields.at(static_cast<size_t>(field)).count;
    return Status::success();
  });
  return count;
}

void sparsegpu_conversion_take(sparsegpu_conversion *conversion, int64_t field,
                               int64_t address) {
  guarded(conversion->operation, [&] {
    Bytes bytes = std::move(
        conversion->result.fields.at(static_cast<size_t>(field)).bytes);
    if (!bytes.empty())
      std::memcpy(reinterpret_cast<void *>(address), bytes.data(),
                  bytes.size());
    return Status::success();
  });
}

void sparsegpu_conversion_end(sparsegpu_conversion *conversion) {
  delete conversion;
}
