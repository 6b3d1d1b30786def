// Broken if an attribute that describes a module or the plan of a kernel can have a value that
// nothing can use, or if the message does not name the field and what it can be.
// RUN: vib-opt %s -split-input-file -verify-diagnostics -o /dev/null

// expected-error @+1 {{expected vib.model to be a #vib.model but got {name = "m"}}}
module attributes {vib.model = {name = "m"}} {}

// -----

// expected-error @+1 {{expected vib.parameters to be a list of #vib.parameter but got ["w"]}}
module attributes {vib.parameters = ["w"]} {}

// -----

// expected-error @+1 {{expected vib.arena_bytes to be an i64 of 0 to 281474976710656}}
module attributes {vib.arena_bytes = -64 : i64} {}

// -----

// expected-error @+1 {{expected 'type' to be f32 or f64 but got bf16}}
module attributes {a = #vib.model<"m", hash = "0", type = bf16, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected one of 'f32', 'f64', 'bf16', 'tf32' but got 'f16'}}
module attributes {a = #vib.model<"m", hash = "0", type = f16, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected 'operands' to be f64, because 'type' is f64, but got bf16}}
module attributes {a = #vib.model<"m", hash = "0", type = f64, operands = bf16, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected 'batch' to be a whole number from 1 to 1048576 but got '0'}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 0, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected 'input' to have one to three dimensions but got 4}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4, 1, 1, 1], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected 'input' to have at most 281474976710656 numbers but got}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4294967296, 4294967296], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected 'posterior' to be a distribution that can be sampled but got '!vib.categorical<2>'}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.categorical<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected a distribution but got 'f32'}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = f32>} {}

// -----

// expected-error @+1 {{expected a finite beta of at least 0 but got -1.0}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>, terms = ["nll", "rate"], coefficients = [#vib.coefficient<1.0>, #vib.coefficient<"beta", -1.0>]>} {}

// -----

// expected-error @+1 {{'batch' is given twice}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// expected-error @+1 {{expected 'optimizer' to be one of #vib.sgd, #vib.adam, #vib.adamw, #vib.adabelief, #vib.rmsprop but got #vib.constant}}
module attributes {a = #vib.training<epochs = 1, optimizer = #vib.constant>} {}

// -----

// expected-error @+1 {{expected 'schedule' to be one of #vib.constant, #vib.staircase, #vib.exponential, #vib.cosine, #vib.linear, #vib.geometric, #vib.linear_warmup, #vib.exponential_warmup, #vib.dual but got #vib.he_normal}}
module attributes {a = #vib.training<epochs = 1, optimizer = #vib.sgd<lr = 0.1>, schedule = #vib.he_normal>} {}

// -----

// expected-error @+1 {{expected the schedule of 'gamma' to be one of #vib.constant, #vib.staircase, #vib.exponential, #vib.cosine, #vib.linear, #vib.geometric, #vib.linear_warmup, #vib.exponential_warmup, #vib.dual but got 1 : i64}}
module attributes {a = #vib.training<epochs = 1, optimizer = #vib.sgd<lr = 0.1>, coefficients = {gamma = 1}>} {}

// -----

// expected-error @+1 {{expected 'coefficients' to be {name = schedule, …} but got #vib.constant}}
module attributes {a = #vib.training<epochs = 1, optimizer = #vib.sgd<lr = 0.1>, coefficients = #vib.constant>} {}

// -----

// expected-error @+1 {{expected 'terms' to be a list of "nll", "rate", "residual", "drawn_rate", "pairwise" but got "error"}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>, terms = ["error"]>} {}

// -----

// expected-error @+1 {{expected 'terms' to have one rate of 'z' but got ["nll", "rate", "residual"]}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>, terms = ["nll", "rate", "residual"]>} {}

// -----

// expected-error @+1 {{expected 'terms' to have "nll" but got ["rate"]}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>, terms = ["rate"]>} {}

// -----

// expected-error @+1 {{expected 'coefficients' to be a #vib.coefficient for each of 2 terms but got [#vib.coefficient<1.0>]}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>, terms = ["nll", "rate"]>} {}

// -----

// expected-error @+1 {{expected 'average' to be below 1 but got 1.5}}
module attributes {a = #vib.training<epochs = 1, optimizer = #vib.sgd<lr = 0.1>, average = 1.5>} {}

// -----

// expected-error @+1 {{expected one of 'constant', 'uniform', 'normal', 'examples', 'mean', 'deviation', 'running_mean', 'running_variance' but got 'unifrom'; did you mean 'uniform'?}}
module attributes {a = #vib.parameter<"w" : tensor<4xf32>, init = unifrom(0.1)>} {}

// -----

// expected-error @+1 {{expected "w", of 1 dimensions, to have a permutation of them, but got [1, 0]}}
module attributes {a = #vib.parameter<"w" : tensor<4xf32>, transposed, init = constant(0.1)>} {}

// -----

// expected-error @+1 {{expected "w", of 3 dimensions, to have a permutation of them, but got [2, 2, 0]}}
module attributes {a = #vib.parameter<"w" : tensor<4x1x1xf32>, permutation = [2, 2, 0], init = constant(0.1)>} {}

// -----

// expected-error @+1 {{expected "w" to have elements of f32 or f64 but got 'tensor<4xi8>'}}
module attributes {a = #vib.parameter<"w" : tensor<4xi8>, init = constant(0.1)>} {}

// -----

// expected-error @+1 {{expected "r.inputs", examples of an input, to have two dimensions, not transposed, but got 'tensor<4xf32>'}}
module attributes {a = #vib.parameter<"r.inputs" : tensor<4xf32>, init = examples(0.0)>} {}

// -----

// expected-error @+1 {{expected the place of "w" in weights but got #vib.place<arena + 0>}}
module attributes {a = #vib.parameter<"w" : tensor<4xf32>, init = constant(0.1), place = <arena + 0>>} {}

// -----

// expected-error @+1 {{expected "w" at a multiple of 4, the bytes of its elements, but got #vib.place<weights + 2>}}
module attributes {a = #vib.parameter<"w" : tensor<4xf32>, init = constant(0.1), place = <weights + 2>>} {}

// -----

// Panels of 32 elements have no room for 4 rows of 16.
// expected-error @+1 {{expected "w", a 'tensor<4x32xf32>', to be dense or in panels that have room for its rows, but got #vib.place<weights + 0, panel = 32, row = 16>}}
module attributes {a = #vib.parameter<"w" : tensor<4x32xf32>, init = constant(0.1), place = <weights + 0, panel = 32, row = 16>>} {}

// -----

// expected-error @+1 {{expected "w", a 'tensor<4x32xf32>', to be dense or in panels}}
module attributes {a = #vib.parameter<"w" : tensor<4x32xf32>, init = constant(0.1), place = <weights + 0, row = 48>>} {}

// -----

// expected-error @+1 {{expected "mu", which the runtime reads, to have no panels but got #vib.place<arena + 0, panel = 64, row = 16>}}
module attributes {a = #vib.tensor<"mu" : tensor<4x32xf32>, place = <arena + 0, panel = 64, row = 16>>} {}

// -----

// expected-error @+1 {{expected "x" to have at most four dimensions, of i8, i32, f32, f64 or bf16, but got 'tensor<4xi64>'}}
module attributes {a = #vib.tensor<"x" : tensor<4xi64>, place = <arena + 0>>} {}

// -----

// expected-error @+2 {{expected 'place' in #vib.tensor}}
// expected-note @+1 {{#vib.tensor is written}}
module attributes {a = #vib.tensor<"x" : tensor<4xi32>>} {}

// -----

// expected-error @+1 {{expected one of 'weights', 'moment1', 'moment2', 'average', 'gradients', 'arena' but got 'attic'}}
module attributes {a = #vib.place<attic + 0>} {}

// -----

// expected-error @+1 {{expected 'panel' to be a multiple of 'row', the columns of a panel, but got panel = 40 and row = 16}}
module attributes {a = #vib.place<arena + 0, panel = 40, row = 16>} {}

// -----

// expected-error @+1 {{expected 'units' to be a whole number of at least 1 but got '0'}}
module attributes {a = #vib.kernel_info<"k", entry = "e", units = 0>} {}

// -----

// expected-error @+1 {{expected 'parts' to be a list of strings but got [1]}}
module attributes {a = #vib.kernel_info<"k", entry = "e", units = 1, parts = [1]>} {}

// -----

// expected-error @+1 {{expected 'level' to be a whole number from 0 to 3 but got '4'}}
module attributes {a = #vib.options<level = 4, cpu = "x86-64-v3">} {}

// -----

// expected-error @+1 {{expected one of 'columns', 'dot', 'groups' but got 'colums'; did you mean 'columns'?}}
module attributes {a = #vib.register_tile<8 x 8 x 8, colums 1 x 1>} {}

// -----

// expected-error @+1 {{expected a size to be a whole number of at least 1 but got '0'}}
module attributes {a = #vib.register_tile<8 x 0 x 8, columns 1 x 1>} {}

// -----

// expected-error @+1 {{expected a size to be a whole number of at least 1 but got '0'}}
module attributes {a = #vib.register_tile<8 x 8 x 8, columns 1 x 1, block = 1 x 0>} {}

// -----

// expected-error @+1 {{expected lines in blocks of 1 image only but got 2 x 3}}
module attributes {a = #vib.register_tile<8 x 8 x 8, columns 1 x 1, block = 2 x 3>} {}

// -----

// expected-error @+1 {{expected one of 'none', 'epilogue', 'interleaved' but got 'epilog'; did you mean 'epilogue'?}}
module attributes {a = #vib.contraction<[<8 x 8 x 8, columns 1 x 1>] reader = epilog>} {}

// -----

// expected-error @+1 {{expected at least one register tile}}
module attributes {a = #vib.contraction<[]>} {}

// -----

// expected-error @+1 {{expected one register tile for each size but got #vib.register_tile<8 x 8 x 8, columns 1 x 1> and #vib.register_tile<8 x 8 x 8, dot 1 x 1>}}
module attributes {a = #vib.contraction<[<8 x 8 x 8, columns 1 x 1>, <8 x 8 x 8, dot 1 x 1>]>} {}

// -----

// A program would see another name.
// expected-error @+1 {{to be UTF-8 text without control characters but got "w\00a"}}
module attributes {a = #vib.parameter<"w\00a" : tensor<8xf32>, init = constant(0.0)>} {}

// -----

// expected-error @+1 {{expected 'rows' or 'pairs' but got 'none': an operand that is not packed is not listed}}
module attributes {a = #vib.packed<8 x 8 x 8, none>} {}

// -----

// expected-error @+1 {{expected one of 'none', 'rows', 'pairs' but got 'row'; did you mean 'rows'?}}
module attributes {a = #vib.packed<8 x 8 x 8, row>} {}

// -----

// expected-error @+1 {{expected a size to be a whole number of at least 1 but got '0'}}
module attributes {a = #vib.loop_vector<8 x 0, 16 along "n">} {}

// -----

// expected-error @+1 {{expected a size to be a whole number of at least 1 but got '0'}}
module attributes {a = #vib.loop_vector<8 x 8, 0 along "n">} {}

// -----

// expected-error @+1 {{expected 'along'}}
module attributes {a = #vib.loop_vector<8 x 8, 16 over "n">} {}

// -----

// expected-error @+1 {{#vib.block: expected one of 'rows', 'columns', 'depth', 'stages', 'warp_rows', 'warp_columns' but got 'row'; did you mean 'rows'?}}
module attributes {a = #vib.block<row = 32, columns = 32, depth = 8, stages = 2, warp_rows = 16, warp_columns = 16>} {}

// -----

// expected-error @+1 {{expected 'stages' to be a whole number of at least 2 but got '1'}}
module attributes {a = #vib.block<rows = 32, columns = 32, depth = 8, stages = 1, warp_rows = 16, warp_columns = 16>} {}

// -----

// expected-error @+1 {{expected a block of four warps, but parts of 8 x 16 do not divide 32 x 32 into four}}
module attributes {a = #vib.block<rows = 32, columns = 32, depth = 8, stages = 2, warp_rows = 8, warp_columns = 16>} {}

// -----

// expected-error @+1 {{expected one of 'false', 'true' but got 'maybe'}}
module attributes {a = #vib.cpu<vector_bits = 256, bf16 = maybe>} {}

// -----

// expected-error @+1 {{expected one of 'input', 'output', 'weight', 'moment1', 'moment2', 'average', 'gradient', 'scalar', 'state' but got 'weigth'; did you mean 'weight'?}}
module attributes {a = #vib.slot<weigth, "w">} {}

// -----

// Both forms of a list.
// expected-error @+1 {{expected a field or its plural, such as 'input' or 'inputs', but got both}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], inputs = {b = [4]}, posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// Two inputs of one name.
// expected-error @+1 {{two entries of 'inputs' have the name "b"}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, inputs = {b = [4], b = [4]}, posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {}

// -----

// An empty list.
// expected-error @+1 {{expected at least one entry of 'posteriors'}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posteriors = {}, likelihood = !vib.normal<4>>} {}

// -----

// A term of a stream that does not exist.
// expected-error @+1 {{expected 'terms' to be a list of "nll", "rate", "rate.v", "residual", "residual.v", "drawn_rate", "drawn_rate.v", "pairwise", "pairwise.v" but got "rate.w"}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posteriors = {z = !vib.normal<2>, v = !vib.normal<2>}, likelihood = !vib.normal<4>, terms = ["nll", "rate.w"]>} {}

// -----

// A target whose likelihood is no term.
// expected-error @+1 {{expected 'terms' to have "nll.b" but got ["nll"]}}
module attributes {a = #vib.model<"m", hash = "0", type = f32, batch = 8, input = [4], posterior = !vib.normal<2>, likelihoods = {y = !vib.normal<4>, b = !vib.normal<1>}, terms = ["nll"]>} {}
