//! Where mounts below a mount go to and come from.

use butter::Errno;
use butter::error::Call;
use butter::mount;

use super::{folder, tmpfs, with_mounts};
use common::child::with_own_mount_namespace;
use common::mountinfo::{mounted_at, mounts};

/// What mountinfo says of where mounts below a mount go to and come from, without the number of the group.
fn propagation(path: &str) -> String {
    let propagation = mounted_at(path).unwrap().propagation;
    let kinds: Vec<_> = propagation.iter().map(|field| field.split(':').next().unwrap()).collect();
    kinds.join(" ")
}

#[test]
fn what_is_mounted_below_goes_where_it_is_told_to() {
    with_mounts(|path| {
        let [one, peer, slave, own] =
            ["one", "peer", "slave", "own"].map(|name| folder(format!("{path}/{name}")));
        tmpfs(&one);
        for below in ["a", "b", "c"] {
            folder(format!("{one}/{below}"));
        }
        assert_eq!(propagation(&one), "");
        mount::make_shared(&*one).unwrap();
        assert_eq!(propagation(&one), "shared");
        for place in [&peer, &slave, &own] {
            mount::bind_mount(&*one, &**place).unwrap();
            assert_eq!(
                mounted_at(place).unwrap().propagation,
                mounted_at(&one).unwrap().propagation,
                "they are peers"
            );
        }
        mount::make_slave(&*slave).unwrap();
        mount::make_private(&*own).unwrap();
        assert_eq!(
            [&one, &peer, &slave, &own].map(|place| propagation(place)),
            ["shared", "shared", "master", ""]
        );

        let below = |name: &str| {
            [&one, &peer, &slave, &own].map(|at| mounted_at(&format!("{at}/{name}")).is_some())
        };
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
        assert!(
            mounted_at(&format!("{to}/one")).is_some()
                && mounted_at(&format!("{to}/own")).is_none()
        );
    });
}

#[test]
fn a_propagation_is_of_one_mount_or_of_all_below_too() {
    with_mounts(|path| {
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
        with_own_mount_namespace(|| {
            are("shared", "shared");
            mount::make_slave(path).unwrap();
            are("master", "shared");
            mount::make_slave_recursive(path).unwrap();
            are("master", "master");
        });
        are("shared", "shared");
        assert!(
            mounts()
                .iter()
                .all(|mount| mount.point.starts_with(path) || mount.propagation.is_empty())
        );
    });
}
