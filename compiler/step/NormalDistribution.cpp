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
//   z_i  = mu_i + sum over the entries p of row i of L_p eps_j(p)
//   rate = sum of mu^2 / 2 + sum of (L_p^2 - [diagonal]) / 2
//                                   - [diagonal] log L_p
//
// Those parts of the backward pass that need no adjoint are computed in the
// forward pass, where eps and sigma are available, and stored in their place:
//
//   J_p = eps_j(p) dL_p/dt_p       dt_p += dz_i(p) J_p
//   G_p = d rate / dt_p            dt_p += beta / rows G_p
//
// On the diagonal, G = L dL/dt - d log L/dt.
//
// If sigma is a parameter, t and sigma are still stored for each example and
// latent, and the gradient of the parameter is a sum of dt. If sigma is a
// constant, there is no t.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/NormalSpread.h"
#include "dialect/VibNumbers.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace vib;

static bool isFull(Value posterior) {
  return cast<NormalType>(posterior.getType()).getCovariance() ==
         Covariance::Full;
}

namespace {
/// The row and the column, as i32, of the entry `index` of a lower triangle.
struct TriangleEntry {
  /// The row is the largest i with i (i + 1) / 2 <= index. The square root is
  /// exact where it matters: for the first entry of a row it is an integer.
  TriangleEntry(ScalarBuilder &scalars, Value index) {
    OpBuilder &builder = scalars.getBuilder();
    Location loc = scalars.getLoc();
    Value root = scalars.sqrt(
        scalars.add(scalars.mul(scalars.toFloat(index), 8.0), 1.0));
    Value position = scalars.mul(scalars.add(root, -1.0), 0.5);
    Type type = builder.getI32Type();
    row = arith::FPToSIOp::create(builder, loc, type, position);
    Value next = arith::AddIOp::create(builder, loc, row, scalars.integer(1));
    Value twice = arith::MulIOp::create(builder, loc, row, next);
    Value first =
        arith::ShRUIOp::create(builder, loc, twice, scalars.integer(1));
    column = arith::SubIOp::create(builder, loc, index, first);
  }

  Value isDiagonal(ScalarBuilder &scalars) const {
    return scalars.compare(arith::CmpIPredicate::eq, row, column);
  }

  Value row, column;
};
} // namespace

/// Selects `diagonal` if the entry of a triangle is on the diagonal, else
/// `below`.
static Value selectDiagonal(ScalarBuilder &scalars, Value diagonal,
                            Value below) {
  TriangleEntry entry(scalars, scalars.index(dims::kEntries));
  return scalars.select(entry.isDiagonal(scalars), diagonal, below);
}

/// Builds eps of a latent of a stream, in a loop over rows and possibly
/// samples.
static Value buildNoise(StepBuilder &step, ScalarBuilder &scalars,
                        unsigned stream, Value latent) {
  OpBuilder &builder = scalars.getBuilder();
  Location loc = scalars.getLoc();
  if (stream != 0) {
    // As signed 32 bits, of which the generator takes the bits.
    Value first =
        scalars.integer(static_cast<int32_t>(uint32_t(stream) * kMostLatents));
    latent = arith::AddIOp::create(builder, loc, latent, first);
  }
  Value row = arith::AddIOp::create(builder, loc, step.getScalar("first_row"),
                                    scalars.index(dims::kRows));
  Value number, sample;
  if (step.isTraining()) {
    number = step.getScalar("step");
    sample = scalars.hasIndex(dims::kSamples) ? scalars.index(dims::kSamples)
                                              : scalars.integer(0);
  } else {
    number =
        arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(0));
    sample = step.getScalar("sample");
  }
  Value noise = NoiseOp::create(
      builder, loc, builder.getF32Type(),
      step.isTraining() ? NoisePurpose::Train : NoisePurpose::Evaluate,
      step.getScalar("seed"), number, sample, row, latent);
  if (!step.getType().isF32())
    noise = arith::ExtFOp::create(builder, loc, step.getType(), noise);
  if (step.isTraining())
    return noise;
  // Sample -1 stands for the mean.
  Value isMean =
      scalars.compare(arith::CmpIPredicate::slt, sample, scalars.integer(0));
  return scalars.select(isMean, scalars.constant(0.0), noise);
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
          TriangleEntry entry(scalars, scalars.index(dims::kEntries));
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
    Value variance =
        step.sum({{tensors[0], dims}, {tensors[2], step.getDims(tensors[2])}},
                 dims, [](ScalarBuilder &scalars, ValueRange elements) {
                   TriangleEntry entry(scalars, scalars.index(dims::kEntries));
                   Value isRow =
                       scalars.compare(arith::CmpIPredicate::eq, entry.row,
                                       scalars.index(dims::kLatents));
                   return scalars.select(isRow, scalars.square(elements[1]),
                                         scalars.constant(0.0));
                 });
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
    bool hasSlope = step.isTraining() && t;
    if (hasSlope)
      inputs.emplace_back(t, inputDims);
    step.setWord("noise");
    unsigned stream = sample.getStream();
    SmallVector<Value> results = step.generic(
        inputs, getOutputs(sample, step, mean, hasSlope),
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value eps =
              buildNoise(step, scalars, stream, scalars.index(dims::kLatents));
          Value z = scalars.add(elements[0], scalars.mul(elements[1], eps));
          if (!hasSlope)
            return SmallVector<Value>{z};
          Value slope = NormalSpread(sample.getDistribution())
                            .getSlope(scalars, elements[2], elements[1]);
          return SmallVector<Value>{z, scalars.mul(eps, slope)};
        });
    step.nameResults(results[0], ArrayRef<StringRef>{"z", "dz.dt"}.take_front(
                                     results.size()));
    step.set(sample.getResult(), results[0]);
    step.setResiduals(sample, ArrayRef(results).drop_front());
  }

  void pullSample(Type, StepBuilder &step, ReparameterizeOp sample) const {
    Value dz = step.getAdjoint(sample.getResult()).front();
    Dims dims = step.getDims(dz);
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
    ArrayRef<Value> posterior = step.get(kl.getPosterior());
    Value mean = posterior[0], t = posterior[1], factor = posterior[2];
    bool full = isFull(kl.getPosterior());
    NormalSpread link(kl.getPosterior());
    auto latentRate = [&](ScalarBuilder &scalars, ValueRange elements) {
      return buildLatentRate(link, scalars, elements, t != nullptr);
    };
    if (full) {
      step.set(kl.getResult(), buildFullRate(link, step, mean, t, factor));
    } else if (step.isTraining()) {
      step.set(kl.getResult(), step.sum(getLatents(step, posterior),
                                        {dims::kRows}, latentRate));
    } else {
      // The rate of each latent, too, which users may ask for.
      Dims dims = step.getDims(mean);
      Value each = step.map(getLatents(step, posterior), dims, latentRate);
      Value rate = step.sum({{each, dims}}, {dims::kRows},
                            [](ScalarBuilder &, ValueRange elements) -> Value {
                              return elements[0];
                            });
      step.set(kl.getResult(), {rate, each});
    }
    if (!step.isTraining() || !t)
      return;

    step.setWord("kl'");
    Dims dims = step.getDims(t);
    Value slope =
        step.map({{t, dims}, {factor, dims}}, dims,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value t = elements[0], sigma = elements[1];
                   Value slopeOfSigma = link.getSlope(scalars, t, sigma);
                   Value slope = scalars.sub(
                       scalars.mul(sigma, slopeOfSigma),
                       link.getSlopeOfLog(scalars, t, sigma, slopeOfSigma));
                   return full ? selectDiagonal(scalars, slope, sigma) : slope;
                 });
    step.nameResults(slope, {"dkl.dt"});
    step.setResiduals(kl, slope);
  }

  void pullDivergence(Type, StepBuilder &step, KLOp kl) const {
    ArrayRef<Value> posterior = step.get(kl.getPosterior());
    SmallVector<Value> derivatives = {posterior[0]};
    if (posterior[1])
      derivatives.push_back(step.getResiduals(kl).front());
    SmallVector<Value> adjoints(step.getAdjoint(kl.getPosterior()));
    if (adjoints.empty()) {
      for (Value derivative : derivatives) {
        Dims dims = step.getDims(derivative);
        adjoints.push_back(
            step.map({{derivative, dims}}, dims,
                     [&](ScalarBuilder &scalars, ValueRange elements) {
                       return step.weigh(scalars, kl.getResult(), elements[0]);
                     }));
      }
    } else {
      for (auto [adjoint, derivative] :
           llvm::zip_equal(adjoints, derivatives)) {
        Dims dims = step.getDims(derivative);
        adjoint =
            step.map({{adjoint, dims}, {derivative, dims}}, dims,
                     [&](ScalarBuilder &scalars, ValueRange elements) {
                       return scalars.add(
                           elements[0],
                           step.weigh(scalars, kl.getResult(), elements[1]));
                     });
      }
    }
    step.nameResults(adjoints[0], {"dmu"});
    if (adjoints.size() > 1)
      step.nameResults(adjoints[1], {"dt"});
    step.setAdjoint(kl.getPosterior(), adjoints);
  }

private:
  /// The tensors to which z and, with `hasSlope`, the local derivative are
  /// written. They have the shape of `matrix`, in training for each sample.
  static SmallVector<Access> getOutputs(ReparameterizeOp sample,
                                        StepBuilder &step, Value matrix,
                                        bool hasSlope) {
    Dims dims = step.getDims(matrix);
    SmallVector<int64_t> shape(
        cast<RankedTensorType>(matrix.getType()).getShape());
    if (step.isTraining() && sample.getSamples() > 1) {
      dims.insert(dims.begin(), dims::kSamples);
      shape.insert(shape.begin(), sample.getSamples());
    }
    SmallVector<Access> outputs = {{step.empty(shape), dims}};
    if (hasSlope)
      outputs.emplace_back(step.empty(shape), dims);
    return outputs;
  }

  /// `value` if the entry of the triangle is in the row of the latent, else 0.
  static Value selectRow(ScalarBuilder &scalars, Value value) {
    TriangleEntry entry(scalars, scalars.index(dims::kEntries));
    Value isRow = scalars.compare(arith::CmpIPredicate::eq, entry.row,
                                  scalars.index(dims::kLatents));
    return scalars.select(isRow, value, scalars.constant(0.0));
  }

  /// First builds L_p eps_j(p) for all entries, then their sums over rows.
  static void buildFullForward(ReparameterizeOp sample, StepBuilder &step) {
    ArrayRef<Value> posterior = step.get(sample.getDistribution());
    Value mean = posterior[0], t = posterior[1], factor = posterior[2];
    Dims factorDims = step.getDims(factor), meanDims = step.getDims(mean);
    SmallVector<Access> inputs = {{factor, factorDims}};
    if (step.isTraining())
      inputs.emplace_back(t, factorDims);
    step.setWord("noise");
    unsigned stream = sample.getStream();
    NormalSpread link(sample.getDistribution());
    SmallVector<Value> products = step.generic(
        inputs, getOutputs(sample, step, factor, step.isTraining()),
        [&](ScalarBuilder &scalars, ValueRange elements) {
          TriangleEntry entry(scalars, scalars.index(dims::kEntries));
          Value eps = buildNoise(step, scalars, stream, entry.column);
          Value product = scalars.mul(elements[0], eps);
          if (!step.isTraining())
            return SmallVector<Value>{product};
          Value slope =
              scalars.select(entry.isDiagonal(scalars),
                             link.getSlope(scalars, elements[1], elements[0]),
                             scalars.constant(1.0));
          return SmallVector<Value>{product, scalars.mul(eps, slope)};
        });
    step.nameResults(
        products[0],
        ArrayRef<StringRef>{"eps", "dz.dt"}.take_front(products.size()));
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

  /// (sigma^2 - 1) / 2 - log sigma. The difference of squares is computed as a
  /// product, which is accurate near 1.
  static Value buildDiagonalRate(const NormalSpread &link,
                                 ScalarBuilder &scalars, Value t, Value sigma) {
    Value squares =
        scalars.mul(scalars.add(sigma, -1.0), scalars.add(sigma, 1.0));
    return scalars.sub(scalars.mul(squares, 0.5),
                       link.getLog(scalars, t, sigma));
  }

  /// mu, t, if there is one, and sigma of each latent.
  static SmallVector<Access> getLatents(StepBuilder &step,
                                        ArrayRef<Value> posterior) {
    SmallVector<Access> latents;
    for (Value tensor : posterior)
      if (tensor)
        latents.emplace_back(tensor, step.getDims(tensor));
    return latents;
  }

  /// The rate of one latent of a diagonal covariance, given its `getLatents`,
  /// among which is t if `hasT`.
  static Value buildLatentRate(const NormalSpread &link, ScalarBuilder &scalars,
                               ValueRange elements, bool hasT) {
    Value square = scalars.mul(scalars.square(elements[0]), 0.5);
    Value t = hasT ? elements[1] : Value();
    Value sigma = elements[hasT ? 2 : 1];
    return scalars.add(square, buildDiagonalRate(link, scalars, t, sigma));
  }

  static Value buildFullRate(const NormalSpread &link, StepBuilder &step,
                             Value mean, Value t, Value factor) {
    Value ofMean =
        step.sum({{mean, step.getDims(mean)}}, {dims::kRows},
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.mul(scalars.square(elements[0]), 0.5);
                 });
    return step
        .generic({{t, step.getDims(t)}, {factor, step.getDims(factor)}},
                 Access(ofMean, {dims::kRows}),
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value below = scalars.mul(scalars.square(elements[1]), 0.5);
                   Value rate = selectDiagonal(scalars,
                                               buildDiagonalRate(link, scalars,
                                                                 elements[0],
                                                                 elements[1]),
                                               below);
                   return SmallVector<Value>{scalars.add(elements[2], rate)};
                 })
        .front();
  }
};

} // namespace

void vib::registerNormalDistribution(MLIRContext *context) {
  NormalOp::attachInterface<NormalModel>(*context);
  NormalType::attachInterface<NormalDistribution>(*context);
}
