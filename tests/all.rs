//! The one integration test binary; each module is a kind of promise.

mod bad_specs;
