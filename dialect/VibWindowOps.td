//===- VibWindowOps.td - Layers that read windows of images -*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBWINDOWOPS_TD
#define VIB_DIALECT_VIBWINDOWOPS_TD

include "VibBase.td"
include "VibInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_Conv2DOp : Vib_NamedOp<"conv2d", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "layers";
  let summary = "applies a convolution to images";
  let description = [{
    Images are [height, width, channels]. The result at (h, w, n) is

    ```text
    bias[n] + sum over r, q, c of weight[n, c, r, q] * x[h * sh + r * dh - top, w * sw + q * dw - left, c]
    ```

    where x is 0 outside of the image. (As in PyTorch, the filter is not
    flipped.) The symbol names the layer. `@encode.0` owns the parameters
    `encode.0.weight` and `encode.0.bias`, as PyTorch's `state_dict` names those
    of a `Conv2d`. Files contain the weight as PyTorch has it, `[out, in, height,
    width]`. `init` of `vib.train` sets the initial weights; biases start at zero.

    - `kernel(height, width)`: the size of the window.
    - `channels(n)`: the channels of the result.
    - `stride(vertical, horizontal)`: the distance of two windows; (1, 1) if left out.
    - `padding(…)`: the zeros around the image. `valid`, which is the default, is
      none; with `same` the result has the height and the width of the input
      divided by the stride, rounded up, and an odd number of zeros has one more
      at the bottom or on the right; `[vertical, horizontal]` or `[top, bottom,
      left, right]` are numbers below the size of the window.
    - `dilation(vertical, horizontal)`: the distance of two elements that a window
      reads; (1, 1) if left out.
    - `groups(n)`: the channels of the input and of the result are divided into
      n groups, and a channel of the result reads those of its own group: the
      sum over c runs over them, and files contain the weight as `[out, in / n,
      height, width]`. The fan-in of `init` is in / n times the elements of the
      window. With as many groups as the input has channels, the convolution is
      *depthwise*. 1 if left out.
    - **Input**: `tensor<?xHxWxCxf32>` or f64.
    - **Result**: `tensor<?xHxWxNxf32>` of the same element type. It may be left
      out.
    - **Errors**: a window larger than the image with its padding, a result of
      another shape, groups that do not divide both numbers of channels, the
      name of a layer with other sizes.

    ```mlir
    %h = vib.conv2d %x @encode.0 kernel(5, 5) channels(32) padding(same) : tensor<?x28x28x1xf32> -> tensor<?x28x28x32xf32>
    %h = vib.conv2d %x @encode.0 kernel(4, 4) channels(32) stride(2, 2) padding([1, 1]) : tensor<?x28x28x1xf32>
    %h = vib.conv2d %x @encode.3 kernel(3, 3) channels(32) padding(same) groups(32) : tensor<?x28x28x32xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations,
                       OptionalAttr<Vib_Count>:$groups);
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name ``
    custom<Convolution>($kernel, $strides, $padding, $dilations, $groups,
                        type($input), type($result))
    attr-dict
  }];
  let hasVerifier = 1;
  let declarations = [{
    int64_t getInputChannels() { return getInput().getType().getDimSize(3); }
    int64_t getChannels() { return getType().getDimSize(3); }
    int64_t getNumGroups() { return getGroups().value_or(1); }
    /// The distance from the first to the last element of a window.
    int64_t getReach(unsigned axis) {
      return (getKernel()[axis] - 1) * getDilations()[axis];
    }
  }];
}

def Vib_ConvTranspose2DOp : Vib_NamedOp<"conv_transpose2d", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "layers";
  let summary = "applies a transposed convolution to images, which enlarges them";
  let description = [{
    Each element of the input adds a multiple of the weight to a window of the
    result, as the gradient of a convolution's input does. With images of
    [height, width, channels], the result at (i, j, n) is

    ```text
    bias[n] + sum of weight[c, n, r, q] * x[h, w, c] over all h, w, r, q, c with
              i = h * sh + r * dh - top and j = w * sw + q * dw - left
    ```

    The symbol names the layer. `@decode.2` owns the parameters
    `decode.2.weight` and `decode.2.bias`, as PyTorch's `state_dict` names those
    of a `ConvTranspose2d`. Files contain the weight as PyTorch has it, `[in,
    out, height, width]`. `init` of `vib.train` takes the fan-in and the fan-out
    from these dimensions as PyTorch does: out and in times the elements of the
    window. Biases start at zero.

    - `kernel(height, width)`: the size of the window.
    - `channels(n)`: the channels of the result.
    - `stride(vertical, horizontal)`: the distance of the windows of two
      elements of the input; (1, 1) if left out.
    - `padding(…)`: the rows and columns that are removed around the result.
      `valid`, which is the default, is none; `[vertical, horizontal]` or `[top,
      bottom, left, right]` are numbers below the size of the window.
    - `output_padding(vertical, horizontal)`: rows at the bottom and columns on
      the right that are added to the result; (0, 0) if left out.
    - `dilation(vertical, horizontal)`: the distance of two elements of a
      window; (1, 1) if left out.
    - `groups(n)`: the channels are divided into n groups, as those of
      `vib.conv2d` are, and files contain the weight as `[in, out / n, height,
      width]`; 1 if left out.
    - **Input**: `tensor<?xHxWxCxf32>` or f64.
    - **Result**: `tensor<?xHxWxNxf32>` of the same element type, with a height
      of (H - 1) * stride + (kernel - 1) * dilation + 1 - top - bottom +
      output_padding, and likewise for the width. It may be left out.
    - **Errors**: more padding than a result has, an output padding that is not
      below the stride or the dilation, a result of another shape, groups that
      do not divide both numbers of channels, the name of a layer with other
      sizes.

    ```mlir
    %h = vib.conv_transpose2d %x @decode.2 kernel(4, 4) channels(32) stride(2, 2) padding([1, 1]) : tensor<?x7x7x64xf32> -> tensor<?x14x14x32xf32>
    %h = vib.conv_transpose2d %x @decode.2 kernel(3, 3) channels(32) stride(2, 2) padding([1, 1]) output_padding(1, 1) : tensor<?x7x7x64xf32>
    %h = vib.conv_transpose2d %x @decode.2 kernel(2, 2) channels(32) stride(2, 2) groups(16) : tensor<?x7x7x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$output_padding,
                       DenseI64ArrayAttr:$dilations,
                       OptionalAttr<Vib_Count>:$groups);
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name ``
    custom<TransposedConvolution>($kernel, $strides, $padding, $output_padding,
                                  $dilations, $groups, type($input),
                                  type($result))
    attr-dict
  }];
  let hasVerifier = 1;
  let declarations = [{
    int64_t getInputChannels() { return getInput().getType().getDimSize(3); }
    int64_t getChannels() { return getType().getDimSize(3); }
    int64_t getNumGroups() { return getGroups().value_or(1); }
    /// The distance from the first to the last element of a window.
    int64_t getReach(unsigned axis) {
      return (getKernel()[axis] - 1) * getDilations()[axis];
    }
  }];
}

def Vib_MaxPoolOp : Vib_NamedOp<"max_pool", "h", [Pure]> {
  let group = "layers";
  let summary = "takes the largest element of each window of an image";
  let description = [{
    Each channel by itself. The last rows and columns of the image are left out
    if no whole window fits there. The gradient goes to the element that was the
    maximum. If several elements of a window are equal, it goes to the first
    one, row by row, as in PyTorch. If an element is NaN, the result is NaN, and
    it is not specified which element of the window gets the gradient.

    - `window(height, width)`: the size of the window, of at most 256 elements.
    - `stride(vertical, horizontal)`: the distance of two windows; that of
      windows side by side if left out.
    - **Input**: `tensor<?xHxWxCxf32>` or f64.
    - **Result**: `tensor<?xHxWxCxf32>` of the same element type. It may be left
      out.
    - **Errors**: a window larger than the image, a result of another shape.

    ```mlir
    %h = vib.max_pool %x window(2, 2) : tensor<?x28x28x32xf32> -> tensor<?x14x14x32xf32>
    %h = vib.max_pool %x window(3, 3) stride(2, 2) : tensor<?x28x28x32xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$window,
                       DenseI64ArrayAttr:$strides);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `` custom<Pooling>($window, $strides, type($input), type($result))
    attr-dict
  }];
  let hasVerifier = 1;
}

def Vib_AvgPoolOp : Vib_NamedOp<"avg_pool", "h", [Pure]> {
  let group = "layers";
  let summary = "takes the mean of each window of an image";
  let description = [{
    Each channel by itself, as PyTorch's `AvgPool2d` without padding does. The
    last rows and columns of the image are left out if no whole window fits
    there.

    - `window(height, width)`: the size of the window, of at most 256 elements.
    - `stride(vertical, horizontal)`: the distance of two windows; that of
      windows side by side if left out.
    - **Input**: `tensor<?xHxWxCxf32>` or f64.
    - **Result**: `tensor<?xHxWxCxf32>` of the same element type. It may be left
      out.
    - **Errors**: a window larger than the image, a result of another shape.

    ```mlir
    %h = vib.avg_pool %x window(2, 2) : tensor<?x28x28x32xf32> -> tensor<?x14x14x32xf32>
    %h = vib.avg_pool %x window(3, 3) stride(2, 2) : tensor<?x28x28x32xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$window,
                       DenseI64ArrayAttr:$strides);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `` custom<Pooling>($window, $strides, type($input), type($result))
    attr-dict
  }];
  let hasVerifier = 1;
}

def Vib_GlobalAvgPoolOp : Vib_NamedOp<"global_avg_pool", "h", [Pure]> {
  let group = "layers";
  let summary = "takes the mean of each channel of an image";
  let description = [{
    The mean over height and width, one number for each channel, as PyTorch's
    `AdaptiveAvgPool2d(1)` and a `Flatten` after it compute it.

    - **Input**: `tensor<?xHxWxCxf32>` or f64.
    - **Result**: `tensor<?xCxf32>` of the same element type. It may be left out.
    - **Errors**: an input that is not an image, a result of another width.

    ```mlir
    %h = vib.global_avg_pool %x : tensor<?x7x7x64xf32> -> tensor<?x64xf32>
    %h = vib.global_avg_pool %x : tensor<?x7x7x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input attr-dict `:` custom<GlobalPoolingTypes>(type($input), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_CNNOp : Vib_NamedOp<"cnn", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "layers";
  let summary = "applies convolutions, each followed by an activation, and pooling";
  let description = [{
    Stands for one `vib.conv2d` and one activation for each number in the list,
    which is that of its channels, and for `vib.max_pool` with windows of 2 x 2
    for each `pool`. The activation is one that `vib.mlp` takes. The layers are
    numbered as in a PyTorch `Sequential` of them, where activations and pooling
    take a number too: `encode.0`, `encode.2`, `encode.5`, …

    - `kernel(height, width)`: the size of the windows of all convolutions.
    - `padding(…)`: `same`, or `valid`, which is the default.
    - **Input**: `tensor<?xHxWxCxf32>` or f64.
    - **Result**: `tensor<?xHxWxNxf32>` of the same element type. It may be left
      out.
    - **Errors**: an empty list, a window larger than the image that it reads, an
      unknown activation, the name of a layer with other sizes.

    ```mlir
    %h = vib.cnn %x @encode relu kernel(3, 3) padding(same) [32, 64, pool] : tensor<?x28x28x1xf32>
    ```

    is short for

    ```mlir
    %0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(32) padding(same) : tensor<?x28x28x1xf32>
    %1 = vib.relu %0 : tensor<?x28x28x32xf32>
    %2 = vib.conv2d %1 @encode.2 kernel(3, 3) channels(64) padding(same) : tensor<?x28x28x32xf32>
    %3 = vib.relu %2 : tensor<?x28x28x64xf32>
    %h = vib.max_pool %3 window(2, 2) : tensor<?x28x28x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       Vib_Activation:$activation, DenseI64ArrayAttr:$kernel,
                       UnitAttr:$same, DenseI64ArrayAttr:$channels);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<ActivationKeyword>($activation) ``
    custom<CNN>($kernel, $same, $channels, type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// What `channels` has in place of those of a convolution.
    static constexpr int64_t kPool = 0;
    /// One layer: its number in the names of parameters, and the type of its
    /// result. Of a convolution also its padding.
    struct Layer {
      bool isPool;
      int64_t number;
      ::mlir::RankedTensorType type;
      ::llvm::SmallVector<int64_t> padding;
    };
    /// The layers; or why one does not fit, in `problem`.
    static ::llvm::SmallVector<Layer>
    getLayers(::mlir::RankedTensorType input, ::llvm::ArrayRef<int64_t> kernel,
              bool same, ::llvm::ArrayRef<int64_t> channels,
              std::string &problem);
    ::llvm::SmallVector<Layer> getLayers();
    std::string getLayerName(const Layer &layer);
  }];
}

#endif // VIB_DIALECT_VIBWINDOWOPS_TD
