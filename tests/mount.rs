//! Mounts, in namespaces of their own.

mod common;

use std::ffi::{CString, OsStr};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::error::{Call, ErrorKind};
use butter::mount::{self, Expiry, MountFlags, UnmountFlags, raw};
use butter::path::Arg;
use butter::{Errno, process};
use common::child::{as_nobody, in_namespaces, in_namespaces_of_any_root, with_own_mounts};
use common::mountinfo::{mounted_at, mounts};

const NONE: Option<&str> = None;

/// Runs the body with the path of a directory on which a file system of its own is mounted, in a thread that has a copy of
/// all mounts.
fn with_mounts(test: &str, body: impl Fn(&str) + Sync) {
    let ran = in_namespaces_of_any_root(test, || {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap();
        with_own_mounts(|| {
            tmpfs(path);
            body(path);
        });
        assert_eq!(fs::read_dir(path).unwrap().count(), 0, "what was mounted was nowhere else");
    });
    if !ran {
        common::skip(test, "no new namespaces are allowed here");
    }
}

/// The first user namespace has all users.
fn is_first_user_namespace() -> bool {
    fs::read_to_string("/proc/self/uid_map").unwrap().ends_with(" 4294967295\n")
}

fn tmpfs(path: &str) {
    mount::mount("of the test", path, "tmpfs", MountFlags::empty(), "").unwrap();
}

/// A new directory.
fn folder(path: String) -> String {
    fs::create_dir(&path).unwrap();
    path
}

fn has(options: &[String], option: &str) -> bool {
    options.iter().any(|has| has == option)
}

fn options(path: &str) -> Vec<String> {
    mounted_at(path).unwrap_or_else(|| panic!("nothing is mounted at {path}")).options
}

#[test]
fn a_file_system_covers_a_place_until_it_is_unmounted() {
    with_mounts("a_file_system_covers_a_place_until_it_is_unmounted", |path| {
        let at = folder(format!("{path}/at"));
        fs::write(format!("{at}/below"), "below").unwrap();
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount::mount("a source", &*at, "tmpfs", flags, "size=64k,mode=710").unwrap();
        let one = mounted_at(&at).unwrap();
        assert_eq!((&*one.fstype, &*one.source, &*one.root), ("tmpfs", "a\\040source", "/"));
        assert_eq!(one.parent, mounted_at(path).unwrap().id);
        assert!(has(&one.options, "rw") && has(&one.options, "nosuid") && has(&one.options, "nodev"), "{one:?}");
        assert!(!has(&one.options, "noexec"), "{one:?}");
        assert!(has(&one.of_file_system, "size=64k") && has(&one.of_file_system, "mode=710"), "{one:?}");
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        fs::write(format!("{at}/one"), "one").unwrap();

        tmpfs(&at);
        assert_eq!(mounted_at(&at).unwrap().parent, one.id, "on the one before");
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        mount::unmount(&*at).unwrap();
        assert_eq!(fs::read_to_string(format!("{at}/one")).unwrap(), "one");
        mount::unmount(&*at).unwrap();
        assert_eq!(fs::read_to_string(format!("{at}/below")).unwrap(), "below");
        assert_eq!(mount::unmount(&*at).unwrap_err().errno(), Errno::INVAL);
    });
}

#[test]
fn each_flag_is_in_effect() {
    use MountFlags as F;
    with_mounts("each_flag_is_in_effect", |path| {
        let at = folder(format!("{path}/at"));
        for (flags, of_mount, of_file_system) in [
            (F::empty(), "rw relatime", "rw"),
            (F::RDONLY, "ro relatime", "ro"),
            (F::NOSUID, "rw nosuid relatime", "rw"),
            (F::NODEV, "rw nodev relatime", "rw"),
            (F::NOEXEC, "rw noexec relatime", "rw"),
            (F::NOATIME, "rw noatime", "rw"),
            (F::NODIRATIME, "rw nodiratime relatime", "rw"),
            (F::RELATIME, "rw relatime", "rw"),
            (F::STRICTATIME, "rw", "rw"),
            (F::NOSYMFOLLOW, "rw relatime nosymfollow", "rw"),
            (F::SYNCHRONOUS, "rw relatime", "rw sync"),
            (F::DIRSYNC, "rw relatime", "rw dirsync"),
            (F::LAZYTIME, "rw relatime", "rw lazytime"),
            (F::SILENT | F::NODEV | F::NOEXEC | F::NOATIME, "rw nodev noexec noatime", "rw"),
        ] {
            mount::mount("x", &*at, "tmpfs", flags, "").unwrap();
            let mut mounted = mounted_at(&at).unwrap();
            assert_eq!(mounted.options.join(" "), of_mount, "{flags}");
            mounted.of_file_system.retain(|option| ["rw", "ro", "sync", "dirsync", "lazytime"].contains(&&**option));
            assert_eq!(mounted.of_file_system.join(" "), of_file_system, "{flags}");
            mount::unmount(&*at).unwrap();
        }

        mount::mount("x", &*at, "tmpfs", F::RDONLY, "").unwrap();
        let refused = File::create(format!("{at}/file")).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EROFS));
        mount::mount("x", &*at, "tmpfs", F::NOSYMFOLLOW | F::NOEXEC, "").unwrap();
        std::os::unix::fs::symlink("/proc/self", format!("{at}/link")).unwrap();
        assert_eq!(fs::read_dir(format!("{at}/link")).unwrap_err().raw_os_error(), Some(libc::ELOOP));
        fs::copy("/proc/self/exe", format!("{at}/program")).unwrap();
        let refused = std::process::Command::new(format!("{at}/program")).spawn().unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EACCES));
    });
}

#[test]
fn a_bind_mount_shows_a_file_or_a_directory_at_another_place() {
    with_mounts("a_bind_mount_shows_a_file_or_a_directory_at_another_place", |path| {
        let (from, to, below) =
            (folder(format!("{path}/from")), folder(format!("{path}/to")), folder(format!("{path}/from/below")));
        fs::write(format!("{from}/file"), "the file").unwrap();
        fs::write(format!("{path}/other"), "the other").unwrap();
        mount::mount("x", &*below, "tmpfs", MountFlags::NOEXEC, "").unwrap();
        fs::write(format!("{below}/deep"), "").unwrap();

        mount::bind_mount(&*from, &*to).unwrap();
        let bound = mounted_at(&to).unwrap();
        assert_eq!((&*bound.root, &*bound.source, &*bound.fstype), ("/from", "of\\040the\\040test", "tmpfs"));
        assert_eq!(fs::read_to_string(format!("{to}/file")).unwrap(), "the file");
        assert_eq!(fs::read_dir(format!("{to}/below")).unwrap().count(), 0, "mounts below are not shown");
        fs::write(format!("{to}/new"), "new").unwrap();
        assert_eq!(fs::read_to_string(format!("{from}/new")).unwrap(), "new");
        mount::unmount(&*to).unwrap();

        mount::bind_mount_recursive(&*from, &*to).unwrap();
        assert!(Path::new(&format!("{to}/below/deep")).exists());
        assert!(has(&options(&format!("{to}/below")), "noexec"));
        assert_eq!(mount::unmount(&*to).unwrap_err().kind(), ErrorKind::Busy, "something is mounted below");
        mount::unmount(format!("{to}/below").as_bytes()).unwrap();
        mount::unmount(&*to).unwrap();

        mount::bind_mount(format!("{from}/file").as_bytes(), format!("{path}/other").as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(format!("{path}/other")).unwrap(), "the file");
        mount::unmount(format!("{path}/other").as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(format!("{path}/other")).unwrap(), "the other");

        // The kernel takes no other flag with it.
        raw::mount(Some(&*from), &*to, NONE, MountFlags::BIND | MountFlags::RDONLY | MountFlags::NODEV, None).unwrap();
        assert_eq!(options(&to), ["rw", "relatime"]);
    });
}

#[test]
fn a_mount_is_changed_alone() {
    use MountFlags as F;
    with_mounts("a_mount_is_changed_alone", |path| {
        let (from, to) = (folder(format!("{path}/from")), folder(format!("{path}/to")));
        tmpfs(&folder(format!("{from}/below")));
        mount::bind_mount_recursive(&*from, &*to).unwrap();
        mount::remount_bind(&*to, F::RDONLY | F::NOSUID | F::NODEV | F::NOATIME).unwrap();
        assert_eq!(options(&to), ["ro", "nosuid", "nodev", "noatime"]);
        let refused = File::create(format!("{to}/file")).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EROFS));
        File::create(format!("{from}/file")).unwrap();
        File::create(format!("{to}/below/file")).unwrap();
        assert_eq!(options(path), ["rw", "relatime"], "where it was bound from stays as it is");
        assert_eq!(options(&format!("{to}/below")), ["rw", "relatime"], "and what is mounted below");

        mount::remount_bind(&*to, F::RDONLY | F::NOEXEC).unwrap();
        assert_eq!(options(&to), ["ro", "noexec", "noatime"], "the others are dropped, but for the access times");
        mount::remount_bind(&*to, F::NODIRATIME).unwrap();
        assert_eq!(options(&to), ["rw", "nodiratime", "relatime"]);
        mount::remount_bind(&*to, F::STRICTATIME).unwrap();
        assert_eq!(options(&to), ["rw"]);
        mount::remount_bind(&*to, F::empty()).unwrap();
        assert_eq!(options(&to), ["rw"]);

        let open = File::create(format!("{to}/open")).unwrap();
        assert_eq!(mount::remount_bind(&*to, F::RDONLY).unwrap_err().kind(), ErrorKind::Busy);
        drop(open);
        mount::remount_bind(&*to, F::RDONLY).unwrap();
        let nothing = mount::remount_bind(format!("{from}/file").as_bytes(), F::RDONLY).unwrap_err();
        assert_eq!((nothing.call(), nothing.errno()), (Call::MOUNT_REMOUNT_BIND, Errno::INVAL));
    });
}

#[test]
fn a_file_system_is_changed_wherever_it_is_mounted() {
    use MountFlags as F;
    with_mounts("a_file_system_is_changed_wherever_it_is_mounted", |path| {
        let (at, other) = (folder(format!("{path}/at")), folder(format!("{path}/other")));
        let flags = F::NOSUID | F::NOEXEC | F::SYNCHRONOUS | F::DIRSYNC;
        mount::mount("x", &*at, "tmpfs", flags, "size=64k,nr_inodes=50").unwrap();
        mount::bind_mount(&*at, &*other).unwrap();
        mount::remount(&*at, F::RDONLY | F::NOSUID, "size=128k").unwrap();

        let (one, bound) = (mounted_at(&at).unwrap(), mounted_at(&other).unwrap());
        assert_eq!(one.options, ["ro", "nosuid", "relatime"], "what is not said again is dropped");
        assert_eq!(bound.options, ["rw", "nosuid", "noexec", "relatime"], "of the mount, of this one alone");
        for mounted in [one, bound] {
            let of_file_system = mounted.of_file_system;
            for (option, is) in
                [("ro", true), ("sync", false), ("dirsync", true), ("size=128k", true), ("nr_inodes=50", true)]
            {
                assert_eq!(has(&of_file_system, option), is, "{option} of {of_file_system:?}");
            }
        }
        for place in [&at, &other] {
            let refused = File::create(format!("{place}/file")).unwrap_err();
            assert_eq!(refused.raw_os_error(), Some(libc::EROFS));
        }
        mount::remount(&*at, F::empty(), "").unwrap();
        let open = File::create(format!("{at}/file")).unwrap();
        let busy = mount::remount(&*at, F::RDONLY, "").unwrap_err();
        assert_eq!((busy.call(), busy.kind()), (Call::MOUNT_REMOUNT, ErrorKind::Busy));
        drop(open);
        let bad = mount::remount(&*at, F::empty(), "size=many").unwrap_err();
        assert_eq!((bad.call(), bad.errno()), (Call::MOUNT_REMOUNT, Errno::INVAL));
    });
}

#[test]
fn a_mount_is_moved_with_all_below_it() {
    with_mounts("a_mount_is_moved_with_all_below_it", |path| {
        let (from, to) = (folder(format!("{path}/from")), folder(format!("{path}/to")));
        tmpfs(&from);
        tmpfs(&folder(format!("{from}/below")));
        File::create(format!("{from}/below/file")).unwrap();
        let (mounted, open) = (mounted_at(&from).unwrap().id, File::open(format!("{from}/below/file")).unwrap());
        mount::move_to(&*from, &*to).unwrap();
        assert!(mounted_at(&from).is_none());
        assert_eq!(mounted_at(&to).unwrap().id, mounted, "it is the same mount");
        assert!(Path::new(&format!("{to}/below/file")).exists());
        drop(open);

        let below = mount::move_to(&*to, format!("{to}/below").as_bytes()).unwrap_err();
        assert_eq!((below.call(), below.errno()), (Call::MOUNT_MOVE, Errno::LOOP));
        let nothing = mount::move_to(&*from, &*to).unwrap_err();
        assert_eq!((nothing.call(), nothing.errno()), (Call::MOUNT_MOVE, Errno::INVAL));
    });
}

/// What mountinfo says of where mounts below a mount go to and come from, without the number of the group.
fn propagation(path: &str) -> String {
    let propagation = mounted_at(path).unwrap().propagation;
    let kinds: Vec<_> = propagation.iter().map(|field| field.split(':').next().unwrap()).collect();
    kinds.join(" ")
}

#[test]
fn what_is_mounted_below_goes_where_it_is_told_to() {
    with_mounts("what_is_mounted_below_goes_where_it_is_told_to", |path| {
        let [one, peer, slave, own] = ["one", "peer", "slave", "own"].map(|name| folder(format!("{path}/{name}")));
        tmpfs(&one);
        for below in ["a", "b", "c"] {
            folder(format!("{one}/{below}"));
        }
        assert_eq!(propagation(&one), "");
        mount::make_shared(&*one).unwrap();
        assert_eq!(propagation(&one), "shared");
        for place in [&peer, &slave, &own] {
            mount::bind_mount(&*one, &**place).unwrap();
            assert_eq!(mounted_at(place).unwrap().propagation, mounted_at(&one).unwrap().propagation, "they are peers");
        }
        mount::make_slave(&*slave).unwrap();
        mount::make_private(&*own).unwrap();
        assert_eq!([&one, &peer, &slave, &own].map(|place| propagation(place)), ["shared", "shared", "master", ""]);

        let below = |name: &str| [&one, &peer, &slave, &own].map(|at| mounted_at(&format!("{at}/{name}")).is_some());
        tmpfs(&format!("{one}/a"));
        assert_eq!(below("a"), [true, true, true, false]);
        tmpfs(&format!("{slave}/b"));
        assert_eq!(below("b"), [false, false, true, false]);
        tmpfs(&format!("{own}/c"));
        assert_eq!(below("c"), [false, false, false, true]);
        mount::unmount(format!("{peer}/a").as_bytes()).unwrap();
        assert_eq!(below("a"), [false; 4], "unmounting goes the same way");

        mount::make_shared(&*slave).unwrap();
        assert_eq!(propagation(&slave), "shared master", "a slave that has peers");
        mount::make_unbindable(&*own).unwrap();
        assert_eq!(propagation(&own), "unbindable");
        let to = folder(format!("{path}/to"));
        let refused = mount::bind_mount(&*own, &*to).unwrap_err();
        assert_eq!((refused.call(), refused.errno()), (Call::MOUNT_BIND, Errno::INVAL));
        mount::bind_mount_recursive(path, &*to).unwrap();
        assert!(mounted_at(&format!("{to}/one")).is_some() && mounted_at(&format!("{to}/own")).is_none());
    });
}

#[test]
fn a_propagation_is_of_one_mount_or_of_all_below_too() {
    with_mounts("a_propagation_is_of_one_mount_or_of_all_below_too", |path| {
        let at = folder(format!("{path}/at"));
        tmpfs(&at);
        let both = || (propagation(path), propagation(&at));
        let are = |one: &str, below: &str| assert_eq!(both(), (one.to_owned(), below.to_owned()));
        are("", "");
        mount::make_shared(path).unwrap();
        are("shared", "");
        mount::make_private(path).unwrap();
        are("", "");
        mount::make_shared_recursive(path).unwrap();
        are("shared", "shared");
        mount::make_private_recursive(path).unwrap();
        are("", "");
        mount::make_unbindable(path).unwrap();
        are("unbindable", "");
        mount::make_unbindable_recursive(path).unwrap();
        are("unbindable", "unbindable");
        mount::make_slave(path).unwrap();
        are("unbindable", "unbindable");
        mount::make_shared(path).unwrap();
        mount::make_slave(path).unwrap();
        are("", "unbindable");

        mount::make_shared_recursive(path).unwrap();
        // The thread's copies are peers of these.
        with_own_mounts(|| {
            are("shared", "shared");
            mount::make_slave(path).unwrap();
            are("master", "shared");
            mount::make_slave_recursive(path).unwrap();
            are("master", "master");
        });
        are("shared", "shared");
        assert!(mounts().iter().all(|mount| mount.point.starts_with(path) || mount.propagation.is_empty()));
    });
}

#[test]
fn a_mount_expires_when_nobody_has_used_it_in_between() {
    with_mounts("a_mount_expires_when_nobody_has_used_it_in_between", |path| {
        let at = folder(format!("{path}/at"));
        tmpfs(&at);
        assert_eq!(mount::expire(&*at), Ok(Expiry::Marked));
        fs::metadata(format!("{at}/.")).unwrap();
        assert_eq!(mount::expire(&*at), Ok(Expiry::Marked), "it was used");
        let open = File::create(format!("{at}/file")).unwrap();
        assert_eq!(mount::expire(&*at).unwrap_err().kind(), ErrorKind::Busy);
        drop(open);
        assert_eq!(mount::expire(&*at), Ok(Expiry::Marked));
        assert_eq!(mount::expire(&*at), Ok(Expiry::Unmounted));
        assert!(mounted_at(&at).is_none());
        assert_eq!(mount::expire(&*at).unwrap_err().errno(), Errno::INVAL);
    });
}

#[test]
fn what_is_in_use_can_be_taken_away() {
    with_mounts("what_is_in_use_can_be_taken_away", |path| {
        let at = folder(format!("{path}/at"));
        tmpfs(&at);
        tmpfs(&folder(format!("{at}/below")));
        let mut open = File::create(format!("{at}/file")).unwrap();
        assert_eq!(mount::unmount(&*at).unwrap_err().kind(), ErrorKind::Busy);
        mount::detach(&*at).unwrap();
        assert!(mounted_at(&at).is_none() && mounted_at(&format!("{at}/below")).is_none());
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        open.write_all(b"still").unwrap();

        tmpfs(&at);
        process::chdir(&*at).unwrap();
        assert_eq!(mount::unmount(".").unwrap_err().kind(), ErrorKind::Busy);
        mount::detach(".").unwrap();
        assert!(mounted_at(&at).is_none());
        process::chdir("/").unwrap();

        tmpfs(&at);
        match raw::umount2(&*at, UnmountFlags::FORCE) {
            // Older kernels let only the machine's root do it.
            Err(error) if error.is(Errno::PERM) => {
                assert!(!is_first_user_namespace(), "{error}");
            }
            done => {
                done.unwrap();
                assert!(mounted_at(&at).is_none());
            }
        }
    });
}

#[test]
fn a_link_is_followed_unless_it_must_not_be() {
    with_mounts("a_link_is_followed_unless_it_must_not_be", |path| {
        let (at, link) = (folder(format!("{path}/at")), format!("{path}/link"));
        std::os::unix::fs::symlink(&at, &link).unwrap();
        tmpfs(&link);
        assert!(mounted_at(&at).is_some() && mounted_at(&link).is_none());
        let refused = raw::umount2(&*link, UnmountFlags::NOFOLLOW).unwrap_err();
        assert_eq!(refused.errno(), Errno::INVAL);
        assert!(mounted_at(&at).is_some());
        mount::unmount(&*link).unwrap();
        assert!(mounted_at(&at).is_none());
    });
}

/// Whether the root is what `pivot_root` can change.
fn root_is_a_mount(test: &str) -> bool {
    let is = mounted_at("/").is_some();
    if !is {
        common::skip(test, "the root of these processes is no mount");
    }
    is
}

#[test]
fn the_root_is_changed_and_the_old_one_taken_away() {
    const TEST: &str = "the_root_is_changed_and_the_old_one_taken_away";
    with_mounts(TEST, |path| {
        if !root_is_a_mount(TEST) {
            return;
        }
        folder(format!("{path}/inside"));
        mount::bind_mount_recursive("/proc", &*folder(format!("{path}/proc"))).unwrap();
        process::chdir(path).unwrap();
        mount::pivot_root(".", ".").unwrap();
        assert!(Path::new("/inside").exists());
        mount::detach(".").unwrap();
        process::chdir("/").unwrap();
        let mut names: Vec<_> = fs::read_dir("/..").unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["inside", "proc"]);
        let left: Vec<_> = mounts().into_iter().map(|mount| mount.point).collect();
        assert!(left.iter().all(|point| point == "/" || point.starts_with("/proc")), "{left:?}");
    });
}

#[test]
fn the_old_root_is_put_below_the_new_one() {
    const TEST: &str = "the_old_root_is_put_below_the_new_one";
    with_mounts(TEST, |path| {
        if !root_is_a_mount(TEST) {
            return;
        }
        // A directory is made a mount by a bind to itself.
        let new = folder(format!("{path}/new"));
        let old = folder(format!("{new}/old"));
        let refused = mount::pivot_root(&*new, &*old).unwrap_err();
        assert_eq!(refused.errno(), Errno::INVAL);
        mount::bind_mount(&*new, &*new).unwrap();
        mount::pivot_root(&*new, &*old).unwrap();
        let names: Vec<_> = fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["old"]);
        assert!(Path::new(&format!("/old{new}")).exists());
        assert!(Path::new("/old/proc/self").exists());
        mount::detach("/old").unwrap();
        assert_eq!(fs::read_dir("/old").unwrap().count(), 0);
    });
}

/// Mounts a file system and takes it away again; the list must have told of it so.
fn round(target: impl Arg + Copy, source: impl Arg, fstype: impl Arg, options: impl Arg, told: (&str, &str)) {
    mount::mount(source, target, fstype, MountFlags::empty(), options).unwrap();
    let mounted = mounts().pop().unwrap();
    assert_eq!((&*mounted.point, &*mounted.source), told);
    mount::unmount(target).unwrap();
    assert_ne!(mounts().pop().unwrap().point, told.0);
}

#[test]
fn paths_are_of_any_bytes_any_length_and_any_type() {
    with_mounts("paths_are_of_any_bytes_any_length_and_any_type", |path| {
        let odd = [path.as_bytes(), b"/\xFF \n\\"].concat();
        fs::create_dir(OsStr::from_bytes(&odd)).unwrap();
        let point = &*format!("{path}/\u{FFFD}\\040\\012\\134");
        // Longer than what a call has room for at first.
        let long = [path.as_bytes(), &b"/.".repeat(1500), b"/\xFF \n\\"].concat();
        let (source, options) = ("s".repeat(300), format!("size=64k{}", ",mode=700".repeat(400)));
        let (c, c_long) = (CString::new(&*odd).unwrap(), CString::new(&*long).unwrap());

        round(&*odd, "text", "tmpfs", "", (point, "text"));
        round(&*c, c"text", c"tmpfs", c"", (point, "text"));
        round(&*odd, c"text", "tmpfs", c"size=64k", (point, "text"));
        round(&*c, b"\xFE", b"tmpfs", "size=64k", (point, "\u{FFFD}"));
        round(&*long, "text", "tmpfs", "", (point, "text"));
        round(&*c_long, "text", "tmpfs", &*options, (point, "text"));
        round(&*odd, &*source, "tmpfs", &*options, (point, &source));
        round(&*long, &*source, c"tmpfs", "", (point, &source));
        #[cfg(feature = "std")]
        round(Path::new(OsStr::from_bytes(&odd)), Path::new("text"), "tmpfs", "", (point, "text"));

        let to = folder(format!("{path}/to"));
        mount::bind_mount(&*long, &*to).unwrap();
        mount::unmount(&*to).unwrap();
        mount::bind_mount(&*c, &*to).unwrap();
        raw::umount2(&*format!("{to}{}", "/.".repeat(200)), UnmountFlags::empty()).unwrap();
        // With no source, the kernel writes one in its place.
        raw::mount(NONE, &*to, Some("tmpfs"), MountFlags::empty(), Some(b"size=64k\0,mode=nonsense")).unwrap();
        let mounted = mounted_at(&to).unwrap();
        assert_eq!(mounted.source, "none");
        assert!(has(&mounted.of_file_system, "size=64k"), "{mounted:?}");
    });
}

#[test]
fn a_mount_from_another_user_namespace_stays_as_it_is() {
    use MountFlags as F;
    const TEST: &str = "a_mount_from_another_user_namespace_stays_as_it_is";
    let ran = in_namespaces(TEST, || {
        if is_first_user_namespace() {
            return common::skip(TEST, "no new user namespace is allowed here");
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap();
        with_own_mounts(|| {
            let before = options("/proc");
            for (result, errno) in [
                (mount::unmount("/proc"), Errno::INVAL),
                (mount::detach("/proc"), Errno::INVAL),
                (mount::move_to("/proc", path), Errno::INVAL),
                (mount::bind_mount("/", path), Errno::INVAL),
                (mount::remount("/proc", F::empty(), ""), Errno::PERM),
                (mount::remount_bind("/proc", F::NOATIME), Errno::PERM),
                (mount::remount_bind("/proc", F::STRICTATIME), Errno::PERM),
            ] {
                assert_eq!(result.unwrap_err().errno(), errno);
            }
            assert_eq!(options("/proc"), before);
            mount::bind_mount_recursive("/", path).unwrap();
            assert!(mounted_at(&format!("{path}/proc")).is_some());
            // What it allows already it may allow less.
            mount::remount_bind("/proc", F::RDONLY | F::NOSUID | F::NODEV | F::NOEXEC).unwrap();
            assert_eq!(options("/proc")[..4], ["ro", "nosuid", "nodev", "noexec"]);
        });
    });
    if !ran {
        common::skip(TEST, "no new namespaces are allowed here");
    }
}

#[test]
fn an_error_tells_which_of_the_operations_it_was() {
    use MountFlags as F;
    as_nobody(|| {
        for (flags, call) in [
            (F::empty(), Call::MOUNT),
            (F::RDONLY | F::REC | F::SILENT, Call::MOUNT),
            (F::MOVE, Call::MOUNT_MOVE),
            (F::PRIVATE | F::REC | F::MOVE, Call::MOUNT_PROPAGATION),
            (F::SHARED, Call::MOUNT_PROPAGATION),
            (F::SLAVE, Call::MOUNT_PROPAGATION),
            (F::UNBINDABLE, Call::MOUNT_PROPAGATION),
            (F::BIND | F::REC | F::PRIVATE | F::MOVE, Call::MOUNT_BIND),
            (F::REMOUNT | F::PRIVATE | F::MOVE, Call::MOUNT_REMOUNT),
            (F::REMOUNT | F::BIND | F::MOVE | F::RDONLY, Call::MOUNT_REMOUNT_BIND),
        ] {
            for error in [
                raw::mount(Some("x"), "/nowhere", Some("tmpfs"), flags, None).unwrap_err(),
                raw::mount(None::<&std::ffi::CStr>, c"/nowhere", None::<&std::ffi::CStr>, flags, None).unwrap_err(),
            ] {
                assert_eq!((error.call(), error.errno()), (call, Errno::NOENT), "{flags}");
            }
            let error = raw::mount(Some("x\0"), "/nowhere", NONE, flags, None).unwrap_err();
            assert_eq!((error.call(), error.errno()), (call, Errno::INVAL), "{flags}");
        }
    });
}

#[test]
fn flags_for_an_operation_are_not_taken_along() {
    use MountFlags as F;
    // Refused before the kernel sees it, which would not let nobody do it either.
    as_nobody(|| {
        for flag in [F::REMOUNT, F::BIND, F::MOVE, F::REC, F::SHARED, F::PRIVATE, F::SLAVE, F::UNBINDABLE] {
            let flags = flag | F::RDONLY;
            for (result, call) in [
                (mount::mount("x", "/", "tmpfs", flags, ""), Call::MOUNT),
                (mount::remount("/", flags, ""), Call::MOUNT_REMOUNT),
                (mount::remount_bind("/", flags), Call::MOUNT_REMOUNT_BIND),
            ] {
                let error = result.unwrap_err();
                assert_eq!((error.call(), error.errno()), (call, Errno::INVAL), "{flags}");
            }
        }
        let error = mount::mount("x", "/", "tmpfs", F::RDONLY, "").unwrap_err();
        assert_eq!(error.errno(), Errno::PERM);
        for options in [&b"size=64k\0"[..], &[b','; 4096]] {
            assert_eq!(mount::mount("x", "/", "tmpfs", F::RDONLY, options).unwrap_err().errno(), Errno::INVAL);
            assert_eq!(mount::remount("/", F::RDONLY, options).unwrap_err().errno(), Errno::INVAL);
        }
    });
}
