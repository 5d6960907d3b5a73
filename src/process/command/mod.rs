//! Spawning programs without `fork`.

mod builder;
mod child;
mod error;
#[cfg_attr(not(feature = "alloc"), path = "error_path_off.rs")]
mod error_path;
mod handle;
pub(crate) mod raw;
mod spawn;
mod stdio;
mod step;
mod strings;

pub use builder::Command;
pub use error::{Missing, SpawnError, SpawnStage};
pub use handle::Child;
pub use stdio::Stdio;
pub use step::Step;
