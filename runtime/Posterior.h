//===- Posterior.h - The covariances of a batch -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The generated code stores a posterior in the form from which it samples:
// sigma, or the lower triangle of a Cholesky factor row by row. Users get whole
// matrices, which are computed from these in f64.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_POSTERIOR_H
#define VIB_RUNTIME_POSTERIOR_H

#include "runtime/Session.h"

namespace vib::runtime {

/// Whether a posterior has a full covariance.
bool hasFullCovariance(const VibStream &stream);

/// The Cholesky factors L of the first `rows` covariances of a posterior after
/// Session::encode(), [rows, latents, latents] with zeros above the diagonal.
/// The factor of a diagonal covariance is diagonal, with the elements sigma.
std::vector<double> readCholeskyFactors(Session &session,
                                        const VibStream &stream, int64_t rows);
/// The covariances L L^T, likewise [rows, latents, latents].
std::vector<double> readCovariances(Session &session, const VibStream &stream,
                                    int64_t rows);

} // namespace vib::runtime

#endif // VIB_RUNTIME_POSTERIOR_H
