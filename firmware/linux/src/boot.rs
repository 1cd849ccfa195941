//! The boot number: counted up at every start and kept in a file, so that no nonce is ever used twice with one key
//! (PROTOCOL.md §6).

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Takes the next boot number from a file and keeps it there before it is used; another process that does the same
/// waits. A number is at least `floor`, s since 1970: where the file got lost, numbers still go up.
///
/// # Errors
/// In one line, what is wrong and what to do.
pub fn next(path: &Path, floor: u32) -> Result<u32, String> {
    let trouble = |error: std::io::Error| {
        format!(
            "the boot number cannot be kept in {}: {error}; give a file that can be written with --state",
            path.display()
        )
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(trouble)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(trouble)?;
    file.lock().map_err(trouble)?;
    let last = read(&mut file, path)?;
    let number = last.checked_add(1).ok_or_else(|| {
        format!(
            "{}: this node has no boot numbers left; give it a new key and remove the file",
            path.display()
        )
    })?;
    let number = number.max(floor);
    file.seek(SeekFrom::Start(0)).map_err(trouble)?;
    // Of fixed width, so that a number is replaced in one write and never shortened by one.
    file.write_all(format!("{number:010}\n").as_bytes()).map_err(trouble)?;
    file.sync_all().map_err(trouble)?;
    Ok(number)
}

fn read(file: &mut File, path: &Path) -> Result<u32, String> {
    let mut text = String::new();
    let read = file.take(64).read_to_string(&mut text);
    match (read, text.trim()) {
        (Ok(0), _) => Ok(0),
        (Ok(_), digits) => digits.parse().map_err(|_| no_number(path)),
        (Err(_), _) => Err(no_number(path)),
    }
}

fn no_number(path: &Path) -> String {
    format!(
        "{} does not hold a boot number; give another file with --state, or remove it",
        path.display()
    )
}

/// Where the number of the node with this address is kept unless the command line says otherwise; None where the
/// environment names no place.
pub fn usual_path(mac: [u8; 6], variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let file: String = mac.iter().map(|octet| format!("{octet:02x}")).collect();
    let folder = variable("STATE_DIRECTORY")
        .or_else(|| variable("XDG_STATE_HOME").map(|folder| folder.join("airwarden")))
        .or_else(|| variable("HOME").map(|home| home.join(".local/state/airwarden")))?;
    Some(folder.join(format!("boot-{file}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("airwarden-boot-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder.join("deeper").join("boot")
    }

    #[test]
    fn numbers_go_up_from_start_to_start() {
        let path = temporary("up");
        assert_eq!(next(&path, 0), Ok(1));
        assert_eq!(next(&path, 0), Ok(2));
        assert_eq!(next(&path, 1_700_000_000), Ok(1_700_000_000));
        assert_eq!(next(&path, 5), Ok(1_700_000_001));
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let path = temporary("else");
        next(&path, 0).unwrap();
        fs::write(&path, "precious").unwrap();
        assert!(next(&path, 0).unwrap_err().contains("--state"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn the_last_number_is_the_last() {
        let path = temporary("last");
        next(&path, u32::MAX).unwrap();
        assert!(next(&path, 0).unwrap_err().contains("new key"));
    }

    #[test]
    fn the_service_manager_goes_before_the_home_folder() {
        let home = |name: &str| (name == "HOME").then(|| PathBuf::from("/home/a"));
        let mac = [2, 0, 0, 0, 0, 0xab];
        let usual = usual_path(mac, home);
        assert_eq!(usual, Some("/home/a/.local/state/airwarden/boot-0200000000ab".into()));
        let both = |name: &str| (name != "XDG_STATE_HOME").then(|| PathBuf::from("/state"));
        assert_eq!(usual_path(mac, both), Some("/state/boot-0200000000ab".into()));
        assert_eq!(usual_path(mac, |_| None), None);
    }
}
