//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is run and timed in a case: our program, or a vendor's algorithm. Adding
// one is a new file in Contenders/ and a line in allContenders().
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_CONTENDER_H
#define SPARSEGPU_BENCHMARK_GPU_CONTENDER_H

#include "Problem.h"

#include "SparseGPU/Support/Expected.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sparsegpu::gpubench {

/// What is done once for an operand, before any run, with its time.
class Preparation {
public:
  struct Step {
    std::string name;
    double milliseconds = 0;
  };

  explicit Preparation(const DeviceContext &device) : device(device) {}

  /// Does `work` and remembers how long it took on the host's clock, from an
  /// idle stream to an idle stream.
  Status step(const std::string &name, const std::function<Status()> &work);
  const std::vector<Step> &steps() const { return done; }
  double totalMilliseconds() const;

private:
  DeviceContext device;
  std::vector<Step> done;
};

class Contender {
public:
  virtual ~Contender() = default;

  /// "cuSPARSE CSR_ALG2".
  virtual std::string name() const = 0;
  /// Why it has nothing to do with this problem; nothing when it has.
  virtual std::optional<std::string> whyNot(const Problem &problem) const = 0;
  /// Conversions, buffers, the library's own analysis: all that depends on the
  /// sparse operand and not on the numbers of the dense one. The problem lives
  /// until release().
  virtual Status prepare(const Problem &problem, Preparation &preparation) = 0;
  /// Puts one complete computation on the problem's stream, initialisation of
  /// the output included, and does not wait.
  virtual Status run() = 0;
  /// Waits, and reads what the last run computed.
  virtual Expected<HostResult> result(const Problem &problem) {
    return problem.readOutput();
  }
  /// Frees what prepare() made; after any failure, too, and more than once.
  virtual void release() = 0;
};

/// A vendor's library was not found, so that its contenders are absent.
struct LibraryStatus {
  std::string name, path, version;
  /// Why it is not there; empty when it is.
  std::string missing;
};

/// Limits beyond which a conversion is not tried.
struct ContenderLimits {
  /// Bytes of a sparse operand made dense.
  double denseBytes = 1e9;
  /// Elements of a blocked format per nonzero.
  double fillIn = 8;
};

struct CusparseApi;
struct CublasApi;
struct CublasLtApi;
struct CusparseLtApi;
struct LibrarySearch;

using ContenderList = std::vector<std::unique_ptr<Contender>>;

struct ContenderSet {
  ContenderList contenders;
  std::vector<LibraryStatus> libraries;
  /// For the probe of matrix rates; null where it is missing.
  std::shared_ptr<CublasApi> cublas;
};

/// SpMM with CSR and COO, one contender for each algorithm.
void addCusparseSpMM(ContenderList &list, std::shared_ptr<CusparseApi> api);
void addCusparseBlockedEll(ContenderList &list,
                           std::shared_ptr<CusparseApi> api,
                           const ContenderLimits &limits);
void addCusparseSDDMM(ContenderList &list, std::shared_ptr<CusparseApi> api);
void addCusparseSpGEMM(ContenderList &list, std::shared_ptr<CusparseApi> api);
/// The dense product.
void addCublas(ContenderList &list, std::shared_ptr<CublasApi> api,
               const ContenderLimits &limits);
void addCublasLt(ContenderList &list, std::shared_ptr<CublasLtApi> api,
                 const ContenderLimits &limits);
void addCusparseLt(ContenderList &list, std::shared_ptr<CusparseLtApi> api,
                   const ContenderLimits &limits);

/// Every vendor's contender whose library is found, with one LibraryStatus for
/// each library.
ContenderSet allContenders(const LibrarySearch &search,
                           const ContenderLimits &limits);

/// The sparse operand as a dense row-major matrix in new device memory.
/// Requires a.rows * a.cols elements of host memory.
Expected<bundle::DeviceBuffer> makeDense(const Problem &problem);

/// "not applicable" reasons that several contenders share.
std::optional<std::string> notThisOperation(const Problem &problem,
                                            const char *operation);
std::optional<std::string> tooLargeAsDense(const Problem &problem,
                                           double limitBytes);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_CONTENDER_H
