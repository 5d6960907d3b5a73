//! Tests of the TCP proxy `proxy.rs`.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};

use common::require;

use super::{Library, run_in_vm, size, small, succeed};

#[path = "proxy_client.rs"]
mod proxy_client;

#[test]
fn proxy_without_std_transfers_all_bytes_in_both_directions() {
    let library = require!(Library::build("proxy", small("x86_64-unknown-none")));
    let program = library.compile("proxy", &[]);
    println!("{} bytes", size(&program));
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    require!(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), "IPv4 is not available");
    proxy_client::check(program.to_str().unwrap());
}

#[test]
fn proxy_without_std_reports_errors() {
    let library = require!(Library::build("proxy-errors", small("x86_64-unknown-none")));
    let program = library.compile("proxy", &[]);
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    let run = |arguments: &[&str]| {
        let mut proxy = Command::new(&program);
        let output = proxy.args(arguments).stdin(Stdio::piped()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for arguments in [&[][..], &["1"], &["1", "x"], &["65536", "1"], &["1", "2", "3"]] {
        assert_eq!(run(arguments), (Some(2), "usage: proxy PORT TARGET\n".into()));
    }
    let used = require!(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), "IPv4 is not available");
    let port = used.local_addr().unwrap().port().to_string();
    assert_eq!(run(&[&port, "1"]), (Some(1), "bind: EADDRINUSE\n".into()));
}

#[test]
fn proxy_without_std_runs_on_aarch64() {
    const HOSTED: &str = "aarch64-unknown-linux-musl";
    let library = require!(Library::build("proxy", small("aarch64-unknown-none")));
    require!(common::can_build_for(HOSTED));
    let proxy = library.compile("proxy", &[]);
    let client = proxy.with_file_name("proxy_client");
    let source = common::root().join("tests/bare/proxy_client.rs");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "-O", "--target", HOSTED, "-Clinker=rust-lld"]);
    succeed(rustc.arg(source).arg("-o").arg(&client));
    let file = format!("/proxy={}", proxy.display());
    let output = require!(run_in_vm(&["--file", &file], &client, &["/proxy"]));
    let [text, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success() && text.ends_with("all checks passed\n"), "{text}{error}");
}
