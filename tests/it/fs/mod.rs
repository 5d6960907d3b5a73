//! Files: opening, and the types that calls on files share.

mod open;
