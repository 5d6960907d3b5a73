//! Every function that makes an `ioctl`, on the files of a FUSE server: the kernel forwards the third
//! argument to the server, and the memory whose size the number of the request declares.

use butter::Errno;
use butter::fd::AsFd;
use butter::inotify::{self, Watch};
use common::fuse::Ioctl;

use super::with_fuse;

/// An address below 2 GiB, which fits the number of a watch.
const ADDRESS: i32 = 0x3FFF_0000;

/// The reason why the function is unsafe.
#[test]
fn ioctl_setnextwd_passes_the_number_as_an_address() {
    with_fuse(|fuse| {
        let (size, access) = (4096, libc::PROT_READ | libc::PROT_WRITE);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        let address = std::ptr::without_provenance_mut(ADDRESS as usize);
        // SAFETY: new memory, at an address where there is none.
        let memory = unsafe { libc::mmap(address, size, access, flags, -1, 0) };
        assert_eq!(memory, address, "mmap: {}", std::io::Error::last_os_error());
        // SAFETY: new memory, which nothing else uses.
        unsafe { memory.cast::<[u8; 4]>().write(*b"mine") };
        let file = fuse.file();
        // SAFETY: the descriptor is not an inotify instance, and the kernel reads 4 bytes at the
        // address, which are mapped.
        let result =
            unsafe { inotify::raw::ioctl_setnextwd(file.as_fd(), Watch::from_raw(ADDRESS)) };
        assert_eq!(result.unwrap_err().errno(), Errno::NOTTY);
        let argument = ADDRESS as u64;
        let sent = Ioctl { request: 0x4004_4900, argument, input: b"mine".into(), output_size: 0 };
        assert_eq!(fuse.server.take_ioctls(), [sent]);
    });
}
