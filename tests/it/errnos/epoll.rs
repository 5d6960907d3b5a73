//! Errors of epoll.

use butter::Errno;
use butter::epoll::{self, CreateFlags, Epoll, Event, Interest, Token};
use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::AsFd;

use super::{Row, Table, failed, null, path_only_descriptor, regular_file, unless_unsupported};
use common::{child::as_nobody, inject::inject, signals::interrupted};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/epoll/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::EPOLL_CREATE1, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(epoll::raw::epoll_create1(CreateFlags::from_bits_retain(1)))
    }),
    Row(Call::EPOLL_CREATE1, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_epoll_create1, Errno::NFILE, || failed(Epoll::new()))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::EXIST, ErrorKind::AlreadyExists, || {
        let (epoll, counter) = epoll_with_counter();
        failed(epoll.add(&counter, Token(2), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::PERM, ErrorKind::InvalidArgument, || {
        failed(epoll().add(&regular_file(), Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let epoll = epoll();
        failed(epoll.add(&epoll, Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::LOOP, ErrorKind::InvalidArgument, || {
        let (one, other) = (epoll(), epoll());
        one.add(&other, Token(1), Interest::IN).unwrap();
        failed(other.add(&one, Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::NOSPC, ErrorKind::LimitReached, || {
        inject(libc::SYS_epoll_ctl, Errno::NOSPC, || {
            failed(epoll().add(&null(), Token(1), Interest::IN))
        })
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::NOENT, ErrorKind::NotFound, || {
        failed(epoll().modify(&EventFd::new(0).unwrap(), Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::PERM, ErrorKind::InvalidArgument, || {
        failed(epoll().modify(&regular_file(), Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (epoll, counter) = epoll_with_counter();
        failed(epoll.modify(&counter, Token(1), Interest::IN | Interest::EXCLUSIVE))
    }),
    Row(Call::EPOLL_CTL_DEL, Errno::NOENT, ErrorKind::NotFound, || {
        failed(epoll().delete(&EventFd::new(0).unwrap()))
    }),
    Row(Call::EPOLL_CTL_DEL, Errno::PERM, ErrorKind::InvalidArgument, || {
        failed(epoll().delete(&regular_file()))
    }),
    Row(Call::EPOLL_CTL_DEL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let epoll = epoll();
        failed(epoll.delete(&epoll))
    }),
    Row(Call::EPOLL_PWAIT, Errno::INTR, ErrorKind::Interrupted, || {
        let epoll = epoll();
        interrupted(|| {
            failed(epoll::raw::epoll_pwait(epoll.as_fd(), &mut [Event::default()], -1, None))
        })
    }),
    Row(Call::EPOLL_PWAIT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(epoll::raw::epoll_pwait(epoll().as_fd(), &mut [], 0, None))
    }),
    Row(Call::EPOLL_PWAIT2, Errno::INTR, ErrorKind::Interrupted, || {
        let epoll = epoll();
        unless_unsupported(interrupted(|| {
            epoll::raw::epoll_pwait2(epoll.as_fd(), &mut [Event::default()], None, None)
        }))
    }),
    Row(Call::EPOLL_PWAIT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        unless_unsupported(epoll::raw::epoll_pwait2(epoll().as_fd(), &mut [], None, None))
    }),
    Row(Call::EPOLL_PWAIT2, Errno::NOSYS, ErrorKind::Unsupported, || {
        inject(libc::SYS_epoll_pwait2, Errno::NOSYS, || {
            failed(epoll::raw::epoll_pwait2(epoll().as_fd(), &mut [Event::default()], None, None))
        })
    }),
    Row(Call::IOCTL_EPOLL_GET_PARAMS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(epoll::raw::ioctl_epiocgparams(null().as_fd()))
    }),
    Row(Call::IOCTL_EPOLL_GET_PARAMS, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        inject(libc::SYS_ioctl, Errno::OPNOTSUPP, || failed(epoll().busy_poll()))
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        inject(libc::SYS_ioctl, Errno::OPNOTSUPP, || {
            failed(epoll().set_busy_poll(&epoll::BusyPoll::default()))
        })
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(epoll::raw::ioctl_epiocsparams(null().as_fd(), &epoll::BusyPoll::default()))
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let mut params = epoll::BusyPoll::default();
            params.budget = 65;
            unless_unsupported(epoll().set_busy_poll(&params))
        })
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut params = epoll::BusyPoll::default();
        params.microseconds = u32::MAX;
        unless_unsupported(epoll().set_busy_poll(&params))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(epoll().add(&path_only_descriptor(), Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(epoll().modify(&path_only_descriptor(), Token(1), Interest::IN))
    }),
    Row(Call::EPOLL_CTL_DEL, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(epoll().delete(&path_only_descriptor()))
    }),
    Row(Call::EPOLL_PWAIT, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(epoll::raw::epoll_pwait(
            path_only_descriptor().as_fd(),
            &mut [Event::default()],
            0,
            None,
        ))
    }),
    Row(Call::EPOLL_PWAIT2, Errno::BADF, ErrorKind::BadDescriptor, || {
        let descriptor = path_only_descriptor();
        unless_unsupported(epoll::raw::epoll_pwait2(
            descriptor.as_fd(),
            &mut [Event::default()],
            None,
            None,
        ))
    }),
    Row(Call::IOCTL_EPOLL_GET_PARAMS, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(epoll::raw::ioctl_epiocgparams(path_only_descriptor().as_fd()))
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(epoll::raw::ioctl_epiocsparams(
            path_only_descriptor().as_fd(),
            &epoll::BusyPoll::default(),
        ))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::EPOLL_CREATE1, Errno::MFILE, ErrorKind::LimitReached, || failed(Epoll::new()))];

pub fn epoll() -> Epoll {
    Epoll::new().unwrap()
}

fn epoll_with_counter() -> (Epoll, EventFd) {
    let (epoll, counter) = (epoll(), EventFd::new(0).unwrap());
    epoll.add(&counter, Token(1), Interest::IN).unwrap();
    (epoll, counter)
}
