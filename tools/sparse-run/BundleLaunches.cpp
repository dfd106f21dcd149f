//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BundleLaunches.h"
#include "HostValue.h"
#include "SparseGPU/Runtime/Bundle/LoadedCase.h"

#include <cstring>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;
namespace json = llvm::json;

namespace {
/// Writes down launches instead of doing them.
struct Recorder {
  const bundle::LoadedCase &loaded;
  json::Array launches;

  static int observe(const SparseGPULaunch *launch, void *self) {
    static_cast<Recorder *>(self)->add(*launch);
    return 1;
  }

  void add(const SparseGPULaunch &launch) {
    json::Array parameters;
    for (size_t i = 0; launch.paramBytes && i < launch.numParams; ++i) {
      json::Object parameter{{"bytes", launch.paramBytes[i]}};
      int64_t word = 0;
      std::memcpy(&word, launch.params[i],
                  std::min<size_t>(launch.paramBytes[i], 8));
      if (!launch.paramIsPointer[i]) {
        parameter["value"] = word;
      } else if (const bundle::Operand *operand = loaded.findByAddress(
                     reinterpret_cast<const void *>(word))) {
        parameter["buffer"] = operand->initial.name;
        parameter["offset"] = word - reinterpret_cast<int64_t>(operand->data);
      } else {
        // A temporary of the program.
        parameter["buffer"] = nullptr;
      }
      parameters.push_back(std::move(parameter));
    }
    launches.push_back(json::Object{
        {"kernel", launch.kernel},
        {"grid", {launch.grid[0], launch.grid[1], launch.grid[2]}},
        {"block", {launch.block[0], launch.block[1], launch.block[2]}},
        {"dynamic_shared_bytes", launch.dynamicShared},
        {"parameters", std::move(parameters)}});
  }
};
} // namespace

llvm::Error run::recordCall(const Options &options, const std::string &name,
                            json::Object &object) {
  auto library = bundle::RuntimeLibrary::open(options.libraryDir +
                                              "/libsparsegpu_emulator.so");
  if (!library)
    return makeError(library.message());
  auto manifest = bundle::readManifest(options.bundle);
  if (!manifest)
    return makeError(manifest.message());
  auto loaded = bundle::LoadedCase::load(options.bundle, *manifest,
                                         *manifest->findCase(name), *library);
  if (!loaded)
    return makeError(loaded.message());
  Recorder recorder{*loaded, {}};
  library->observeLaunches(Recorder::observe, &recorder);
  Status status = loaded->call();
  library->observeLaunches(nullptr, nullptr);
  if (!status)
    return makeError(status.message());
  json::Array results;
  for (const bundle::Operand *operand : loaded->resultOperands())
    if (operand)
      results.push_back(operand->initial.name);
    else
      results.push_back(nullptr);
  object["launches"] = std::move(recorder.launches);
  object["result_buffers"] = std::move(results);
  return llvm::Error::success();
}
