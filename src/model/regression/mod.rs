//! Regressions that update: a month's step costs a month's rows where sums allow it, and a warm start where they do not.

mod anchor;
mod block;
mod descent;
mod elastic_net;
mod fitted;
mod huber;
mod identity;
mod interior;
mod kernel;
mod lasso;
mod least_squares;
mod linear;
mod logistic;
mod memory;
mod moments;
mod near_quantile;
mod order;
mod panel;
mod partial_least_squares;
mod prepare;
mod principal_component;
mod quantile;
mod ridge;
mod standard_error;
#[cfg(test)]
mod property;
#[cfg(test)]
mod testing;

pub(super) use elastic_net::ElasticNet;
pub(super) use huber::Huber;
pub(super) use lasso::Lasso;
pub(super) use linear::Linear;
pub(super) use logistic::{Logistic, probability, sigmoid};
pub(super) use partial_least_squares::PartialLeastSquares;
pub(super) use prepare::{Preparation, check_classes, count_rows, is_binary, nothing_left, quote, select};
pub(super) use principal_component::PrincipalComponent;
pub(super) use quantile::Quantile;
pub(super) use ridge::Ridge;
