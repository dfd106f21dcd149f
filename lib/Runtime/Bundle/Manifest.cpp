//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/Manifest.h"
#include "SparseGPU/Support/FileIO.h"

// Errors then name the place in the file.
#define JSON_DIAGNOSTICS 1
#include <nlohmann/json.hpp>

#include <stdexcept>

using namespace sparsegpu;
using namespace sparsegpu::bundle;
using nlohmann::json;

// The library reports what is wrong by exceptions; none leaves this file.

namespace {
/// A member whose value is not one of those that it may have.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};
} // namespace

static formats::ElementType readElement(const json &object) {
  std::string text = object.at("element").get<std::string>();
  if (auto type = formats::parseElementType(text))
    return *type;
  throw Wrong("'" + text + "' is not an element type");
}

/// Files stay within the bundle.
static std::string readPath(const json &object, const char *key) {
  if (!object.contains(key) || object.at(key).is_null())
    return "";
  std::string path = object.at(key).get<std::string>();
  if (path.empty() || path[0] == '/' || path.find("..") != std::string::npos)
    throw Wrong("'" + path + "' is not a path in the bundle");
  return path;
}

static int64_t readRank(const json &object) {
  auto rank = object.at("rank").get<int64_t>();
  if (rank < 0 || rank > 8)
    throw Wrong("'" + object.at("name").get<std::string>() + "' has rank " +
                std::to_string(rank));
  return rank;
}

static Parameter readParameter(const json &object) {
  Parameter parameter;
  parameter.name = object.at("name").get<std::string>();
  std::string kind = object.at("kind").get<std::string>();
  if (kind == "buffer") {
    parameter.kind = Parameter::Kind::Buffer;
    parameter.rank = readRank(object);
    parameter.element = readElement(object);
  } else if (kind == "size") {
    parameter.kind = Parameter::Kind::Size;
    parameter.element = formats::ElementType::I64;
  } else if (kind == "scalar") {
    parameter.kind = Parameter::Kind::Scalar;
    parameter.element = readElement(object);
  } else {
    throw Wrong("'" + kind + "' is not a kind of parameter");
  }
  return parameter;
}

static Program readProgram(const json &object) {
  Program program;
  program.id = object.at("id").get<std::string>();
  program.entry = object.at("entry").get<std::string>();
  program.symbol = object.at("symbol").get<std::string>();
  std::string operands = object.at("operands").get<std::string>();
  if (operands != "device" && operands != "host")
    throw Wrong("operands are '" + operands + "', not device or host");
  program.deviceOperands = operands == "device";
  program.source = object.at("source").get<std::string>();
  program.schedule = object.at("schedule").get<std::string>();
  program.cudaLibrary = readPath(object, "cuda_library");
  program.emulatorLibrary = readPath(object, "emulator_library");
  program.header = readPath(object, "header");
  for (const json &parameter : object.at("parameters"))
    program.parameters.push_back(readParameter(parameter));
  for (const json &result : object.at("results"))
    program.results.push_back({result.at("name").get<std::string>(),
                               readElement(result), readRank(result)});
  for (const json &chip : object.at("chips"))
    program.chips.push_back(chip.get<std::string>());
  return program;
}

static BufferData readBuffer(const json &object) {
  BufferData data;
  data.parameter = object.at("parameter").get<std::string>();
  data.shape = object.at("shape").get<std::vector<int64_t>>();
  for (int64_t size : data.shape)
    if (size < 0)
      throw Wrong("'" + data.parameter + "' has a negative size");
  data.file = readPath(object, "file");
  if (data.file.empty()) {
    const json &seed = object.at("seed");
    if (!seed.is_number_unsigned())
      throw Wrong("the seed of '" + data.parameter + "' is " + seed.dump());
    data.seed = seed.get<uint64_t>();
    std::string fill = object.at("fill").get<std::string>();
    if (fill == "random")
      data.fill = formats::DenseFill::Random;
    else if (fill == "zeros")
      data.fill = formats::DenseFill::Zeros;
    else if (fill == "iota")
      data.fill = formats::DenseFill::Iota;
    else
      throw Wrong("'" + fill + "' is not a way to fill '" + data.parameter +
                  "'");
  }
  return data;
}

static Case readCase(const json &object) {
  Case result;
  result.name = object.at("name").get<std::string>();
  result.program = object.at("program").get<std::string>();
  for (const json &buffer : object.at("buffers"))
    result.buffers.push_back(readBuffer(buffer));
  for (const json &scalar : object.at("scalars"))
    result.scalars.push_back({scalar.at("parameter").get<std::string>(),
                              scalar.at("bits").get<int64_t>()});
  for (const json &matrix : object.at("matrices"))
    result.matrices.push_back({matrix.at("argument").get<std::string>(),
                               matrix.at("source").get<std::string>(),
                               matrix.at("format").get<std::string>(),
                               matrix.at("rows").get<int64_t>(),
                               matrix.at("columns").get<int64_t>(),
                               matrix.at("nonzeros").get<int64_t>(),
                               matrix.at("bytes").get<int64_t>()});
  for (const json &expected : object.at("expected"))
    result.expected.push_back({expected.at("result").get<std::string>(),
                               expected.at("elements").get<int64_t>(),
                               expected.at("stored").get<int64_t>(),
                               readPath(expected, "file")});
  result.noReference = object.value("no_reference", std::string());
  return result;
}

const Program *Manifest::findProgram(const std::string &id) const {
  for (const Program &program : programs)
    if (program.id == id)
      return &program;
  return nullptr;
}

const Case *Manifest::findCase(const std::string &name) const {
  for (const Case &entry : cases)
    if (entry.name == name)
      return &entry;
  return nullptr;
}

/// "[json.exception.out_of_range.403] (/cases/0) key ..." without its code.
static std::string withoutCode(std::string text) {
  if (!text.empty() && text[0] == '[')
    if (size_t end = text.find("] "); end != std::string::npos)
      return text.substr(end + 2);
  return text;
}

Expected<Manifest> bundle::readManifest(const std::string &directory) {
  std::string path = directory + "/manifest.json";
  Expected<std::string> text = readFile(path);
  if (!text)
    return Error(text.message() + "; is " + directory + " a bundle?");
  try {
    json document = json::parse(*text);
    const json &version = document.at("sparsegpu_bundle");
    if (version != kManifestVersion)
      return Error(path + ": version " + version.dump() +
                   "; this program reads version " +
                   std::to_string(kManifestVersion));
    Manifest manifest;
    manifest.producer = document.at("producer").get<std::string>();
    for (const json &program : document.at("programs")) {
      Program added = readProgram(program);
      if (manifest.findProgram(added.id))
        return Error(path + ": program '" + added.id + "' is there twice");
      manifest.programs.push_back(std::move(added));
    }
    for (const json &entry : document.at("cases")) {
      Case added = readCase(entry);
      if (manifest.findCase(added.name))
        return Error(path + ": case '" + added.name + "' is there twice");
      if (!manifest.findProgram(added.program))
        return Error(path + ": case '" + added.name + "' names program '" +
                     added.program + "', which is not there");
      manifest.cases.push_back(std::move(added));
    }
    return manifest;
  } catch (const json::exception &error) {
    return Error(path + ": " + withoutCode(error.what()));
  } catch (const Wrong &error) {
    return Error(path + ": " + error.what());
  }
}
