//! Arguments of calls that map, unmap and protect memory.

use butter::fd::AsFd;
use butter::mm::raw::*;
use butter::mm::{MapFlags, ProtFlags};

use super::recorder::*;
use super::{Row, each, open};

pub const ROWS: &[Row] = &[
    Row("mm::raw::mmap", &[libc::SYS_mmap], |it| {
        let file = open(500);
        let offset = 0x2_3456_7890_1000;
        for with_file in [false, true] {
            let combinations = each().map(|flag| (flag, MapFlags::PRIVATE));
            let combinations = combinations.chain(each().map(|flag| (ProtFlags::READ, flag)));
            for (protection, flags) in combinations {
                let arguments = [
                    ("addr", long(ADDRESS)),
                    ("length", size(LENGTH)),
                    ("prot", int(protection.bits())),
                    ("flags", int(flags.bits())),
                    ("fd", if with_file { fd(&file) } else { int(-1) }),
                    ("offset", long(offset)),
                ];
                let mapped = 0x7654_3210_F000;
                let result = it.call(libc::SYS_mmap, arguments, mapped, || {
                    let file = with_file.then_some(file.as_fd());
                    // SAFETY: the recorder answers the call; nothing is mapped.
                    unsafe { mmap(pointer(), LENGTH, protection, flags, file, offset) }
                });
                it.output("address", result.map(<*mut u8>::addr), Ok(mapped as usize));
            }
        }
    }),
    Row("mm::raw::munmap", &[libc::SYS_munmap], |it| {
        let arguments = [("addr", long(ADDRESS)), ("length", size(LENGTH))];
        let result = it.call(libc::SYS_munmap, arguments, 0, || {
            // SAFETY: the recorder answers the call; nothing is unmapped.
            unsafe { munmap(pointer(), LENGTH) }
        });
        it.output("success", result, Ok(()));
    }),
    Row("mm::raw::mprotect", &[libc::SYS_mprotect], |it| {
        for protection in each::<ProtFlags>() {
            let arguments =
                [("addr", long(ADDRESS)), ("size", size(LENGTH)), ("prot", int(protection.bits()))];
            let result = it.call(libc::SYS_mprotect, arguments, 0, || {
                // SAFETY: the recorder answers the call; nothing changes.
                unsafe { mprotect(pointer(), LENGTH, protection) }
            });
            it.output("success", result, Ok(()));
        }
    }),
];

const ADDRESS: u64 = 0x1234_5678_9000;
const LENGTH: usize = 0x2_3456_7000;

fn pointer() -> *mut u8 {
    std::ptr::without_provenance_mut(ADDRESS as usize)
}
