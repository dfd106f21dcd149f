//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;
namespace json = llvm::json;

bool RunRecord::passed() const {
  bool clean = !hazards.getAsArray() || hazards.getAsArray()->empty();
  return clean && seeds.problem.empty() &&
         llvm::all_of(checks, [](const auto &check) {
           return check.second.failures == 0;
         });
}

static json::Value describe(const BoundArgument &argument) {
  std::string type;
  llvm::raw_string_ostream(type) << argument.type;
  json::Object object{{"name", argument.name}, {"type", type}};
  if (argument.sparse) {
    const formats::PackedMatrix &packed = argument.sparse->packed;
    object["source"] = argument.sparse->source;
    object["format"] = std::string(packed.format);
    object["rows"] = packed.rows;
    object["columns"] = packed.cols;
    object["nonzeros"] = packed.nnz;
    object["bytes"] = packed.byteSize();
  } else if (argument.dense) {
    object["shape"] = json::Array(argument.dense->shape);
  } else {
    object["value"] = argument.scalar;
  }
  return object;
}

/// JSON has no infinity and no NaN: those are strings.
static json::Value asJSON(double number) {
  if (std::isfinite(number))
    return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

/// The same for a person.
static std::string asText(const json::Value *value) {
  if (std::optional<double> number = value->getAsNumber())
    return llvm::formatv("{0}", llvm::format("%.9g", *number)).str();
  return value->getAsString().value_or("?").str();
}

json::Object run::toJSON(const RunRecord &record, const Options &options,
                         const std::vector<BoundArgument> &arguments) {
  json::Object report{
      {"file", options.file},
      {"entry", record.entry},
      {"device", record.device.description},
      {"runtime", record.device.isEmulator ? "emulator" : "cuda"},
      {"chip", options.chip},
      {"schedule", options.schedule},
      {"seed", static_cast<int64_t>(options.seed)},
      {"compile_seconds", record.compileSeconds},
      {"call_seconds", json::Array(record.callSeconds)}};
  if (!record.device.whyNotCuda.empty())
    report["why_not_cuda"] = record.device.whyNotCuda;
  json::Array described;
  for (const BoundArgument &argument : arguments)
    described.push_back(describe(argument));
  report["arguments"] = std::move(described);
  if (record.counters.getAsArray())
    report["launches"] = record.counters;
  if (record.hazards.getAsArray())
    report["hazards"] = record.hazards;
  if (options.check) {
    json::Array checks;
    for (const auto &[name, check] : record.checks)
      // JSON has no infinity.
      checks.push_back(json::Object{
          {"result", name},
          {"largest_error", check.largestError},
          {"worst_ratio",
           std::isfinite(check.worstRatio) ? check.worstRatio : 1e308},
          {"worst_index", check.index},
          {"got", asJSON(check.got)},
          {"expected", asJSON(check.expected)},
          {"bound", check.bound},
          {"failures", check.failures}});
    report["checks"] = std::move(checks);
  }
  if (options.seeds > 1) {
    json::Object seeds{{"first", static_cast<int64_t>(options.seed)},
                       {"count", static_cast<int64_t>(options.seeds)},
                       {"compared", record.seeds.compared}};
    if (!record.seeds.problem.empty()) {
      seeds["first_bad"] = static_cast<int64_t>(record.seeds.firstBad);
      seeds["problem"] = record.seeds.problem;
    }
    report["seeds"] = std::move(seeds);
  }
  report["passed"] = record.passed();
  return report;
}

/// Prints one counter object: its numbers, nested objects flattened.
static void printCounters(llvm::raw_ostream &out, const json::Object &object,
                          const std::string &prefix) {
  std::vector<std::string> keys;
  for (const auto &[key, value] : object)
    keys.push_back(key.str());
  std::sort(keys.begin(), keys.end());
  for (const std::string &key : keys) {
    const json::Value &value = *object.get(key);
    std::string name = prefix.empty() ? key : prefix + "." + key;
    if (const json::Object *nested = value.getAsObject())
      printCounters(out, *nested, name);
    else if (value.getAsNumber())
      out << "  " << llvm::left_justify(name, 34) << llvm::formatv("{0}", value)
          << '\n';
  }
}

static std::string dimensions(const json::Value *value) {
  std::string text;
  if (!value)
    return text;
  if (const json::Array *array = value->getAsArray())
    for (const json::Value &size : *array)
      text += (text.empty() ? "" : " x ") + llvm::formatv("{0}", size).str();
  if (const json::Object *object = value->getAsObject())
    for (const char *axis : {"x", "y", "z"})
      if (const json::Value *size = object->get(axis))
        text += (text.empty() ? "" : " x ") + llvm::formatv("{0}", *size).str();
  return text;
}

void run::printReport(llvm::raw_ostream &out, const json::Object &report) {
  auto text = [&](const json::Object &object, StringRef key) {
    return object.getString(key).value_or("").str();
  };
  auto number = [](const json::Object &object, StringRef key) {
    return object.getNumber(key).value_or(0);
  };
  out << "program   " << text(report, "file") << ", entry @"
      << text(report, "entry") << '\n';
  bool isEmulator = text(report, "runtime") == "emulator";
  out << "device    " << text(report, "device") << " ("
      << (isEmulator ? "" : "compiled for ") << text(report, "chip") << ")\n";
  for (const json::Value &value : *report.getArray("arguments")) {
    const json::Object &argument = *value.getAsObject();
    out << llvm::left_justify("argument  " + text(argument, "name"), 14) << " "
        << text(argument, "type");
    if (argument.get("nonzeros"))
      out << llvm::formatv(
          ": {0} x {1}, {2} nonzeros, {3} bytes, {4}",
          *argument.getInteger("rows"), *argument.getInteger("columns"),
          *argument.getInteger("nonzeros"), *argument.getInteger("bytes"),
          text(argument, "source"));
    else if (argument.get("shape"))
      out << ": " << dimensions(argument.get("shape"));
    out << '\n';
  }
  out << llvm::format("compiled  %.3f s\n", number(report, "compile_seconds"));
  std::vector<double> seconds;
  for (const json::Value &value : *report.getArray("call_seconds"))
    seconds.push_back(value.getAsNumber().value_or(0));
  std::sort(seconds.begin(), seconds.end());
  out << llvm::format("ran       %.3f s", seconds[seconds.size() / 2])
      << " on the host, with copies";
  if (seconds.size() > 1)
    out << llvm::format(" (median of %zu; %.3f to %.3f)", seconds.size(),
                        seconds.front(), seconds.back());
  // Neither is what a kernel takes on a GPU.
  out << (isEmulator ? "; this is no time of a GPU\n"
                     : "; this is not the time of the kernels\n");
  if (const json::Array *launches = report.getArray("launches"))
    for (const json::Value &value : *launches) {
      const json::Object &launch = *value.getAsObject();
      out << "launch    " << text(launch, "kernel") << ", grid "
          << dimensions(launch.get("grid")) << ", block "
          << dimensions(launch.get("block")) << '\n';
      printCounters(out, launch, "");
    }
  if (const json::Array *hazards = report.getArray("hazards")) {
    out << "hazards   " << hazards->size() << '\n';
    for (const json::Value &value : *hazards)
      if (const json::Object *hazard = value.getAsObject())
        out << "  " << text(*hazard, "message") << '\n';
  }
  if (const json::Array *checks = report.getArray("checks"))
    for (const json::Value &value : *checks) {
      const json::Object &check = *value.getAsObject();
      out << llvm::format("check     result %s: largest error %.3g, at most "
                          "%.3g of its bound\n",
                          text(check, "result").c_str(),
                          number(check, "largest_error"),
                          number(check, "worst_ratio"));
      if (number(check, "failures") > 0)
        out << llvm::format(
                   "          %.0f elements are wrong; element %.0f is ",
                   number(check, "failures"), number(check, "worst_index"))
            << asText(check.get("got")) << ", expected "
            << asText(check.get("expected"))
            << llvm::format(" within %.3g\n", number(check, "bound"));
    }
  if (const json::Object *seeds = report.getObject("seeds")) {
    double first = number(*seeds, "first"), count = number(*seeds, "count");
    out << llvm::format("seeds     %.0f to %.0f: ", first, first + count - 1);
    if (seeds->get("problem"))
      out << llvm::format("under seed %.0f ", number(*seeds, "first_bad"))
          << text(*seeds, "problem") << '\n';
    else if (seeds->getBoolean("compared").value_or(false))
      out << "the results agree in every bit\n";
    else
      out << "not compared, a kernel has atomics on floating-point numbers\n";
  }
  if (report.get("checks") || report.get("hazards") || report.get("seeds"))
    out << (report.getBoolean("passed").value_or(false) ? "PASS\n" : "FAIL\n");
}
