//===- kernels.cu - Kernels in CUDA C++ -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As nvcc compiles them, for the tests of the stand-in. The tests run
// kernels.ptx, which CUDA 13.0 made from this file by
//
//   nvcc -std=c++17 -arch=sm_80 -ptx kernels.cu -o kernels.ptx
//
// Matrices are row-major. GEMMs compute C[m][n] = sum of A[m][k] B[k][n].
//
//===----------------------------------------------------------------------===//

#include <cstdint>

extern "C" __global__ void vectorAdd(const float *a, const float *b, float *c,
                                     int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n)
    c[i] = a[i] + b[i];
}

// Each block sums a part of its input: in its warps by shuffles, then the sums
// of the warps.
extern "C" __global__ void reduceSum(const float *input, float *sums, int n) {
  __shared__ float ofWarps[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
       i += gridDim.x * blockDim.x)
    sum += input[i];
  for (int offset = 16; offset; offset /= 2)
    sum += __shfl_down_sync(0xFFFFFFFF, sum, offset);
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  if (lane == 0)
    ofWarps[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    sum = lane < blockDim.x / 32 ? ofWarps[lane] : 0;
    for (int offset = 16; offset; offset /= 2)
      sum += __shfl_xor_sync(0xFFFFFFFF, sum, offset);
    if (lane == 0)
      sums[blockIdx.x] = sum;
  }
}

// A histogram by atomic operations, shared ones and then global ones.
extern "C" __global__ void histogram(const uint32_t *input, uint32_t *counts,
                                     int n) {
  __shared__ uint32_t local[64];
  if (threadIdx.x < 64)
    local[threadIdx.x] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
       i += gridDim.x * blockDim.x)
    atomicAdd(&local[input[i] % 64], 1);
  __syncthreads();
  if (threadIdx.x < 64)
    atomicAdd(&counts[threadIdx.x], local[threadIdx.x]);
}

// Tiles of 16 x 16 in shared memory; any shape.
extern "C" __global__ void gemmTiled(const float *a, const float *b, float *c,
                                     int m, int n, int k) {
  __shared__ float as[16][16], bs[16][16];
  int row = blockIdx.y * 16 + threadIdx.y,
      column = blockIdx.x * 16 + threadIdx.x;
  float sum = 0;
  for (int k0 = 0; k0 < k; k0 += 16) {
    int ka = k0 + threadIdx.x, kb = k0 + threadIdx.y;
    as[threadIdx.y][threadIdx.x] = row < m && ka < k ? a[row * k + ka] : 0;
    bs[threadIdx.y][threadIdx.x] =
        kb < k && column < n ? b[kb * n + column] : 0;
    __syncthreads();
    for (int i = 0; i < 16; ++i)
      sum = fmaf(as[threadIdx.y][i], bs[i][threadIdx.x], sum);
    __syncthreads();
  }
  if (row < m && column < n)
    c[row * n + column] = sum;
}

// 64 x 64 of C a block of 256 threads, 4 x 4 a thread; shapes are multiples.
extern "C" __global__ void gemmRegisters(const float *a, const float *b,
                                         float *c, int m, int n, int k) {
  __shared__ __align__(16) float as[16][64], bs[16][64];
  int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  int row0 = blockIdx.y * 64, column0 = blockIdx.x * 64;
  float sums[4][4] = {};
  for (int k0 = 0; k0 < k; k0 += 16) {
    for (int i = threadIdx.x; i < 64 * 16; i += 256) {
      as[i % 16][i / 16] = a[(row0 + i / 16) * k + k0 + i % 16];
      bs[i / 64][i % 64] = b[(k0 + i / 64) * n + column0 + i % 64];
    }
    __syncthreads();
#pragma unroll
    for (int kk = 0; kk < 16; ++kk) {
      float4 av = *reinterpret_cast<float4 *>(&as[kk][4 * ty]);
      float4 bv = *reinterpret_cast<float4 *>(&bs[kk][4 * tx]);
      float ar[4] = {av.x, av.y, av.z, av.w}, br[4] = {bv.x, bv.y, bv.z, bv.w};
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
          sums[i][j] = fmaf(ar[i], br[j], sums[i][j]);
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i)
    *reinterpret_cast<float4 *>(
        &c[(row0 + 4 * ty + i) * n + column0 + 4 * tx]) =
        make_float4(sums[i][0], sums[i][1], sums[i][2], sums[i][3]);
}

namespace {

__device__ uint32_t sharedAddress(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

__device__ void copyAsync(void *target, const void *source, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   sharedAddress(target)),
               "l"(source), "r"(bytes)
               : "memory");
}

__device__ void commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

template <int groups> __device__ void waitGroups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory");
}

} // namespace

// 64 x 64 of C a block of 4 warps, each with 32 x 32; two stages of cp.async of
// 32 k; ldmatrix. A [m][k] and B [k][n] of bf16; m and n any, but rows have to
// be multiples of 16 bytes.
extern "C" __global__ void __launch_bounds__(128)
    gemmBf16(const uint16_t *a, const uint16_t *b, float *c, int m, int n,
             int k) {
  // 8 elements between rows keep the banks apart.
  extern __shared__ __align__(16) uint16_t memory[];
  uint16_t (*as)[64][40] = reinterpret_cast<uint16_t (*)[64][40]>(memory);
  uint16_t (*bs)[32][72] =
      reinterpret_cast<uint16_t (*)[32][72]>(memory + 2 * 64 * 40);
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int row0 = blockIdx.y * 64, column0 = blockIdx.x * 64;
  int rowW = warp / 2 * 32, columnW = warp % 2 * 32;
  auto load = [&](int stage, int k0) {
    for (int i = threadIdx.x; i < 64 * 4; i += 128) {
      int row = i / 4, kk = i % 4 * 8;
      bool inside = row0 + row < m && k0 + kk < k;
      copyAsync(&as[stage][row][kk],
                inside ? &a[(row0 + row) * k + k0 + kk] : a, inside ? 16 : 0);
    }
    for (int i = threadIdx.x; i < 32 * 8; i += 128) {
      int kk = i / 8, column = i % 8 * 8;
      bool inside = k0 + kk < k && column0 + column < n;
      copyAsync(&bs[stage][kk][column],
                inside ? &b[(k0 + kk) * n + column0 + column] : b,
                inside ? 16 : 0);
    }
    commit();
  };
  float sums[2][4][4] = {};
  load(0, 0);
  for (int k0 = 0, stage = 0; k0 < k; k0 += 32, stage ^= 1) {
    load(stage ^ 1, k0 + 32);
    waitGroups<1>();
    __syncthreads();
#pragma unroll
    for (int kk = 0; kk < 32; kk += 16) {
      uint32_t af[2][4], bf[4][2];
#pragma unroll
      for (int i = 0; i < 2; ++i)
        asm volatile(
            "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
            : "=r"(af[i][0]), "=r"(af[i][1]), "=r"(af[i][2]), "=r"(af[i][3])
            : "r"(sharedAddress(
                &as[stage][rowW + 16 * i + lane % 16][kk + lane / 16 * 8])));
#pragma unroll
      for (int j = 0; j < 4; ++j)
        asm volatile(
            "ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
            : "=r"(bf[j][0]), "=r"(bf[j][1])
            : "r"(sharedAddress(&bs[stage][kk + lane % 16][columnW + 8 * j])));
#pragma unroll
      for (int i = 0; i < 2; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
          asm volatile(
              "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
              "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
              : "+f"(sums[i][j][0]), "+f"(sums[i][j][1]), "+f"(sums[i][j][2]),
                "+f"(sums[i][j][3])
              : "r"(af[i][0]), "r"(af[i][1]), "r"(af[i][2]), "r"(af[i][3]),
                "r"(bf[j][0]), "r"(bf[j][1]));
    }
    __syncthreads();
  }
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 4; ++j)
      for (int part = 0; part < 4; ++part) {
        int row = row0 + rowW + 16 * i + lane / 4 + part / 2 * 8;
        int column = column0 + columnW + 8 * j + lane % 4 * 2 + part % 2;
        if (row < m && column < n)
          c[row * n + column] = sums[i][j][part];
      }
}

// The same with tf32: 32 x 32 of C a block of 4 warps, one stage of 16 k.
extern "C" __global__ void __launch_bounds__(128)
    gemmTf32(const float *a, const float *b, float *c, int m, int n, int k) {
  __shared__ __align__(16) float as[32][20], bs[16][40];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int row0 = blockIdx.y * 32, column0 = blockIdx.x * 32;
  int rowW = warp / 2 * 16, columnW = warp % 2 * 16;
  float sums[2][4] = {};
  auto convert = [](float value) {
    uint32_t bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
    return bits;
  };
  for (int k0 = 0; k0 < k; k0 += 16) {
    int row = threadIdx.x / 4, kk = threadIdx.x % 4 * 4;
    bool inside = row0 + row < m && k0 + kk < k;
    copyAsync(&as[row][kk], inside ? &a[(row0 + row) * k + k0 + kk] : a,
              inside ? 16 : 0);
    int kb = threadIdx.x / 8, column = threadIdx.x % 8 * 4;
    inside = k0 + kb < k && column0 + column < n;
    copyAsync(&bs[kb][column],
              inside ? &b[(k0 + kb) * n + column0 + column] : b,
              inside ? 16 : 0);
    asm volatile("cp.async.wait_all;" ::: "memory");
    __syncthreads();
#pragma unroll
    for (int k8 = 0; k8 < 16; k8 += 8) {
      int g = lane / 4, t = lane % 4;
      uint32_t a0 = convert(as[rowW + g][k8 + t]);
      uint32_t a1 = convert(as[rowW + g + 8][k8 + t]);
      uint32_t a2 = convert(as[rowW + g][k8 + t + 4]);
      uint32_t a3 = convert(as[rowW + g + 8][k8 + t + 4]);
#pragma unroll
      for (int j = 0; j < 2; ++j) {
        uint32_t b0 = convert(bs[k8 + t][columnW + 8 * j + g]);
        uint32_t b1 = convert(bs[k8 + t + 4][columnW + 8 * j + g]);
        asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
            "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[j][0]), "+f"(sums[j][1]), "+f"(sums[j][2]),
              "+f"(sums[j][3])
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
      }
    }
    __syncthreads();
  }
  for (int j = 0; j < 2; ++j)
    for (int part = 0; part < 4; ++part) {
      int row = row0 + rowW + lane / 4 + part / 2 * 8;
      int column = column0 + columnW + 8 * j + lane % 4 * 2 + part % 2;
      if (row < m && column < n)
        c[row * n + column] = sums[j][part];
    }
}

// What math.h gives, from its own arithmetic.
extern "C" __global__ void mathFunctions(const float *input, float *output,
                                         int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n)
    return;
  float x = input[i];
  output[i] = expf(x);
  output[n + i] = logf(fabsf(x) + 0.5f);
  output[2 * n + i] = tanhf(x);
  output[3 * n + i] = erff(x);
  output[4 * n + i] = sinf(x);
  output[5 * n + i] = 1 / (1 + x * x);
  output[6 * n + i] = sqrtf(fabsf(x));
  output[7 * n + i] = static_cast<float>(exp(static_cast<double>(x)));
}

// A local array that the compiler cannot keep in registers, and a switch.
extern "C" __global__ void localArray(const int *input, int *output, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int stack[16];
  for (int k = 0; k < 16; ++k)
    stack[k] = k * k;
  int sum = 0;
  for (int k = 0; k < n; ++k) {
    int v = input[(i + k) % n];
    switch (v & 7) {
    case 0:
      sum += stack[v & 15];
      break;
    case 1:
      stack[(v >> 3) & 15] = sum;
      break;
    case 2:
      sum ^= v;
      break;
    case 3:
      sum = sum * 3 + 1;
      break;
    case 4:
      sum -= stack[(sum >> 2) & 15];
      break;
    case 5:
      sum = __popc(sum) + k;
      break;
    default:
      sum += v;
    }
  }
  output[i] = sum;
}
