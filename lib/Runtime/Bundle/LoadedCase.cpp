//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/LoadedCase.h"
#include "SparseGPU/Support/FileIO.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <map>
#include <set>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::bundle;

int64_t HostArray::elements() const {
  int64_t product = 1;
  for (int64_t extent : shape)
    product *= extent;
  return product;
}

struct LoadedCase::State {
  explicit State(const RuntimeLibrary &library) : library(library) {}
  ~State() {
    library.destroyStream(stream);
    freeResults();
  }

  RuntimeLibrary library;
  Program program;
  void *stream = nullptr;
  std::map<std::string, Operand> operands;
  /// Memory behind Operand::data: on the device, or on the host.
  std::deque<DeviceBuffer> deviceBuffers;
  std::deque<std::vector<std::byte>> hostBuffers;
  std::map<std::string, int64_t> scalars;
  void (*entry)(void **) = nullptr;

  /// The arguments: words of descriptors and scalars, and pointers to them.
  std::deque<std::vector<int64_t>> words;
  std::vector<void *> arguments;
  /// The descriptors of the results, one after the other.
  std::vector<int64_t> results;
  bool called = false;

  Status readOperand(const std::string &directory, const BufferData &data,
                     const Parameter &parameter);
  Status place(Operand &operand);
  Status loadProgram(const std::string &directory);
  Status buildArguments();
  /// The operand whose memory holds the address.
  Operand *owner(int64_t address);
  void freeResults();
};

LoadedCase::LoadedCase(std::unique_ptr<State> state)
    : state(std::move(state)) {}
LoadedCase::LoadedCase(LoadedCase &&) noexcept = default;
LoadedCase &LoadedCase::operator=(LoadedCase &&) noexcept = default;
LoadedCase::~LoadedCase() = default;

const Program &LoadedCase::program() const { return state->program; }
void *LoadedCase::stream() const { return state->stream; }

const Operand *LoadedCase::find(const std::string &parameter) const {
  auto it = state->operands.find(parameter);
  return it == state->operands.end() ? nullptr : &it->second;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static uint64_t getPhysicalMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE));
}

Status LoadedCase::State::readOperand(const std::string &directory,
                                      const BufferData &data,
                                      const Parameter &parameter) {
  HostArray array;
  array.name = data.parameter;
  array.element = parameter.element;
  array.shape = data.shape;
  if (static_cast<int64_t>(data.shape.size()) != parameter.rank)
    return Error("'" + data.parameter + "' has " +
                 std::to_string(data.shape.size()) + " sizes, its parameter " +
                 std::to_string(parameter.rank));
  size_t needed = formats::byteSize(array.element);
  for (int64_t extent : data.shape)
    if (__builtin_mul_overflow(needed, extent, &needed) ||
        needed > getPhysicalMemory())
      return Error("'" + data.parameter +
                   "' is larger than the memory of this machine");
  if (data.file.empty()) {
    Expected<std::vector<std::byte>> bytes = formats::generateDense(
        data.fill, data.seed, array.element, array.elements());
    if (!bytes)
      return Error("'" + data.parameter + "': " + bytes.message());
    array.bytes = std::move(*bytes);
  } else {
    std::string path = directory + "/" + data.file;
    Expected<std::string> bytes = readFile(path);
    if (!bytes)
      return bytes.takeError();
    if (bytes->size() != needed)
      return Error(path + " holds " + std::to_string(bytes->size()) +
                   " bytes; '" + data.parameter + "' has " +
                   std::to_string(needed));
    auto *first = reinterpret_cast<const std::byte *>(bytes->data());
    array.bytes.assign(first, first + needed);
  }
  Operand operand;
  operand.initial = std::move(array);
  if (Status status = place(operand); !status)
    return status;
  if (!operands.emplace(data.parameter, std::move(operand)).second)
    return Error("'" + data.parameter + "' is given twice");
  return Status::success();
}

Status LoadedCase::State::place(Operand &operand) {
  const std::vector<std::byte> &bytes = operand.initial.bytes;
  if (!program.deviceOperands) {
    operand.data = hostBuffers.emplace_back(bytes).data();
    return Status::success();
  }
  Expected<DeviceBuffer> buffer = DeviceBuffer::create(library, bytes.size());
  if (!buffer)
    return Error("'" + operand.initial.name + "': " + buffer.message());
  operand.data = deviceBuffers.emplace_back(std::move(*buffer)).data();
  return library.copy(operand.data, bytes.data(), bytes.size(), stream);
}

Status LoadedCase::State::loadProgram(const std::string &directory) {
  Expected<std::string> device = library.describeDevice();
  if (!device)
    return device.takeError();
  bool cuda = device->find("\"cuda\"") != std::string::npos;
  const std::string &file =
      cuda ? program.cudaLibrary : program.emulatorLibrary;
  if (file.empty())
    return Error("program '" + program.id + "' has no code for " +
                 (cuda ? "a CUDA GPU" : "the software GPU"));
  std::string path = directory + "/" + file;
  if (Status status = checkLibraryFile(path); !status)
    return status;
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (Status status = library.takeError(); !status)
    return Error(path + ": " + status.message());
  if (!handle)
    return Error(std::string("cannot load the program: ") + dlerror());
  entry = reinterpret_cast<void (*)(void **)>(
      dlsym(handle, program.symbol.c_str()));
  if (!entry)
    return Error(path + " has no function " + program.symbol);
  return Status::success();
}

Status LoadedCase::State::buildArguments() {
  size_t resultWords = 0;
  for (const ResultInfo &result : program.results)
    resultWords += 3 + 2 * static_cast<size_t>(result.rank);
  results.assign(resultWords, 0);
  auto addWord = [&](int64_t word) {
    arguments.push_back(words.emplace_back(1, word).data());
  };
  if (resultWords)
    addWord(reinterpret_cast<int64_t>(results.data()));
  for (const Parameter &parameter : program.parameters) {
    if (parameter.kind != Parameter::Kind::Buffer) {
      auto it = scalars.find(parameter.name);
      if (it == scalars.end())
        return Error("there is no value for '" + parameter.name + "'");
      addWord(it->second);
      continue;
    }
    auto it = operands.find(parameter.name);
    if (it == operands.end())
      return Error("there is no data for '" + parameter.name + "'");
    // A memref descriptor: two pointers, offset, sizes, strides (MLIR, "LLVM
    // IR Target", ranked memref). The function takes its address.
    const std::vector<int64_t> &shape = it->second.initial.shape;
    std::vector<int64_t> &descriptor = words.emplace_back();
    int64_t data = reinterpret_cast<int64_t>(it->second.data);
    descriptor = {data, data, 0};
    descriptor.insert(descriptor.end(), shape.begin(), shape.end());
    size_t firstStride = descriptor.size();
    descriptor.resize(firstStride + shape.size(), 1);
    for (size_t dim = shape.size(); dim-- > 1;)
      descriptor[firstStride + dim - 1] =
          descriptor[firstStride + dim] * shape[dim];
    addWord(reinterpret_cast<int64_t>(descriptor.data()));
  }
  if (program.deviceOperands)
    addWord(reinterpret_cast<int64_t>(stream));
  return Status::success();
}

Expected<LoadedCase> LoadedCase::load(const std::string &directory,
                                      const Manifest &manifest,
                                      const Case &info,
                                      const RuntimeLibrary &library) {
  auto state = std::make_unique<State>(library);
  auto fail = [&](const Status &status) {
    return Error("case '" + info.name + "': " + status.message());
  };
  state->program = *manifest.findProgram(info.program);
  Expected<void *> stream = library.createStream();
  if (!stream)
    return fail(stream.takeError());
  state->stream = *stream;
  if (Status status = state->loadProgram(directory); !status)
    return fail(status);
  for (const BufferData &data : info.buffers) {
    const std::vector<Parameter> &all = state->program.parameters;
    auto parameter =
        std::find_if(all.begin(), all.end(), [&](const Parameter &candidate) {
          return candidate.name == data.parameter;
        });
    if (parameter == all.end())
      return fail(Error("there is no parameter '" + data.parameter + "'"));
    if (Status status = state->readOperand(directory, data, *parameter);
        !status)
      return fail(status);
  }
  for (const ScalarData &scalar : info.scalars)
    state->scalars[scalar.parameter] = scalar.bits;
  if (Status status = state->buildArguments(); !status)
    return fail(status);
  return LoadedCase(std::move(state));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status LoadedCase::call() {
  state->freeResults();
  state->entry(state->arguments.data());
  state->called = true;
  return state->library.takeError();
}

const Operand *LoadedCase::findByAddress(const void *address) const {
  return state->owner(reinterpret_cast<int64_t>(address));
}

Operand *LoadedCase::State::owner(int64_t address) {
  for (auto &[name, operand] : operands) {
    auto first = reinterpret_cast<int64_t>(operand.data);
    auto size = static_cast<int64_t>(operand.initial.bytes.size());
    if (first <= address && address < first + std::max<int64_t>(size, 1))
      return &operand;
  }
  return nullptr;
}

std::vector<const Operand *> LoadedCase::resultOperands() const {
  std::vector<const Operand *> operands;
  const int64_t *words = state->results.data();
  for (const ResultInfo &result : state->program.results) {
    operands.push_back(state->owner(words[1]));
    words += 3 + 2 * result.rank;
  }
  return operands;
}

Status LoadedCase::restore() {
  if (!state->called)
    return Status::success();
  for (const Operand *operand : resultOperands())
    if (operand) {
      const std::vector<std::byte> &bytes = operand->initial.bytes;
      if (!state->program.deviceOperands)
        std::memcpy(operand->data, bytes.data(), bytes.size());
      else if (Status status = state->library.copyOnDevice(
                   operand->data, bytes.data(), bytes.size(), state->stream);
               !status)
        return status;
    }
  return Status::success();
}

Expected<std::vector<HostArray>> LoadedCase::results() {
  if (Status status = state->library.synchronize(state->stream); !status)
    return status.takeError();
  std::vector<HostArray> arrays;
  const int64_t *words = state->results.data();
  for (const ResultInfo &result : state->program.results) {
    HostArray array;
    array.name = result.name;
    array.element = result.element;
    array.shape.assign(words + 3, words + 3 + result.rank);
    size_t width = formats::byteSize(result.element);
    array.bytes.resize(static_cast<size_t>(array.elements()) * width);
    // The identity layout: compiled functions return no other.
    auto *data = reinterpret_cast<const std::byte *>(words[1]) +
                 words[2] * static_cast<int64_t>(width);
    if (!state->program.deviceOperands)
      std::memcpy(array.bytes.data(), data, array.bytes.size());
    else if (Status status = state->library.copy(
                 array.bytes.data(), data, array.bytes.size(), state->stream);
             !status)
      return status.takeError();
    arrays.push_back(std::move(array));
    words += 3 + 2 * result.rank;
  }
  return arrays;
}

Expected<bool> LoadedCase::isRepeatable(const std::vector<HostArray> &before) {
  if (Status status = call(); !status)
    return status.takeError();
  Expected<std::vector<HostArray>> after = results();
  if (!after)
    return after.takeError();
  return std::equal(before.begin(), before.end(), after->begin(), after->end(),
                    [](const HostArray &a, const HostArray &b) {
                      return a.bytes == b.bytes;
                    });
}

/// A result that is not the memory of an operand was allocated by the program
/// (host operands only) and is the caller's to free.
void LoadedCase::State::freeResults() {
  if (!called || program.deviceOperands)
    return;
  std::set<void *> owned;
  int64_t *words = results.data();
  for (const ResultInfo &result : program.results) {
    if (words[0] && !owner(words[0]))
      owned.insert(reinterpret_cast<void *>(words[0]));
    words += 3 + 2 * result.rank;
  }
  for (void *pointer : owned)
    std::free(pointer);
  called = false;
}
