//! What is mounted, as the kernel lists it.

/// A mount as this thread sees it.
#[derive(Debug)]
pub struct MountInfo {
    pub id: u32,
    pub parent: u32,
    /// What of its file system it shows.
    pub root: String,
    pub point: String,
    /// How it is mounted, as `rw`, `nosuid`.
    pub options: Vec<String>,
    /// `shared:N`, `master:N`, `unbindable`.
    pub propagation: Vec<String>,
    pub fstype: String,
    pub source: String,
    /// How its file system is mounted.
    pub super_options: Vec<String>,
}

/// All that is mounted, in the order of the list; what is no UTF-8 is lost.
pub fn mounts() -> Vec<MountInfo> {
    let text = std::fs::read("/proc/thread-self/mountinfo").unwrap();
    String::from_utf8_lossy(&text).lines().map(parse).collect()
}

/// What is mounted last at a place.
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
