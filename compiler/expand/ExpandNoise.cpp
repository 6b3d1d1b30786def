//===- ExpandNoise.cpp - Expand vib.noise ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A random number is Philox4x32-10 followed by Box-Muller, unless it is
// uniform; docs/randomness.md describes the scheme of keys and counters. The
// following definition is exact. Every operation below is either on 32-bit
// integers or a single IEEE f32 operation rounded to nearest, in this order, so
// that the number has the same bits on every target, as a scalar and as a
// vector. `fma(a, b, c)` rounds once; `a * b` and `a + b` are never contracted.
//
//   Philox: ten rounds from (c0, c1, c2, c3) = (latent, row, lo32(step),
//   purpose << 24 | sample), (k0, k1) = (lo32(seed), hi32(seed)); a round is
//     (c0, c1, c2, c3) <- (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2),
//                          hi(M0 c0) ^ c3 ^ k1, lo(M0 c0))
//   with M0 = 0xD2511F53, M1 = 0xCD9E8D57, and before each round but the first
//   k0 += 0x9E3779B9, k1 += 0xBB67AE85. Two words are used: n1 = c0 >> 9 and
//   n2 = c1 >> 9, of 23 bits each.
//
//   The radius: u = (n1 + 0.5) * 2^-23, exact. With b the bits of u,
//     k = (b - 0x3F3504F3) >> 23 (arithmetic), e = f32(k),
//     f = f32frombits(b - (k << 23)) - 1     (sqrt(1/2) - 1 to sqrt(2) - 1)
//     z = f * f
//     p = L7; p = fma(p, f, L6); … p = fma(p, f, L0)
//     t = e * -2.12194440e-4; t = fma(z, -0.5, t); t = fma(f * z, p, t)
//     l = fma(e, 0.693359375, f + t)         (the logarithm of u)
//     radius = sqrt(-2 * l)                  (correctly rounded)
//
//   The angle: q = (n2 + 2^20) >> 21, the nearest quarter turn;
//     r = (f32(n2 - (q << 21)) + 0.5) * 2^-21, exact, |r| <= 1/2 quarter turn
//     s = r * r
//     c = C3; c = fma(c, s, C2); … c = fma(c, s, C0); c = fma(c, s, 1)
//     d = S3; d = fma(d, s, S2); … d = fma(d, s, S0); d = d * r
//     v = q odd ? d : c; v = (q + 1) & 2 ? -v : v          (cos(2 pi u2))
//
//   noise = radius * v.
//
// For dropout the noise is u, and the second word is not used. Gumbel noise is
// -log(-log u), where the outer logarithm is l of the number -l in place of u.
//
// The coefficients are minimax fits of (log(1 + f) - f + f²/2) / f³,
// (cos(pi/2 r) - 1) / r² and sin(pi/2 r) / r, rounded to f32. Over all 2^23
// arguments l is within 0.89 ulp of the logarithm, the radius within 0.98 and
// v within 1.7 ulp of the cosine (8.4e-8 absolute).
//
//===----------------------------------------------------------------------===//

#include "compiler/expand/Passes.h"
#include "dialect/Vib.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_EXPANDNOISE
#include "compiler/expand/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// L0 … L7, C0 … C3 and S0 … S3 of the definition above, as bits of f32.
constexpr uint32_t kLogarithm[] = {0x3EAAAAAA, 0xBE800113, 0x3E4CD004,
                                   0xBE2A3922, 0x3E116D0E, 0xBE06C2A1,
                                   0x3E02ADB5, 0xBD9C5AC0};
constexpr uint32_t kCosine[] = {0xBF9DE9E6, 0x3E81E0EF, 0xBCAAE2F0, 0x3A6CEABF};
constexpr uint32_t kSine[] = {0x3FC90FDB, 0xBF255DDD, 0x3DA32F49, 0xBB96C981};

/// Builds arithmetic on scalars and vectors. A scalar is broadcast when it is
/// combined with a vector, so values that do not vary are computed once.
class Arithmetic {
public:
  Arithmetic(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  /// An i32 constant, a scalar that is broadcast where it is used.
  Value integer(uint32_t value) {
    return arith::ConstantOp::create(
        builder, loc, builder.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value real(float value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(value));
  }
  Value realFromBits(uint32_t bits) {
    return real(llvm::bit_cast<float>(bits));
  }

  template <typename OpT> Value binary(Value lhs, Value rhs) {
    std::tie(lhs, rhs) = unify(lhs, rhs);
    return OpT::create(builder, loc, lhs, rhs);
  }
  Value fma(Value a, Value b, Value c) {
    std::tie(a, b) = unify(a, b);
    std::tie(a, c) = unify(a, c);
    std::tie(a, b) = unify(a, b);
    return math::FmaOp::create(builder, loc, a, b, c);
  }
  Value select(Value condition, Value onTrue, Value onFalse) {
    std::tie(onTrue, onFalse) = unify(onTrue, onFalse);
    std::tie(condition, onTrue) = unify(condition, onTrue);
    std::tie(condition, onFalse) = unify(condition, onFalse);
    return arith::SelectOp::create(builder, loc, condition, onTrue, onFalse);
  }
  Value notZero(Value value) {
    Value zero = broadcast(integer(0), dyn_cast<VectorType>(value.getType()));
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, value,
                                 zero);
  }
  /// Converts `value`, a scalar or a vector, to the element type by `OpT`.
  template <typename OpT> Value convert(Value value, Type element) {
    Type type = element;
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      type = vector.clone(element);
    return OpT::create(builder, loc, type, value);
  }
  /// Horner's rule: coefficients[0] + x * (coefficients[1] + x * …).
  Value polynomial(ArrayRef<uint32_t> coefficients, Value x) {
    Value result = realFromBits(coefficients.back());
    for (uint32_t coefficient : llvm::reverse(coefficients.drop_back()))
      result = fma(result, x, realFromBits(coefficient));
    return result;
  }

private:
  Value broadcast(Value value, VectorType like) {
    if (!like || isa<VectorType>(value.getType()))
      return value;
    return vector::BroadcastOp::create(builder, loc,
                                       like.clone(value.getType()), value);
  }
  std::pair<Value, Value> unify(Value lhs, Value rhs) {
    return {broadcast(lhs, dyn_cast<VectorType>(rhs.getType())),
            broadcast(rhs, dyn_cast<VectorType>(lhs.getType()))};
  }

  OpBuilder &builder;
  Location loc;
};

/// The high and the low word of value * constant.
std::pair<Value, Value> multiply(OpBuilder &builder, Location loc,
                                 Arithmetic &a, Value value,
                                 uint32_t constant) {
  Value low = a.binary<arith::MulIOp>(value, a.integer(constant));
  Value factor = a.integer(constant);
  if (auto type = dyn_cast<VectorType>(value.getType()))
    factor = vector::BroadcastOp::create(builder, loc, type, factor);
  auto wide = arith::MulUIExtendedOp::create(builder, loc, value, factor);
  return {wide.getHigh(), low};
}

/// The first two words of Philox4x32-10.
std::pair<Value, Value> emitPhilox(OpBuilder &builder, Location loc,
                                   Arithmetic &a, std::array<Value, 4> c,
                                   std::array<Value, 2> k) {
  for (int round = 0; round < 10; ++round) {
    if (round > 0) {
      k[0] = a.binary<arith::AddIOp>(k[0], a.integer(0x9E3779B9));
      k[1] = a.binary<arith::AddIOp>(k[1], a.integer(0xBB67AE85));
    }
    auto [high0, low0] = multiply(builder, loc, a, c[0], 0xD2511F53);
    auto [high1, low1] = multiply(builder, loc, a, c[2], 0xCD9E8D57);
    Value first =
        a.binary<arith::XOrIOp>(a.binary<arith::XOrIOp>(c[1], k[0]), high1);
    Value third =
        a.binary<arith::XOrIOp>(a.binary<arith::XOrIOp>(c[3], k[1]), high0);
    c = {first, low1, third, low0};
  }
  return {c[0], c[1]};
}

/// (n + 0.5) * 2^-23.
Value emitUniform(OpBuilder &builder, Arithmetic &a, Value n) {
  Value u = a.convert<arith::SIToFPOp>(n, builder.getF32Type());
  return a.binary<arith::MulFOp>(a.binary<arith::AddFOp>(u, a.real(0.5f)),
                                 a.real(0x1p-23f));
}

/// The logarithm of a normal number above 0.
Value emitLogarithm(OpBuilder &builder, Arithmetic &a, Value u) {
  Type i32 = builder.getI32Type(), f32 = builder.getF32Type();
  Value bits = a.convert<arith::BitcastOp>(u, i32);
  Value k = a.binary<arith::ShRSIOp>(
      a.binary<arith::SubIOp>(bits, a.integer(0x3F3504F3)), a.integer(23));
  Value e = a.convert<arith::SIToFPOp>(k, f32);
  Value mantissa =
      a.binary<arith::SubIOp>(bits, a.binary<arith::ShLIOp>(k, a.integer(23)));
  Value f = a.binary<arith::SubFOp>(a.convert<arith::BitcastOp>(mantissa, f32),
                                    a.real(1.0f));
  Value z = a.binary<arith::MulFOp>(f, f);
  Value p = a.polynomial(kLogarithm, f);
  Value t = a.binary<arith::MulFOp>(e, a.real(-2.12194440e-4f));
  t = a.fma(z, a.real(-0.5f), t);
  t = a.fma(a.binary<arith::MulFOp>(f, z), p, t);
  return a.fma(e, a.real(0.693359375f), a.binary<arith::AddFOp>(f, t));
}

/// sqrt(-2 log u).
Value emitRadius(OpBuilder &builder, Location loc, Arithmetic &a, Value u) {
  Value l = emitLogarithm(builder, a, u);
  return math::SqrtOp::create(builder, loc,
                              a.binary<arith::MulFOp>(l, a.real(-2.0f)));
}

/// -log(-log u).
Value emitGumbel(OpBuilder &builder, Location loc, Arithmetic &a, Value u) {
  Value l = emitLogarithm(builder, a, u);
  Value outer =
      emitLogarithm(builder, a, arith::NegFOp::create(builder, loc, l));
  return arith::NegFOp::create(builder, loc, outer);
}

/// cos(2 pi (n + 0.5) * 2^-23).
Value emitCosine(OpBuilder &builder, Location loc, Arithmetic &a, Value n) {
  Value q = a.binary<arith::ShRSIOp>(
      a.binary<arith::AddIOp>(n, a.integer(1 << 20)), a.integer(21));
  Value r = a.convert<arith::SIToFPOp>(
      a.binary<arith::SubIOp>(n, a.binary<arith::ShLIOp>(q, a.integer(21))),
      builder.getF32Type());
  r = a.binary<arith::MulFOp>(a.binary<arith::AddFOp>(r, a.real(0.5f)),
                              a.real(0x1p-21f));
  Value s = a.binary<arith::MulFOp>(r, r);
  Value c = a.fma(a.polynomial(kCosine, s), s, a.real(1.0f));
  Value d = a.binary<arith::MulFOp>(a.polynomial(kSine, s), r);
  Value odd = a.notZero(a.binary<arith::AndIOp>(q, a.integer(1)));
  Value v = a.select(odd, d, c);
  Value negative = a.notZero(a.binary<arith::AndIOp>(
      a.binary<arith::AddIOp>(q, a.integer(1)), a.integer(2)));
  return a.select(negative, arith::NegFOp::create(builder, loc, v), v);
}

struct ExpandNoise : vib::impl::ExpandNoiseBase<ExpandNoise> {
  void runOnOperation() override {
    getOperation()->walk([&](NoiseOp noise) {
      expand(noise);
      ++numExpanded;
    });
  }

  static void expand(NoiseOp noise) {
    OpBuilder builder(noise);
    Location loc = noise.getLoc();
    Arithmetic a(builder, loc);
    Type i32 = builder.getI32Type();

    Value seed = noise.getSeed();
    Value shift =
        arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(32));
    if (auto type = dyn_cast<VectorType>(seed.getType()))
      shift = vector::BroadcastOp::create(builder, loc, type, shift);
    Value high = arith::ShRUIOp::create(builder, loc, seed, shift);
    Value purpose = a.integer(static_cast<uint32_t>(noise.getPurpose()) << 24);

    auto [x0, x1] =
        emitPhilox(builder, loc, a,
                   {noise.getLatent(), noise.getRow(),
                    a.convert<arith::TruncIOp>(noise.getStep(), i32),
                    a.binary<arith::OrIOp>(noise.getSample(), purpose)},
                   {a.convert<arith::TruncIOp>(seed, i32),
                    a.convert<arith::TruncIOp>(high, i32)});
    Value nine = a.integer(9);
    Value result = emitUniform(builder, a, a.binary<arith::ShRUIOp>(x0, nine));
    switch (noise.getPurpose()) {
    case NoisePurpose::Dropout:
      break;
    case NoisePurpose::TrainGumbel:
    case NoisePurpose::EvaluateGumbel:
      result = emitGumbel(builder, loc, a, result);
      break;
    case NoisePurpose::Train:
    case NoisePurpose::Evaluate: {
      Value radius = emitRadius(builder, loc, a, result);
      Value cosine =
          emitCosine(builder, loc, a, a.binary<arith::ShRUIOp>(x1, nine));
      result = a.binary<arith::MulFOp>(radius, cosine);
      break;
    }
    }
    noise.replaceAllUsesWith(result);
    noise.erase();
  }
};

} // namespace
