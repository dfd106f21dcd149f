//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operands of a case, and our own contender.
//
//===----------------------------------------------------------------------===//

#include "Operation.h"

#include <functional>
#include <map>

namespace sparsegpu::gpubench {

using bundle::HostArray;
using bundle::LoadedCase;
using bundle::Operand;
using formats::ElementType;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

static std::vector<double> asDoubles(const HostArray &array) {
  std::vector<double> values(array.elements());
  formats::loadElements(array.element, array.bytes.data(), values.size(),
                        values.data());
  return values;
}

static Expected<const Operand *> find(const LoadedCase &loaded,
                                      const std::string &name, size_t rank) {
  const Operand *operand = loaded.find(name);
  if (!operand)
    return Error("the program has no operand '" + name + "'");
  if (operand->initial.shape.size() != rank)
    return Error("operand '" + name + "' has " +
                 std::to_string(operand->initial.shape.size()) +
                 " sizes instead of " + std::to_string(rank));
  return operand;
}

static Expected<DenseOperand> denseOperand(const LoadedCase &loaded,
                                           const std::string &name) {
  Expected<const Operand *> operand = find(loaded, name, 2);
  if (!operand)
    return operand.takeError();
  const HostArray &array = (*operand)->initial;
  DenseOperand dense;
  dense.rows = array.shape[0];
  dense.cols = array.shape[1];
  dense.type = array.element;
  dense.values = asDoubles(array);
  dense.device = (*operand)->data;
  return dense;
}

static Expected<SparseOperand> sparseOperand(const LoadedCase &loaded,
                                             const bundle::Case &info,
                                             const std::string &name) {
  const bundle::MatrixInfo *matrix = nullptr;
  for (const bundle::MatrixInfo &candidate : info.matrices)
    if (candidate.argument == name)
      matrix = &candidate;
  if (!matrix)
    return Error("the case has no sparse operand '" + name + "'");
  SparseOperand sparse;
  sparse.rows = matrix->rows;
  sparse.cols = matrix->columns;
  auto indices = [&](const char *field, ElementType &type, void *&device,
                     std::vector<int64_t> &host) -> Status {
    Expected<const Operand *> operand = find(loaded, name + field, 1);
    if (!operand)
      return operand.takeError();
    type = (*operand)->initial.element;
    device = (*operand)->data;
    std::vector<double> values = asDoubles((*operand)->initial);
    host.assign(values.begin(), values.end());
    return Status::success();
  };
  if (Status read = indices(".positions", sparse.positionType,
                            sparse.devicePositions, sparse.positions);
      !read)
    return read.takeError();
  if (Status read = indices(".coordinates", sparse.coordinateType,
                            sparse.deviceCoordinates, sparse.coordinates);
      !read)
    return read.takeError();
  Expected<const Operand *> values = find(loaded, name + ".values", 1);
  if (!values)
    return values.takeError();
  sparse.valueType = (*values)->initial.element;
  sparse.deviceValues = (*values)->data;
  sparse.values = asDoubles((*values)->initial);
  if (int64_t(sparse.positions.size()) != sparse.rows + 1 ||
      sparse.coordinates.size() != sparse.values.size() ||
      sparse.nonzeros() != int64_t(sparse.values.size()))
    return Error("operand '" + name + "' is no CSR matrix with " +
                 std::to_string(sparse.rows) + " rows");
  return sparse;
}

//===----------------------------------------------------------------------===//
// Our program
//===----------------------------------------------------------------------===//

namespace {
class OurProgram : public Contender {
public:
  explicit OurProgram(LoadedCase &loaded) : loaded(loaded) {}

  std::string name() const override { return "SparseGPU"; }
  std::optional<std::string> whyNot(const Problem &) const override {
    return std::nullopt;
  }

  /// Operands come packed; what is left is loading the kernel, which the first
  /// call does. The memory of the results gets a pattern that is no result, so
  /// that a program which does not initialise its output is found out.
  Status prepare(const Problem &problem, Preparation &preparation) override {
    if (const Operand *c = loaded.find("C"))
      if (Status filled = problem.device.library.fill(
              c->data, 0x7fff7fff, c->initial.bytes.size() / 4,
              loaded.stream());
          !filled)
        return filled;
    return problem.device.library.synchronize(loaded.stream());
  }
  Status run() override { return loaded.call(); }
  void release() override {}

  Expected<HostResult> result(const Problem &problem) override {
    Expected<std::vector<HostArray>> arrays = loaded.results();
    if (!arrays)
      return arrays.takeError();
    HostResult result;
    if (arrays->size() == 1) {
      result.values = asDoubles((*arrays)[0]);
      return result;
    }
    if (arrays->size() != 3)
      return Error("the program has " + std::to_string(arrays->size()) +
                   " results instead of 1 or 3");
    std::vector<double> positions = asDoubles((*arrays)[0]);
    std::vector<double> coordinates = asDoubles((*arrays)[1]);
    result.positions.assign(positions.begin(), positions.end());
    result.coordinates.assign(coordinates.begin(), coordinates.end());
    result.values = asDoubles((*arrays)[2]);
    return result;
  }

private:
  LoadedCase &loaded;
};
} // namespace

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

using ProblemMaker = std::function<Expected<std::unique_ptr<Problem>>(
    const bundle::Case &, const LoadedCase &)>;

/// Moves what was read to where it belongs, or takes its error.
template <typename T, typename U>
static Status assign(T &place, Expected<U> value) {
  if (!value)
    return value.takeError();
  place = std::move(*value);
  return Status::success();
}

static Error wrongShape(const char *name, int64_t rows) {
  return Error(std::string("operand '") + name + "' must have " +
               std::to_string(rows) + " rows");
}

static Expected<std::unique_ptr<Problem>> makeSpMM(const bundle::Case &info,
                                                   const LoadedCase &loaded) {
  auto problem = std::make_unique<SpMMProblem>();
  if (Status read = assign(problem->a, sparseOperand(loaded, info, "A")); !read)
    return read.takeError();
  if (Status read = assign(problem->b, denseOperand(loaded, "B")); !read)
    return read.takeError();
  if (problem->b.rows != problem->a.cols)
    return wrongShape("B", problem->a.cols);
  return std::unique_ptr<Problem>(std::move(problem));
}

static Expected<std::unique_ptr<Problem>> makeSDDMM(const bundle::Case &info,
                                                    const LoadedCase &loaded) {
  auto problem = std::make_unique<SDDMMProblem>();
  if (Status read = assign(problem->a, sparseOperand(loaded, info, "A")); !read)
    return read.takeError();
  if (Status read = assign(problem->b, denseOperand(loaded, "X")); !read)
    return read.takeError();
  if (Status read = assign(problem->y, denseOperand(loaded, "Y")); !read)
    return read.takeError();
  if (problem->b.rows != problem->a.rows)
    return wrongShape("X", problem->a.rows);
  if (problem->y.rows != problem->a.cols)
    return wrongShape("Y", problem->a.cols);
  if (problem->y.cols != problem->b.cols)
    return Error("operands 'X' and 'Y' must have the same number of columns");
  return std::unique_ptr<Problem>(std::move(problem));
}

static Expected<std::unique_ptr<Problem>> makeSpGEMM(const bundle::Case &info,
                                                     const LoadedCase &loaded) {
  auto problem = std::make_unique<SpGEMMProblem>();
  if (Status read = assign(problem->a, sparseOperand(loaded, info, "A")); !read)
    return read.takeError();
  if (Status read = assign(problem->sparseB, sparseOperand(loaded, info, "B"));
      !read)
    return read.takeError();
  if (problem->sparseB->rows != problem->a.cols)
    return wrongShape("B", problem->a.cols);
  return std::unique_ptr<Problem>(std::move(problem));
}

Expected<LoadedProblem> makeProblem(const CaseEntry &entry,
                                    const bundle::Case &info, LoadedCase loaded,
                                    const bundle::RuntimeLibrary &library) {
  // A dense product in a case of its own would be one more line here.
  static const std::map<std::string, ProblemMaker> operations = {
      {"spmm", makeSpMM}, {"sddmm", makeSDDMM}, {"spgemm", makeSpGEMM}};
  auto operation = operations.find(entry.operation);
  if (operation == operations.end())
    return Error("'" + entry.operation +
                 "' is no operation that this benchmark knows");
  if (!loaded.program().deviceOperands)
    return Error("the program takes operands in host memory");

  LoadedProblem result;
  result.loaded = std::make_unique<LoadedCase>(std::move(loaded));
  Expected<std::unique_ptr<Problem>> problem =
      operation->second(info, *result.loaded);
  if (!problem)
    return problem.takeError();
  result.problem = std::move(*problem);
  Problem &made = *result.problem;
  made.device = {library, result.loaded->stream()};
  made.type = made.a.valueType;
  made.wantsTwoFour = entry.twoFour;
  if (made.type != entry.type)
    return Error("operand 'A' holds " + std::string(formats::name(made.type)) +
                 ", the case says " + std::string(formats::name(entry.type)));
  if (Status allocated = made.allocateOutput(); !allocated)
    return allocated.takeError();
  result.ours = std::make_unique<OurProgram>(*result.loaded);
  return result;
}

} // namespace sparsegpu::gpubench
