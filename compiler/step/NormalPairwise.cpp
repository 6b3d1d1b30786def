//===- NormalPairwise.cpp - A rate from the pairs of a batch --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The posteriors of all rows have the same sigma, so that the divergence of
// that of row i from that of row j is half the squared distance of u_i and u_j,
// u = mu / sigma. With N valid rows,
//
//   e_ij   = exp(-1/2 |u_i - u_j|^2)
//   S_i    = sum over the valid rows j of e_ij
//   rate_i = log(N / S_i)
//
// e_ii is 1, so that S_i lies between 1 and N and needs no maximum. The
// distance is summed from the differences: |u_i|^2 + |u_j|^2 - 2 u_i u_j, which
// would be a contraction, cancels in f32 where means are far from 0 in units of
// sigma.
//
// A row is in its own sum and in those of all others, which is why both have a
// part in its derivative. With c_ij = e_ij (1 / S_i + 1 / S_j),
//
//   d sum of rates / d u_i      = sum over the valid rows j of c_ij (u_i - u_j)
//   d sum of rates / d log s_k  = -1/2 sum over i and j of c_ij (u_ik - u_jk)^2
//
// The second is computed for each row i, as the adjoint of t = log sigma is.
//
// A kernel cannot read one tensor along two dimensions. So u and 1 / S are
// stored a second time for the others. These copies are 0 in rows that are not
// valid, so that whatever is in memory there takes no part in the sums.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"

using namespace mlir;
using namespace vib;

static constexpr StringRef kPairs[] = {dims::kRows, dims::kOthers};
static constexpr StringRef kOfRows[] = {dims::kRows, dims::kLatents};
static constexpr StringRef kOfOthers[] = {dims::kLatents, dims::kOthers};

void vib::buildNormalPairwise(StepBuilder &step, PairwiseOp pairwise) {
  Value mean = step.get(pairwise.getPosterior())[0];
  Value sigma = step.get(pairwise.getPosterior())[2];
  step.setWord("pairs");
  Value u = step.map({{mean, kOfRows}, {sigma, kOfRows}}, kOfRows,
                     [](ScalarBuilder &scalars, ValueRange elements) {
                       return scalars.div(elements[0], elements[1]);
                     });
  Value others =
      step.map({{u, {dims::kOthers, dims::kLatents}}}, kOfOthers,
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 return step.maskRows(scalars, elements[0], dims::kOthers);
               });
  Value distances =
      step.sum({{u, kOfRows}, {others, kOfOthers}}, kPairs,
               [](ScalarBuilder &scalars, ValueRange elements) {
                 return scalars.square(scalars.sub(elements[0], elements[1]));
               });
  Value exponentials =
      step.map({{distances, kPairs}}, kPairs,
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 Value e = scalars.exp(scalars.mul(elements[0], -0.5));
                 return step.maskRows(scalars, e, dims::kOthers);
               });
  Value sums = step.sum({{exponentials, kPairs}}, {dims::kRows},
                        [](ScalarBuilder &, ValueRange elements) -> Value {
                          return elements[0];
                        });
  Value rate = step.map({{sums, {dims::kRows}}}, {dims::kRows},
                        [&](ScalarBuilder &scalars, ValueRange elements) {
                          Value rows = scalars.toFloat(step.getScalar("rows"));
                          return scalars.log(scalars.div(rows, elements[0]));
                        });
  step.nameResults(u, {"u"});
  step.nameResults(others, {"u.others"});
  step.nameResults(exponentials, {"pairs"});
  step.nameResults(sums, {"pairs.sum"});
  step.set(pairwise.getResult(), rate);
  if (step.isTraining())
    step.setResiduals(pairwise, {u, others, exponentials, sums});
}

/// 1 / S for rows, and for others.
static SmallVector<Value> buildInverseSums(StepBuilder &step, Value sums) {
  SmallVector<Type> types(2, step.getType());
  SmallVector<Value> inverses = step.map(
      {{sums, {dims::kRows}}}, {dims::kRows}, types,
      [&](ScalarBuilder &scalars, ValueRange elements) {
        Value one = scalars.constant(1.0);
        Value inverse = scalars.div(one, elements[0]);
        return SmallVector<Value>{inverse, step.maskRows(scalars, inverse)};
      });
  step.nameResults(inverses[0], {"pairs.inverse", "pairs.inverse.others"});
  return inverses;
}

void vib::pullNormalPairwise(StepBuilder &step, PairwiseOp pairwise) {
  if (!step.isLearned(pairwise.getPosterior()))
    return;
  ArrayRef<Value> residuals = step.getResiduals(pairwise, 4);
  Value u = residuals[0], others = residuals[1], exponentials = residuals[2];
  ArrayRef<Value> posterior = step.get(pairwise.getPosterior());
  bool hasT(posterior[1]);
  step.setWord("pairs'");
  SmallVector<Value> inverses = buildInverseSums(step, residuals[3]);

  SmallVector<Access> outputs(
      hasT ? 2 : 1,
      Access(step.zeros(cast<RankedTensorType>(u.getType()).getShape()),
             kOfRows));
  SmallVector<Value> sums = step.generic(
      {{exponentials, kPairs},
       {inverses[0], {dims::kRows}},
       {inverses[1], {dims::kOthers}},
       {u, kOfRows},
       {others, kOfOthers}},
      outputs, [&](ScalarBuilder &scalars, ValueRange elements) {
        Value c =
            scalars.mul(elements[0], scalars.add(elements[1], elements[2]));
        Value difference = scalars.sub(elements[3], elements[4]);
        Value ofMean = scalars.mul(c, difference);
        SmallVector<Value> results = {scalars.add(elements[5], ofMean)};
        if (hasT)
          results.push_back(
              scalars.add(elements[6], scalars.mul(ofMean, difference)));
        return results;
      });
  Value dmean =
      step.map({{sums[0], kOfRows}, {posterior[2], kOfRows}}, kOfRows,
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 return step.weigh(scalars, pairwise.getResult(),
                                   scalars.div(elements[0], elements[1]));
               });
  step.nameResults(dmean, {"dmu"});
  SmallVector<Value> adjoints = {dmean};
  if (hasT) {
    Value dt = step.map({{sums[1], kOfRows}}, kOfRows,
                        [&](ScalarBuilder &scalars, ValueRange elements) {
                          return step.weigh(scalars, pairwise.getResult(),
                                            scalars.mul(elements[0], -0.5));
                        });
    step.nameResults(dt, {"dt"});
    adjoints.push_back(dt);
  }
  step.addAdjoint(pairwise.getPosterior(), adjoints);
}
