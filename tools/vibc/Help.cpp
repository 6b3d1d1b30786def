//===- Help.cpp - vibc --help ---------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM's own help has lines of any length, so this text is written by hand.
// test/driver/help.test compares it with the existing options. The shell
// completion (tools/completion/vibc) reads it: a flag is indented by two
// columns, a value by six.
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Flags.h"

llvm::StringRef vib::getHelp() {
  return R"(vibc - compiles a model of the vib dialect into a program that trains it

Usage: vibc [FLAGS] MODEL.mlir

MODEL.mlir is a model, or a file that vibc wrote for a phase (--emit) and from
which it continues. "-" is standard input.

What to make:
  -o FILE             The output file; "-" is standard output. By default a
                      program is named after the model file, an object adds .o,
                      a library .so, a network .onnx, and text goes to standard
                      output
  --emit=PHASE        The program, or the result of a phase of the compiler:
      model           the model as written, checked
      onnx            the network that predicts at z = mu, with the weights of
                      --weights, for other programs that run networks
      step            the training step and the evaluation on tensors, with
                      their gradients and updates
      fused           each function as the list of the kernels that run
      planned         the same, with the sizes of their tiles and the places of
                      their tensors; a file of it can be edited
      kernels         vectorized loops over one block of memory; for a GPU,
                      thread blocks and their launches
      llvm            LLVM IR (CPU only)
      asm             assembly (CPU only)
      ptx             PTX (GPU only)
      cubin           machine code, by the CUDA Toolkit (GPU only)
      obj             an object file that exports vib_model
      shared          a shared library with a C header beside it (CPU only)
      exe             the program (the default)
  --outline           With --emit=fused: print what each kernel computes, reads
                      and writes in a line or two, instead of its code
  --weights=FILE      With --emit=onnx: the weights, a safetensors file that a
                      program of the model wrote
  --use=WEIGHTS       With --emit=onnx: the weights of a checkpoint to take, by
                      default the averages if it has them:
      average         the averages
      raw             the last ones
  --gradients         Add the entry points that return gradients, which 'eval
                      --attack' needs and --emit=shared always has (CPU only)

Where it runs:
  --target=TARGET     The kind of processor:
      cpu             a CPU (the default)
      cuda            an NVIDIA GPU
  --cpu=NAME          The CPU, by a name that LLVM knows, such as znver4, or:
      native          this machine (the default)
      x86-64-v3       any CPU with AVX2
      x86-64-v4       any CPU with AVX-512
  --arch=NAME         With --target=cuda: the oldest GPU architecture to run on:
      sm_80           A100 (the default)
      sm_86           RTX 30, A40
      sm_89           RTX 40, L4, L40
      sm_90           H100, H200
      sm_100          B200
      sm_120          RTX 50
  --cubin             With --target=cuda: add machine code for --arch, so that
                      the driver need not compile the PTX when the program
                      starts; needs the CUDA Toolkit

How to compute:
  --precision=TYPE    The type of weights and activations [the model's own]:
      f32             IEEE single precision
      f64             IEEE double precision (CPU only)
      bf16            f32, but wide contractions round their operands to bf16
      tf32            f32, but contractions of matrices round their factors to
                      TF32 (GPU only)
  --batch=N           The rows of a batch, instead of the model's own number
  -O0                 The reference: no fusion, scalar loops, one thread
  -O1                 Adds fusion into kernels, one plan of all memory, tiles,
                      vectors and threads
  -O2                 Adds LLVM's -O2 on that code (the default)
  -O3                 Adds LLVM's -O3: longer to compile, seldom faster

What to print:
  --explain[=FORM]    Print what each kernel computes for which layer, what was
                      fused into it, what was not and why, its FLOPs and bytes,
                      and whether computing or memory bounds it, besides
                      compiling; as FORM,
      full            adds tiles, layouts, and what each pass fused
      json            prints all of it as one JSON object
  --save-temps=DIR    Write the text or file of every phase to DIR
  --timing            Print how long each phase and pass took
  --version           Print the version
  --help              Print this help
  --help-hidden       Print the options of MLIR and LLVM too, for example
                      --mlir-print-ir-after-all

Exit codes: 0 done, 1 the input or the environment is wrong, 2 wrong usage.
)";
}
