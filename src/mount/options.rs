//! Splitting strings of mount options into flags and data, and finding options that name file
//! descriptors.

use core::fmt;

use super::MountFlags;
use crate::path::Name;

/// The access time flags that exclude each other: if several are set, the kernel uses only one.
const ACCESS_TIME: MountFlags =
    MountFlags::NOATIME.union(MountFlags::RELATIME).union(MountFlags::STRICTATIME);

/// Mount options, as in `fstab` and in `mount -o`, split into flags and the data for the file
/// system.
///
/// The following options set a flag: `ro`, `nosuid`, `nodev`, `noexec`, `sync`, `dirsync`,
/// `noatime`, `nodiratime`, `relatime`, `strictatime`, `lazytime`, `mand`, `iversion`, `silent` and
/// `nosymfollow`. The following options clear a flag: `rw`, `suid`, `dev`, `exec`, `async`,
/// `atime`, `diratime`, `norelatime`, `nostrictatime`, `nolazytime`, `nomand`, `noiversion`, `loud`
/// and `symfollow`. The option `defaults` has no effect. All other options are data, including
/// options that only `mount(8)` interprets, such as `noauto`, `nofail` and `user`. The kernel
/// rejects data with options of `mount(8)`.
///
/// A comma between double quotes does not separate options.
///
/// # Examples
///
/// ```
/// use butter::mount::{MountFlags, Options};
///
/// let options = Options::parse("ro,nosuid,size=1m")?;
/// assert_eq!(options.set, MountFlags::RDONLY | MountFlags::NOSUID);
/// assert_eq!(options.data_in(&mut [0; 100]), Some(&b"size=1m"[..]));
/// # Ok::<_, butter::mount::ParseOptionsError<'_>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options<'a> {
    /// The flags that the options set.
    pub set: MountFlags,
    /// The flags that the options clear. If several options set or clear the same flag, only the
    /// last option has an effect.
    pub cleared: MountFlags,
    text: &'a [u8],
}

impl<'a> Options<'a> {
    /// Splits a string of options, separated by commas, into flags and data. Empty options are
    /// ignored.
    ///
    /// # Errors
    ///
    /// - An option selects an operation: `bind`, `rbind`, `move`, `remount`, `shared`, `rshared`,
    ///   `private`, `rprivate`, `slave`, `rslave`, `unbindable` or `runbindable`. The
    ///   [module](super) has a function for each operation.
    pub fn parse<T: AsRef<[u8]> + ?Sized>(options: &'a T) -> Result<Self, ParseOptionsError<'a>> {
        let mut new =
            Self { set: MountFlags::empty(), cleared: MountFlags::empty(), text: options.as_ref() };
        for option in split(new.text) {
            match meaning(option) {
                Meaning::Set(flags) => {
                    new.set = replace_access_time(new.set, flags).union(flags);
                    new.cleared = new.cleared.difference(flags);
                }
                Meaning::Clear(flags) => {
                    new.set = new.set.difference(flags);
                    new.cleared = new.cleared.union(flags);
                }
                Meaning::Operation => return Err(ParseOptionsError(Name::from_bytes(option))),
                Meaning::Data => {}
            }
        }
        Ok(new)
    }

    /// Returns `flags` with the flags that the options set, and without the flags that the options
    /// clear.
    ///
    /// To apply the options to a mount, pass its [current flags](super::flags) to this function,
    /// and the result to [`remount_bind`](super::remount_bind).
    ///
    /// `NOATIME`, `RELATIME` and `STRICTATIME` exclude each other: setting one of these flags
    /// clears the other two. Clearing the flag that is set sets `RELATIME`, the kernel's default.
    #[must_use]
    pub const fn apply_to(&self, flags: MountFlags) -> MountFlags {
        let changed = replace_access_time(flags, self.set).difference(self.cleared).union(self.set);
        if flags.intersects(ACCESS_TIME) && !changed.intersects(ACCESS_TIME) {
            changed.union(MountFlags::RELATIME)
        } else {
            changed
        }
    }

    /// Returns an iterator over the options that are not flags, in the order of the string.
    pub fn data(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        split(self.text).filter(|option| matches!(meaning(option), Meaning::Data))
    }

    /// Writes the options that are not flags into a buffer, separated by commas, as the `options`
    /// argument of [`mount`](super::mount()). Returns the written part of the buffer, or `None` if
    /// the options do not fit into the buffer.
    ///
    /// A buffer with the length of the parsed string is always long enough.
    #[must_use]
    pub fn data_in<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let mut length = 0;
        for option in self.data() {
            if length > 0 {
                *buffer.get_mut(length)? = b',';
                length += 1;
            }
            buffer.get_mut(length..length + option.len())?.copy_from_slice(option);
            length += option.len();
        }
        buffer.get(..length)
    }
}

/// Returns `flags`, without its access time flags if an access time flag in `set` replaces them.
const fn replace_access_time(flags: MountFlags, set: MountFlags) -> MountFlags {
    if set.intersects(ACCESS_TIME) { flags.difference(ACCESS_TIME) } else { flags }
}

/// The error of [`Options::parse`] if an option selects an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptionsError<'a>(Name<'a>);

impl<'a> ParseOptionsError<'a> {
    /// Returns the option that selects an operation, for example `rbind`.
    #[must_use]
    pub const fn option(&self) -> Name<'a> {
        self.0
    }
}

impl fmt::Display for ParseOptionsError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mount option `{}` selects an operation", self.0)
    }
}

impl core::error::Error for ParseOptionsError<'_> {}

/// Splits options at the commas that are not between double quotes, and skips empty options.
fn split(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let mut is_quoted = false;
    text.split(move |byte| {
        is_quoted ^= *byte == b'"';
        *byte == b',' && !is_quoted
    })
    .filter(|option| !option.is_empty())
}

/// The effect of a mount option.
enum Meaning {
    Set(MountFlags),
    Clear(MountFlags),
    Operation,
    Data,
}

fn meaning(option: &[u8]) -> Meaning {
    use Meaning::{Clear, Set};
    use MountFlags as F;
    match option {
        b"ro" => Set(F::RDONLY),
        b"rw" => Clear(F::RDONLY),
        b"nosuid" => Set(F::NOSUID),
        b"suid" => Clear(F::NOSUID),
        b"nodev" => Set(F::NODEV),
        b"dev" => Clear(F::NODEV),
        b"noexec" => Set(F::NOEXEC),
        b"exec" => Clear(F::NOEXEC),
        b"sync" => Set(F::SYNCHRONOUS),
        b"async" => Clear(F::SYNCHRONOUS),
        b"dirsync" => Set(F::DIRSYNC),
        b"noatime" => Set(F::NOATIME),
        b"atime" => Clear(F::NOATIME),
        b"nodiratime" => Set(F::NODIRATIME),
        b"diratime" => Clear(F::NODIRATIME),
        b"relatime" => Set(F::RELATIME),
        b"norelatime" => Clear(F::RELATIME),
        b"strictatime" => Set(F::STRICTATIME),
        b"nostrictatime" => Clear(F::STRICTATIME),
        b"lazytime" => Set(F::LAZYTIME),
        b"nolazytime" => Clear(F::LAZYTIME),
        b"mand" => Set(F::MANDLOCK),
        b"nomand" => Clear(F::MANDLOCK),
        b"iversion" => Set(F::I_VERSION),
        b"noiversion" => Clear(F::I_VERSION),
        b"silent" => Set(F::SILENT),
        b"loud" => Clear(F::SILENT),
        b"nosymfollow" => Set(F::NOSYMFOLLOW),
        b"symfollow" => Clear(F::NOSYMFOLLOW),
        b"defaults" => Set(F::empty()),
        b"bind" | b"rbind" | b"move" | b"remount" | b"shared" | b"rshared" | b"private"
        | b"rprivate" | b"slave" | b"rslave" | b"unbindable" | b"runbindable" => Meaning::Operation,
        _ => Meaning::Data,
    }
}

/// Returns whether mount options could contain numbers of file descriptors, or are binary data,
/// which could contain addresses.
///
/// A security module first removes its own options. The kernel then splits the options at every
/// comma, and compares the names exactly. As a precaution, this function ignores letter case and
/// surrounding spaces.
///
/// Binary data begins with a version number below 32 in four bytes, so its first byte is a control
/// character. Data without NUL bytes can be binary data as well: the kernel reads the terminating
/// NUL byte, and the bytes that follow, as the last bytes of the version number.
pub(super) fn may_name_descriptors(options: &[u8]) -> bool {
    let is_binary = options.first().is_some_and(|first| *first < b' ');
    is_binary
        || options.split(|byte| *byte == b',').any(|option| {
            let name = option.split(|byte| *byte == b'=').next().unwrap_or_default();
            [&b"fd"[..], b"rfdno", b"wfdno"]
                .iter()
                .any(|descriptor| name.trim_ascii().eq_ignore_ascii_case(descriptor))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_parse_separates_flags_from_data() {
        let options = Options::parse("ro,nosuid,size=1m").unwrap();
        assert_eq!(options.set, MountFlags::RDONLY | MountFlags::NOSUID);
        assert_eq!(options.cleared, MountFlags::empty());
        assert_eq!(options.data().collect::<Vec<_>>(), [b"size=1m"]);

        let options = Options::parse(",,mode=755,rw,,dev,context=\"a,ro,b\",huge,").unwrap();
        assert_eq!(options.cleared, MountFlags::RDONLY | MountFlags::NODEV);
        assert_eq!(options.set, MountFlags::empty());
        let mut buffer = [0; 100];
        let data = b"mode=755,context=\"a,ro,b\",huge";
        assert_eq!(options.data_in(&mut buffer), Some(&data[..]));
        for length in 0..data.len() {
            assert_eq!(options.data_in(&mut buffer[..length]), None, "{length}");
        }
        assert_eq!(options.data_in(&mut buffer[..data.len()]), Some(&data[..]));

        let options = Options::parse("defaults").unwrap();
        assert_eq!((options.set, options.cleared), Default::default());
        assert_eq!(options.data_in(&mut []), Some(&b""[..]));
        assert_eq!(Options::parse("").unwrap().data().count(), 0);
        // Only the exact name of a flag is parsed as a flag; all other options are data.
        assert_eq!(Options::parse("RO, ro,ro=1,nosuidx").unwrap().data().count(), 4);
    }

    #[test]
    fn options_parse_sets_and_clears_each_flag() {
        use MountFlags as F;
        for (set, clear, flag) in [
            ("ro", "rw", F::RDONLY),
            ("nosuid", "suid", F::NOSUID),
            ("nodev", "dev", F::NODEV),
            ("noexec", "exec", F::NOEXEC),
            ("sync", "async", F::SYNCHRONOUS),
            ("noatime", "atime", F::NOATIME),
            ("nodiratime", "diratime", F::NODIRATIME),
            ("relatime", "norelatime", F::RELATIME),
            ("strictatime", "nostrictatime", F::STRICTATIME),
            ("lazytime", "nolazytime", F::LAZYTIME),
            ("mand", "nomand", F::MANDLOCK),
            ("iversion", "noiversion", F::I_VERSION),
            ("silent", "loud", F::SILENT),
            ("nosymfollow", "symfollow", F::NOSYMFOLLOW),
        ] {
            for (text, expected) in [
                (set.to_owned(), (flag, F::empty())),
                (clear.to_owned(), (F::empty(), flag)),
                (format!("{set},{clear}"), (F::empty(), flag)),
                (format!("{clear},x,{set}"), (flag, F::empty())),
            ] {
                let options = Options::parse(&text).unwrap();
                assert_eq!((options.set, options.cleared), expected, "{text}");
                let replaced = if ACCESS_TIME.contains(flag) && !expected.0.is_empty() {
                    ACCESS_TIME.difference(flag)
                } else {
                    F::empty()
                };
                assert_eq!(options.apply_to(!F::empty()), !(expected.1 | replaced), "{text}");
                assert_eq!(options.apply_to(F::empty()), expected.0, "{text}");
            }
        }
        assert_eq!(Options::parse("dirsync").unwrap().set, F::DIRSYNC);
    }

    #[test]
    fn options_parse_fails_if_an_option_selects_an_operation() {
        for operation in [
            "bind",
            "rbind",
            "move",
            "remount",
            "shared",
            "rshared",
            "private",
            "rprivate",
            "slave",
            "rslave",
            "unbindable",
            "runbindable",
        ] {
            let text = format!("ro,{operation},size=1m");
            let error = Options::parse(&text).unwrap_err();
            assert_eq!(error.option().as_bytes(), operation.as_bytes());
            let expected = format!("the mount option `{operation}` selects an operation");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn may_name_descriptors_returns_true_only_for_descriptor_options_and_binary_data() {
        for name in ["fd", "rfdno", "wfdno", "FD", "RfdNo", " fd", "fd ", "\tfd"] {
            for options in [
                format!("{name}=3"),
                format!("{name}="),
                name.to_owned(),
                format!("ro,{name}=3"),
                format!("{name}=3,ro"),
                format!("a=b,,{name}=3=4,c"),
                format!("context=\"a,{name}=3\""),
                format!("lowerdir=a\\,{name}=3"),
            ] {
                assert!(may_name_descriptors(options.as_bytes()), "{options:?}");
            }
        }
        for binary in ["\x01", "\x06", "\x1F"] {
            assert!(may_name_descriptors(binary.as_bytes()), "{binary:?}");
        }
        for options in ["", "size=1m", "xfd=3", "fd3", "fdx=3", "source=fd", "a=fd=3", "f,d=3"] {
            assert!(!may_name_descriptors(options.as_bytes()), "{options:?}");
        }
    }
}
