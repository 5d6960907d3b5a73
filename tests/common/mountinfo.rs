//! Parses the list of mounts in `/proc/thread-self/mountinfo`.

/// A mount in the mount namespace of the calling thread.
#[derive(Debug)]
pub struct MountInfo {
    pub id: u32,
    pub parent: u32,
    /// The path, within the file system, of the directory that is the root of the mount.
    pub root: String,
    pub point: String,
    /// The options of the mount, such as `rw` and `nosuid`.
    pub options: Vec<String>,
    /// The optional fields, which describe the propagation of mount events: `shared:N`, `master:N`,
    /// `unbindable`.
    pub propagation: Vec<String>,
    pub fstype: String,
    pub source: String,
    /// The per-superblock options of the file system.
    pub super_options: Vec<String>,
}

/// Returns all mounts of the calling thread's mount namespace, in the order of
/// `/proc/thread-self/mountinfo`. Bytes that are not UTF-8 are replaced by U+FFFD.
pub fn mounts() -> Vec<MountInfo> {
    let text = std::fs::read("/proc/thread-self/mountinfo").unwrap();
    String::from_utf8_lossy(&text).lines().map(parse).collect()
}

/// Returns the topmost mount at a mount point, which is the last mount in the list with that mount
/// point.
pub fn mounted_at(point: &str) -> Option<MountInfo> {
    mounts().into_iter().rfind(|mount| mount.point == point)
}

fn parse(line: &str) -> MountInfo {
    let list = |text: &str| text.split(',').map(str::to_owned).collect();
    let (mount, file_system) = line.split_once(" - ").unwrap();
    let (mount, file_system): (Vec<_>, Vec<_>) =
        (mount.split(' ').collect(), file_system.split(' ').collect());
    MountInfo {
        id: mount[0].parse().unwrap(),
        parent: mount[1].parse().unwrap(),
        root: mount[3].to_owned(),
        point: mount[4].to_owned(),
        options: list(mount[5]),
        propagation: mount[6..].iter().map(|&field| field.to_owned()).collect(),
        fstype: file_system[0].to_owned(),
        source: file_system[1].to_owned(),
        super_options: list(file_system[2]),
    }
}
