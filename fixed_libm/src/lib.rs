//! The C library's elementary functions, from the `libm` crate: the linker takes them before the machine's.
//!
//! glibc picks other code for other processors, and another C library has other last bits; what `f64::ln` and kin call, in whatever crate,
//! is here instead, and gives the same bits on every machine. Nothing is called by name: linking the crate is its use.

macro_rules! symbols {
    ($($name:ident($($argument:ident),+) -> $kind:ty = $from:ident;)+) => {
        $(
            /// The C function of this name.
            #[unsafe(no_mangle)]
            pub extern "C" fn $name($($argument: $kind),+) -> $kind {
                libm::$from($($argument),+)
            }
        )+
    };
}

symbols! {
    acos(x) -> f64 = acos;
    acosf(x) -> f32 = acosf;
    acosh(x) -> f64 = acosh;
    acoshf(x) -> f32 = acoshf;
    asin(x) -> f64 = asin;
    asinf(x) -> f32 = asinf;
    asinh(x) -> f64 = asinh;
    asinhf(x) -> f32 = asinhf;
    atan(x) -> f64 = atan;
    atan2(x, y) -> f64 = atan2;
    atan2f(x, y) -> f32 = atan2f;
    atanf(x) -> f32 = atanf;
    atanh(x) -> f64 = atanh;
    atanhf(x) -> f32 = atanhf;
    cbrt(x) -> f64 = cbrt;
    cbrtf(x) -> f32 = cbrtf;
    cos(x) -> f64 = cos;
    cosf(x) -> f32 = cosf;
    cosh(x) -> f64 = cosh;
    coshf(x) -> f32 = coshf;
    erf(x) -> f64 = erf;
    erfc(x) -> f64 = erfc;
    erfcf(x) -> f32 = erfcf;
    erff(x) -> f32 = erff;
    exp(x) -> f64 = exp;
    exp10(x) -> f64 = exp10;
    exp10f(x) -> f32 = exp10f;
    exp2(x) -> f64 = exp2;
    exp2f(x) -> f32 = exp2f;
    expf(x) -> f32 = expf;
    expm1(x) -> f64 = expm1;
    expm1f(x) -> f32 = expm1f;
    fdim(x, y) -> f64 = fdim;
    fdimf(x, y) -> f32 = fdimf;
    hypot(x, y) -> f64 = hypot;
    hypotf(x, y) -> f32 = hypotf;
    lgamma(x) -> f64 = lgamma;
    lgammaf(x) -> f32 = lgammaf;
    log(x) -> f64 = log;
    log10(x) -> f64 = log10;
    log10f(x) -> f32 = log10f;
    log1p(x) -> f64 = log1p;
    log1pf(x) -> f32 = log1pf;
    log2(x) -> f64 = log2;
    log2f(x) -> f32 = log2f;
    logf(x) -> f32 = logf;
    pow(x, y) -> f64 = pow;
    powf(x, y) -> f32 = powf;
    sin(x) -> f64 = sin;
    sinf(x) -> f32 = sinf;
    sinh(x) -> f64 = sinh;
    sinhf(x) -> f32 = sinhf;
    tan(x) -> f64 = tan;
    tanf(x) -> f32 = tanf;
    tanh(x) -> f64 = tanh;
    tanhf(x) -> f32 = tanhf;
    tgamma(x) -> f64 = tgamma;
    tgammaf(x) -> f32 = tgammaf;
}
