//! Arguments of calls on pipes, and of calls that copy data between descriptors.

use std::fs::File;
use std::os::unix::net::{UnixDatagram, UnixStream};

use butter::copy::raw::*;
use butter::copy::{Copier, Method};
use butter::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};
use butter::io::{IoSlice, IoSliceMut};
use butter::pipe::raw::*;
use butter::pipe::{CreateFlags, SpliceFlags};

use super::recorder::*;
use super::{Row, each, iovecs, open};

pub const ROWS: &[Row] = &[
    Row("pipe::raw::pipe2", &[libc::SYS_pipe2], |it| {
        for flags in each::<CreateFlags>() {
            let ends = [open(700), open(800)].map(IntoRawFd::into_raw_fd);
            let written = output(ends.map(i32::to_ne_bytes).concat());
            let arguments = [("pipefd", written), ("flags", int(flags.bits()))];
            let result = it.call(libc::SYS_pipe2, arguments, 0, || pipe2(flags));
            let result = result.map(|(reader, writer)| [reader.as_raw_fd(), writer.as_raw_fd()]);
            it.output("descriptors", result, Ok(ends));
        }
    }),
    Row("pipe::raw::splice", &[libc::SYS_splice], |it| {
        let (from, to) = (open(500), open(600));
        for flags in each::<SpliceFlags>() {
            for (from_offset, to_offset) in offset_pairs() {
                let (mut from_left, mut to_left) = (from_offset, to_offset);
                let arguments = [
                    ("fd_in", fd(&from)),
                    ("off_in", offset(from_offset)),
                    ("fd_out", fd(&to)),
                    ("off_out", offset(to_offset)),
                    ("size", size(LENGTH)),
                    ("flags", int(flags.bits())),
                ];
                let result = it.call(libc::SYS_splice, arguments, COPIED, || {
                    let (from, to) = (from.as_fd(), to.as_fd());
                    splice(from, from_left.as_mut(), to, to_left.as_mut(), LENGTH, flags)
                });
                it.output("count", result, Ok(COPIED as usize));
                it.output("off_in", from_left, from_offset.map(moved));
                it.output("off_out", to_left, to_offset.map(moved));
            }
        }
    }),
    Row("pipe::raw::tee", &[libc::SYS_tee], |it| {
        let (from, to) = (open(500), open(600));
        for flags in each::<SpliceFlags>() {
            let arguments = [
                ("fd_in", fd(&from)),
                ("fd_out", fd(&to)),
                ("size", size(LENGTH)),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_tee, arguments, COPIED, || {
                tee(from.as_fd(), to.as_fd(), LENGTH, flags)
            });
            it.output("count", result, Ok(COPIED as usize));
        }
    }),
    Row("pipe::raw::vmsplice", &[libc::SYS_vmsplice], |it| {
        let pipe = open(500);
        let pieces: [&[u8]; 3] = [b"first", b"", b"the third"];
        let slices = pieces.map(IoSlice::new);
        for flags in each::<SpliceFlags>() {
            let arguments = [
                ("fd", fd(&pipe)),
                ("iov", iovecs(pieces)),
                ("nr_segs", size(3)),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_vmsplice, arguments, 9, || {
                // SAFETY: the recorder answers the call; nothing keeps the bytes.
                unsafe { vmsplice(pipe.as_fd(), &slices, flags) }
            });
            it.output("count", result, Ok(9));
        }
    }),
    Row("pipe::raw::vmsplice_read", &[libc::SYS_vmsplice], |it| {
        let (pipe, mut first, mut second) = (open(500), [0; 5], [0; 9]);
        let iovec = iovecs([&first[..], &second[..]]);
        let mut slices = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        for (flags, iovec) in each::<SpliceFlags>().zip(std::iter::repeat_with(|| iovec.clone())) {
            let arguments = [
                ("fd", fd(&pipe)),
                ("iov", iovec),
                ("nr_segs", size(2)),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_vmsplice, arguments, 7, || {
                // SAFETY: the recorder answers the call; nothing is written.
                unsafe { vmsplice_read(pipe.as_fd(), &mut slices, flags) }
            });
            it.output("count", result, Ok(7));
        }
    }),
    Row("pipe::raw::fcntl_getpipe_sz", &[libc::SYS_fcntl], |it| {
        let pipe = open(500);
        let arguments = [("fd", fd(&pipe)), ("op", int(libc::F_GETPIPE_SZ))];
        let result =
            it.call(libc::SYS_fcntl, arguments, 0x1234_5678, || fcntl_getpipe_sz(pipe.as_fd()));
        it.output("size", result, Ok(0x1234_5678));
    }),
    Row("pipe::raw::fcntl_setpipe_sz", &[libc::SYS_fcntl], |it| {
        let pipe = open(500);
        for bytes in [0, 0x1234_5678] {
            let arguments =
                [("fd", fd(&pipe)), ("op", int(libc::F_SETPIPE_SZ)), ("arg", int(bytes))];
            let result = it.call(libc::SYS_fcntl, arguments, 0x2345_6789, || {
                fcntl_setpipe_sz(pipe.as_fd(), bytes)
            });
            it.output("size", result, Ok(0x2345_6789));
        }
    }),
    Row("copy::raw::copy_file_range", &[libc::SYS_copy_file_range], |it| {
        let (from, to) = (open(500), open(600));
        for (from_offset, to_offset) in offset_pairs() {
            let (mut from_left, mut to_left) = (from_offset, to_offset);
            let arguments = [
                ("fd_in", fd(&from)),
                ("off_in", offset(from_offset)),
                ("fd_out", fd(&to)),
                ("off_out", offset(to_offset)),
                ("size", size(LENGTH)),
                ("flags", int(0)),
            ];
            let result = it.call(libc::SYS_copy_file_range, arguments, COPIED, || {
                let (from, to) = (from.as_fd(), to.as_fd());
                copy_file_range(from, from_left.as_mut(), to, to_left.as_mut(), LENGTH)
            });
            it.output("count", result, Ok(COPIED as usize));
            it.output("off_in", from_left, from_offset.map(moved));
            it.output("off_out", to_left, to_offset.map(moved));
        }
    }),
    Row("copy::raw::sendfile", &[libc::SYS_sendfile], |it| {
        let (from, to) = (open(500), open(600));
        for from_offset in [None, Some(0), Some(0x1234_5678_9ABC)] {
            let mut left = from_offset;
            let arguments = [
                ("out_fd", fd(&to)),
                ("in_fd", fd(&from)),
                ("offset", offset(from_offset)),
                ("count", size(LENGTH)),
            ];
            let result = it.call(libc::SYS_sendfile, arguments, COPIED, || {
                sendfile(to.as_fd(), from.as_fd(), left.as_mut(), LENGTH)
            });
            it.output("count", result, Ok(COPIED as usize));
            it.output("offset", left, from_offset.map(moved));
        }
    }),
    Row("copy::raw::getsockopt_is_stream", &[libc::SYS_getsockopt], |it| {
        let (source, peer) = UnixStream::pair().unwrap();
        // Without its peer, the socket is at end of file, so that the copy does not block.
        drop(peer);
        let (source, target) = (common::fd(source), writable());
        for (kind, method) in
            [(libc::SOCK_STREAM, Method::Splice), (libc::SOCK_SEQPACKET, Method::ReadWrite)]
        {
            let four = 4_u32.to_ne_bytes();
            let arguments = [
                ("sockfd", fd(&source)),
                ("level", int(libc::SOL_SOCKET)),
                ("optname", int(libc::SO_TYPE)),
                ("optval", output(kind.to_ne_bytes())),
                ("optlen", update(four, four)),
            ];
            let mut copier = Copier::new(&source, &target);
            let _ = it.call(libc::SYS_getsockopt, arguments, 0, || copier.step());
            it.output("type", copier.method_used(), method);
        }
    }),
    Row("copy::raw::recvfrom_trunc", &[libc::SYS_recvfrom], |it| {
        let (source, _peer) = UnixDatagram::pair().unwrap();
        let (source, target) = (common::fd(source), writable());
        for (length, copied, lost) in
            [(256, 256, 0), (300, 300, 0), (0x1234_5678, 300, 0x1234_554C)]
        {
            let arguments = [
                ("sockfd", fd(&source)),
                ("buf", output([b'!'; 256])),
                ("len", size(300)),
                ("flags", int(libc::MSG_TRUNC)),
                ("src_addr", NULL),
                ("addrlen", NULL),
            ];
            let mut copier = Copier::new(&source, &target).limit(300);
            let step = it.call(libc::SYS_recvfrom, arguments, length, || copier.step());
            let expected = (copied, lost);
            let actual =
                step.map_or_else(|error| (error.copied(), error.lost()), |count| (count as u64, 0));
            it.output("length", actual, expected);
        }
    }),
];

/// Opens `/dev/null`, to which any number of bytes can be written.
fn writable() -> OwnedFd {
    common::fd(File::options().write(true).open("/dev/null").unwrap())
}

/// A number of bytes that does not fit in 32 bits.
const LENGTH: usize = 0x2_3456_789A;
const COPIED: i64 = 0x1_2345_6789;

fn offset_pairs() -> [(Option<u64>, Option<u64>); 4] {
    let (from, to) = (0x1234_5678_9ABC, 0x2345_6789_ABCD);
    [(None, None), (Some(from), None), (None, Some(to)), (Some(from), Some(to))]
}

/// Returns the offset that the recorder writes to memory after a copy that started at `offset`.
fn moved(offset: u64) -> u64 {
    offset + COPIED.unsigned_abs()
}

fn offset(offset: Option<u64>) -> Argument {
    offset.map_or(NULL, |offset| update(offset.to_ne_bytes(), moved(offset).to_ne_bytes()))
}
