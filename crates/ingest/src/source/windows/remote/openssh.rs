//! OpenSSH for Windows: the text of sshd lies in the value `payload`.

use super::{Place, Row};
use crate::source::windows::entry::{Entry, Extract};

const OPENSSH: Place = Place::Channel("OpenSSH/Operational");

pub(super) const ROWS: &[Row] = &[Row {
    place: OPENSSH,
    ids: &[2, 3, 4],
    fields: &[Entry::one("process.name", Extract::Data("process"))],
}];
