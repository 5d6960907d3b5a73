//! The machine's names, in namespaces that have names of their own.

use std::fs;

use butter::uts::{self, HOST_NAME_MAX};
use common::require;
use common::test::Test;

/// Runs the body where names are its own.
fn with_own_names(body: impl Fn()) {
    let test = Test::of(&body);
    let ran = test.in_namespaces_as_each_root(body);
    require!(test; ran, "no new namespaces are allowed here");
}

fn proc(name: &str) -> Vec<u8> {
    let mut text = fs::read(format!("/proc/sys/kernel/{name}")).unwrap();
    assert_eq!(text.pop(), Some(b'\n'));
    text
}

#[test]
fn the_kernel_says_what_it_is() {
    let uname = uts::uname().unwrap();
    assert_eq!(uname.sysname(), "Linux");
    assert_eq!(uname.machine(), std::env::consts::ARCH);
    for (name, told) in [
        ("ostype", uname.sysname()),
        ("osrelease", uname.release()),
        ("version", uname.version()),
        ("hostname", uname.nodename()),
        ("domainname", uname.domainname()),
    ] {
        assert_eq!(told, &*proc(name), "{name}");
    }
    assert_eq!(uts::hostname().unwrap().as_name(), uname.nodename());
    assert_eq!(uts::domainname().unwrap().as_name(), uname.domainname());
    assert!(
        format!("{uname:?}").starts_with("Uname { sysname: \"Linux\", nodename: \""),
        "{uname:?}"
    );
}

#[test]
fn a_name_is_read_as_it_was_set() {
    with_own_names(|| {
        let longest: Vec<u8> =
            (0..HOST_NAME_MAX).map(|at| [b'x', 0xFF, b' ', b'\n', 0x80][at % 5]).collect();
        // A shorter one behind a longer one: nothing of that is left.
        for name in [&longest[..], b"box", b"\xFF\xFE", b"a.b/c d", b"", &longest[..63], b"x"] {
            uts::set_hostname(name).unwrap();
            assert_eq!((uts::hostname().unwrap().as_bytes(), &*proc("hostname")), (name, name));
            assert_eq!(uts::uname().unwrap().nodename(), name);
            assert_ne!(uts::domainname().unwrap().as_bytes(), name);
            uts::set_domainname(name).unwrap();
            assert_eq!((uts::domainname().unwrap().as_bytes(), &*proc("domainname")), (name, name));
            assert_eq!(uts::uname().unwrap().domainname(), name);
            uts::set_domainname("another").unwrap();
        }
        let set = uts::hostname().unwrap();
        for too_long in [&[b'y'; HOST_NAME_MAX + 1][..], &[b'y'; 5000]] {
            uts::set_hostname(too_long).unwrap_err();
            uts::set_domainname(too_long).unwrap_err();
        }
        assert_eq!(
            (uts::hostname().unwrap(), uts::domainname().unwrap().to_string().as_str()),
            (set, "another")
        );
    });
}

#[test]
fn a_name_is_taken_in_any_type() {
    with_own_names(|| {
        let is = |name: &str| assert_eq!(uts::hostname().unwrap(), name);
        uts::set_hostname("str").unwrap();
        is("str");
        uts::set_hostname(c"CStr").unwrap();
        is("CStr");
        uts::set_hostname(b"array").unwrap();
        is("array");
        let before = uts::hostname().unwrap();
        uts::set_hostname("other").unwrap();
        uts::set_hostname(before).unwrap();
        is("array");
        let uname = uts::uname().unwrap();
        uts::set_hostname(uname.sysname()).unwrap();
        is("Linux");
        #[cfg(feature = "std")]
        {
            uts::set_hostname(std::path::Path::new("path")).unwrap();
            is("path");
        }
        // Raw, the bytes go as they are.
        uts::raw::sethostname(b"up to\0here").unwrap();
        is("up to");
    });
}
