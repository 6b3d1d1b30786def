"""The random numbers of a program, implemented from docs/randomness.md alone."""
import math
import struct
from fractions import Fraction

TRAINING, EVALUATION, SHUFFLE, WEIGHTS, _, VALIDATION, BLOCKS = range(7)
TRAINING_CLASSES, EVALUATION_CLASSES = 8, 9
MASK = 0xFFFFFFFF


def philox(counter, seed):
    c0, c1, c2, c3 = counter
    k0, k1 = seed & MASK, seed >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def f32(value):
    """Rounds a double to f32. If the double is a rounded sum, product or square root of
    f32 values, the result equals the f32 result that is rounded once."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def fma(a, b, c):
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    value = float(exact)
    if Fraction(value) != exact:
        # Round to odd first, so that rounding to f32 is correct.
        (bits,) = struct.unpack("<q", struct.pack("<d", value))
        if bits & 1 == 0:
            up = exact > Fraction(value)
            value = math.nextafter(value, math.inf if up else -math.inf)
    return f32(value)


def bits_to_f32(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def f32_to_bits(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


L = [bits_to_f32(b) for b in (0x3EAAAAAA, 0xBE800113, 0x3E4CD004, 0xBE2A3922,
                              0x3E116D0E, 0xBE06C2A1, 0x3E02ADB5, 0xBD9C5AC0)]
C = [bits_to_f32(b) for b in (0xBF9DE9E6, 0x3E81E0EF, 0xBCAAE2F0, 0x3A6CEABF)]
S = [bits_to_f32(b) for b in (0x3FC90FDB, 0xBF255DDD, 0x3DA32F49, 0xBB96C981)]


def horner(coefficients, x):
    value = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = fma(value, x, coefficient)
    return value


def logarithm(u):
    b = f32_to_bits(u)
    k = (b - 0x3F3504F3) >> 23
    e = float(k)
    f = bits_to_f32(b - (k << 23)) - 1.0
    z = f32(f * f)
    p = horner(L, f)
    t = f32(e * f32(-2.12194440e-4))
    t = fma(z, -0.5, t)
    t = fma(f32(f * z), p, t)
    return fma(e, 0.693359375, f32(f + t))


def radius(n1):
    return f32(math.sqrt(f32(logarithm((n1 + 0.5) * 2.0**-23) * -2.0)))


def gumbel_of(n1):
    return -logarithm(-logarithm((n1 + 0.5) * 2.0**-23))


def cosine(n2):
    q = (n2 + 2**20) >> 21
    r = (n2 - (q << 21) + 0.5) * 2.0**-21
    s = f32(r * r)
    c = fma(horner(C, s), s, 1.0)
    d = f32(horner(S, s) * r)
    v = d if q & 1 else c
    return -v if (q + 1) & 2 else v


def noise(seed, purpose, latent, row, step, sample):
    x0, x1, _, _ = philox((latent, row, step & MASK, purpose << 24 | sample), seed)
    return f32(radius(x0 >> 9) * cosine(x1 >> 9))


def gumbel(seed, purpose, element, row, step, sample):
    x0, _, _, _ = philox((element, row, step & MASK, purpose << 24 | sample), seed)
    return gumbel_of(x0 >> 9)


def permuted(seed, purpose, step, count):
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = philox((i, 0, step, purpose << 24), seed)[0] * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def shuffled(seed, epoch, count):
    return permuted(seed, SHUFFLE, epoch, count)


def divided(seed, rows, count):
    """The rows of the training data to train on, and the `count` for validation."""
    order = permuted(seed, VALIDATION, 0, rows)
    return sorted(order[count:]), sorted(order[:count])


def uniform_weight(seed, parameter, element, scale):
    x0, x1, _, _ = philox((element, parameter, 0, WEIGHTS << 24), seed)
    u = ((x0 >> 6) * 2.0**26 + (x1 >> 6) + 0.5) * 2.0**-52
    return scale * (2 * u - 1)
