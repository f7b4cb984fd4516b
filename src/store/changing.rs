//! What a change of something that lists show runs on.

use sea_orm::ConnectionTrait;

use crate::domain::ids::ConnectionId;

/// Something that queries run on which change what lists show. What writes a connection, its schools, its contacts or its
/// onboarding asks for this, so that no change goes past the lists.
pub trait Changing: ConnectionTrait {
    /// Notes that something of a connection changes: its rows in the lists are written anew before the end.
    fn touch(&self, connection: ConnectionId);
}
