//! A program with `std` that fails to watch a path, and prints the errno or, with `--cfg print`,
//! the error.

use butter::inotify::{Inotify, WatchFlags};

fn main() {
    let watch =
        Inotify::new().and_then(|inotify| inotify.add_watch(c"/nowhere", WatchFlags::CREATE));
    match watch {
        Ok(_) => {}
        #[cfg(print)]
        Err(error) => println!("{error}"),
        #[cfg(not(print))]
        Err(error) => println!("{}", error.errno().as_raw()),
    }
}
