//! Tests of `uts`: reading the system's names, and setting them in new UTS namespaces.

use std::fs;

use butter::uts::{self, HOST_NAME_MAX};
use common::require;
use common::test::Test;

/// Runs the body in a new UTS namespace.
fn in_uts_namespace(body: impl Fn()) {
    let test = Test::of(&body);
    let ran = test.in_namespaces_as_each_root(body);
    require!(test; ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

/// Reads a value from `/proc/sys/kernel`.
fn sysctl(name: &str) -> Vec<u8> {
    let mut text = fs::read(format!("/proc/sys/kernel/{name}")).unwrap();
    assert_eq!(text.pop(), Some(b'\n'));
    text
}

#[test]
fn uname_returns_the_values_in_proc_sys_kernel() {
    let uname = uts::uname().unwrap();
    assert_eq!(uname.sysname(), "Linux");
    assert_eq!(uname.machine(), std::env::consts::ARCH);
    for (name, value) in [
        ("ostype", uname.sysname()),
        ("osrelease", uname.release()),
        ("version", uname.version()),
        ("hostname", uname.nodename()),
        ("domainname", uname.domainname()),
    ] {
        assert_eq!(value, &*sysctl(name), "{name}");
    }
    assert_eq!(uts::hostname().unwrap().as_name(), uname.nodename());
    assert_eq!(uts::domainname().unwrap().as_name(), uname.domainname());
    assert!(
        format!("{uname:?}").starts_with("Uname { sysname: \"Linux\", nodename: \""),
        "{uname:?}"
    );
}

#[test]
fn hostname_and_domainname_return_the_name_that_was_set() {
    in_uts_namespace(|| {
        let longest: Vec<u8> =
            (0..HOST_NAME_MAX).map(|at| [b'x', 0xFF, b' ', b'\n', 0x80][at % 5]).collect();
        // Shorter names follow longer ones, so that the test detects bytes of the previous name.
        for name in [&longest[..], b"box", b"\xFF\xFE", b"a.b/c d", b"", &longest[..63], b"x"] {
            uts::set_hostname(name).unwrap();
            assert_eq!((uts::hostname().unwrap().as_bytes(), &*sysctl("hostname")), (name, name));
            assert_eq!(uts::uname().unwrap().nodename(), name);
            assert_ne!(uts::domainname().unwrap().as_bytes(), name);
            uts::set_domainname(name).unwrap();
            assert_eq!(
                (uts::domainname().unwrap().as_bytes(), &*sysctl("domainname")),
                (name, name)
            );
            assert_eq!(uts::uname().unwrap().domainname(), name);
            uts::set_domainname("another").unwrap();
        }
        let expected = uts::hostname().unwrap();
        for too_long in [&[b'y'; HOST_NAME_MAX + 1][..], &[b'y'; 5000]] {
            uts::set_hostname(too_long).unwrap_err();
            uts::set_domainname(too_long).unwrap_err();
        }
        assert_eq!(
            (uts::hostname().unwrap(), uts::domainname().unwrap().to_string().as_str()),
            (expected, "another")
        );
    });
}

#[test]
fn set_hostname_accepts_names_of_any_type() {
    in_uts_namespace(|| {
        let check = |name: &str| assert_eq!(uts::hostname().unwrap(), name);
        uts::set_hostname("str").unwrap();
        check("str");
        uts::set_hostname(c"CStr").unwrap();
        check("CStr");
        uts::set_hostname(b"array").unwrap();
        check("array");
        let before = uts::hostname().unwrap();
        uts::set_hostname("other").unwrap();
        uts::set_hostname(before).unwrap();
        check("array");
        let uname = uts::uname().unwrap();
        uts::set_hostname(uname.sysname()).unwrap();
        check("Linux");
        #[cfg(feature = "std")]
        {
            uts::set_hostname(std::path::Path::new("path")).unwrap();
            check("path");
        }
        // `raw::sethostname` passes the bytes unchanged, including a NUL byte.
        uts::raw::sethostname(b"up to\0here").unwrap();
        check("up to");
    });
}
