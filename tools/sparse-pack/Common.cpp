//===- Common.cpp - What the commands of sparse-pack share
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "SparseGPU/Support/Strings.h"

#include <cstdio>
#include <iostream>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

Progress::Progress() : isTerminal(isatty(STDERR_FILENO)) {}

void Progress::show(const std::string &what) {
  if (!isTerminal)
    return;
  // Back to the start of the line, and clear it.
  std::fprintf(stderr, "\r\33[K%s ...", what.c_str());
  std::fflush(stderr);
  shown = true;
}

void Progress::clear() {
  if (shown)
    std::fprintf(stderr, "\r\33[K");
  shown = false;
}

namespace {
struct KindName {
  const char *name;
  FileKind kind;
};
} // namespace

static constexpr KindName kindNames[] = {{"mtx", FileKind::MatrixMarket},
                                         {"smtx", FileKind::Smtx},
                                         {"npz", FileKind::Npz},
                                         {"npy", FileKind::Npy},
                                         {"safetensors", FileKind::Safetensors},
                                         {"edges", FileKind::EdgeList},
                                         {"tns", FileKind::Frostt},
                                         {"container", FileKind::Container}};

std::optional<FileKind> pack::kindByShortName(std::string_view name) {
  for (const KindName &known : kindNames)
    if (name == known.name)
      return known.kind;
  return std::nullopt;
}

std::vector<std::string> pack::kindShortNames() {
  std::vector<std::string> names;
  for (const KindName &known : kindNames)
    names.push_back(known.name);
  return names;
}

void pack::addInputOptions(CLI::App &command, Input &input) {
  command.add_option("FILE", input.path, "The matrix; - is standard input")
      ->required();
  command
      .add_option("--read-as", input.readAs,
                  "What the file is, where content and name do not tell: mtx, "
                  "smtx, npz, npy, safetensors, edges, tns or container")
      ->check(CLI::IsMember(kindShortNames()))
      ->type_name("KIND")
      ->each([&input](const std::string &name) {
        input.options.kind = kindByShortName(name);
      });
  command
      .add_option("--tensor", input.options.tensor,
                  "Which array of an .npz or safetensors file")
      ->type_name("NAME");
  command
      .add_option("--complex", input.complex,
                  "What becomes of complex numbers: refuse, real (their "
                  "real parts) or magnitude")
      ->check(CLI::IsMember({"refuse", "real", "magnitude"}))
      ->capture_default_str();
  command
      .add_option("--values", input.values,
                  "The values of a file without any: ones or random")
      ->check(CLI::IsMember({"ones", "random"}))
      ->capture_default_str();
  command.add_option("--seed", input.options.seed, "For --values random")
      ->capture_default_str();
  command
      .add_option("--edge-base", input.options.edgeBase,
                  "The number of the first node of an edge list, 0 or 1")
      ->check(CLI::Range(0, 1))
      ->capture_default_str();
}

Expected<MatrixFile> pack::readInput(Input &input, Progress &progress) {
  input.options.complexValues = input.complex == "real" ? ComplexValues::Real
                                : input.complex == "magnitude"
                                    ? ComplexValues::Magnitude
                                    : ComplexValues::Refuse;
  input.options.patternValues =
      input.values == "random" ? PatternValues::Random : PatternValues::Ones;
  progress.show("reading " + input.path);
  return readMatrix(input.path, input.options);
}

std::string pack::formatNames() {
  std::string names;
  for (const Format *format : allFormats())
    names += concat(names.empty() ? "" : ", ", format->name());
  return names;
}

std::vector<int64_t> pack::defaultParameters(const Format &format) {
  std::vector<int64_t> result;
  for (const ParameterSpec &parameter : format.parameters())
    result.push_back(parameter.defaultValue);
  return result;
}

/// The number that `text` stands for: a choice by name, or a number.
static std::optional<int64_t> parseParameter(const ParameterSpec &spec,
                                             std::string_view text) {
  for (size_t i = 0; i < spec.choices.size(); ++i)
    if (spec.choices[i] == text)
      return spec.smallest + static_cast<int64_t>(i);
  return parseInteger(text);
}

/// What a parameter may be, for a message.
static std::string describeValues(const ParameterSpec &spec) {
  if (spec.choices.empty())
    return "NUMBER";
  std::string names;
  for (std::string_view choice : spec.choices)
    names += concat(names.empty() ? "" : "|", choice);
  return names;
}

std::string pack::spell(const Format &format,
                        const std::vector<int64_t> &parameters) {
  std::string text(format.name());
  std::vector<ParameterSpec> specs = format.parameters();
  for (size_t i = 0; i < specs.size(); ++i) {
    text += concat(i == 0 ? ":" : ",", specs[i].name, "=");
    if (specs[i].choices.empty())
      text += concat(parameters[i]);
    else
      text += specs[i].choices[parameters[i] - specs[i].smallest];
  }
  return text;
}

Expected<FormatChoice> pack::parseFormat(const std::string &text) {
  std::string_view rest = text;
  std::string_view name = rest.substr(0, rest.find(':'));
  FormatChoice choice;
  choice.format = findFormat(name);
  if (!choice.format)
    return Error(concat("there is no format ", sparsegpu::quoted(name),
                        "; there are: ", formatNames()));
  choice.parameters = defaultParameters(*choice.format);
  std::vector<ParameterSpec> specs = choice.format->parameters();
  if (name.size() < rest.size())
    for (std::string_view part : split(rest.substr(name.size() + 1), ',')) {
      size_t equals = part.find('=');
      std::string_view key = part.substr(0, equals);
      size_t found = 0;
      while (found < specs.size() && specs[found].name != key)
        ++found;
      std::optional<int64_t> value;
      if (equals != std::string_view::npos)
        value = found == specs.size()
                    ? std::nullopt
                    : parseParameter(specs[found], part.substr(equals + 1));
      if (found == specs.size() || !value) {
        std::string all;
        for (const ParameterSpec &spec : specs)
          all += concat(all.empty() ? "" : ", ", spec.name, "=",
                        describeValues(spec));
        return Error(concat("format ", sparsegpu::quoted(name), " takes ",
                            all.empty() ? "no parameters" : all, "; got ",
                            sparsegpu::quoted(part)));
      }
      choice.parameters[found] = *value;
    }
  if (Status status = checkParameters(*choice.format, choice.parameters);
      !status)
    return status.takeError();
  return choice;
}

int pack::fail(const std::string &message) {
  std::cerr << "sparse-pack: error: " << message << std::endl;
  return 1;
}
