//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReportSoFar.h"

#include "SparseGPU/Support/FileIO.h"

#include <algorithm>
#include <fstream>

using nlohmann::json;

namespace sparsegpu::gpubench {

/// Whether it has what is read of a case that is kept.
static bool isCase(const json &entry) {
  if (!entry.is_object() || !entry.contains("name") ||
      !entry["name"].is_string() || !entry.contains("complete") ||
      !entry["complete"].is_boolean())
    return false;
  if (entry.contains("error"))
    return entry["error"].is_string();
  return entry.contains("contenders") && entry["contenders"].is_array() &&
         !entry["contenders"].empty() && entry["contenders"][0].is_object() &&
         entry["contenders"][0].contains("state");
}

static bool isReport(const json &report) {
  if (!report.is_object() || !report.contains("device") ||
      !report.contains("date") || !report["date"].is_string())
    return false;
  for (const char *list : {"cases", "lost"})
    if (!report.contains(list) || !report[list].is_array())
      return false;
  const json &cases = report["cases"], &lost = report["lost"];
  return std::all_of(cases.begin(), cases.end(), isCase) &&
         std::all_of(lost.begin(), lost.end(),
                     [](const json &entry) { return entry.is_object(); });
}

Expected<json> readReportSoFar(const std::string &path, const json &device) {
  if (!std::ifstream(path))
    return json();
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  json report = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!isReport(report))
    return Error("--resume: " + path +
                 " is no report of this benchmark, or a damaged one");
  if (report["device"] != device)
    return Error("--resume: " + path +
                 " is a report of another device or driver");
  return report;
}

} // namespace sparsegpu::gpubench
