//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"
#include "ShapeInference.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Formats/InputSpec.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Support/CounterHash.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Program.h"

#include <cmath>
#include <unistd.h>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

llvm::Error run::makeError(const Twine &message) {
  return llvm::createStringError(message);
}

std::vector<double> DenseArray::toDouble() const {
  std::vector<double> values(size());
  formats::loadElements(type, bytes.data(), values.size(), values.data());
  return values;
}

llvm::Expected<formats::ElementType> run::getElementType(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << getElementTypeOrSelf(type);
  if (std::optional<formats::ElementType> element =
          formats::parseElementType(text))
    return *element;
  return makeError("element type " + text + " is not supported");
}

static std::string getName(DictionaryAttr attributes, unsigned index) {
  if (attributes)
    if (auto name = attributes.getAs<StringAttr>("sparse_gpu.name"))
      return name.str();
  return std::to_string(index);
}

std::string run::getArgumentName(func::FuncOp function, unsigned index) {
  return getName(function.getArgAttrDict(index), index);
}

std::string run::getResultName(func::FuncOp function, unsigned index) {
  return getName(function.getResultAttrDict(index), index);
}

namespace {
class Binder {
public:
  Binder(func::FuncOp function, const Options &options)
      : function(function), options(options), shapes(function) {}

  llvm::Error parseSpecs();
  llvm::Expected<std::vector<BoundArgument>> bind();

private:
  llvm::Error bindSparse(unsigned index);
  llvm::Error bindDense(unsigned index);
  llvm::Error bindScalar(unsigned index);
  llvm::Expected<formats::CooMatrix> makeMatrix(unsigned index);
  llvm::Expected<std::string> writeDebianGraph();
  /// A seed of its own for each argument.
  uint64_t seedOf(unsigned index) {
    return CounterHash(options.seed, 0x696e707574).bits(index);
  }
  formats::InputSpec *specOf(unsigned index) {
    auto it = specs.find(arguments[index].name);
    return it == specs.end() ? nullptr : &it->second;
  }
  llvm::Error fail(unsigned index, const Twine &message) {
    return makeError("argument '" + arguments[index].name + "': " + message);
  }

  func::FuncOp function;
  const Options &options;
  ShapeInference shapes;
  std::vector<BoundArgument> arguments;
  llvm::StringMap<formats::InputSpec> specs;
};
} // namespace

llvm::Error Binder::parseSpecs() {
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    BoundArgument &argument = arguments.emplace_back();
    argument.name = getArgumentName(function, i);
    argument.type = function.getArgument(i).getType();
  }
  for (StringRef text : options.inputs) {
    auto [name, spec] = text.split('=');
    if (name.empty() || spec.empty())
      return makeError("--input needs NAME=SPEC, got '" + text + "'");
    // A position names an argument as well.
    unsigned position;
    std::string key = name.str();
    if (!name.getAsInteger(10, position) && position < arguments.size())
      key = arguments[position].name;
    if (llvm::none_of(arguments, [&](const BoundArgument &argument) {
          return argument.name == key;
        })) {
      std::string names;
      for (const BoundArgument &argument : arguments)
        names += (names.empty() ? "" : ", ") + argument.name;
      return makeError("--input " + text + ": there is no argument '" + name +
                       "'; the arguments are: " + names);
    }
    Expected<formats::InputSpec> parsed = formats::parseInputSpec(spec.str());
    if (!parsed)
      return makeError("--input " + text + ": " + parsed.message());
    if (!specs.try_emplace(key, *parsed).second)
      return makeError("--input " + name + " is given twice");
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<BoundArgument>> Binder::bind() {
  if (llvm::Error error = parseSpecs())
    return error;
  // Shapes first: what the specs say, and the sparse matrices themselves.
  for (unsigned i = 0; i < arguments.size(); ++i) {
    formats::InputSpec *spec = specOf(i);
    auto type = dyn_cast<RankedTensorType>(arguments[i].type);
    if (!spec || !type)
      continue;
    if (!spec->shape.empty() &&
        spec->shape.size() != static_cast<size_t>(type.getRank()))
      return fail(i, "the spec gives " + Twine(spec->shape.size()) +
                         " sizes for a tensor of rank " +
                         Twine(type.getRank()));
    for (auto [dim, size] : llvm::enumerate(spec->shape))
      if (size >= 0)
        if (llvm::Error error = shapes.bind(function.getArgument(i), dim, size,
                                            arguments[i].name))
          return error;
  }
  auto isSparse = [&](unsigned i) {
    return bool(getSparseFormat(arguments[i].type));
  };
  for (unsigned i = 0; i < arguments.size(); ++i)
    if (isSparse(i))
      if (llvm::Error error = bindSparse(i))
        return error;
  for (unsigned i = 0; i < arguments.size(); ++i) {
    if (isSparse(i))
      continue;
    llvm::Error error =
        isa<RankedTensorType>(arguments[i].type) ? bindDense(i) : bindScalar(i);
    if (error)
      return error;
  }
  return std::move(arguments);
}

/// Runs the script that writes the graph; returns the path of its output.
llvm::Expected<std::string> Binder::writeDebianGraph() {
  SmallString<128> path;
  if (llvm::sys::fs::createTemporaryFile("sparse-run-graph", "mtx", path))
    return makeError("cannot create a temporary file for graph:debian");
  llvm::ErrorOr<std::string> python = llvm::sys::findProgramByName("python3");
  if (!python || !llvm::sys::fs::exists(options.graphScript))
    return makeError("graph:debian needs python3 and " + options.graphScript);
  std::string message;
  StringRef args[] = {*python, options.graphScript, path.str()};
  int status = llvm::sys::ExecuteAndWait(*python, args, std::nullopt, {},
                                         /*SecondsToWait=*/120,
                                         /*MemoryLimit=*/0, &message);
  if (status != 0) {
    llvm::sys::fs::remove(path);
    return makeError("graph:debian: " + options.graphScript + " failed " +
                     message);
  }
  return path.str().str();
}

llvm::Expected<formats::CooMatrix> Binder::makeMatrix(unsigned index) {
  formats::InputSpec *spec = specOf(index);
  if (!spec)
    return fail(index, "a sparse argument needs --input " +
                           arguments[index].name +
                           "=SPEC, for example a .mtx file");
  std::string path = spec->path;
  bool temporary = spec->kind == formats::InputKind::GraphDebian;
  switch (spec->kind) {
  case formats::InputKind::GraphDebian: {
    llvm::Expected<std::string> written = writeDebianGraph();
    if (!written)
      return written.takeError();
    path = *written;
    [[fallthrough]];
  }
  case formats::InputKind::File: {
    Expected<formats::MatrixFile> file = formats::readMatrix(path);
    if (temporary)
      llvm::sys::fs::remove(path);
    if (!file)
      return makeError(file.message());
    return std::move(file->matrix);
  }
  case formats::InputKind::Random: {
    Value value = function.getArgument(index);
    int64_t rows = shapes.lookup(value, 0), columns = shapes.lookup(value, 1);
    if (rows < 0 || columns < 0)
      return fail(index, "its size is not known: give random:MxN");
    Expected<formats::CooMatrix> matrix =
        formats::generateSparse(*spec, rows, columns, seedOf(index));
    if (!matrix)
      return fail(index, matrix.message());
    return std::move(*matrix);
  }
  case formats::InputKind::Zeros: {
    Value value = function.getArgument(index);
    formats::CooMatrix empty;
    empty.rows = shapes.lookup(value, 0);
    empty.cols = shapes.lookup(value, 1);
    if (empty.rows < 0 || empty.cols < 0)
      return fail(index, "its size is not known: give zeros:MxN");
    return empty;
  }
  case formats::InputKind::Iota:
    return fail(index, "iota is for dense arguments");
  }
  llvm_unreachable("all kinds are handled");
}

llvm::Error Binder::bindSparse(unsigned index) {
  BoundArgument &argument = arguments[index];
  llvm::Expected<formats::CooMatrix> matrix = makeMatrix(index);
  if (!matrix)
    return matrix.takeError();
  // Values of the file that are not used need not fit the type.
  if (options.randomValues)
    std::fill(matrix->value.begin(), matrix->value.end(), 1.0);
  Value value = function.getArgument(index);
  int64_t sizes[] = {matrix->rows, matrix->cols};
  for (unsigned dim = 0; dim < 2; ++dim)
    if (llvm::Error error = shapes.bind(value, dim, sizes[dim], argument.name))
      return error;
  auto type = cast<RankedTensorType>(argument.type);
  SparseFormatInterface format = getSparseFormat(type);
  Expected<formats::PackedMatrix> packed = format.pack(type, *matrix);
  if (!packed)
    return fail(index, packed.message());
  Expected<formats::CooMatrix> unpacked = format.unpack(*packed);
  if (!unpacked)
    return fail(index, unpacked.message());
  argument.sparse = std::make_unique<SparseMatrix>();
  if (options.randomValues) {
    // Entry n in the order of storage gets number n of the seed, so that the
    // values need not be stored where they can be made again.
    uint64_t seed = seedOf(index);
    formats::fillDense(formats::DenseFill::Random, seed, 0, unpacked->entries(),
                       unpacked->value.data());
    const bool isInteger = type.getElementType().isInteger();
    for (double &number : unpacked->value) // integers other than zero
      number = isInteger ? std::floor(number * 8) + (number >= 0) : number;
    packed = format.pack(type, *unpacked);
    if (packed)
      unpacked = format.unpack(*packed);
    if (!packed || !unpacked)
      return fail(index, packed ? unpacked.message() : packed.message());
    if (!isInteger)
      argument.sparse->generated =
          GeneratedData{formats::DenseFill::Random, seed};
  }
  argument.sparse->packed = std::move(*packed);
  argument.sparse->matrix = std::move(*unpacked);
  for (StringRef text : options.inputs)
    if (text.split('=').first == argument.name)
      argument.sparse->source = text.split('=').second.str();
  return llvm::Error::success();
}

static uint64_t getPhysicalMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE));
}

llvm::Error Binder::bindDense(unsigned index) {
  BoundArgument &argument = arguments[index];
  auto type = cast<RankedTensorType>(argument.type);
  formats::InputSpec *spec = specOf(index);
  auto array = std::make_unique<DenseArray>();
  llvm::Expected<formats::ElementType> element = getElementType(type);
  if (!element)
    return fail(index, llvm::toString(element.takeError()));
  array->type = *element;
  // A vector of values from a file: a matrix with every place stored or zero.
  std::vector<double> values;
  if (spec && spec->kind == formats::InputKind::File) {
    Expected<formats::MatrixFile> file = formats::readMatrix(spec->path);
    if (!file)
      return makeError(file.message());
    const formats::CooMatrix &matrix = file->matrix;
    if (type.getRank() == 1 && matrix.cols != 1)
      return fail(index, "a vector needs a file with one column, " +
                             spec->path + " has " + Twine(matrix.cols));
    int64_t sizes[] = {matrix.rows, matrix.cols};
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (llvm::Error error = shapes.bind(function.getArgument(index), dim,
                                          sizes[dim], argument.name))
        return error;
    values.assign(matrix.rows * matrix.cols, 0.0);
    for (int64_t e = 0; e < matrix.entries(); ++e)
      values[matrix.row[e] * matrix.cols + matrix.col[e]] += matrix.value[e];
  } else if (spec && spec->kind == formats::InputKind::GraphDebian) {
    return fail(index, "graph:debian is for sparse arguments");
  } else if (spec && spec->hasDistribution) {
    return fail(index, "a distribution of nonzeros is for sparse arguments");
  }
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t size = shapes.lookup(function.getArgument(index), dim);
    if (size < 0) {
      std::string example;
      for (int64_t d = 0; d < type.getRank(); ++d)
        example += (d == 0 ? "" : "x") + std::string(d == dim ? "64" : "?");
      return fail(index, "the size of dimension " + Twine(dim) +
                             " is not known: give, for example, --input " +
                             argument.name + "=random:" + example);
    }
    array->shape.push_back(size);
  }
  // Inputs are made as doubles.
  double elements = 1;
  for (int64_t size : array->shape)
    elements *= static_cast<double>(size);
  if (elements * 8 > static_cast<double>(getPhysicalMemory()))
    return fail(index, "its " + Twine(llvm::formatv("{0:e2}", elements).str()) +
                           " elements are more than the memory of this "
                           "machine");
  auto fill = formats::DenseFill::Random;
  if (spec && spec->kind == formats::InputKind::Zeros)
    fill = formats::DenseFill::Zeros;
  if (spec && spec->kind == formats::InputKind::Iota)
    fill = formats::DenseFill::Iota;
  if (values.empty()) {
    Expected<std::vector<std::byte>> bytes =
        formats::generateDense(fill, seedOf(index), array->type, array->size());
    if (!bytes)
      return fail(index, bytes.message());
    array->bytes = std::move(*bytes);
    array->generated = GeneratedData{fill, seedOf(index)};
  } else {
    array->bytes.resize(values.size() * formats::byteSize(array->type));
    size_t stored =
        formats::storeElements(array->type, values.data(), values.size(),
                               formats::Overflow::Refuse, array->bytes.data());
    if (stored != values.size())
      return fail(index, "element " + Twine(stored) + " does not fit its type");
  }
  argument.dense = std::move(array);
  return llvm::Error::success();
}

llvm::Error Binder::bindScalar(unsigned index) {
  BoundArgument &argument = arguments[index];
  if (!isa<FloatType, IntegerType, IndexType>(argument.type)) {
    std::string text;
    llvm::raw_string_ostream(text) << argument.type;
    return fail(index, "type " + text +
                           " cannot be bound: an entry takes tensors, numbers "
                           "and matrices");
  }
  // The spec of a scalar is the number itself, parsed as a path.
  formats::InputSpec *spec = specOf(index);
  if (!spec)
    return fail(index, "a number needs --input " + argument.name + "=VALUE");
  if (StringRef(spec->path).getAsDouble(argument.scalar))
    return fail(index, "'" + spec->path + "' is not a number");
  // The reference must see the number that the program sees.
  if (isa<FloatType>(argument.type)) {
    llvm::Expected<formats::ElementType> type = getElementType(argument.type);
    if (!type)
      return type.takeError();
    std::byte stored[8];
    if (formats::storeElements(*type, &argument.scalar, 1,
                               formats::Overflow::Refuse, stored) != 1)
      return fail(index, spec->path + " does not fit its type");
    formats::loadElements(*type, stored, 1, &argument.scalar);
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<BoundArgument>>
run::bindInputs(func::FuncOp function, const Options &options) {
  return Binder(function, options).bind();
}
