//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/Check.h"
#include "SparseGPU/Support/FileIO.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu;
using namespace sparsegpu::bundle;

namespace {
/// An element of a file of expected results.
struct Record {
  int64_t index;
  double value, bound;
};
static_assert(sizeof(Record) == 24, "the layout of the file");
} // namespace

static Expected<CheckReport> checkResult(const std::string &directory,
                                         const ExpectedResult &expected,
                                         const HostArray &got) {
  std::string path = directory + "/" + expected.file;
  Expected<std::string> bytes = readFile(path);
  if (!bytes)
    return bytes.takeError();
  if (bytes->size() != sizeof(Record) * static_cast<size_t>(expected.stored))
    return Error(path + " holds " + std::to_string(bytes->size()) +
                 " bytes, not " + std::to_string(expected.stored) +
                 " elements of " + std::to_string(sizeof(Record)));
  if (got.elements() != expected.elements)
    return Error("result '" + got.name + "' has " +
                 std::to_string(got.elements()) + " elements, expected are " +
                 std::to_string(expected.elements));
  CheckReport report;
  report.result = got.name;
  report.elements = expected.elements;
  size_t width = formats::byteSize(got.element);
  for (int64_t i = 0; i < expected.stored; ++i) {
    Record record;
    std::memcpy(&record, bytes->data() + sizeof(Record) * i, sizeof(Record));
    if (record.index < 0 || record.index >= expected.elements)
      return Error(path + ": record " + std::to_string(i) + " is of element " +
                   std::to_string(record.index) + " of " +
                   std::to_string(expected.elements));
    double value;
    formats::loadElements(got.element, got.bytes.data() + record.index * width,
                          1, &value);
    report.check.add(got.element, record.index, value, record.value,
                     record.bound);
  }
  return report;
}

Expected<std::vector<CheckReport>>
bundle::checkResults(const std::string &directory, const Case &info,
                     const std::vector<HostArray> &results) {
  if (info.expected.empty())
    return Error("case '" + info.name + "' cannot be checked: " +
                 (info.noReference.empty() ? "the bundle holds no results of it"
                                           : info.noReference));
  std::vector<CheckReport> reports;
  for (const HostArray &got : results) {
    auto expected = std::find_if(info.expected.begin(), info.expected.end(),
                                 [&](const ExpectedResult &candidate) {
                                   return candidate.result == got.name;
                                 });
    if (expected == info.expected.end())
      return Error("case '" + info.name + "': nothing is stored of result '" +
                   got.name + "'");
    Expected<CheckReport> report = checkResult(directory, *expected, got);
    if (!report)
      return report.takeError();
    reports.push_back(std::move(*report));
  }
  return reports;
}
