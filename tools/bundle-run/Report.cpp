//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

using namespace sparsegpu;
using namespace sparsegpu::bundle;
using nlohmann::ordered_json;

bool CaseRecord::passed() const {
  return error.empty() &&
         std::all_of(checks.begin(), checks.end(),
                     [](const CheckReport &check) { return check.passed(); });
}

/// JSON has no infinity and no NaN: those are strings.
static ordered_json number(double value) {
  if (std::isfinite(value))
    return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

static ordered_json describe(const CheckReport &report) {
  const formats::ResultCheck &check = report.check;
  return {{"result", report.result},
          {"elements", report.elements},
          {"compared", check.compared},
          {"failures", check.failures},
          {"largest_error", number(check.largestError)},
          {"worst_ratio", number(check.worstRatio)},
          {"worst_index", check.index},
          {"got", number(check.got)},
          {"expected", number(check.expected)},
          {"bound", number(check.bound)}};
}

static ordered_json describe(const Timing &timing) {
  return {{"l2", timing.l2 == L2State::Warm ? "warm" : "cold"},
          {"calls_per_sample", timing.callsPerSample},
          {"samples_ms", timing.milliseconds},
          {"median_ms", timing.median()},
          {"p10_ms", timing.quantile(0.1)},
          {"p90_ms", timing.quantile(0.9)}};
}

std::string bundle::toJSON(const RunRecord &record) {
  ordered_json report{{"bundle", record.bundle},
                      {"date", record.date},
                      {"device", ordered_json::parse(record.device)},
                      {"software_gpu", record.softwareGPU}};
  ordered_json cases = ordered_json::array();
  bool passed = true;
  for (const CaseRecord &entry : record.cases) {
    ordered_json object{
        {"name", entry.info->name},
        {"program", entry.program->id},
        {"entry", entry.program->entry},
        {"operands", entry.program->deviceOperands ? "device" : "host"}};
    if (!entry.error.empty())
      object["error"] = entry.error;
    if (record.checked && entry.error.empty()) {
      ordered_json checks = ordered_json::array();
      for (const CheckReport &check : entry.checks)
        checks.push_back(describe(check));
      object["checks"] = std::move(checks);
    }
    if (entry.timing)
      object["timing"] = describe(*entry.timing);
    object["passed"] = entry.passed();
    passed &= entry.passed();
    cases.push_back(std::move(object));
  }
  report["cases"] = std::move(cases);
  report["passed"] = passed;
  // Replaces what is not UTF-8, such as a file name, instead of throwing.
  return report.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

static std::string format(const char *pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), pattern, value);
  return text;
}

void bundle::printHeader(std::ostream &out, const RunRecord &record) {
  ordered_json device = ordered_json::parse(record.device);
  out << "device  " << device.value("name", "unknown");
  for (const char *key : {"chip", "driver"})
    if (device.contains(key) && device[key].is_string())
      out << ", " << (key[0] == 'd' ? "driver " : "")
          << device[key].get<std::string>();
  out << '\n';
  if (record.softwareGPU)
    out << "        its times are those of this machine, not of a GPU\n";
  size_t width = 4;
  for (const CaseRecord &entry : record.cases)
    width = std::max(width, entry.info->name.size());
  char line[512];
  std::snprintf(line, sizeof(line), "\n%-*s  %12s  %12s  %12s  %9s  %s\n",
                static_cast<int>(width), "case", "median ms", "10 % ms",
                "90 % ms", "of bound", "check");
  out << line << std::flush;
}

void bundle::printCase(std::ostream &out, const RunRecord &record,
                       const CaseRecord &entry) {
  size_t width = 4;
  for (const CaseRecord &other : record.cases)
    width = std::max(width, other.info->name.size());
  std::string times[3] = {"-", "-", "-"};
  if (entry.timing) {
    const double quantiles[3] = {0.5, 0.1, 0.9};
    for (int i = 0; i < 3; ++i)
      times[i] = format("%.5f", entry.timing->quantile(quantiles[i]));
  }
  double ratio = 0;
  int64_t compared = 0, elements = 0, failures = 0;
  for (const CheckReport &check : entry.checks) {
    ratio = std::max(ratio, check.check.worstRatio);
    compared += check.check.compared;
    elements += check.elements;
    failures += check.check.failures;
  }
  std::string verdict = "not checked";
  if (!entry.error.empty())
    verdict = "ERROR: " + entry.error;
  else if (record.checked)
    verdict = std::string(entry.passed() ? "PASS" : "FAIL") +
              (failures ? ", " + std::to_string(failures) + " wrong" : "") +
              ", " + std::to_string(compared) + " of " +
              std::to_string(elements) + " elements";
  char line[256];
  std::snprintf(line, sizeof(line), "%-*s  %12s  %12s  %12s  %9s  ",
                static_cast<int>(width), entry.info->name.c_str(),
                times[0].c_str(), times[1].c_str(), times[2].c_str(),
                entry.checks.empty() ? "-" : format("%.3g", ratio).c_str());
  out << line << verdict << '\n' << std::flush;
}

void bundle::printSummary(std::ostream &out, const RunRecord &record) {
  size_t passed = 0;
  for (const CaseRecord &entry : record.cases)
    passed += entry.passed();
  out << '\n'
      << passed << (record.checked ? " passed, " : " ran, ")
      << record.cases.size() - passed << " failed\n";
}
