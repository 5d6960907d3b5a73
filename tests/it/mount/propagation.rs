//! Tests of the propagation of mount events between mounts.

use butter::Errno;
use butter::error::Call;
use butter::mount;

use super::{create_dir, mount_tmpfs, with_mounts};
use common::child::with_own_mount_namespace;
use common::mountinfo::{mounted_at, mounts};

/// Returns the propagation fields of a mount in mountinfo, without the IDs of the peer groups.
fn propagation(path: &str) -> String {
    let propagation = mounted_at(path).unwrap().propagation;
    let kinds: Vec<_> = propagation.iter().map(|field| field.split(':').next().unwrap()).collect();
    kinds.join(" ")
}

#[test]
fn mount_events_propagate_only_to_peers_and_slaves() {
    with_mounts(|path| {
        let [first, peer, slave, private] =
            ["first", "peer", "slave", "private"].map(|name| create_dir(format!("{path}/{name}")));
        mount_tmpfs(&first);
        for name in ["a", "b", "c"] {
            create_dir(format!("{first}/{name}"));
        }
        assert_eq!(propagation(&first), "");
        mount::make_shared(&*first).unwrap();
        assert_eq!(propagation(&first), "shared");
        for target in [&peer, &slave, &private] {
            mount::bind_mount(&*first, &**target).unwrap();
            assert_eq!(
                mounted_at(target).unwrap().propagation,
                mounted_at(&first).unwrap().propagation,
                "a bind mount should be in the peer group of its shared source"
            );
        }
        mount::make_slave(&*slave).unwrap();
        mount::make_private(&*private).unwrap();
        assert_eq!(
            [&first, &peer, &slave, &private].map(|path| propagation(path)),
            ["shared", "shared", "master", ""]
        );

        let visible = |name: &str| {
            [&first, &peer, &slave, &private]
                .map(|at| mounted_at(&format!("{at}/{name}")).is_some())
        };
        mount_tmpfs(&format!("{first}/a"));
        assert_eq!(visible("a"), [true, true, true, false]);
        mount_tmpfs(&format!("{slave}/b"));
        assert_eq!(visible("b"), [false, false, true, false]);
        mount_tmpfs(&format!("{private}/c"));
        assert_eq!(visible("c"), [false, false, false, true]);
        mount::unmount(format!("{peer}/a").as_bytes()).unwrap();
        assert_eq!(
            visible("a"),
            [false; 4],
            "an unmount event should propagate like a mount event"
        );

        mount::make_shared(&*slave).unwrap();
        assert_eq!(
            propagation(&slave),
            "shared master",
            "the mount should be a slave and also a member of a peer group"
        );
        mount::make_unbindable(&*private).unwrap();
        assert_eq!(propagation(&private), "unbindable");
        let to = create_dir(format!("{path}/to"));
        let error = mount::bind_mount(&*private, &*to).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::MOUNT_BIND, Errno::INVAL));
        mount::bind_mount_recursive(path, &*to).unwrap();
        assert!(
            mounted_at(&format!("{to}/first")).is_some()
                && mounted_at(&format!("{to}/private")).is_none()
        );
    });
}

#[test]
fn propagation_type_is_set_for_one_mount_or_recursively() {
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        mount_tmpfs(&at);
        let both = || (propagation(path), propagation(&at));
        let check = |mount: &str, submount: &str| {
            assert_eq!(both(), (mount.to_owned(), submount.to_owned()));
        };
        check("", "");
        mount::make_shared(path).unwrap();
        check("shared", "");
        mount::make_private(path).unwrap();
        check("", "");
        mount::make_shared_recursive(path).unwrap();
        check("shared", "shared");
        mount::make_private_recursive(path).unwrap();
        check("", "");
        mount::make_unbindable(path).unwrap();
        check("unbindable", "");
        mount::make_unbindable_recursive(path).unwrap();
        check("unbindable", "unbindable");
        mount::make_slave(path).unwrap();
        check("unbindable", "unbindable");
        mount::make_shared(path).unwrap();
        mount::make_slave(path).unwrap();
        check("", "unbindable");

        mount::make_shared_recursive(path).unwrap();
        // The mount namespace of the thread contains copies of the two mounts, and each copy is a
        // peer of its original.
        with_own_mount_namespace(|| {
            check("shared", "shared");
            mount::make_slave(path).unwrap();
            check("master", "shared");
            mount::make_slave_recursive(path).unwrap();
            check("master", "master");
        });
        check("shared", "shared");
        assert!(
            mounts()
                .iter()
                .all(|mount| mount.point.starts_with(path) || mount.propagation.is_empty())
        );
    });
}
