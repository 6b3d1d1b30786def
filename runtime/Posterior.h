//===- Posterior.h - What follows from a batch's posteriors -----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The generated code keeps a posterior in the form in which it samples from it:
// sigma, or the lower triangle of a Cholesky factor row by row. Users get whole
// matrices, computed in f64 from these.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_POSTERIOR_H
#define VIB_RUNTIME_POSTERIOR_H

#include "runtime/Session.h"

namespace vib::runtime {

/// Whether the posterior has a full covariance.
bool hasFullCovariance(const VibModel &model);

/// After Session::encode(): the Cholesky factors L of the first `rows`
/// covariances, [rows, latents, latents] with zeros above the diagonal. That of
/// a diagonal covariance has sigma on its diagonal.
std::vector<double> readCholeskyFactors(Session &session, int64_t rows);
/// The same for the covariances L L^T.
std::vector<double> readCovariances(Session &session, int64_t rows);

} // namespace vib::runtime

#endif // VIB_RUNTIME_POSTERIOR_H
