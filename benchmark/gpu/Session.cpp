//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run over the cases:
//
// 1. the case list, the manifest and, when resuming, the report so far
// 2. libraries, clocks, probes
// 3. for each case: load, ours, then each baseline; comparison; report
// rewritten
// 4. clocks again
//
// A file beside the report names the contender that is running, so that the
// next process knows which one ended this one.
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "ReportSoFar.h"
#include "Vendor/Nvml.h"

#include "SparseGPU/Support/FileIO.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>

using nlohmann::json;

namespace sparsegpu::gpubench {

using bundle::L2State;

static std::string now() {
  char text[32];
  std::time_t time = std::time(nullptr);
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
  return text;
}

namespace {
class Session {
public:
  Session(const SessionOptions &options, const bundle::RuntimeLibrary &library,
          const std::atomic<bool> &interrupted)
      : options(options), library(library), interrupted(interrupted),
        started(std::chrono::steady_clock::now()) {}
  Expected<SessionResult> run();

private:
  Status readInputs();
  Status describeMachine();
  Status resumeReport();
  /// The entry of the report for a case; sets `lost` when the device is.
  json runCase(const CaseEntry &entry, bool &lost);
  void describeProblem(const LoadedProblem &loaded, json &object) const;
  Measurement runContender(const CaseEntry &entry, Contender &contender,
                           Problem &problem);
  void printCase(const json &object) const;
  Status save() const;
  double secondsSoFar() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         started)
        .count();
  }

  SessionOptions options;
  bundle::RuntimeLibrary library;
  const std::atomic<bool> &interrupted;
  std::chrono::steady_clock::time_point started;
  std::vector<CaseEntry> entries;
  bundle::Manifest manifest;
  DeviceFacts facts;
  Rates rates;
  ContenderSet set;
  json report;
};
} // namespace

//===----------------------------------------------------------------------===//
// Before the cases
//===----------------------------------------------------------------------===//

Status Session::readInputs() {
  std::string path = options.bundle + "/benchmark.json";
  Expected<std::string> text = readFile(path);
  if (!text)
    return Error(text.message() +
                 "; make-bundle.py writes it: is this such a bundle?");
  Expected<std::vector<CaseEntry>> list = parseCaseList(*text, path);
  if (!list)
    return list.takeError();
  for (const CaseEntry &entry : *list) {
    bool wanted = options.filters.empty();
    for (const std::string &filter : options.filters)
      wanted |= entry.name.find(filter) != std::string::npos;
    if (wanted)
      entries.push_back(entry);
  }
  if (entries.empty())
    return Error(path + ": no case is left by the filters");
  Expected<bundle::Manifest> read = bundle::readManifest(options.bundle);
  if (!read)
    return read.takeError();
  manifest = std::move(*read);
  return Status::success();
}

Status Session::describeMachine() {
  Expected<std::string> text = library.describeDevice();
  if (!text)
    return text.takeError();
  Expected<DeviceFacts> parsed = DeviceFacts::parse(*text);
  if (!parsed)
    return parsed.takeError();
  facts = *parsed;
  if (facts.software)
    options.measure.timed = false;
  options.measure.l2Bytes = static_cast<uint64_t>(facts.l2Bytes);

  LibrarySearch search;
  search.folders = splitFolders(options.libraryPath);
  search.testLibraries = facts.software || options.testLibraries;
  set = allContenders(search, options.limits);

  report = {{"sparsegpu_benchmark_report", 1},
            {"date", now()},
            {"complete", false},
            {"device", json::parse(*text)},
            {"timed", options.measure.timed},
            {"options",
             {{"repeats", options.measure.repeats},
              {"warmup", options.measure.warmup}}},
            {"libraries", json::array()},
            {"lost", json::array()},
            {"cases", json::array()}};
  for (L2State state : options.measure.states)
    report["options"]["l2"].push_back(name(state));
  for (const LibraryStatus &status : set.libraries) {
    json entry = {{"name", status.name}};
    if (!status.missing.empty())
      entry["missing"] = status.missing;
    else
      entry.update({{"path", status.path},
                    {"version", status.version},
                    {"for_tests", search.testLibraries}});
    report["libraries"].push_back(std::move(entry));
  }
  return Status::success();
}

Status Session::resumeReport() {
  Expected<json> before = readReportSoFar(options.json, report["device"]);
  if (!before)
    return before.takeError();
  if (!before->is_null()) {
    for (const json &entry : (*before)["cases"])
      if (entry["complete"])
        report["cases"].push_back(entry);
    report["lost"] = (*before)["lost"];
    report["resumed_from"] = (*before)["date"];
  }
  std::ifstream marker(markerPath(options.json));
  std::string entry, contender;
  if (std::getline(marker, entry) && std::getline(marker, contender))
    report["lost"].push_back({{"case", entry}, {"contender", contender}});
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

void Session::describeProblem(const LoadedProblem &loaded, json &object) const {
  const Problem &problem = *loaded.problem;
  Work work = problem.work();
  object["rows"] = problem.a.rows;
  object["columns"] = problem.a.cols;
  object["nonzeros"] = problem.a.nonzeros();
  object["program"] = loaded.loaded->program().id;
  object["schedule"] = loaded.loaded->program().schedule;
  object["flops"] = work.flops;
  object["compulsory_bytes"] = work.compulsoryBytes;
  object["bytes_without_reuse"] = work.bytesWithoutReuse;
  if (!options.measure.timed)
    return;
  auto milliseconds = [](const std::optional<double> &seconds) {
    return seconds ? json(*seconds * 1000) : json(nullptr);
  };
  for (L2State state : options.measure.states) {
    Bound limit = bound(work, rates, problem.type, state);
    object["bound"][name(state)] = {{"memory_ms", milliseconds(limit.memory)},
                                    {"l2_ms", milliseconds(limit.l2)},
                                    {"compute_ms", milliseconds(limit.compute)},
                                    {"ms", milliseconds(limit.seconds())},
                                    {"binds", limit.binds}};
  }
}

Measurement Session::runContender(const CaseEntry &entry, Contender &contender,
                                  Problem &problem) {
  for (const json &lost : report["lost"])
    if (lost.value("case", "") == entry.name &&
        lost.value("contender", "") == contender.name()) {
      Measurement measurement;
      measurement.contender = contender.name();
      measurement.state = Measurement::State::Refused;
      measurement.reason = "an earlier process, or its device, ended in it";
      return measurement;
    }
  std::ofstream(markerPath(options.json)) << entry.name << '\n'
                                          << contender.name() << '\n';
  return measureContender(contender, problem, options.measure);
}

json Session::runCase(const CaseEntry &entry, bool &lost) {
  json object = {{"name", entry.name},
                 {"operation", entry.operation},
                 {"matrix", entry.matrix},
                 {"format", entry.format},
                 {"type", formats::name(entry.type)},
                 {"n", entry.n},
                 {"complete", false}};
  const bundle::Case *info = manifest.findCase(entry.name);
  if (!info) {
    object["error"] = "the manifest has no such case";
    return object;
  }
  Expected<LoadedProblem> loaded = [&]() -> Expected<LoadedProblem> {
    Expected<bundle::LoadedCase> read =
        bundle::LoadedCase::load(options.bundle, manifest, *info, library);
    if (!read)
      return read.takeError();
    return makeProblem(entry, *info, std::move(*read), library);
  }();
  if (!loaded) {
    object["error"] = loaded.message();
    object["complete"] = true;
    return object;
  }
  describeProblem(*loaded, object);

  std::vector<Measurement> measurements;
  object["contenders"] = json::array();
  auto take = [&](Contender &contender) {
    measurements.push_back(runContender(entry, contender, *loaded->problem));
    object["contenders"].push_back(toJSON(measurements.back()));
    // An illegal access leaves a context in which nothing works any more.
    // Not every problem has an output to fill.
    lost = !library.synchronize(loaded->problem->device.stream) ||
           !loaded->problem->poisonOutput();
  };
  take(*loaded->ours);
  for (const auto &contender : set.contenders) {
    if (lost || interrupted)
      return object;
    take(*contender);
  }
  if (lost)
    return object;
  compareContenders(measurements, object);
  object["complete"] = true;
  return object;
}

void Session::printCase(const json &object) const {
  std::cerr << object["name"].get<std::string>() << ": ";
  if (object.contains("error")) {
    std::cerr << "error: " << object["error"].get<std::string>() << std::endl;
    return;
  }
  const json &ours = object["contenders"][0];
  std::cerr << "ours " << ours["state"].get<std::string>();
  if (ours.contains("reason"))
    std::cerr << " (" << ours["reason"].get<std::string>() << ")";
  int right = 0, wrong = 0, refused = 0;
  for (size_t i = 1; i < object["contenders"].size(); ++i) {
    std::string state = object["contenders"][i]["state"];
    right += state == "ok";
    wrong += state == "wrong";
    refused += state == "refused";
  }
  char text[256];
  for (const char *state : {"warm", "cold"})
    if (ours.contains(state) && object.contains("ratio") &&
        object["ratio"].contains(state)) {
      std::snprintf(text, sizeof(text), ", %s %.4f ms, %.2f x %s", state,
                    ours[state]["median_ms"].get<double>(),
                    object["ratio"][state].get<double>(),
                    object["best_baseline"][state].get<std::string>().c_str());
      std::cerr << text;
    }
  std::cerr << "; baselines " << right << " ok, " << wrong << " wrong, "
            << refused << " refused" << std::endl;
}

/// Written beside it and renamed, so that there is always a whole report.
Status Session::save() const {
  std::string temporary = options.json + ".new";
  std::ofstream file(temporary);
  file << report.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
  file.close();
  if (!file || std::rename(temporary.c_str(), options.json.c_str()) != 0)
    return Error(options.json + " cannot be written");
  return Status::success();
}

Expected<SessionResult> Session::run() {
  if (Status read = readInputs(); !read)
    return read.takeError();
  if (Status described = describeMachine(); !described)
    return described.takeError();
  if (options.resume)
    if (Status resumed = resumeReport(); !resumed)
      return resumed.takeError();
  Nvml nvml(facts.software ? "" : facts.name);
  report["nvidia_driver"] = facts.software ? json() : nvml.driverVersion();
  report["clocks_before"] = nvml.clocks();
  if (options.measure.timed && options.probes) {
    Expected<void *> stream = library.createStream();
    if (!stream)
      return stream.takeError();
    rates = probe({library, *stream}, facts, set.cublas.get(), options.probe,
                  report["probes"]);
    library.destroyStream(*stream);
  }
  if (Status saved = save(); !saved)
    return saved.takeError();

  SessionResult result;
  for (const CaseEntry &entry : entries) {
    bool done = false;
    for (const json &object : report["cases"])
      done |= object["name"] == entry.name;
    if (done)
      continue;
    if (interrupted ||
        (options.maxSeconds > 0 && secondsSoFar() > options.maxSeconds)) {
      result.end = SessionEnd::Stopped;
      break;
    }
    bool lost = false;
    json object = runCase(entry, lost);
    printCase(object);
    report["cases"].push_back(std::move(object));
    report["clocks_after"] = nvml.clocks();
    if (Status saved = save(); !saved)
      return saved.takeError();
    if (lost) {
      result.end = SessionEnd::DeviceLost;
      return result;
    }
  }
  if (interrupted)
    result.end = SessionEnd::Stopped;
  for (const json &object : report["cases"]) {
    ++result.cases;
    result.failures +=
        object.contains("error") || object["contenders"][0]["state"] != "ok";
  }
  report["summary"] = summarizeCases(report["cases"]);
  for (const auto &[state, numbers] : report["summary"].items())
    std::cerr << state
              << ": the best baseline's time over ours, geometric mean "
              << numbers["geometric_mean"].get<double>() << " of "
              << numbers["cases"].get<int64_t>() << " cases, "
              << numbers["below_1"].get<int64_t>() << " below 1" << std::endl;
  report["complete"] = result.end == SessionEnd::Complete;
  report["clocks_after"] = nvml.clocks();
  std::remove(markerPath(options.json).c_str());
  if (Status saved = save(); !saved)
    return saved.takeError();
  return result;
}

Expected<SessionResult> runSession(const SessionOptions &options,
                                   const bundle::RuntimeLibrary &library,
                                   const std::atomic<bool> &interrupted) {
  return Session(options, library, interrupted).run();
}

} // namespace sparsegpu::gpubench
