//! Copies that fail before the first byte is read, and methods that the kernel rejects.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::os::unix::net::UnixDatagram;

use butter::copy::{Copier, Method, copy};
use butter::error::Call;
use butter::fd::OwnedFd;
use butter::{Errno, Error, io, pipe};

use super::endpoints::{tcp, unix};
use super::{ALL_METHODS, EMULATED, fd};
use common::files::{self, NamedFile};
use common::inject::inject;
use common::pattern::{check, pattern_file, write_pattern};
use common::test::in_row;

#[test]
fn copy_between_overlapping_ranges_of_one_file_fails_with_einval() {
    const LETTERS: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let cases = [
        // Each case contains the file offsets of the source and the target, the limit, and whether
        // the ranges overlap.
        (0, 2, 20, true),
        (2, 0, 20, true),
        (5, 5, 1, true),
        (0, 25, u64::MAX, true),
        // In the next three cases, the copy would read bytes that the same copy has written.
        (0, 26, u64::MAX, true),
        (0, 26, 27, true),
        (10, 30, 21, true),
        (0, 13, 13, false),
        (13, 0, u64::MAX, false),
        (0, 26, 26, false),
        (10, 30, 20, false),
        (26, 0, 20, false),
    ];
    for method in ALL_METHODS {
        for (from_position, to_position, limit, overlap) in cases {
            let what = format!("{method:?} from {from_position} to {to_position}, limit {limit}");
            let named = NamedFile::new();
            named.write_all_at(LETTERS, 0).unwrap();
            let mut from = File::open(named.path()).unwrap();
            let mut to = OpenOptions::new().write(true).open(named.path()).unwrap();
            from.seek(SeekFrom::Start(from_position)).unwrap();
            to.seek(SeekFrom::Start(to_position)).unwrap();
            // With a chunk size of 1, the ranges of a single step overlap only if the offsets are
            // equal, so the copy must compare the ranges of all steps.
            let (source, target) = (fd(&from), fd(&to));
            let copier = Copier::new(&source, &target).method(method).limit(limit).chunk_size(1);
            let copied = copier.run();
            let contents = std::fs::read(named.path()).unwrap();
            if overlap {
                let error = copied.unwrap_err();
                assert_eq!(
                    (error.error().call(), error.error().errno()),
                    (Call::COPY_FILE_RANGE_OVERLAP, Errno::INVAL),
                    "{what}"
                );
                assert_eq!((error.copied(), error.lost()), (0, 0), "{what}");
                assert_eq!(contents, LETTERS, "{what}");
                assert_eq!(from.stream_position().unwrap(), from_position, "{what}");
                assert_eq!(to.stream_position().unwrap(), to_position, "{what}");
            } else if method != Method::CopyFileRange || copied.is_ok() {
                let count = copied.unwrap() as usize;
                let (start, end) = (from_position as usize, from_position as usize + count);
                let expected = if end <= 26 {
                    LETTERS[start..end].to_vec()
                } else {
                    let mut bytes = LETTERS[start..].to_vec();
                    bytes.resize(count, 0);
                    bytes
                };
                assert_eq!(contents[to_position as usize..][..count], expected, "{what}");
            }
        }
    }
}

#[test]
fn copy_of_file_to_itself_fails_with_einval_if_target_is_open_with_o_append() {
    for method in ALL_METHODS {
        let mut named = NamedFile::new();
        named.write_all(b"contents").unwrap();
        let from = File::open(named.path()).unwrap();
        let to = OpenOptions::new().append(true).open(named.path()).unwrap();
        let error = Copier::new(&fd(&from), &fd(&to)).method(method).run().unwrap_err();
        let expected = Error::new(Call::COPY_FILE_RANGE_OVERLAP, Errno::INVAL);
        assert_eq!(error.error(), expected, "{method:?}");
        assert_eq!(named.metadata().unwrap().len(), 8, "{method:?}");
    }
}

#[test]
fn copy_of_pipe_to_itself_fails_with_einval() {
    for method in ALL_METHODS {
        let (reader, writer) = pipe::pipe().unwrap();
        io::write(&writer, b"bytes").unwrap();
        let error = Copier::new(&reader, &writer).method(method).run().unwrap_err();
        assert_eq!(error.error(), Error::new(Call::SPLICE_SAME_PIPE, Errno::INVAL), "{method:?}");
        assert_eq!((error.copied(), error.lost()), (0, 0), "{method:?}");
        assert_eq!(io::bytes_available(&reader), Ok(5), "{method:?}");
    }
}

/// Returns descriptors to which no bytes can be written, and the error of a copy to each of them.
fn unsuitable_targets() -> Vec<(&'static str, OwnedFd, Error)> {
    let open = |flags| {
        let named = NamedFile::new();
        OpenOptions::new().read(true).custom_flags(flags).open(named.path()).unwrap()
    };
    let path_only = open(libc::O_PATH);
    let not_open_for_writing = Error::new(Call::WRITE, Errno::BADF);
    let unsupported = Error::new(Call::WRITE_UNSUPPORTED, Errno::INVAL);
    vec![
        ("read-only file", common::fd(open(0)), not_open_for_writing),
        ("path-only descriptor", common::fd(path_only), not_open_for_writing),
        ("directory", common::fd(File::open("/").unwrap()), not_open_for_writing),
        ("read-only device", common::fd(File::open("/dev/null").unwrap()), not_open_for_writing),
        ("read end of a pipe", pipe::pipe().unwrap().0, not_open_for_writing),
        ("epoll", butter::epoll::Epoll::new().unwrap().into(), unsupported),
    ]
}

#[test]
fn copy_reads_nothing_if_target_cannot_be_written_to() {
    for method in ALL_METHODS {
        for make in [|| pipe::pipe().unwrap(), unix, tcp] {
            for (name, target, expected) in unsuitable_targets() {
                in_row(format_args!("{method:?} to {name}"), || {
                    let (source, writer) = make();
                    io::write(&writer, b"bytes").unwrap();
                    let error = Copier::new(&source, &target).method(method).run().unwrap_err();
                    assert_eq!(error.error(), expected);
                    assert_eq!((error.copied(), error.lost()), (0, 0), "{error}");
                    drop(writer);
                    let mut received = [0; 9];
                    assert_eq!(io::read(&source, &mut received), Ok(5), "{error}");
                });
            }
        }
    }
}

#[test]
fn copier_method_splice_reads_nothing_if_target_does_not_support_splice() {
    for make in [|| pipe::pipe().unwrap(), unix, tcp] {
        let named = NamedFile::new();
        let appending = OpenOptions::new().append(true).open(named.path()).unwrap();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        for target in [appending, full] {
            let (source, writer) = make();
            io::write(&writer, b"bytes").unwrap();
            let target = common::fd(target);
            let error = Copier::new(&source, &target).method(Method::Splice).run().unwrap_err();
            assert_eq!((error.error().errno(), error.lost()), (Errno::INVAL, 0), "{error}");
            assert_eq!(io::read(&source, &mut [0; 9]), Ok(5));
        }
    }
}

#[test]
fn copy_reads_nothing_from_pipe_if_read_end_of_target_is_closed() {
    for method in [Method::Auto, Method::Splice] {
        let ((source, writer), (reader, target)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
        io::write(&writer, b"bytes").unwrap();
        drop(reader);
        let error = Copier::new(&source, &target).method(method).run().unwrap_err();
        assert_eq!((error.error().call(), error.error().errno()), (Call::SPLICE, Errno::PIPE));
        assert_eq!((error.lost(), io::bytes_available(&source)), (0, Ok(5)), "{method:?}");
    }
}

#[test]
fn copy_from_directory_fails_with_eisdir() {
    for method in ALL_METHODS {
        let directory = common::fd(File::open("/").unwrap());
        let target = fd(&files::anonymous());
        let error = Copier::new(&directory, &target).method(method).run().unwrap_err();
        assert_eq!((error.error().call(), error.error().errno()), (Call::READ, Errno::ISDIR));
    }
}

/// Returns all errnos except `EINTR`, after which the library repeats the call. In an emulated
/// virtual machine, returns only every seventh errno.
fn errnos() -> impl Iterator<Item = Errno> {
    (1..=133)
        .step_by(if EMULATED { 7 } else { 1 })
        .filter_map(Errno::from_raw)
        .filter(|errno| *errno != Errno::INTR)
}

const COUNT: u64 = 30_000;

/// The system calls other than `read` and `write` that a copy between files makes.
const FILE_CALLS: &[libc::c_long] = &[
    libc::SYS_copy_file_range,
    libc::SYS_sendfile,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_fallocate,
    libc::SYS_ftruncate,
];

#[test]
fn copy_between_files_falls_back_to_next_method_on_every_errno() {
    let mut from = pattern_file(COUNT);
    from.set_len(2 * COUNT).unwrap();
    let mut to = files::anonymous();
    let (source, target) = (fd(&from), fd(&to));
    let contents = |file: &File| {
        let mut bytes = vec![1; 2 * COUNT as usize];
        file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    };
    let expected = contents(&from);
    for errno in errnos() {
        for &number in FILE_CALLS {
            // The target contains data at the offsets of the hole in the source, and ends within
            // the hole.
            to.set_len(0).unwrap();
            to.write_all_at(&[b'x'; COUNT as usize], COUNT / 2).unwrap();
            from.rewind().unwrap();
            to.rewind().unwrap();
            let copy = || copy(&source, &target);
            let copied = match number {
                // `sendfile` is called only after `copy_file_range` has failed.
                libc::SYS_sendfile => {
                    inject(libc::SYS_copy_file_range, errno, || inject(number, errno, copy))
                }
                _ => inject(number, errno, copy),
            };
            assert_eq!(copied, Ok(2 * COUNT), "{number}: {errno}");
            assert!(
                contents(&to) == expected,
                "{number}: {errno}: the target differs from the source"
            );
        }
    }
}

#[test]
fn copy_between_streams_falls_back_to_next_method_on_every_errno() {
    type Make = fn() -> (OwnedFd, OwnedFd);
    const PIPE: Make = || pipe::pipe().unwrap();
    let file: Make = || {
        let named = NamedFile::new();
        let open =
            || common::fd(File::options().write(true).read(true).open(named.path()).unwrap());
        (open(), open())
    };
    let pairs = [PIPE, unix, tcp]
        .into_iter()
        .flat_map(|from| [PIPE, unix, tcp, file].map(|to| (from, to)))
        .collect::<Vec<_>>();
    let numbers =
        [libc::SYS_splice, libc::SYS_pipe2, libc::SYS_fcntl, libc::SYS_fstat, libc::SYS_getsockopt];
    for errno in errnos() {
        for number in numbers {
            // `std` aborts if `fcntl` fails with `EBADF` when a descriptor is dropped.
            if (number, errno) == (libc::SYS_fcntl, Errno::BADF) {
                continue;
            }
            // A blocking socket returns `EAGAIN` if its timeout has expired, so the copy fails.
            let pairs =
                if errno == Errno::AGAIN { &[(PIPE, PIPE), (PIPE, file)][..] } else { &pairs };
            let ends: Vec<_> = pairs
                .iter()
                .map(|(from, to)| {
                    let (source, writer) = from();
                    write_pattern(common::file(writer), 0, COUNT).unwrap();
                    (source, to())
                })
                .collect();
            let copied = inject(number, errno, || {
                ends.iter().map(|(source, (_, target))| copy(source, target)).collect::<Vec<_>>()
            });
            for ((_, (reader, target)), copied) in ends.into_iter().zip(copied) {
                assert_eq!(copied, Ok(COUNT), "{number}: {errno}");
                drop(target);
                assert_eq!(check(common::file(reader), 0, usize::MAX), COUNT, "{number}: {errno}");
            }
        }
    }
}

#[test]
fn copy_of_empty_stream_returns_0_if_splice_fails() {
    let target = fd(&files::anonymous());
    for errno in errnos().filter(|errno| *errno != Errno::AGAIN) {
        let sources = [|| pipe::pipe().unwrap(), unix, tcp].map(|make| make().0);
        let copied = inject(libc::SYS_splice, errno, || {
            sources.each_ref().map(|source| copy(source, &target))
        });
        assert_eq!(copied, [Ok(0); 3], "{errno}");
    }
}

#[test]
fn copy_of_messages_falls_back_to_next_method_on_every_errno() {
    let device = common::fd(OpenOptions::new().write(true).open("/dev/null").unwrap());
    for errno in errnos() {
        for number in [libc::SYS_recvfrom, libc::SYS_writev] {
            let (source, sender) = UnixDatagram::pair().unwrap();
            for message in [&b"message"[..], b"long message", b""] {
                sender.send(message).unwrap();
            }
            let source = common::fd(source);
            let mut copier = Copier::new(&source, &device).chunk_size(10);
            let steps = inject(number, errno, || [copier.step(), copier.step(), copier.step()]);
            let [Ok(7), Err(error), Ok(0)] = steps else { panic!("{number}: {errno}: {steps:?}") };
            let actual = (error.error().call(), error.error().errno(), error.copied());
            assert_eq!(actual, (Call::RECVFROM_TRUNC, Errno::MSGSIZE, 17), "{number}: {errno}");
            assert!((1..=2).contains(&error.lost()), "{number}: {errno}: {error}");
        }
    }
}
