//===- operations.cpp - One source for the host and for LLVM's NVPTX ------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// operations.test compiles this for both, and TestLlvm.cpp compares. Nothing in
// it is left open by the language or by IEEE 754.
//
//===----------------------------------------------------------------------===//

using int8 = signed char;
using uint8 = unsigned char;
using int16 = short;
using uint16 = unsigned short;
using uint32 = unsigned;
using int64 = long long;
using uint64 = unsigned long long;

#define FUNCTION static inline __attribute__((always_inline))

FUNCTION float floatOf(uint32 bits) { return __builtin_bit_cast(float, bits); }
FUNCTION uint32 bitsOf(float value) {
  return value != value ? 0x7FFFFFFF : __builtin_bit_cast(uint32, value);
}
FUNCTION uint32 high(uint64 value) { return value >> 32; }

FUNCTION uint32 *integers(uint32 a, uint32 b, uint32 c, uint32 *out) {
  int sa = a, sb = b;
  uint64 wide = uint64(a) << 32 | b;
  int64 swide = wide;
  uint32 odd = c | 3, shift = c & 31;
  *out++ = __builtin_popcount(a) + __builtin_popcountll(wide);
  *out++ = a ? __builtin_clz(a) : 99;
  *out++ = wide ? __builtin_ctzll(wide) : 99;
  *out++ = __builtin_bitreverse32(a) ^ __builtin_bswap32(b);
  *out++ = high(__builtin_bitreverse64(wide)) + high(__builtin_bswap64(wide));
  *out++ = __builtin_rotateleft32(a, c) ^ __builtin_rotateright32(b, c);
  *out++ = high(__builtin_rotateleft64(wide, c));
  *out++ = a << shift ^ b >> shift ^ uint32(sa >> shift);
  *out++ = high(wide << (c & 63)) ^ high(wide >> (c & 63)) ^
           uint32(swide >> (c & 63));
  *out++ = a / odd + b % odd;
  *out++ = uint32(int64(sa) / int(odd | 1 << 20)) + uint32(sb % 1000);
  *out++ = uint32(swide / 12345) ^ uint32(wide % (uint64(odd) << 3));
  *out++ = high(uint64(a) * b) ^ high(int64(sa) * sb);
  *out++ = uint32((static_cast<unsigned __int128>(wide) * wide) >> 64);
  *out++ = uint32((static_cast<__int128>(swide) * sb) >> 70);
  *out++ = sa < sb ? c : a;
  *out++ = (a > b) & (sa < sb) | ((a == c) ^ (swide < 0)) << 1;
  *out++ = __builtin_elementwise_add_sat(sa, sb);
  *out++ = __builtin_elementwise_sub_sat(a, b);
  *out++ = __builtin_elementwise_max(sa, sb) ^ __builtin_elementwise_min(a, b);
  *out++ = uint32(int8(a) * int8(b) >> 3) + uint8(a >> 8) / 7;
  *out++ = uint32(int16(a) % 13) + uint16(b) / 77u + uint16(a * b);
  *out++ = (a >> 7 & 0x3FF) | (uint32(sb << 9 >> 20) << 12);
  switch (c % 9) {
  case 0:
    *out++ = 17;
    break;
  case 1:
    *out++ = a;
    break;
  case 2:
    *out++ = b * 3;
    break;
  case 3:
    *out++ = a ^ b;
    break;
  case 5:
    *out++ = a + 1;
    break;
  case 7:
    *out++ = b & 255;
    break;
  default:
    *out++ = c;
  }
  uint32 sum = 0;
  for (uint32 i = 0; i != c % 23; ++i) {
    if ((a >> i & 3) == 1)
      continue;
    sum = sum * 31 + i;
    if (sum % 7 == 3)
      break;
  }
  *out++ = sum;
  return out;
}

FUNCTION uint32 *floats(float a, float b, float c, uint32 *out) {
  *out++ = bitsOf(a + b);
  *out++ = bitsOf(a - b);
  *out++ = bitsOf(a * b);
  *out++ = bitsOf(a / b);
  *out++ = bitsOf(__builtin_fmaf(a, b, c));
  *out++ = bitsOf(__builtin_sqrtf(__builtin_fabsf(a)));
  *out++ = bitsOf(__builtin_floorf(a));
  *out++ = bitsOf(__builtin_ceilf(a));
  *out++ = bitsOf(__builtin_truncf(a));
  *out++ = bitsOf(__builtin_roundevenf(a));
  *out++ = bitsOf(__builtin_copysignf(a, b));
  *out++ = bitsOf(__builtin_elementwise_minimum(a, b));
  *out++ = bitsOf(__builtin_elementwise_maximum(a, b));
  *out++ = bitsOf(-a) ^ bitsOf(__builtin_fabsf(b));
  *out++ = (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 |
           (a == b) << 4 | (a != b) << 5 | __builtin_isunordered(a, b) << 6 |
           __builtin_islessgreater(a, b) << 7 | !(a < b) << 8;
  bool fits = __builtin_fabsf(a) < 1e9f;
  *out++ = fits ? int(a) : 0;
  *out++ = fits ? uint32(__builtin_fabsf(a)) : 0;
  *out++ = fits ? uint32(int64(a) * 1000000) : 0;
  double x = a, y = b;
  *out++ = bitsOf(float(x * y + 0.1));
  *out++ = bitsOf(float(x / y));
  *out++ = bitsOf(float(__builtin_fma(x, y, double(c))));
  *out++ = bitsOf(float(__builtin_sqrt(x * x)));
  return out;
}

FUNCTION uint32 *conversions(uint32 a, uint32 b, uint32 *out) {
  uint64 wide = uint64(a) << 32 | b;
  *out++ = bitsOf(float(a));
  *out++ = bitsOf(float(int(a)));
  *out++ = bitsOf(float(wide));
  *out++ = bitsOf(float(int64(wide)));
  *out++ = bitsOf(float(uint16(a)) - float(int8(b)));
  *out++ = high(__builtin_bit_cast(uint64, double(wide)));
  return out;
}

/// Three words in; how many come out is `operationResults` of the host.
FUNCTION uint32 *operate(const uint32 *in, uint32 *out) {
  out = integers(in[0], in[1], in[2], out);
  out = floats(floatOf(in[0]), floatOf(in[1]), floatOf(in[2]), out);
  return conversions(in[0], in[1], out);
}

#ifdef __NVPTX__
extern "C"
    __attribute__((nvptx_kernel)) void operations(const uint32 *in, uint32 *out,
                                                  uint32 results) {
  uint32 thread =
      __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() +
      __nvvm_read_ptx_sreg_tid_x();
  operate(in + 3 * thread, out + results * thread);
}
#else
extern "C" uint32 operations(const uint32 *in, uint32 *out) {
  return operate(in, out) - out;
}
#endif
