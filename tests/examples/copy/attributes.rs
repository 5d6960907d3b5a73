//! The owner, group and permissions of targets that the example `copy` replaces.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;

use super::run::{
    command, create_source, is_root_with_other_users, mode, program, program_for_others, run,
    set_mode,
};
use common::require;

const USER: u32 = 65534;
const OTHER_USER: u32 = 61001;
const GROUP: u32 = 61002;
const OTHER_GROUP: u32 = 61003;

/// Runs a copy as the user and group [`USER`], as a member of further groups.
fn copy_as_user(program: &Path, source: &Path, target: &Path, groups: &'static [libc::gid_t]) {
    let mut command = command(program);
    let become_user = || {
        let check = |result: libc::c_int| match result {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        };
        // SAFETY: reads the groups.
        check(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })?;
        // SAFETY: touches no memory; the process has one thread.
        check(unsafe { libc::setresgid(USER, USER, USER) })?;
        // SAFETY: as above.
        check(unsafe { libc::setresuid(USER, USER, USER) })
    };
    // SAFETY: between fork and exec, the closure makes system calls and does nothing else.
    unsafe { command.pre_exec(become_user) };
    let output = command.arg("-q").args([source, target]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Replaces a file by one with an owner, a group and permissions.
fn create(path: &Path, owner: u32, group: u32, mode: u32) {
    let _ = fs::remove_file(path);
    fs::write(path, "older").unwrap();
    chown(path, Some(owner), Some(group)).unwrap();
    set_mode(path, mode);
}

fn attributes(path: &Path) -> (u32, u32, u32) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.uid(), metadata.gid(), mode(path))
}

#[test]
fn copy_clears_setuid_setgid_and_sticky_bits_of_replaced_target() {
    let program = require!(program());
    let (_folder, source, target, bytes) = create_source(100);
    for (bits, expected) in [(0o4755, 0o755), (0o2775, 0o775), (0o6711, 0o711), (0o1644, 0o644)] {
        fs::write(&target, "older").unwrap();
        set_mode(&target, bits);
        require!(mode(&target) == bits, "the file system does not permit the mode {bits:o}");
        run(&program, &[&"-q", &source, &target]).assert_silent_success();
        assert!(fs::read(&target).unwrap() == bytes);
        assert_eq!(mode(&target), expected, "{bits:o}");
    }
}

#[test]
fn copy_does_not_grant_mask_of_acl_to_group_of_replaced_target() {
    let program = require!(program());
    let (_folder, source, target, _) = create_source(100);
    fs::write(&target, "older").unwrap();
    // user::rw-, user:61001:rw-, group::---, mask::rw-, other::r--
    let entries = [(1, 6, u32::MAX), (2, 6, OTHER_USER), (4, 0, u32::MAX), (16, 6, u32::MAX)];
    let mut acl = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries.into_iter().chain([(32, 4, u32::MAX)]) {
        let (tag, permissions): (u16, u16) = (tag, permissions);
        acl.extend([tag.to_le_bytes(), permissions.to_le_bytes()].concat());
        acl.extend(id.to_le_bytes());
    }
    let path = CString::new(target.as_os_str().as_bytes()).unwrap();
    let (name, value) = (c"system.posix_acl_access".as_ptr(), acl.as_ptr().cast());
    // SAFETY: reads the path, the name and the value.
    let set = unsafe { libc::setxattr(path.as_ptr(), name, value, acl.len(), 0) };
    require!(set == 0, "ACLs: {}", std::io::Error::last_os_error());
    assert_eq!(mode(&target), 0o664);
    run(&program, &[&"-q", &source, &target]).assert_silent_success();
    assert_eq!(mode(&target), 0o604);
}

#[test]
fn copy_keeps_owner_and_group_of_replaced_target_as_root() {
    let program = require!(program());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can create a file of another user"
    );
    let (_folder, source, target, bytes) = create_source(100);
    create(&target, OTHER_USER, GROUP, 0o4660);
    run(&program, &[&"-q", &source, &target]).assert_silent_success();
    assert!(fs::read(&target).unwrap() == bytes);
    assert_eq!(attributes(&target), (OTHER_USER, GROUP, 0o660));
}

#[test]
fn copy_keeps_group_of_replaced_target_if_user_is_member() {
    let program = require!(program_for_others());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can create a file of another group"
    );
    let (folder, source, target, bytes) = create_source(100);
    set_mode(folder.path(), 0o777);
    for owner in [USER, OTHER_USER] {
        create(&target, owner, GROUP, 0o662);
        copy_as_user(&program, &source, &target, &[OTHER_GROUP, GROUP]);
        assert!(fs::read(&target).unwrap() == bytes);
        assert_eq!(attributes(&target), (USER, GROUP, 0o662));
    }
}

#[test]
fn copy_drops_group_permissions_of_replaced_target_if_user_is_not_member() {
    let program = require!(program_for_others());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can create a file of another group"
    );
    let (folder, source, target, bytes) = create_source(100);
    set_mode(folder.path(), 0o777);
    for (before, after) in [
        (0o660, 0o600),
        (0o664, 0o604),
        (0o777, 0o707),
        // Members of the old group are now other users, and get no further permissions.
        (0o604, 0o600),
        (0o647, 0o604),
        (0o2755, 0o705),
    ] {
        create(&target, USER, GROUP, before);
        copy_as_user(&program, &source, &target, &[OTHER_GROUP]);
        assert!(fs::read(&target).unwrap() == bytes);
        assert_eq!(attributes(&target), (USER, USER, after), "{before:o}");
    }
}

#[test]
fn copy_in_setgid_directory_keeps_group_of_replaced_target() {
    let program = require!(program_for_others());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can create a file of another group"
    );
    let (folder, source, target, _) = create_source(100);
    chown(folder.path(), None, Some(GROUP)).unwrap();
    set_mode(folder.path(), 0o2777);
    set_mode(&source, 0o644);
    run(&program, &[&"-q", &source, &target]).assert_silent_success();
    assert_eq!(attributes(&target), (0, GROUP, 0o644));
    create(&target, 0, OTHER_GROUP, 0o660);
    run(&program, &[&"-q", &source, &target]).assert_silent_success();
    assert_eq!(attributes(&target), (0, OTHER_GROUP, 0o660));

    create(&target, USER, OTHER_GROUP, 0o660);
    copy_as_user(&program, &source, &target, &[]);
    assert_eq!(attributes(&target), (USER, GROUP, 0o600));
    create(&target, USER, GROUP, 0o660);
    copy_as_user(&program, &source, &target, &[]);
    assert_eq!(attributes(&target), (USER, GROUP, 0o660));
}
