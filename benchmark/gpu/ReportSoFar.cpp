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
#include <map>

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
  if (!report.contains("options") || !report["options"].is_object() ||
      !report.contains("libraries") || !report["libraries"].is_array())
    return false;
  // The bounds of its cases came from somewhere.
  bool hasProbes = report.contains("probes") && report["probes"].is_object();
  if (report.value("timed", json()) == true &&
      report["options"].value("probes", json()) == true && !hasProbes)
    return false;
  const json &cases = report["cases"], &lost = report["lost"];
  return std::all_of(cases.begin(), cases.end(), isCase) &&
         std::all_of(lost.begin(), lost.end(),
                     [](const json &entry) { return entry.is_object(); });
}

/// What results depend on, as names and texts that can be compared.
static std::map<std::string, std::string> circumstances(const json &report) {
  std::map<std::string, std::string> all;
  auto text = [](const json &value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  for (const char *member : {"nvidia_driver", "timed"})
    if (report.contains(member))
      all[member] = text(report[member]);
  for (const auto &[option, value] : report["options"].items())
    all[option] = text(value);
  for (const json &library : report["libraries"]) {
    if (!library.is_object() || !library.contains("name"))
      continue;
    std::string version = "missing";
    if (library.contains("version"))
      version = text(library["version"]);
    if (library.contains("for_tests") && library["for_tests"] == true)
      version += " (for tests)";
    all[text(library["name"])] = version;
  }
  return all;
}

/// "repeats was 30, is 10; cuBLAS was 13.1.0, is missing"; empty when all
/// agrees.
static std::string differences(const json &before, const json &current) {
  std::map<std::string, std::string> was = circumstances(before);
  std::map<std::string, std::string> is = circumstances(current);
  // A name on one side only is compared with nothing.
  for (const auto &entry : was)
    is.emplace(entry.first, "not given");
  std::string text;
  for (const auto &[name, value] : is) {
    auto earlier = was.find(name);
    std::string old = earlier == was.end() ? "not given" : earlier->second;
    if (old == value)
      continue;
    text += text.empty() ? "" : "; ";
    text += name;
    text += " was " + old + ", is " + value;
  }
  return text;
}

Expected<json> readReportSoFar(const std::string &path, const json &current) {
  if (!std::ifstream(path))
    return json();
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  json report = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!isReport(report))
    return Error("--resume: " + path +
                 " is no report of this benchmark, or a damaged one");
  if (report["device"] != current["device"])
    return Error("--resume: " + path +
                 " is a report of another device or driver");
  if (std::string text = differences(report, current); !text.empty())
    return Error("--resume: " + path + " was made otherwise: " + text);
  return report;
}

} // namespace sparsegpu::gpubench
