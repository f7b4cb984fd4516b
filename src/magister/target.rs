//! Where a check goes: made from a parsed school domain and one of two ports, never from text.

use crate::domain::check::Way;
use crate::domain::text::SchoolDomain;

/// The port of a Magister.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Port {
    /// The school's own Magister.
    #[default]
    Live,
    /// The school's test environment.
    Test,
}

impl Port {
    /// The number.
    pub fn number(self) -> u16 {
        match self {
            Self::Live => 8800,
            Self::Test => 8801,
        }
    }
}

/// One Magister.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    domain: SchoolDomain,
    port: Port,
    way: Option<Way>,
}

impl Target {
    /// The Magister of a school.
    pub fn new(domain: SchoolDomain, port: Port) -> Self {
        Self { domain, port, way: None }
    }

    /// With where it read what it was asked before.
    #[must_use]
    pub fn that_reads(self, way: Option<Way>) -> Self {
        Self { way, ..self }
    }

    /// Where it read what it was asked before, if that is known.
    pub(super) fn way(&self) -> Option<Way> {
        self.way
    }

    /// The port.
    pub fn port(&self) -> Port {
        self.port
    }

    /// The host: the label and `.swp.nl`.
    pub fn host(&self) -> String {
        self.domain.host()
    }

    /// What the `Host` header says.
    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.host(), self.port.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_label_under_swp_nl_on_one_of_two_ports() {
        let domain = SchoolDomain::parse("https://Bonhoeffer.swp.nl:8801/doc").expect("a school domain");

        let target = Target::new(domain, Port::Live);

        assert_eq!(target.host(), "bonhoeffer.swp.nl");
        assert_eq!(target.authority(), "bonhoeffer.swp.nl:8800");
        assert_eq!([Port::Live, Port::Test].map(Port::number), [8800, 8801]);
    }
}
