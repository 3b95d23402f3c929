//! The secret of the tokens: made at the first start, kept in the data folder, readable by its owner alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use uuid::Uuid;

/// The secret of a data folder.
///
/// # Errors
/// When the file can be neither read nor made.
pub(crate) fn of(folder: &Path) -> io::Result<Vec<u8>> {
    let path = folder.join("jwt-secret");
    match fs::read(&path) {
        Ok(secret) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path),
        Err(error) => Err(error),
    }
}

fn make(path: &Path) -> io::Result<Vec<u8>> {
    // Two version 4 UUIDs: 244 random bits from the operating system.
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()).into_bytes();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    // Whole or not at all: a process killed here must not leave half a secret.
    let unfinished = path.with_extension("new");
    let mut file = options.open(&unfinished)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_a_killed_first_try_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("jwt-secret.new"), "half").unwrap();
        let first = of(folder.path()).unwrap();
        assert_eq!(first.len(), 64);
        assert_eq!(of(folder.path()).unwrap(), first);
    }
}
