pub(crate) mod password;
pub(crate) mod read;
pub(crate) mod write;
