//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The benchmark of a bundle: our programs beside the vendors' libraries.
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <libgen.h>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::gpubench;

static std::atomic<bool> interrupted{false};
/// The session's marker, where a signal handler may read it.
static char marker[4096];

/// The first time the run ends after the contender that is running; the second
/// time at once, with the report as it was after the last case. It is not that
/// contender's fault, so that --resume runs it again.
static void onSignal(int signal) {
  interrupted = true;
  unlink(marker);
  std::signal(signal, SIG_DFL);
}

static int fail(const std::string &message) {
  std::cerr << "benchmark: error: " << message << std::endl;
  return 2;
}

static std::string ownFolder() {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
  if (length <= 0)
    return ".";
  path[length] = 0;
  return dirname(path);
}

/// The library of the device that is asked for, or that there is.
static Expected<bundle::RuntimeLibrary> openLibrary(const std::string &folder,
                                                    const std::string &device) {
  std::string cuda = folder + "/lib/libsparsegpu_cuda_runtime.so";
  if (device != "emulator") {
    std::string reason;
    if (bundle::RuntimeLibrary::countDevices(cuda, reason) > 0)
      return bundle::RuntimeLibrary::open(cuda);
    if (device == "cuda")
      return Error("--device=cuda: " + reason);
    std::cerr << "no CUDA GPU (" << reason
              << "): results are checked on the software GPU, nothing is timed"
              << std::endl;
  }
  return bundle::RuntimeLibrary::open(folder +
                                      "/lib/libsparsegpu_emulator_core.so");
}

/// Continues in a new process, whose device works again.
static int startAgain(int argc, char **argv) {
  std::vector<char *> arguments(argv, argv + argc);
  static char resume[] = "--resume";
  arguments.push_back(resume);
  arguments.push_back(nullptr);
  std::cerr << "the device does not answer any more; continuing in a new "
               "process after the contender that was running"
            << std::endl;
  execv("/proc/self/exe", arguments.data());
  return fail("cannot start again; --resume continues");
}

static int runBenchmark(const SessionOptions &options,
                        const std::string &device, int argc, char **argv) {
  Expected<bundle::RuntimeLibrary> library =
      openLibrary(options.bundle, device);
  if (!library)
    return fail(library.message());
  Expected<SessionResult> result = runSession(options, *library, interrupted);
  if (!result)
    return fail(result.message());
  switch (result->end) {
  case SessionEnd::DeviceLost:
    return startAgain(argc, argv);
  case SessionEnd::Stopped:
    std::cerr << "stopped after " << result->cases << " cases; --resume "
              << "continues" << std::endl;
    break;
  case SessionEnd::Complete:
    break;
  }
  std::cerr << result->cases - result->failures << " right, "
            << result->failures << " failed; report in " << options.json
            << std::endl;
  if (interrupted)
    return 130;
  return result->failures ? 1 : 0;
}

int main(int argc, char **argv) {
  SessionOptions options;
  options.bundle = ownFolder();
  options.json = "benchmark-report.json";
  std::string device = "auto", l2 = "warm,cold";
  bool noProbes = false;

  CLI::App app("Runs each case of a bundle and each baseline that is found, "
               "checks their results in double precision, and times them.");
  app.add_option("--bundle", options.bundle,
                 "The bundle's folder; default: where this program lies");
  app.add_option("--device", device, "auto, cuda, or emulator (checks only)")
      ->check(CLI::IsMember({"auto", "cuda", "emulator"}));
  app.add_option("--json", options.json,
                 "The report; default: " + options.json);
  app.add_option("--case", options.filters,
                 "Only cases whose name contains this text; repeatable");
  app.add_option("--library-path", options.libraryPath,
                 "Folders of vendors' libraries, a:b; a site-packages folder "
                 "with nvidia/*/lib does, too");
  app.add_option("--repeats", options.measure.repeats,
                 "Samples of each time; default 30")
      ->check(CLI::Range(1u, 100000u));
  app.add_option("--warmup", options.measure.warmup,
                 "Runs before the samples; default 5");
  app.add_option("--l2", l2, "warm, cold, or warm,cold; default both")
      ->check(CLI::IsMember({"warm", "cold", "warm,cold"}));
  app.add_option("--max-seconds", options.maxSeconds,
                 "No further case after that time; --resume continues");
  app.add_flag("--resume", options.resume,
               "Keep the complete cases of the report that is there")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_flag("--no-probes", noProbes,
               "Do not measure bandwidths and rates: no bounds");
  app.add_option("--dense-limit", options.limits.denseBytes,
                 "Largest operand made dense, in bytes; default 1e9");
  app.add_option("--fill-in-limit", options.limits.fillIn,
                 "Most elements of a blocked format per nonzero; default 8");
  CLI11_PARSE(app, argc, argv);

  options.probes = !noProbes;
  options.measure.states.clear();
  if (l2.find("warm") != std::string::npos)
    options.measure.states.push_back(bundle::L2State::Warm);
  if (l2.find("cold") != std::string::npos)
    options.measure.states.push_back(bundle::L2State::Cold);
  // Either would let a library compute f32 in another precision unasked.
  for (const char *variable :
       {"NVIDIA_TF32_OVERRIDE", "CUBLAS_EMULATE_SINGLE_PRECISION",
        "CUBLAS_EMULATE_DOUBLE_PRECISION"})
    if (getenv(variable)) {
      std::cerr << "ignoring " << variable << std::endl;
      unsetenv(variable);
    }
  std::snprintf(marker, sizeof(marker), "%s", markerPath(options.json).c_str());
  std::signal(SIGINT, onSignal);
  std::signal(SIGTERM, onSignal);
  return runBenchmark(options, device, argc, argv);
}
