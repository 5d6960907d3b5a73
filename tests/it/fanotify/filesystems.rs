//! Tests of info records that describe mounts, errors of a file system, and ranges of files, as the
//! kernel writes them.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use butter::Errno;
use butter::fanotify::{Class, EventMask, Info, InitFlags, Kind, Mark, MarkMask, Range};
use butter::mount::{self, MountFlags};
use butter::process::getpid;
use common::{require, this_test};

use super::{TMP, group, on_filesystem};

#[test]
fn mount_record_contains_the_unique_id_of_an_attached_and_detached_mount() {
    let ran = on_filesystem(this_test!(), || {
        let group = group(Class::Notification, InitFlags::REPORT_MNT);
        let group = require!(group, "FAN_REPORT_MNT");
        let mask = MarkMask::MNT_ATTACH | MarkMask::MNT_DETACH;
        group.add(Mark::MountNamespace, mask, "/proc/self/ns/mnt").unwrap();
        let directory = format!("{TMP}/mounted");
        fs::create_dir(&directory).unwrap();
        mount::mount("tmpfs", directory.as_str(), "tmpfs", MountFlags::empty(), "").unwrap();
        let id = {
            let name = CString::new(directory.as_str()).unwrap();
            // SAFETY: all zeroes is a valid value.
            let mut status: libc::statx = unsafe { std::mem::zeroed() };
            const STATX_MNT_ID_UNIQUE: u32 = 0x4000;
            // SAFETY: reads the path and writes one struct.
            let result = unsafe {
                libc::statx(libc::AT_FDCWD, name.as_ptr(), 0, STATX_MNT_ID_UNIQUE, &raw mut status)
            };
            assert_eq!((result, status.stx_mask & STATX_MNT_ID_UNIQUE), (0, STATX_MNT_ID_UNIQUE));
            status.stx_mnt_id
        };
        mount::unmount(directory.as_str()).unwrap();
        let mut buffer = [0; 200];
        let events = group.read_events(&mut buffer).unwrap();
        let events = events.map(|event| {
            assert!(event.file().unwrap().is_none());
            assert_eq!(event.infos().collect::<Vec<_>>(), [Info::Mount(event.mount_id().unwrap())]);
            (event.mask(), event.mount_id())
        });
        let expected = [EventMask::MNT_ATTACH, EventMask::MNT_DETACH].map(|mask| (mask, Some(id)));
        assert_eq!(events.collect::<Vec<_>>(), expected);
    });
    require!(ran, "the caller is not the host's root");
}

/// An ext4 file system in a file, mounted through a loop device.
struct Ext4 {
    directory: PathBuf,
    /// The name of the loop device, such as `loop0`.
    device: String,
}

impl Ext4 {
    /// Mounts a file system below [`TMP`]. Returns the reason if the host does not support it.
    fn mount() -> Result<Self, String> {
        const LOOP_CTL_GET_FREE: u64 = 0x4C82;
        const LOOP_CONFIGURE: u64 = 0x4C0A;
        const AUTOCLEAR: u32 = 4;
        let text = |error: std::io::Error| error.to_string();
        let image = format!("{TMP}/image");
        let file = File::create(&image).and_then(|file| file.set_len(16 << 20).map(|()| file));
        drop(file.map_err(text)?);
        let made = ["/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4"].into_iter().find_map(|program| {
            std::process::Command::new(program).args(["-q", "-F", &image]).status().ok()
        });
        if !made.is_some_and(|status| status.success()) {
            return Err("mkfs.ext4 is not installed".into());
        }
        let control = File::open("/dev/loop-control").map_err(text)?;
        // SAFETY: returns a number.
        let number = unsafe { libc::ioctl(control.as_raw_fd(), LOOP_CTL_GET_FREE as _) };
        let device = format!("loop{number}");
        let path = format!("/dev/{device}");
        let open = |path: &str| File::options().read(true).write(true).open(path).map_err(text);
        let (node, backing) = (open(&path)?, open(&image)?);
        // struct loop_config: the descriptor, the block size, struct loop_info64, and 64 reserved
        // bytes. The field `lo_flags` is at offset 60.
        let mut config = [0_u32; 304 / 4];
        config[0] = backing.as_raw_fd().cast_unsigned();
        config[60 / 4] = AUTOCLEAR;
        // SAFETY: reads one struct.
        if unsafe { libc::ioctl(node.as_raw_fd(), LOOP_CONFIGURE as _, config.as_ptr()) } != 0 {
            return Err(format!("LOOP_CONFIGURE: {}", std::io::Error::last_os_error()));
        }
        let directory = PathBuf::from(format!("{TMP}/ext4"));
        fs::create_dir(&directory).unwrap();
        let target = common::bytes(&directory);
        let options = "errors=continue";
        mount::mount(path.as_str(), target, "ext4", MountFlags::empty(), options)
            .map_err(|error| error.to_string())?;
        Ok(Self { directory, device })
    }
}

impl Drop for Ext4 {
    fn drop(&mut self) {
        let _ = mount::unmount(common::bytes(&self.directory));
    }
}

#[test]
fn error_record_contains_the_errno_and_the_number_of_errors() {
    let ran = on_filesystem(this_test!(), || {
        let ext4 = require!(Ext4::mount());
        let trigger = format!("/sys/fs/ext4/{}/trigger_fs_error", ext4.device);
        require!(Path::new(&trigger).exists(), "{trigger} does not exist");
        let group = group(Class::Notification, InitFlags::REPORT_FID).unwrap();
        let path = common::bytes(&ext4.directory);
        require!(group.add(Mark::Filesystem, MarkMask::FS_ERROR, path), "FAN_FS_ERROR");
        for _ in 0..3 {
            File::options().write(true).open(&trigger).unwrap().write_all(b"planted\n").unwrap();
        }
        assert!(group.wait(Duration::from_secs(10)).unwrap());
        let mut buffer = [0; 400];
        let event = group.read_events(&mut buffer).unwrap().next().unwrap();
        assert_eq!((event.mask(), event.kind()), (EventMask::FS_ERROR, Kind::Notification));
        let error = event.filesystem_error().unwrap();
        assert_eq!((error.errno(), error.count()), (Some(Errno::UCLEAN), 3));
        // The error is not that of a file.
        let fid = event.fid().unwrap();
        assert_eq!((fid.handle_type(), fid.handle_bytes()), (0xFF, &[][..]));
        assert_eq!(fid.fsid(), butter::fs::statfs(path).unwrap().fsid);
        assert_eq!(event.infos().count(), 2);
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn range_record_contains_the_range_that_is_to_be_accessed() {
    let ran = on_filesystem(this_test!(), || {
        let ext4 = require!(Ext4::mount());
        let path = ext4.directory.join("file");
        fs::write(&path, [7; 8192]).unwrap();
        let group = group(Class::PreContent, InitFlags::REPORT_PIDFD).unwrap();
        require!(group.add(Mark::Inode, MarkMask::PRE_ACCESS, common::bytes(&path)), "PRE_ACCESS");
        // A mark with PRE_ACCESS cannot have ONDIR.
        let mask = MarkMask::OPEN | MarkMask::ONDIR;
        let error = group.add(Mark::Inode, mask, common::bytes(&path)).unwrap_err();
        assert_eq!(error.errno(), Errno::EXIST);
        // The file is opened after the mark was added.
        let access = std::thread::spawn(move || {
            let mut bytes = [0; 100];
            std::os::unix::fs::FileExt::read_at(&File::open(path).unwrap(), &mut bytes, 4000)
        });
        assert!(group.wait(Duration::from_secs(10)).unwrap());
        let mut buffer = [0; 400];
        let event = group.read_events(&mut buffer).unwrap().next().unwrap();
        assert_eq!(event.mask(), EventMask::PRE_ACCESS);
        // The range consists of whole pages.
        let page = butter::mm::page_size() as u64;
        let range =
            Some(Range { offset: 4000 / page * page, count: 4100_u64.next_multiple_of(page) });
        assert_eq!(event.range(), range);
        assert_eq!(event.infos().count(), 2, "the range and the pidfd");
        let event = event.into_permission().unwrap();
        assert_eq!((event.range(), event.pid()), (range, Some(getpid())));
        assert!(event.pidfd().unwrap().is_some());
        event.allow().unwrap();
        assert_eq!(access.join().unwrap().unwrap(), 100);
    });
    require!(ran, "the caller is not the host's root");
}
