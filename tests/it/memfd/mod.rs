//! Tests of `memfd`: reading and writing, seals, and mappings.

mod mapping;

use butter::error::ErrorKind;
use butter::fd::{AsRawFd, OwnedFd};
use butter::memfd::{CreateFlags, MemFd, Seals};
use butter::{Errno, Result, io};
use common::require;
use common::test::supported;

/// The seals that `map_sealed` requires: with these seals, no process can change or truncate the
/// bytes.
const FIXED: Seals = Seals::SHRINK.union(Seals::GROW).union(Seals::WRITE);

fn memfd_of(bytes: &[u8]) -> MemFd {
    let memfd = MemFd::sealable("test").unwrap();
    assert_eq!(memfd.write_at(bytes, 0), Ok(bytes.len()));
    memfd
}

fn errno<T>(result: Result<T>) -> Errno {
    result.err().expect("the call should have failed").errno()
}

#[test]
fn read_at_returns_the_bytes_written_by_write_at() {
    let memfd = MemFd::new("file").unwrap();
    assert_eq!(memfd.len(), Ok(0));
    assert_eq!(memfd.read_at(&mut [0], 0), Ok(0), "the end");
    memfd.set_len(10).unwrap();
    assert_eq!(memfd.write_at(b"hello, world", 4), Ok(12));
    assert_eq!(memfd.len(), Ok(16), "a write beyond the end should extend the file");
    let mut buffer = [1; 20];
    assert_eq!(memfd.read_at(&mut buffer, 2), Ok(14));
    assert_eq!(&buffer[..14], b"\0\0hello, world");
    assert_eq!(memfd.read_at(&mut buffer, 100), Ok(0));

    // `read_at` and `write_at` do not change the file offset.
    assert_eq!(io::read(&memfd, &mut buffer[..6]), Ok(6));
    assert_eq!(&buffer[..6], b"\0\0\0\0he");
    assert_eq!(io::write(&memfd, b"LLO"), Ok(3));
    assert_eq!(memfd.read_at(&mut buffer, 4), Ok(12));
    assert_eq!(&buffer[..12], b"heLLO, world");
    memfd.set_len(9).unwrap();
    memfd.set_len(12).unwrap();
    assert_eq!(memfd.read_at(&mut buffer, 4), Ok(8));
    assert_eq!(
        &buffer[..8],
        b"heLLO\0\0\0",
        "truncated bytes should read as zeroes after the file grows again"
    );
}

#[test]
fn memfd_name_appears_in_proc_and_can_have_up_to_249_bytes() {
    let link =
        |memfd: &MemFd| std::fs::read_link(format!("/proc/self/fd/{}", memfd.as_raw_fd())).unwrap();
    let memfd = MemFd::new(b"any /thing").unwrap();
    assert_eq!(link(&memfd).to_str().unwrap(), "/memfd:any /thing (deleted)");
    let longest = "n".repeat(249);
    assert_eq!(
        link(&MemFd::sealable(longest.as_str()).unwrap()).to_str().unwrap(),
        format!("/memfd:{longest} (deleted)")
    );
    assert_eq!(link(&MemFd::new(c"").unwrap()).to_str().unwrap(), "/memfd: (deleted)");
}

#[test]
fn add_seals_makes_each_sealed_operation_fail_with_eperm() {
    let memfd = memfd_of(b"0123456789");
    assert_eq!(memfd.seals(), Ok(Seals::empty()));
    memfd.add_seals(Seals::GROW).unwrap();
    assert_eq!(
        (errno(memfd.set_len(11)), errno(memfd.write_at(b"!", 10))),
        (Errno::PERM, Errno::PERM)
    );
    assert_eq!(
        (errno(memfd.write_at(b"!!", 9)), memfd.len()),
        (Errno::PERM, Ok(10)),
        "a write that would grow the file should fail and write no bytes"
    );
    memfd.set_len(9).unwrap();
    memfd.add_seals(Seals::SHRINK).unwrap();
    assert_eq!(errno(memfd.set_len(8)), Errno::PERM);
    memfd.write_at(b"x", 0).unwrap();
    memfd.add_seals(Seals::WRITE).unwrap();
    assert_eq!(errno(memfd.write_at(b"y", 0)), Errno::PERM);
    assert_eq!(memfd.seals(), Ok(FIXED));
    memfd.add_seals(Seals::SEAL).unwrap();
    assert_eq!(errno(memfd.add_seals(Seals::FUTURE_WRITE)), Errno::PERM);
    assert_eq!(memfd.seals(), Ok(FIXED | Seals::SEAL));
    memfd.set_len(9).unwrap();
    let mut bytes = [0; 10];
    assert_eq!((memfd.read_at(&mut bytes, 0), &bytes), (Ok(9), b"x12345678\0"));

    assert_eq!(MemFd::new("unsealable").unwrap().seals(), Ok(Seals::SEAL));
    assert_eq!(FIXED.to_string(), "SHRINK | GROW | WRITE");
}

#[test]
fn add_seals_exec_prevents_changes_of_the_execute_permission() {
    let mode = |memfd: &MemFd| {
        let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
        let mode = std::fs::metadata(path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o111
    };
    // SAFETY: touches no memory.
    let make_executable = |memfd: &MemFd| unsafe { libc::fchmod(memfd.as_raw_fd(), 0o777) };
    let data = supported(MemFd::with_flags("data", CreateFlags::NOEXEC_SEAL));
    if let Err(error) = &data {
        assert!(!common::kernel_is_at_least("6.3"), "{error}");
        let seal = MemFd::sealable("").unwrap().add_seals(Seals::EXEC).unwrap_err();
        assert_eq!(seal.kind(), ErrorKind::Unsupported, "{seal}");
    }
    let data = require!(data);
    assert_eq!((data.seals(), mode(&data), make_executable(&data)), (Ok(Seals::EXEC), 0, -1));
    assert!(data.map_sealed().unwrap().is_none());
    data.write_at(b"data", 0).unwrap();
    data.add_seals(FIXED).unwrap();
    assert_eq!(&*data.map_sealed().unwrap().unwrap(), b"data");

    let program =
        MemFd::with_flags("program", CreateFlags::EXEC | CreateFlags::ALLOW_SEALING).unwrap();
    assert_eq!((program.seals(), mode(&program)), (Ok(Seals::empty()), 0o111));
    program.write_at(b"program", 0).unwrap();
    program.add_seals(Seals::EXEC).unwrap();
    // When `F_SEAL_EXEC` is added to an executable file, the kernel also adds the seals against
    // shrinking, growing and writing.
    assert_eq!(program.seals(), Ok(FIXED | Seals::FUTURE_WRITE | Seals::EXEC));
    assert!(
        program.map_sealed().unwrap().is_none(),
        "map_sealed should return None, as some kernels add seals despite writable mappings"
    );
    let mut bytes = [0; 7];
    assert_eq!((program.read_at(&mut bytes, 0), &bytes), (Ok(7), b"program"));
}

#[test]
fn memfd_keeps_seals_and_content_when_converted_from_and_to_owned_fd() {
    let memfd = memfd_of(b"converted");
    memfd.add_seals(FIXED | Seals::SEAL).unwrap();
    let fd: OwnedFd = memfd.into();
    let memfd = MemFd::from(fd);
    assert_eq!(memfd.seals(), Ok(FIXED | Seals::SEAL));
    assert_eq!(&*memfd.map_sealed().unwrap().unwrap(), b"converted");
}

#[cfg(feature = "std")]
#[test]
fn memfd_read_write_and_seek_traits_use_the_shared_file_offset() {
    use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};

    let mut memfd = MemFd::new("file").unwrap();
    write!(&memfd, "hello, ").unwrap();
    memfd.write_all(b"world").unwrap();
    memfd.flush().unwrap();
    assert_eq!(memfd.stream_position().unwrap(), 12);
    assert_eq!((&memfd).seek(SeekFrom::End(-5)).unwrap(), 7);
    let mut text = String::new();
    memfd.read_to_string(&mut text).unwrap();
    assert_eq!(text, "world");
    memfd.seek(SeekFrom::Start(1)).unwrap();
    assert_eq!(memfd.seek(SeekFrom::Current(2)).unwrap(), 3);
    let mut bytes = [0; 2];
    (&memfd).read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"lo");
    assert_eq!(memfd.seek(SeekFrom::Start(1 << 40)).unwrap(), 1 << 40);
    assert_eq!(memfd.read(&mut bytes).unwrap(), 0);
    for wrong in [SeekFrom::Start(u64::MAX), SeekFrom::End(-13)] {
        assert_eq!(memfd.seek(wrong).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
