//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Execution.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"

#include <chrono>
#include <cstdlib>
#include <deque>
#include <set>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<Execution>>
Execution::create(ModuleOp module, StringRef entry, const DeviceLibrary &device,
                  const std::string &libraryDir) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  ExecutionEngineOptions options;
  // The second has memrefCopy, which copies of strided memory call.
  SmallVector<StringRef> libraries = {device.path, SPARSEGPU_RUNNER_UTILS};
  // Only what converts between formats when it runs needs the packers.
  std::string packers = libraryDir + "/libsparsegpu_formats.so";
  bool converts = false;
  module.walk([&](LLVM::LLVMFuncOp function) {
    converts |= function.getName().starts_with("sparsegpu_conversion_");
  });
  if (converts) {
    if (!llvm::sys::fs::exists(packers))
      return makeError("the runtime library " + packers + " does not exist");
    libraries.push_back(packers);
  }
  options.sharedLibPaths = libraries;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto engine = ExecutionEngine::create(module, options);
  if (!engine)
    return engine.takeError();
  auto execution = std::make_unique<Execution>();
  execution->engine = std::move(*engine);
  execution->engine->initialize();
  execution->entry = ("_mlir_ciface_" + entry).str();
  return execution;
}

namespace {
/// A memref descriptor: two pointers, an offset, sizes and strides. The words
/// behind the pointers are 64 bits wide (MLIR, "LLVM IR Target", ranked
/// memref).
struct Descriptor {
  std::vector<int64_t> words;

  Descriptor(void *data, ArrayRef<int64_t> shape) {
    words.push_back(reinterpret_cast<int64_t>(data));
    words.push_back(reinterpret_cast<int64_t>(data));
    words.push_back(0);
    words.insert(words.end(), shape.begin(), shape.end());
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t dim = shape.size(); dim-- > 1;)
      strides[dim - 1] = strides[dim] * shape[dim];
    words.insert(words.end(), strides.begin(), strides.end());
  }
};

/// Arguments of one call, with the memory that they point to.
struct CallFrame {
  std::deque<Descriptor> descriptors;
  std::deque<std::vector<std::byte>> copies;
  std::deque<int64_t> words;
  std::vector<void *> pointers;

  /// A pointer argument.
  void addPointer(void *pointer) {
    words.push_back(reinterpret_cast<int64_t>(pointer));
    pointers.push_back(&words.back());
  }
  void addMemRef(void *data, ArrayRef<int64_t> shape) {
    addPointer(descriptors.emplace_back(data, shape).words.data());
  }
  void addWord(int64_t word) {
    words.push_back(word);
    pointers.push_back(&words.back());
  }
};
} // namespace

int64_t run::getScalarBits(const BoundArgument &argument) {
  int64_t word = 0;
  if (auto type = getElementType(argument.type)) {
    if (formats::isFloat(*type))
      formats::storeElements(*type, &argument.scalar, 1,
                             formats::Overflow::Infinity,
                             reinterpret_cast<std::byte *>(&word));
    else
      word = static_cast<int64_t>(argument.scalar);
  } else {
    llvm::consumeError(type.takeError());
    word = static_cast<int64_t>(argument.scalar); // i1 and other widths
  }
  return word;
}

static void addArgument(CallFrame &frame, const BoundArgument &argument) {
  if (argument.sparse) {
    auto type = cast<RankedTensorType>(argument.type);
    const formats::PackedMatrix &packed = argument.sparse->packed;
    for (const formats::Field &field : packed.fields)
      frame.addMemRef(const_cast<std::byte *>(field.bytes.data()),
                      {field.count});
    int64_t sizes[] = {packed.rows, packed.cols};
    for (int64_t dim = 0; dim < 2; ++dim)
      if (type.isDynamicDim(dim))
        frame.addWord(sizes[dim]);
  } else if (argument.dense) {
    // Results may be written in place.
    frame.copies.push_back(argument.dense->bytes);
    frame.addMemRef(frame.copies.back().data(), argument.dense->shape);
  } else {
    frame.addWord(getScalarBits(argument));
  }
}

/// The array that a descriptor of rank `rank` at `words` describes.
static llvm::Expected<DenseArray> readResult(const int64_t *words,
                                             RankedTensorType type) {
  llvm::Expected<formats::ElementType> element = getElementType(type);
  if (!element)
    return element.takeError();
  DenseArray array;
  array.type = *element;
  int64_t rank = type.getRank();
  array.shape.assign(words + 3, words + 3 + rank);
  size_t width = formats::byteSize(*element);
  auto *data = reinterpret_cast<const std::byte *>(words[1]) + words[2] * width;
  array.bytes.assign(data, data + array.size() * width);
  return array;
}

llvm::Expected<Execution::Outcome>
Execution::call(const std::vector<BoundArgument> &arguments,
                TypeRange resultTypes) {
  CallFrame frame;
  // Results come back through a pointer to their descriptors, one after the
  // other, which is the first parameter.
  size_t resultWords = 0;
  for (Type type : resultTypes)
    resultWords += 3 + 2 * cast<RankedTensorType>(type).getRank();
  std::vector<int64_t> results(resultWords);
  if (!resultTypes.empty())
    frame.addPointer(results.data());
  for (const BoundArgument &argument : arguments)
    addArgument(frame, argument);
  auto function = engine->lookupPacked(entry);
  if (!function)
    return function.takeError();
  auto start = std::chrono::steady_clock::now();
  (*function)(frame.pointers.data());
  Outcome outcome;
  outcome.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  const int64_t *words = results.data();
  std::set<void *> owned;
  for (Type type : resultTypes) {
    auto tensor = cast<RankedTensorType>(type);
    llvm::Expected<DenseArray> array = readResult(words, tensor);
    if (!array)
      return array.takeError();
    outcome.results.push_back(std::move(*array));
    owned.insert(reinterpret_cast<void *>(words[0]));
    words += 3 + 2 * tensor.getRank();
  }
  // A result that is not the memory of an argument was allocated by the
  // program and is the caller's to free.
  for (const auto &copy : frame.copies)
    owned.erase(const_cast<std::byte *>(copy.data()));
  for (void *pointer : owned)
    free(pointer);
  return outcome;
}
