//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The `run` of a bundle: executes, checks and times its cases.
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <libgen.h>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::bundle;

namespace {
struct Arguments {
  std::string directory, device = "auto", json, l2 = "warm";
  std::vector<std::string> cases;
  bool check = false, list = false;
  unsigned repeat = 0, warmup = 5;
};
} // namespace

static int fail(const std::string &message) {
  std::cerr << "run: error: " << message << std::endl;
  return 2;
}

/// The folder that this program lies in.
static std::string ownFolder() {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
  if (length <= 0)
    return ".";
  path[length] = 0;
  return dirname(path);
}

static std::string now() {
  char text[32];
  std::time_t time = std::time(nullptr);
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
  return text;
}

/// The library of the device that is asked for, or that there is.
static Expected<RuntimeLibrary> openLibrary(const Arguments &arguments) {
  std::string cuda = arguments.directory + "/lib/libsparsegpu_cuda_runtime.so";
  if (arguments.device != "emulator") {
    std::string reason;
    if (RuntimeLibrary::countDevices(cuda, reason) > 0)
      return RuntimeLibrary::open(cuda);
    if (arguments.device == "cuda")
      return Error("--device=cuda: " + reason);
  }
  return RuntimeLibrary::open(arguments.directory +
                              "/lib/libsparsegpu_emulator_core.so");
}

static Status runCase(const Arguments &arguments, const Manifest &manifest,
                      const RuntimeLibrary &library, uint64_t l2Bytes,
                      CaseRecord &record) {
  Expected<LoadedCase> loaded =
      LoadedCase::load(arguments.directory, manifest, *record.info, library);
  if (!loaded)
    return loaded.takeError();
  if (Status status = loaded->call(); !status)
    return status;
  Expected<std::vector<HostArray>> results = loaded->results();
  if (!results)
    return results.takeError();
  if (arguments.check) {
    Expected<std::vector<CheckReport>> checks =
        checkResults(arguments.directory, *record.info, *results);
    if (!checks)
      return checks.takeError();
    record.checks = std::move(*checks);
  }
  if (arguments.repeat == 0)
    return Status::success();
  TimingOptions options;
  options.repeats = arguments.repeat;
  options.warmup = arguments.warmup;
  options.l2 = arguments.l2 == "cold" ? L2State::Cold : L2State::Warm;
  options.l2Bytes = l2Bytes;
  Expected<bool> repeatable = loaded->isRepeatable(*results);
  if (!repeatable)
    return repeatable.takeError();
  std::function<Status()> restore;
  if (!*repeatable)
    restore = [&] { return loaded->restore(); };
  Expected<Timing> timing = measure(
      library, loaded->stream(), options, [&] { return loaded->call(); },
      restore);
  if (!timing)
    return timing.takeError();
  record.timing = std::move(*timing);
  return Status::success();
}

static int runBundle(const Arguments &arguments) {
  Expected<Manifest> manifest = readManifest(arguments.directory);
  if (!manifest)
    return fail(manifest.message());
  if (arguments.list) {
    for (const Case &entry : manifest->cases)
      std::cout << entry.name << '\n';
    return std::cout.flush() ? 0 : fail("cannot write to standard output");
  }
  RunRecord record;
  for (const std::string &name : arguments.cases)
    if (!manifest->findCase(name))
      return fail("there is no case '" + name + "'; --list gives them");
  for (const Case &entry : manifest->cases)
    if (arguments.cases.empty() ||
        std::count(arguments.cases.begin(), arguments.cases.end(),
                   entry.name)) {
      CaseRecord &added = record.cases.emplace_back();
      added.info = &entry;
      added.program = manifest->findProgram(entry.program);
    }
  if (record.cases.empty())
    return fail("the bundle has no cases");

  Expected<RuntimeLibrary> library = openLibrary(arguments);
  if (!library)
    return fail(library.message());
  Expected<std::string> device = library->describeDevice();
  if (!device)
    return fail(device.message());
  record.device = *device;
  nlohmann::json properties = nlohmann::json::parse(*device, nullptr, false);
  if (!properties.is_object())
    return fail("the runtime library describes its device as " + *device);
  record.softwareGPU = properties.value("runtime", "") != "cuda";
  uint64_t l2Bytes = 0;
  if (auto it = properties.find("l2_bytes");
      it != properties.end() && it->is_number())
    l2Bytes = it->get<uint64_t>();
  record.bundle = arguments.directory;
  record.date = now();
  record.checked = arguments.check;
  std::ostream &out = arguments.json == "-" ? std::cerr : std::cout;
  printHeader(out, record);
  bool passed = true, ran = true;
  for (CaseRecord &entry : record.cases) {
    if (Status status = runCase(arguments, *manifest, *library, l2Bytes, entry);
        !status)
      entry.error = status.message();
    printCase(out, record, entry);
    passed &= entry.passed();
    ran &= entry.error.empty();
  }
  printSummary(out, record);
  if (!arguments.json.empty()) {
    std::string text = toJSON(record) + "\n";
    if (arguments.json == "-") {
      std::cout << text << std::flush;
    } else {
      std::ofstream file(arguments.json);
      file << text;
      file.close();
      if (!file)
        return fail("cannot write " + arguments.json);
    }
  }
  if (!out || !std::cout)
    return fail("cannot write to standard output");
  if (!ran)
    return 2;
  return passed ? 0 : 1;
}

int main(int argc, char **argv) {
  Arguments arguments;
  arguments.directory = ownFolder();
  CLI::App app("Runs the compiled programs of this folder on a CUDA GPU, or on "
               "the software GPU where there is none.");
  app.add_option("--device", arguments.device,
                 "auto (a GPU when there is one), cuda or emulator")
      ->check(CLI::IsMember({"auto", "cuda", "emulator"}))
      ->capture_default_str();
  app.add_flag("--check", arguments.check,
               "Compare the results with those computed in double precision "
               "when the bundle was made");
  app.add_option("--repeat", arguments.repeat,
                 "Time each case N times by events, after warming up")
      ->type_name("N");
  app.add_option("--warmup", arguments.warmup, "Calls before the timed ones")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--l2", arguments.l2,
                 "What the L2 cache holds at the start of a timed call: warm "
                 "(what the call before left) or cold (nothing of it)")
      ->check(CLI::IsMember({"warm", "cold"}))
      ->capture_default_str();
  app.add_option("--case", arguments.cases,
                 "Run only this case; may be given several times")
      ->type_name("NAME");
  app.add_flag("--list", arguments.list, "List the cases, and run nothing");
  app.add_option("--json", arguments.json,
                 "Write the report as JSON (- for standard output)")
      ->type_name("FILE");
  app.add_option("--bundle", arguments.directory,
                 "The bundle; default: the folder of this program")
      ->type_name("DIR");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  // Such as memory that is not there, and what the C++ library says of it.
  try {
    return runBundle(arguments);
  } catch (const std::exception &error) {
    return fail(error.what());
  }
}
