//===- NormalDistribution.cpp - The step of normal distributions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A posterior has a mean mu and a Cholesky factor L. The network computes t,
// and L is sigma(t) on the diagonal, as NormalSpread says, and t below it. For
// a diagonal covariance, L is stored as the vector sigma; for a full one, as
// its lower triangle row by row. Either is a matrix with one column for each
// entry p. They differ only in the row i(p), the column j(p), and whether p is
// on the diagonal:
//
//   z_i = mu_i + sum over the entries p of row i of L_p eps_j(p)
//
// The part of the backward pass that needs no adjoint is computed in the
// forward pass, where eps and sigma are available, and stored:
//
//   J_p = eps_j(p) dL_p/dt_p       dt_p += dz_i(p) J_p
//
// If sigma is a parameter, t and sigma are still stored for each example and
// latent, and the gradient of the parameter is a sum of dt. If sigma is a
// constant, there is no t.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/Noise.h"
#include "compiler/step/NormalSpread.h"
#include "compiler/step/Triangle.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace vib;

static bool isFull(Value posterior) { return NormalSpread(posterior).isFull(); }

/// Builds eps of a latent.
static Value buildNormalNoise(StepBuilder &step, ScalarBuilder &scalars,
                              ReparameterizeOp sample, Value latent) {
  return buildNoise(step, scalars, sample, latent, NoisePurpose::Train,
                    NoisePurpose::Evaluate);
}

/// Whether the rate is computed at the sample, which needs its eps, too.
static bool isDensityRead(ReparameterizeOp sample) {
  return llvm::any_of(sample->getUsers(), llvm::IsaPred<KLOp>);
}

namespace {

struct NormalModel
    : DifferentiableOpInterface::ExternalModel<NormalModel, NormalOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto normal = cast<NormalOp>(op);
    Value statistics = step.getTensor(normal.getStatistics());
    if (!normal.isPosterior())
      return step.set(normal.getResult(), statistics);
    if (!normal.isSpreadComputed())
      return buildGivenSpread(normal, step);

    int64_t width = normal.getType().getWidth();
    int64_t entries =
        cast<RankedTensorType>(statistics.getType()).getShape().back() - width;
    NormalSpread link(normal);
    bool full = isFull(normal.getResult());
    Value mean = step.slice(statistics, 0, width, dims::kLatents);
    Value rho = step.slice(statistics, width, entries,
                           full ? dims::kEntries : dims::kLatents);
    Dims dims = step.getDims(rho);
    step.nameResults(mean, {"mu"});
    step.nameResults(rho, {"rho"});
    step.setWord(link.getWord());
    SmallVector<Type> types(2, step.getType());
    SmallVector<Value> spread = step.map(
        {{rho, dims}}, dims, types,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value rho = elements[0], t = link.getT(scalars, rho);
          Value sigma = link.getSigma(scalars, t);
          if (!full)
            return SmallVector<Value>{t, sigma};
          TriangleEntry entry(scalars);
          Value diagonal = entry.isDiagonal(scalars);
          return SmallVector<Value>{scalars.select(diagonal, t, rho),
                                    scalars.select(diagonal, sigma, rho)};
        });
    step.nameResults(spread[0], {"t", full ? "cholesky" : "sigma"});
    step.set(normal.getResult(), {mean, spread[0], spread[1]});
    step.setResiduals(normal, rho);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto normal = cast<NormalOp>(op);
    SmallVector<Value> adjoints(step.getAdjoint(normal.getResult()));
    if (normal.isPosterior() && normal.getNoiseName())
      pullParameter(normal, step, adjoints[1]);
    if (!step.isLearned(normal.getStatistics()))
      return;
    if (!normal.isSpreadComputed())
      return step.addAdjoint(normal.getStatistics(), adjoints.front());
    NormalSpread link(normal);
    if (link.hasSlopeOfT())
      adjoints[1] =
          pullT(link, step, adjoints[1], step.getResiduals(normal).front(),
                isFull(normal.getResult()));
    step.setWord("side by side");
    Value statistics = step.concatenate(adjoints, dims::kFeatures);
    step.nameResults(statistics, {"dstats"});
    step.addAdjoint(normal.getStatistics(), statistics);
  }

private:
  /// The spread of each latent from a constant or from a parameter, which is
  /// the logarithm of one sigma or of all.
  static void buildGivenSpread(NormalOp normal, StepBuilder &step) {
    Value mean = step.getTensor(normal.getStatistics());
    step.setDims(mean, {dims::kRows, dims::kLatents});
    Dims dims = step.getDims(mean);
    NormalSpread link(normal);
    step.setWord("sigma");
    if (!normal.getNoiseName()) {
      double constant = normal.getNoise()->convertToDouble();
      Value sigma = step.map({{mean, dims}}, dims,
                             [&](ScalarBuilder &scalars, ValueRange) {
                               return scalars.constant(constant);
                             });
      step.nameResults(sigma, {"sigma"});
      return step.set(normal.getResult(), {mean, Value(), sigma});
    }
    Value parameter = step.getParameter(*normal.getNoiseName());
    SmallVector<Type> types(2, step.getType());
    SmallVector<Value> spread =
        step.map({{mean, dims}, {parameter, getParameterDims(normal)}}, dims,
                 types, [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value t = link.getT(scalars, elements[1]);
                   return SmallVector<Value>{t, link.getSigma(scalars, t)};
                 });
    step.nameResults(spread[0], {"t", "sigma"});
    step.set(normal.getResult(), {mean, spread[0], spread[1]});
  }

  static Dims getParameterDims(NormalOp normal) {
    return normal.getNoiseSize() ? Dims{dims::kLatents} : Dims();
  }

  /// The gradient of a parameter that is log sigma: the sum of its uses.
  static void pullParameter(NormalOp normal, StepBuilder &step, Value dt) {
    StringAttr label = step.getLabel();
    std::string name = normal.getNoiseName()->str();
    step.setLabel(step.getBuilder().getStringAttr(name + ".grad"));
    step.setWord("sigma'");
    step.defer([&step, normal, name, dt]() mutable {
      Value gradient =
          step.sum({{dt, step.getDims(dt)}}, getParameterDims(normal),
                   [](ScalarBuilder &, ValueRange elements) -> Value {
                     return elements[0];
                   });
      step.setGradient(name, gradient);
    });
    step.setLabel(label);
  }

  /// The adjoint of rho, given that of t.
  static Value pullT(const NormalSpread &link, StepBuilder &step, Value dt,
                     Value rho, bool full) {
    step.setWord((link.getWord() + "'").str());
    Dims dims = step.getDims(dt);
    Value drho = step.map(
        {{dt, dims}, {rho, dims}}, dims,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value product =
              scalars.mul(elements[0], link.getSlopeOfT(scalars, elements[1]));
          return full ? selectDiagonal(scalars, product, elements[0]) : product;
        });
    step.nameResults(drho, {"drho"});
    return drho;
  }
};

struct NormalDistribution
    : DistributionModelInterface::ExternalModel<NormalDistribution,
                                                NormalType> {
  SmallVector<Value> fromStatistics(Type type, StepBuilder &step,
                                    ValueRange statistics) const {
    bool full = cast<NormalType>(type).getCovariance() == Covariance::Full;
    step.setDims(statistics[0], {dims::kRows, dims::kLatents});
    step.setDims(statistics[1],
                 {dims::kRows, full ? dims::kEntries : dims::kLatents});
    return {statistics[0], Value(), statistics[1]};
  }

  SmallVector<Value> getStatisticTensors(Type, ArrayRef<Value> tensors) const {
    return {tensors[0], tensors[2]};
  }

  Value buildMean(Type, StepBuilder &step, Value value) const {
    return step.getTensor(value);
  }

  Value buildDeviation(Type, StepBuilder &step, Value posterior) const {
    ArrayRef<Value> tensors = step.get(posterior);
    if (!isFull(posterior))
      return tensors[2];
    Dims dims = step.getDims(tensors[0]);
    Value variance = buildVariance(step, tensors[0], tensors[2]);
    return step.map({{variance, dims}}, dims,
                    [](ScalarBuilder &scalars, ValueRange elements) {
                      return scalars.sqrt(elements[0]);
                    });
  }

  void buildLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    buildNormalLogDensity(step, nll);
  }

  void pullLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    pullNormalLogDensity(step, nll);
  }

  void buildSample(Type, StepBuilder &step, ReparameterizeOp sample) const {
    if (isFull(sample.getDistribution()))
      return buildFullForward(sample, step);

    ArrayRef<Value> posterior = step.get(sample.getDistribution());
    Value mean = posterior[0], t = posterior[1], sigma = posterior[2];
    Dims inputDims = step.getDims(mean);
    SmallVector<Access> inputs = {{mean, inputDims}, {sigma, inputDims}};
    bool hasSlope = step.storesResiduals() && t;
    if (hasSlope)
      inputs.emplace_back(t, inputDims);
    bool readsNoise = isDensityRead(sample);
    SmallVector<StringRef> names = {"z"};
    if (hasSlope)
      names.push_back("dz.dt");
    if (readsNoise)
      names.push_back("eps");
    step.setWord("noise");
    SmallVector<Value> results = step.generic(
        inputs, getOutputs(sample, step, mean, names.size()),
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value eps = buildNormalNoise(step, scalars, sample,
                                       scalars.index(dims::kLatents));
          SmallVector<Value> values = {
              scalars.add(elements[0], scalars.mul(elements[1], eps))};
          if (hasSlope)
            values.push_back(scalars.mul(
                eps, NormalSpread(sample.getDistribution())
                         .getSlope(scalars, elements[2], elements[1])));
          if (readsNoise)
            values.push_back(eps);
          return values;
        });
    step.nameResults(results[0], names);
    step.set(sample.getResult(), results[0]);
    step.setResiduals(sample, ArrayRef(results).drop_front());
  }

  void pullSample(Type, StepBuilder &step, ReparameterizeOp sample) const {
    Value dz = step.getAdjoint(sample.getResult()).front();
    // If the sample was added to a layer, its adjoint may have the names of
    // that layer's dimensions.
    Dims dims = step.getDims(dz);
    dims.back() = dims::kLatents;
    // The adjoints of the posterior have no samples.
    auto ofPosterior = [](ArrayRef<StringRef> dims) {
      Dims rest(dims);
      llvm::erase(rest, dims::kSamples);
      return rest;
    };
    bool hasSamples = llvm::is_contained(dims, dims::kSamples);
    bool full = isFull(sample.getDistribution());

    step.setWord("noise'");
    Value dmean = dz;
    if (hasSamples) {
      dmean = step.sum({{dz, dims}}, ofPosterior(dims),
                       [](ScalarBuilder &, ValueRange elements) -> Value {
                         return elements[0];
                       });
      step.nameResults(dmean, {"dmu"});
    }
    if (!step.get(sample.getDistribution())[1])
      return step.addAdjoint(sample.getDistribution(), dmean);

    Value slope = step.getResiduals(sample).front();
    Dims slopeDims = step.getDims(slope);
    auto product = [](ScalarBuilder &scalars, ValueRange elements) {
      return scalars.mul(elements[0], elements[1]);
    };
    Value dt;
    if (full)
      dt = step.sum({{dz, dims}, {slope, slopeDims}}, ofPosterior(slopeDims),
                    [](ScalarBuilder &scalars, ValueRange elements) {
                      return selectRow(scalars,
                                       scalars.mul(elements[0], elements[1]));
                    });
    else if (hasSamples)
      dt = step.sum({{dz, dims}, {slope, dims}}, ofPosterior(dims), product);
    else
      dt = step.map({{dz, dims}, {slope, dims}}, dims, product);
    step.nameResults(dt, {"dt"});
    step.addAdjoint(sample.getDistribution(), {dmean, dt});
  }

  void buildDivergence(Type, StepBuilder &step, KLOp kl) const {
    kl.isDrawn() ? buildDrawnDivergence(step, kl)
                 : buildNormalDivergence(step, kl);
  }

  void pullDivergence(Type, StepBuilder &step, KLOp kl) const {
    kl.isDrawn() ? pullDrawnDivergence(step, kl)
                 : pullNormalDivergence(step, kl);
  }

  void buildPairwise(Type, StepBuilder &step, PairwiseOp pairwise) const {
    buildNormalPairwise(step, pairwise);
  }

  void pullPairwise(Type, StepBuilder &step, PairwiseOp pairwise) const {
    pullNormalPairwise(step, pairwise);
  }

private:
  /// The `count` tensors to which z and what is stored with it are written.
  /// They have the shape of `matrix`, in training for each sample.
  static SmallVector<Access> getOutputs(ReparameterizeOp sample,
                                        StepBuilder &step, Value matrix,
                                        size_t count) {
    Dims dims = step.getDims(matrix);
    SmallVector<int64_t> shape(
        cast<RankedTensorType>(matrix.getType()).getShape());
    if (step.isTraining() && sample.getSamples() > 1) {
      dims.insert(dims.begin(), dims::kSamples);
      shape.insert(shape.begin(), sample.getSamples());
    }
    SmallVector<Access> outputs;
    for (size_t i = 0; i < count; ++i)
      outputs.emplace_back(step.empty(shape), dims);
    return outputs;
  }

  /// First builds L_p eps_j(p) for all entries, then their sums over rows.
  static void buildFullForward(ReparameterizeOp sample, StepBuilder &step) {
    ArrayRef<Value> posterior = step.get(sample.getDistribution());
    Value mean = posterior[0], t = posterior[1], factor = posterior[2];
    Dims factorDims = step.getDims(factor), meanDims = step.getDims(mean);
    SmallVector<Access> inputs = {{factor, factorDims}};
    SmallVector<StringRef> names = {"eps"};
    if (step.storesResiduals()) {
      inputs.emplace_back(t, factorDims);
      names.push_back("dz.dt");
    }
    bool readsNoise = isDensityRead(sample);
    if (readsNoise)
      names.push_back("noise");
    step.setWord("noise");
    NormalSpread link(sample.getDistribution());
    SmallVector<Value> products = step.generic(
        inputs, getOutputs(sample, step, factor, names.size()),
        [&](ScalarBuilder &scalars, ValueRange elements) {
          TriangleEntry entry(scalars);
          Value eps = buildNormalNoise(step, scalars, sample, entry.column);
          SmallVector<Value> values = {scalars.mul(elements[0], eps)};
          if (step.storesResiduals()) {
            Value slope =
                scalars.select(entry.isDiagonal(scalars),
                               link.getSlope(scalars, elements[1], elements[0]),
                               scalars.constant(1.0));
            values.push_back(scalars.mul(eps, slope));
          }
          if (readsNoise)
            values.push_back(eps);
          return values;
        });
    step.nameResults(products[0], names);
    Dims entryDims = step.getDims(products[0]), dims = entryDims;
    dims.back() = dims::kLatents;
    Value deviation =
        step.sum({{mean, meanDims}, {products[0], entryDims}}, dims,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return selectRow(scalars, elements[1]);
                 });
    Value z = step.map({{mean, meanDims}, {deviation, dims}}, dims,
                       [](ScalarBuilder &scalars, ValueRange elements) {
                         return scalars.add(elements[0], elements[1]);
                       });
    step.nameResults(z, {"z"});
    step.set(sample.getResult(), z);
    step.setResiduals(sample, ArrayRef(products).drop_front());
  }
};

} // namespace

void vib::registerNormalDistribution(MLIRContext *context) {
  NormalOp::attachInterface<NormalModel>(*context);
  NormalType::attachInterface<NormalDistribution>(*context);
}
