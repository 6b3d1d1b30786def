// Broken if a function of f32 vectors is off by more than a few parts in ten million from
// the C library in f64 (counted over 16384 points of a range), or wrong for a special
// value.
// RUN: vib-opt %s -vib-approximate-math -convert-vector-to-scf -convert-scf-to-cf \
// RUN:   -convert-math-to-llvm=approximate-log1p=false -convert-math-to-libm -convert-vector-to-llvm \
// RUN:   -convert-arith-to-llvm -convert-cf-to-llvm -convert-func-to-llvm \
// RUN:   -reconcile-unrealized-casts \
// RUN: | mlir-runner -e main -entry-point-result=void \
// RUN:     -shared-libs=%llvm/../lib/libmlir_c_runner_utils.so | FileCheck %s


func.func @vector_exp(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}
func.func @vector_exp_is_off(%x: f32, %y: f32) -> i1 {
  %tolerance = arith.constant 4.0e-7 : f64
  %wide = arith.extf %x : f32 to f64
  %got = arith.extf %y : f32 to f64
  %want = math.exp %wide : f64
  %difference = arith.subf %got, %want : f64
  %error = math.absf %difference : f64
  %size = math.absf %want : f64
  %bound = arith.mulf %size, %tolerance : f64
  // The comparison is not "greater", so that NaN counts as off.
  %off = arith.cmpf ugt, %error, %bound : f64
  return %off : i1
}
func.func @vector_exp_count() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %n = arith.constant 1024 : index
  %none = arith.constant 0 : i64
  %low = arith.constant -87.0 : f32
  %high = arith.constant 88.0 : f32
  %points = arith.constant 16384.0 : f32
  %range = arith.subf %high, %low : f32
  %step = arith.divf %range, %points : f32
  %count = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %none) -> (i64) {
    %first = arith.muli %i, %c16 : index
    %base = vector.broadcast %first : index to vector<16xindex>
    %lanes = vector.step : vector<16xindex>
    %position = arith.addi %base, %lanes : vector<16xindex>
    %int = arith.index_cast %position : vector<16xindex> to vector<16xi32>
    %real = arith.sitofp %int : vector<16xi32> to vector<16xf32>
    %steps = vector.broadcast %step : f32 to vector<16xf32>
    %lows = vector.broadcast %low : f32 to vector<16xf32>
    %scaled = arith.mulf %real, %steps : vector<16xf32>
    %x = arith.addf %scaled, %lows : vector<16xf32>
    %y = func.call @vector_exp(%x) : (vector<16xf32>) -> vector<16xf32>
    %more = scf.for %j = %c0 to %c16 step %c1 iter_args(%s = %sum) -> (i64) {
      %a = vector.extract %x[%j] : f32 from vector<16xf32>
      %b = vector.extract %y[%j] : f32 from vector<16xf32>
      %off = func.call @vector_exp_is_off(%a, %b) : (f32, f32) -> i1
      %one = arith.extui %off : i1 to i64
      %t = arith.addi %s, %one : i64
      scf.yield %t : i64
    }
    scf.yield %more : i64
  }
  vector.print str "exp "
  vector.print %count : i64
  return
}

func.func @vector_log(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.log %x : vector<16xf32>
  return %y : vector<16xf32>
}
func.func @vector_log_is_off(%x: f32, %y: f32) -> i1 {
  %tolerance = arith.constant 4.0e-7 : f64
  %wide = arith.extf %x : f32 to f64
  %got = arith.extf %y : f32 to f64
  %want = math.log %wide : f64
  %difference = arith.subf %got, %want : f64
  %error = math.absf %difference : f64
  %size = math.absf %want : f64
  %bound = arith.mulf %size, %tolerance : f64
  // The comparison is not "greater", so that NaN counts as off.
  %off = arith.cmpf ugt, %error, %bound : f64
  return %off : i1
}
func.func @vector_log_count() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %n = arith.constant 1024 : index
  %none = arith.constant 0 : i64
  %low = arith.constant 1.0e-30 : f32
  %high = arith.constant 5.0 : f32
  %points = arith.constant 16384.0 : f32
  %range = arith.subf %high, %low : f32
  %step = arith.divf %range, %points : f32
  %count = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %none) -> (i64) {
    %first = arith.muli %i, %c16 : index
    %base = vector.broadcast %first : index to vector<16xindex>
    %lanes = vector.step : vector<16xindex>
    %position = arith.addi %base, %lanes : vector<16xindex>
    %int = arith.index_cast %position : vector<16xindex> to vector<16xi32>
    %real = arith.sitofp %int : vector<16xi32> to vector<16xf32>
    %steps = vector.broadcast %step : f32 to vector<16xf32>
    %lows = vector.broadcast %low : f32 to vector<16xf32>
    %scaled = arith.mulf %real, %steps : vector<16xf32>
    %x = arith.addf %scaled, %lows : vector<16xf32>
    %y = func.call @vector_log(%x) : (vector<16xf32>) -> vector<16xf32>
    %more = scf.for %j = %c0 to %c16 step %c1 iter_args(%s = %sum) -> (i64) {
      %a = vector.extract %x[%j] : f32 from vector<16xf32>
      %b = vector.extract %y[%j] : f32 from vector<16xf32>
      %off = func.call @vector_log_is_off(%a, %b) : (f32, f32) -> i1
      %one = arith.extui %off : i1 to i64
      %t = arith.addi %s, %one : i64
      scf.yield %t : i64
    }
    scf.yield %more : i64
  }
  vector.print str "log "
  vector.print %count : i64
  return
}

func.func @vector_log1p(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.log1p %x : vector<16xf32>
  return %y : vector<16xf32>
}
func.func @vector_log1p_is_off(%x: f32, %y: f32) -> i1 {
  %tolerance = arith.constant 4.0e-7 : f64
  %wide = arith.extf %x : f32 to f64
  %got = arith.extf %y : f32 to f64
  %want = math.log1p %wide : f64
  %difference = arith.subf %got, %want : f64
  %error = math.absf %difference : f64
  %size = math.absf %want : f64
  %bound = arith.mulf %size, %tolerance : f64
  // The comparison is not "greater", so that NaN counts as off.
  %off = arith.cmpf ugt, %error, %bound : f64
  return %off : i1
}
func.func @vector_log1p_count() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %n = arith.constant 1024 : index
  %none = arith.constant 0 : i64
  %low = arith.constant -0.99 : f32
  %high = arith.constant 20.0 : f32
  %points = arith.constant 16384.0 : f32
  %range = arith.subf %high, %low : f32
  %step = arith.divf %range, %points : f32
  %count = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %none) -> (i64) {
    %first = arith.muli %i, %c16 : index
    %base = vector.broadcast %first : index to vector<16xindex>
    %lanes = vector.step : vector<16xindex>
    %position = arith.addi %base, %lanes : vector<16xindex>
    %int = arith.index_cast %position : vector<16xindex> to vector<16xi32>
    %real = arith.sitofp %int : vector<16xi32> to vector<16xf32>
    %steps = vector.broadcast %step : f32 to vector<16xf32>
    %lows = vector.broadcast %low : f32 to vector<16xf32>
    %scaled = arith.mulf %real, %steps : vector<16xf32>
    %x = arith.addf %scaled, %lows : vector<16xf32>
    %y = func.call @vector_log1p(%x) : (vector<16xf32>) -> vector<16xf32>
    %more = scf.for %j = %c0 to %c16 step %c1 iter_args(%s = %sum) -> (i64) {
      %a = vector.extract %x[%j] : f32 from vector<16xf32>
      %b = vector.extract %y[%j] : f32 from vector<16xf32>
      %off = func.call @vector_log1p_is_off(%a, %b) : (f32, f32) -> i1
      %one = arith.extui %off : i1 to i64
      %t = arith.addi %s, %one : i64
      scf.yield %t : i64
    }
    scf.yield %more : i64
  }
  vector.print str "log1p "
  vector.print %count : i64
  return
}

func.func @vector_tanh(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.tanh %x : vector<16xf32>
  return %y : vector<16xf32>
}
func.func @vector_tanh_is_off(%x: f32, %y: f32) -> i1 {
  %tolerance = arith.constant 1.0e-6 : f64
  %wide = arith.extf %x : f32 to f64
  %got = arith.extf %y : f32 to f64
  %want = math.tanh %wide : f64
  %difference = arith.subf %got, %want : f64
  %error = math.absf %difference : f64
  %size = math.absf %want : f64
  %bound = arith.mulf %size, %tolerance : f64
  // The comparison is not "greater", so that NaN counts as off.
  %off = arith.cmpf ugt, %error, %bound : f64
  return %off : i1
}
func.func @vector_tanh_count() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %n = arith.constant 1024 : index
  %none = arith.constant 0 : i64
  %low = arith.constant -12.0 : f32
  %high = arith.constant 12.0 : f32
  %points = arith.constant 16384.0 : f32
  %range = arith.subf %high, %low : f32
  %step = arith.divf %range, %points : f32
  %count = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %none) -> (i64) {
    %first = arith.muli %i, %c16 : index
    %base = vector.broadcast %first : index to vector<16xindex>
    %lanes = vector.step : vector<16xindex>
    %position = arith.addi %base, %lanes : vector<16xindex>
    %int = arith.index_cast %position : vector<16xindex> to vector<16xi32>
    %real = arith.sitofp %int : vector<16xi32> to vector<16xf32>
    %steps = vector.broadcast %step : f32 to vector<16xf32>
    %lows = vector.broadcast %low : f32 to vector<16xf32>
    %scaled = arith.mulf %real, %steps : vector<16xf32>
    %x = arith.addf %scaled, %lows : vector<16xf32>
    %y = func.call @vector_tanh(%x) : (vector<16xf32>) -> vector<16xf32>
    %more = scf.for %j = %c0 to %c16 step %c1 iter_args(%s = %sum) -> (i64) {
      %a = vector.extract %x[%j] : f32 from vector<16xf32>
      %b = vector.extract %y[%j] : f32 from vector<16xf32>
      %off = func.call @vector_tanh_is_off(%a, %b) : (f32, f32) -> i1
      %one = arith.extui %off : i1 to i64
      %t = arith.addi %s, %one : i64
      scf.yield %t : i64
    }
    scf.yield %more : i64
  }
  vector.print str "tanh "
  vector.print %count : i64
  return
}

func.func @vector_erf(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.erf %x : vector<16xf32>
  return %y : vector<16xf32>
}
func.func @vector_erf_is_off(%x: f32, %y: f32) -> i1 {
  %tolerance = arith.constant 4.0e-6 : f64
  %wide = arith.extf %x : f32 to f64
  %got = arith.extf %y : f32 to f64
  %want = math.erf %wide : f64
  %difference = arith.subf %got, %want : f64
  %error = math.absf %difference : f64
  %size = math.absf %want : f64
  %bound = arith.mulf %size, %tolerance : f64
  // The comparison is not "greater", so that NaN counts as off.
  %off = arith.cmpf ugt, %error, %bound : f64
  return %off : i1
}
func.func @vector_erf_count() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %n = arith.constant 1024 : index
  %none = arith.constant 0 : i64
  %low = arith.constant -6.0 : f32
  %high = arith.constant 6.0 : f32
  %points = arith.constant 16384.0 : f32
  %range = arith.subf %high, %low : f32
  %step = arith.divf %range, %points : f32
  %count = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %none) -> (i64) {
    %first = arith.muli %i, %c16 : index
    %base = vector.broadcast %first : index to vector<16xindex>
    %lanes = vector.step : vector<16xindex>
    %position = arith.addi %base, %lanes : vector<16xindex>
    %int = arith.index_cast %position : vector<16xindex> to vector<16xi32>
    %real = arith.sitofp %int : vector<16xi32> to vector<16xf32>
    %steps = vector.broadcast %step : f32 to vector<16xf32>
    %lows = vector.broadcast %low : f32 to vector<16xf32>
    %scaled = arith.mulf %real, %steps : vector<16xf32>
    %x = arith.addf %scaled, %lows : vector<16xf32>
    %y = func.call @vector_erf(%x) : (vector<16xf32>) -> vector<16xf32>
    %more = scf.for %j = %c0 to %c16 step %c1 iter_args(%s = %sum) -> (i64) {
      %a = vector.extract %x[%j] : f32 from vector<16xf32>
      %b = vector.extract %y[%j] : f32 from vector<16xf32>
      %off = func.call @vector_erf_is_off(%a, %b) : (f32, f32) -> i1
      %one = arith.extui %off : i1 to i64
      %t = arith.addi %s, %one : i64
      scf.yield %t : i64
    }
    scf.yield %more : i64
  }
  vector.print str "erf "
  vector.print %count : i64
  return
}

func.func @main() {
  // CHECK: exp 0
  func.call @vector_exp_count() : () -> ()
  // CHECK: log 0
  func.call @vector_log_count() : () -> ()
  // CHECK: log1p 0
  func.call @vector_log1p_count() : () -> ()
  // CHECK: tanh 0
  func.call @vector_tanh_count() : () -> ()
  // CHECK: erf 0
  func.call @vector_erf_count() : () -> ()
  // 0, 1, inf, nan, -inf, -200, 1e-30, -1, 200
  %x = arith.constant dense<[0.0, 1.0, 0x7F800000, 0x7FC00000, 0xFF800000, -200.0, 1.0e-30, -1.0, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]> : vector<16xf32>
  // CHECK: ( 1, 2.71828, inf, nan, 0, 0, 1, 0.367879, inf,
  %exp = func.call @vector_exp(%x) : (vector<16xf32>) -> vector<16xf32>
  vector.print %exp : vector<16xf32>
  // CHECK: ( -inf, {{-?0}}, inf, {{-?}}nan, {{-?}}nan, {{-?}}nan, -69.077{{[0-9]*}}, {{-?}}nan, 5.29832,
  %log = func.call @vector_log(%x) : (vector<16xf32>) -> vector<16xf32>
  vector.print %log : vector<16xf32>
  // (log 201 is 5.303305 to within 1e-7, which is less than an ulp.)
  // CHECK: ( 0, 0.693147, inf, nan, {{-?}}nan, {{-?}}nan, 1e-30, -inf, 5.3033{{1?}},
  %log1p = func.call @vector_log1p(%x) : (vector<16xf32>) -> vector<16xf32>
  vector.print %log1p : vector<16xf32>
  // CHECK: ( 0, 0.761594, 1, nan, -1, -1, 1e-30, -0.761594, 1,
  %tanh = func.call @vector_tanh(%x) : (vector<16xf32>) -> vector<16xf32>
  vector.print %tanh : vector<16xf32>
  // CHECK: ( 0, 0.842701, 1, nan, -1, -1, {{1.1[0-9]*e-30}}, -0.842701, 1,
  %erf = func.call @vector_erf(%x) : (vector<16xf32>) -> vector<16xf32>
  vector.print %erf : vector<16xf32>
  return
}
