//===- State.cpp - Books, failures and the environment --------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "State.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

using namespace sparsegpu::cuda;

std::vector<CUcontext> &sparsegpu::cuda::contextStack() {
  // Never destroyed: libraries unload their modules after the thread's own
  // variables are gone.
  static thread_local auto *stack = new std::vector<CUcontext>;
  return *stack;
}

FAKE_EXPORT FakeCuda *fakeCuda() { return &State::get(); }

State &State::get() {
  // Kept to the end: programs call the driver from global destructors.
  static auto *state = new State();
  return *state;
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

namespace {
struct ResultText {
  CUresult result;
  const char *name, *text;
};
} // namespace

#define RESULT(name, text) {name, #name, text}
static const ResultText results[] = {
    RESULT(CUDA_SUCCESS, "no error"),
    RESULT(CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    RESULT(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    RESULT(CUDA_ERROR_NOT_INITIALIZED, "initialization error"),
    RESULT(CUDA_ERROR_DEINITIALIZED, "driver shutting down"),
    RESULT(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected"),
    RESULT(CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal"),
    RESULT(CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid"),
    RESULT(CUDA_ERROR_INVALID_CONTEXT, "invalid device context"),
    RESULT(CUDA_ERROR_NO_BINARY_FOR_GPU,
           "no kernel image is available for execution on the device"),
    RESULT(CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed"),
    RESULT(CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
           "the provided PTX was compiled with an unsupported toolchain."),
    RESULT(CUDA_ERROR_INVALID_HANDLE, "invalid resource handle"),
    RESULT(CUDA_ERROR_NOT_FOUND, "named symbol not found"),
    RESULT(CUDA_ERROR_NOT_READY, "device not ready"),
    RESULT(CUDA_ERROR_ILLEGAL_ADDRESS,
           "an illegal memory access was encountered"),
    RESULT(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
           "too many resources requested for launch"),
    RESULT(CUDA_ERROR_CONTEXT_IS_DESTROYED, "context is destroyed"),
    RESULT(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
           "part or all of the requested memory range is already mapped"),
    RESULT(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
           "pointer does not correspond to a registered memory region"),
    RESULT(CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure"),
    RESULT(CUDA_ERROR_NOT_SUPPORTED, "operation not supported"),
    RESULT(CUDA_ERROR_UNKNOWN, "unknown error"),
};
#undef RESULT

static const ResultText *findResult(CUresult result) {
  for (const ResultText &entry : results)
    if (entry.result == result)
      return &entry;
  return nullptr;
}

const char *sparsegpu::cuda::getResultName(CUresult result) {
  const ResultText *entry = findResult(result);
  return entry ? entry->name : nullptr;
}

const char *sparsegpu::cuda::getResultText(CUresult result) {
  const ResultText *entry = findResult(result);
  return entry ? entry->text : nullptr;
}

bool sparsegpu::cuda::parseResult(const std::string &text, CUresult &result) {
  for (const ResultText &entry : results)
    if (text == entry.name) {
      result = entry.result;
      return true;
    }
  char *end = nullptr;
  result = static_cast<CUresult>(std::strtol(text.c_str(), &end, 10));
  return end != text.c_str() && *end == 0;
}

//===----------------------------------------------------------------------===//
// The environment
//===----------------------------------------------------------------------===//

static std::string fromEnvironment(const char *name,
                                   const std::string &otherwise) {
  const char *value = std::getenv(name);
  return value ? value : otherwise;
}

/// A test that asks for something impossible must not pass silently.
[[noreturn]] static void refuse(const std::string &what) {
  std::fprintf(stderr, "fake CUDA driver: %s\n", what.c_str());
  std::abort();
}

State::State() {
  devices = std::stoi(fromEnvironment("FAKE_CUDA_DEVICES", "1"));
  std::string chip = fromEnvironment("FAKE_CUDA_CHIP", "sm_90");
  capability = std::atoi(chip.c_str() + 3);
  name = fromEnvironment("FAKE_CUDA_NAME", name);
  driverVersion = std::stoi(fromEnvironment("FAKE_CUDA_DRIVER", "13000"));
  std::istringstream list(fromEnvironment("FAKE_CUDA_FAIL", ""));
  for (std::string item; std::getline(list, item, ',');) {
    size_t first = item.find(':'), second = item.rfind(':');
    CUresult code = CUDA_SUCCESS;
    if (first == second || !parseResult(item.substr(second + 1), code))
      refuse("FAKE_CUDA_FAIL=" + item + " is not FUNCTION:N:CODE");
    std::string nth = item.substr(first + 1, second - first - 1);
    failCall(item.substr(0, first), nth == "*" ? 0 : std::stoi(nth), code);
  }
  std::string emulator = fromEnvironment("FAKE_CUDA_EMULATOR", "");
  if (!emulator.empty())
    execute(emulator, fromEnvironment("FAKE_CUDA_BITCODE", ""));
  if (std::getenv("FAKE_CUDA_BOOKS"))
    std::atexit([] { State::get().writeBooks(); });
}

void State::writeBooks() {
  std::string path = fromEnvironment("FAKE_CUDA_BOOKS", "-");
  FILE *file = path == "-" ? stderr : std::fopen(path.c_str(), "w");
  if (!file)
    refuse("cannot write " + path);
  FakeCudaBooks b = books();
  std::fprintf(file,
               "allocations %zu\nregistered %zu\nstreams %zu\nevents %zu\n"
               "modules %zu\ncontexts %zu\nprimaryRetains %zu\nlaunches %zu\n",
               b.allocations, b.registered, b.streams, b.events, b.modules,
               b.contexts, b.primaryRetains, recorded.size());
  for (auto &[function, count] : callCounts)
    std::fprintf(file, "%s %u\n", function.c_str(), count);
  if (file != stderr)
    std::fclose(file);
}

//===----------------------------------------------------------------------===//
// What every function begins with
//===----------------------------------------------------------------------===//

bool State::isContext(CUcontext context) const {
  if (contexts.count(context))
    return true;
  return std::any_of(primaries.begin(), primaries.end(),
                     [&](auto &entry) { return entry.second == context; });
}

CUresult State::enter(const char *function, bool needsInit, bool needsContext) {
  ++callCounts[function];
  for (auto it = failures.begin(); it != failures.end(); ++it) {
    if (it->function != function)
      continue;
    if (it->remaining == 0)
      return it->code;
    if (--it->remaining == 0) {
      CUresult code = it->code;
      failures.erase(it);
      return code;
    }
  }
  if (needsInit && !initialized)
    return CUDA_ERROR_NOT_INITIALIZED;
  if (needsContext && (contextStack().empty() || !contextStack().back()))
    return CUDA_ERROR_INVALID_CONTEXT;
  if (needsContext && !isContext(contextStack().back()))
    return CUDA_ERROR_CONTEXT_IS_DESTROYED;
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

using Lock = std::lock_guard<std::recursive_mutex>;

void State::reset() {
  Lock lock(mutex);
  failures.clear();
  callCounts.clear();
  recorded.clear();
  launchFailed = false;
  devices = 1;
  capability = 90;
}

void State::setDevices(int count) {
  Lock lock(mutex);
  devices = count;
}

void State::setCapability(int value) {
  Lock lock(mutex);
  capability = value;
}

void State::failCall(const std::string &function, unsigned nth, CUresult code) {
  Lock lock(mutex);
  failures.push_back({function, nth, code});
}

FakeCudaBooks State::books() {
  Lock lock(mutex);
  FakeCudaBooks b;
  b.allocations = allocations.size();
  for (auto &[address, allocation] : allocations)
    b.bytes += allocation.bytes;
  b.registered = registered.size();
  b.streams = streams.size();
  b.events = events.size();
  b.modules = modules.size();
  b.contexts = contexts.size();
  b.primaryRetains = primaryRetains;
  return b;
}

unsigned State::calls(const std::string &function) {
  Lock lock(mutex);
  if (!function.empty())
    return callCounts[function];
  unsigned sum = 0;
  for (auto &[name, count] : callCounts)
    sum += count;
  return sum;
}

std::vector<FakeCudaLaunch> State::launches() {
  Lock lock(mutex);
  return recorded;
}

void State::execute(const std::string &emulator, const std::string &bitcode) {
  Lock lock(mutex);
  executor = std::make_unique<Executor>(emulator, bitcode);
  if (!executor->ok())
    refuse("cannot execute with " + emulator + " and " + bitcode);
}

CUcontext State::newContext(int device) {
  // At the address of one that was destroyed, if possible: harder to get right.
  CUcontext context = nullptr;
  if (unusedContexts.empty()) {
    context = new CUctx_st();
  } else {
    context = unusedContexts.back();
    unusedContexts.pop_back();
  }
  *context = {nextContext++, device};
  return context;
}

CUcontext State::createContext(int device) {
  Lock lock(mutex);
  CUcontext context = newContext(device);
  contexts.insert(context);
  return context;
}

void State::destroyContext(CUcontext context) {
  Lock lock(mutex);
  for (auto it = modules.begin(); it != modules.end();)
    if (it->second->context == context) {
      for (auto &[name, function] : it->second->functions)
        functions.erase(function.get());
      it = modules.erase(it);
    } else {
      ++it;
    }
  for (auto it = streams.begin(); it != streams.end();)
    it = (*it)->context == context ? streams.erase(it) : std::next(it);
  for (auto it = events.begin(); it != events.end();)
    it = (*it)->context == context ? events.erase(it) : std::next(it);
  std::vector<uintptr_t> gone;
  for (auto &[address, allocation] : allocations)
    if (allocation.context == context)
      gone.push_back(address);
  for (uintptr_t address : gone)
    releaseAllocation(address);
  if (contexts.erase(context))
    unusedContexts.push_back(context);
  if (!contextStack().empty() && contextStack().back() == context)
    contextStack().back() = nullptr;
}

void State::setCurrent(CUcontext context) {
  if (contextStack().empty())
    contextStack().push_back(context);
  else
    contextStack().back() = context;
}

CUcontext State::getCurrent() {
  return contextStack().empty() ? nullptr : contextStack().back();
}

void State::releaseAllocation(uintptr_t address) {
  auto it = allocations.find(address);
  void *pointer = reinterpret_cast<void *>(address);
  if (it->second.fromExecutor && executor)
    executor->free(pointer);
  else
    std::free(pointer);
  allocations.erase(it);
}
