//! Failures of each part of a spawn: the error contains the stage, the call, the errno and the
//! path, and the state of the parent does not change.

use std::fs::File;

use butter::error::Call;
use butter::idmap::{IdMaps, IdRange, MapErrorKind};
use butter::mount::MountFlags;
use butter::namespace::Namespaces;
use butter::process::{
    self, Command, Gid, Missing, Pgid, Resource, Rlimit, SchedulingPolicy, SpawnError, SpawnStage,
    Stdio, Step, Uid, wait_any_nonblocking,
};
use butter::signal::{self, Signal};
use butter::{Errno, Error};
use common::child::{as_nobody, in_child};
use common::inject::inject;
use common::{require, tiny};

use super::Tiny;

/// The state of this process that a spawn must not change.
#[derive(Debug, PartialEq)]
struct State {
    descriptors: Vec<String>,
    mask: u64,
    dumpable: i32,
    status: Vec<String>,
    limits: String,
    cwd: std::path::PathBuf,
    nice: i32,
}

impl State {
    fn now() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap();
        let mut descriptors: Vec<_> = std::fs::read_dir("/proc/self/fd")
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter_map(|path| Some(format!("{path:?} {:?}", std::fs::read_link(&path).ok()?)))
            .filter(|line| !line.contains("/fd\""))
            .collect();
        descriptors.sort();
        let fields = ["Uid", "Gid", "Groups", "SigIgn", "SigCgt", "NoNewPrivs", "Umask", "Seccomp"];
        let status = read("/proc/thread-self/status");
        let status = status.lines().filter(|line| fields.iter().any(|f| line.starts_with(f)));
        // SAFETY: touches no memory.
        let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE) };
        // SAFETY: as above.
        let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        Self {
            descriptors,
            mask: signal::mask().unwrap().bits(),
            dumpable,
            status: status.map(str::to_owned).collect(),
            limits: read("/proc/self/limits"),
            cwd: std::env::current_dir().unwrap(),
            nice,
        }
    }
}

/// Spawns a command that must fail, and checks that the state of the parent has not changed.
fn fail<'c>(path: &'c std::ffi::CStr, change: impl FnOnce(&mut Command<'c>)) -> SpawnError<'c> {
    let mut command = Command::new(path);
    change(&mut command);
    let before = State::now();
    let error = command.spawn().expect_err("the spawn should fail");
    assert_eq!(State::now(), before, "{error}");
    assert_eq!(wait_any_nonblocking(), Ok(None), "{error}: a child remains");
    error
}

/// Asserts the parts of the error of a command with steps, of which the second fails.
fn step<'c>(step: Step<'c>, call: Call, errno: Errno, path: Option<&std::ffi::CStr>) {
    let first = Step::umask(butter::fs::Mode::empty());
    let error = fail(c"/nowhere", |command| {
        command.step(first).step(step);
    });
    let parts = (error.stage(), error.error(), error.path());
    assert_eq!(parts, (SpawnStage::Step(1), Error::new(call, errno), path), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(call.name()) && text.ends_with(" (step 1)"), "{text}");
    assert_eq!((error.missing(), error.map_error()), (None, None));
}

#[test]
fn spawn_error_contains_the_failed_step_the_call_the_errno_and_the_path() {
    in_child(|| {
        let null = common::fd(File::open("/dev/null").unwrap());
        step(Step::chdir(c"/nowhere"), Call::CHDIR, Errno::NOENT, Some(c"/nowhere"));
        step(Step::fchdir(&null), Call::FCHDIR, Errno::NOTDIR, None);
        step(Step::foreground(&null), Call::IOCTL_TIOCSPGRP, Errno::NOTTY, None);
        step(Step::setpgid(Pgid::from_raw(i32::MAX)), Call::SETPGID, Errno::PERM, None);
        let invalid = Step::scheduling(SchedulingPolicy::Fifo(0));
        step(invalid, Call::SCHED_SETSCHEDULER, Errno::INVAL, None);
        // The user namespace of this process has its maps already.
        let maps = Step::map_ids(Uid::ROOT, Gid::ROOT);
        let error = fail(c"/nowhere", |command| {
            command.step(maps);
        });
        assert_eq!(error.stage(), SpawnStage::Step(0), "{error}");
        assert_eq!(error.error().kind(), butter::error::ErrorKind::PermissionDenied, "{error}");
    });
}

#[test]
fn spawn_error_contains_steps_that_require_privileges() {
    in_child(|| {
        as_nobody(|| {
            let none = MountFlags::empty();
            step(Step::chroot(c"/"), Call::CHROOT, Errno::PERM, Some(c"/"));
            // The kernel returns `EINVAL` if the ID is not mapped in the user namespace.
            let (user, group) = (Uid::from_raw(54_321), Gid::from_raw(54_321));
            let errno = |result: butter::Result<()>| result.unwrap_err().errno();
            let expected = errno(process::raw::setresuid(Some(user), None, None));
            step(Step::user(user), Call::SETRESUID, expected, None);
            let expected = errno(process::raw::setresgid(Some(group), None, None));
            step(Step::group(group), Call::SETRESGID, expected, None);
            step(Step::groups(&[]), Call::SETGROUPS, Errno::PERM, None);
            step(Step::nice(-20), Call::SETPRIORITY, Errno::ACCES, None);
            let inverted = Rlimit { current: Some(2), maximum: Some(1) };
            let limit = Step::limit(Resource::Nofile, inverted);
            step(limit, Call::PRLIMIT64, Errno::INVAL, None);
            step(Step::bind_mount(c"/", c"/"), Call::MOUNT_BIND, Errno::PERM, Some(c"/"));
            let private = Step::make_private_recursive(c"/");
            step(private, Call::MOUNT_PROPAGATION, Errno::PERM, Some(c"/"));
            step(Step::pivot_root(c"/", c"/"), Call::PIVOT_ROOT, Errno::PERM, Some(c"/"));
            step(Step::detach(c"/proc"), Call::UMOUNT2, Errno::PERM, Some(c"/proc"));
            // SAFETY: the options are empty.
            let mount = unsafe { Step::mount(c"x", c"/proc", c"tmpfs", none, c"") };
            step(mount, Call::MOUNT, Errno::PERM, Some(c"/proc"));
        });
    });
}

#[test]
fn spawn_error_contains_injected_errors_of_steps_that_cannot_fail() {
    in_child(|| {
        for (number, call, broken) in [
            (libc::SYS_setsid, Call::SETSID, Step::setsid()),
            (libc::SYS_prctl, Call::PRCTL_SET_NO_NEW_PRIVS, Step::no_new_privs()),
            (libc::SYS_prctl, Call::PRCTL_SET_PDEATHSIG, Step::parent_death_signal(Signal::HUP)),
        ] {
            inject(number, Errno::NOSYS, || step(broken, call, Errno::NOSYS, None));
        }
        inject(libc::SYS_rt_sigaction, Errno::NOSYS, || {
            let mut command = Command::new(c"/nowhere");
            command.keep_ignored_signals().step(Step::default_signals(Signal::HUP));
            let error = command.spawn().unwrap_err();
            let expected = Error::new(Call::RT_SIGACTION, Errno::NOSYS);
            assert_eq!((error.stage(), error.error()), (SpawnStage::Step(0), expected));
        });
    });
}

#[cfg(feature = "std")]
#[test]
fn spawn_error_keeps_call_errno_stage_and_path_in_boxed_and_io_errors() {
    in_child(|| {
        let expected = fail(c"/nowhere", |_| {}).to_string();
        let boxed = || -> Result<(), Box<dyn std::error::Error>> {
            let path = std::ffi::CString::new("/nowhere")?;
            let child = Command::new(&path).spawn().map_err(SpawnError::into_owned)?;
            panic!("{child:?}");
        };
        let error = boxed().unwrap_err();
        assert_eq!(error.to_string(), expected);
        let error = error.downcast_ref::<SpawnError<'_>>().unwrap();
        let error = error.clone().into_owned();
        let parts = (error.stage(), error.error(), error.path(), error.missing());
        let call = Error::new(Call::EXECVE, Errno::NOENT);
        assert_eq!(parts, (SpawnStage::Exec, call, Some(c"/nowhere"), Some(Missing::Program)));

        let error = std::io::Error::from(error);
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        assert_eq!(Errno::from_io_error(&error), Some(Errno::NOENT));
    });
}

#[test]
fn spawn_error_contains_the_stage_of_failures_outside_of_steps() {
    in_child(|| {
        let null = common::fd(File::open("/dev/null").unwrap());
        let stage = |error: &SpawnError<'_>| (error.stage(), error.error());
        let new = Error::new;

        let error = fail(c"/nowhere", |_| {});
        assert_eq!((error.path(), error.missing()), (Some(c"/nowhere"), Some(Missing::Program)));
        assert_eq!(stage(&error), (SpawnStage::Exec, new(Call::EXECVE, Errno::NOENT)));
        assert!(error.to_string().starts_with("execve /nowhere: ENOENT"), "{error}");
        let script = Tiny::new(b"#!/nowhere\n");
        let error = fail(&script.path, |_| {});
        assert_eq!(error.missing(), Some(Missing::Interpreter));
        assert!(error.to_string().ends_with("(the interpreter is missing)"), "{error}");
        let error = fail(c"/proc/version", |_| {});
        assert_eq!(error.missing(), None);
        assert_eq!(stage(&error), (SpawnStage::Exec, new(Call::EXECVE, Errno::ACCES)));

        let error = fail(c"/nowhere", |command| {
            command.place_fd(&null, i32::MAX);
        });
        assert_eq!(stage(&error), (SpawnStage::Descriptors, new(Call::DUP3, Errno::BADF)));
        let error = fail(c"/nowhere", |command| {
            command.place_fd(&null, -1);
        });
        assert_eq!(stage(&error), (SpawnStage::Descriptors, new(Call::DUP3, Errno::BADF)));
        let error = fail(c"/nowhere", |command| {
            command.cgroup(&null);
        });
        assert_eq!(stage(&error), (SpawnStage::Clone, new(Call::CLONE3, Errno::BADF)));
        as_nobody(|| {
            let error = fail(c"/nowhere", |command| {
                command.namespaces(Namespaces::UTS);
            });
            assert_eq!(stage(&error), (SpawnStage::Clone, new(Call::CLONE3, Errno::PERM)));
        });
        for (number, call, expected) in [
            (libc::SYS_rt_sigaction, Call::RT_SIGACTION, SpawnStage::Signals),
            (libc::SYS_pipe2, Call::PIPE2, SpawnStage::Prepare),
            (libc::SYS_dup3, Call::DUP3, SpawnStage::Descriptors),
        ] {
            inject(number, Errno::NOSYS, || {
                let mut command = Command::new(c"/nowhere");
                let error = command.stdout(Stdio::Piped).spawn().unwrap_err();
                assert_eq!(stage(&error), (expected, new(call, Errno::NOSYS)));
            });
        }
        inject(libc::SYS_socketpair, Errno::NOSYS, || {
            let mut command = Command::new(c"/nowhere");
            let error = command.step(Step::user(process::getuid())).spawn().unwrap_err();
            assert_eq!(stage(&error), (SpawnStage::Prepare, new(Call::SOCKETPAIR, Errno::NOSYS)));
        });
    });
}

/// A child with a copy of the memory reports the failure through its channel, even if a descriptor
/// gets the number of the channel.
#[test]
fn spawn_error_is_reported_by_a_child_with_its_own_memory() {
    in_child(|| {
        let null = common::fd(File::open("/dev/null").unwrap());
        let user = Step::user(process::geteuid());
        let error = fail(c"/nowhere", |command| {
            command.step(user);
        });
        assert_eq!(error.stage(), SpawnStage::Exec);
        assert_eq!((error.path(), error.missing()), (Some(c"/nowhere"), Some(Missing::Program)));
        let error = fail(c"/nowhere", |command| {
            command.step(user);
            (3..15).for_each(|number| {
                command.place_fd(&null, number);
            });
        });
        assert_eq!(error.stage(), SpawnStage::Exec, "{error}");
        let error = fail(c"/nowhere", |command| {
            command.step(user).step(Step::chdir(c"/missing"));
        });
        assert_eq!((error.stage(), error.path()), (SpawnStage::Step(1), Some(c"/missing")));
        // Without `clone3`.
        inject(libc::SYS_clone3, Errno::NOSYS, || {
            let mut command = Command::new(c"/nowhere");
            let error = command.step(user).spawn().unwrap_err();
            assert_eq!(error.error().errno(), Errno::NOENT);
            let mut command = Command::new(c"/nowhere");
            let error = command.step(Step::chdir(c"/missing")).spawn().unwrap_err();
            assert_eq!(error.path(), Some(c"/missing"));
        });
        assert_eq!(wait_any_nonblocking(), Ok(None));
        let program = Tiny::new(&tiny::exit(6));
        let mut command = Command::new(&program.path);
        assert_eq!(command.step(user).status().unwrap().code(), Some(6));
    });
}

#[test]
fn spawn_error_contains_the_reason_for_a_rejected_id_map() {
    in_child(|| {
        let ranges = [IdRange::new(0, 0, 1), IdRange::new(0, 5, 1)];
        let maps = IdMaps::new(&ranges, &[]);
        let mut command = Command::new(c"/nowhere");
        command.namespaces(Namespaces::USER).id_maps(maps);
        let before = State::now();
        let error = command.spawn().unwrap_err();
        require!(
            (error.stage() != SpawnStage::Clone).then_some(()),
            "the host does not permit user namespaces"
        );
        assert_eq!(error.stage(), SpawnStage::IdMaps);
        assert_eq!(error.error(), Error::new(Call::WRITE_UID_MAP, Errno::INVAL));
        assert_eq!(error.map_error(), Some(MapErrorKind::Overlap { range: 1, earlier: 0 }));
        assert_eq!(State::now(), before);
        assert_eq!(wait_any_nonblocking(), Ok(None));

        // The child writes its map, and another step has written it before.
        let mut command = Command::new(c"/nowhere");
        command.namespaces(Namespaces::USER).map_root_user().map_root_user();
        let error = command.spawn().unwrap_err();
        assert_eq!(error.stage(), SpawnStage::Step(1), "{error}");
        assert_eq!(error.error().call(), Call::WRITE_SETGROUPS, "{error}");
    });
}
