//! Connections by client: one that opens many leaves places for others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

/// How many connections each client has; clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Places {
    most: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place of a client; given back on drop.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    client: IpAddr,
}

impl Places {
    /// So many places for each client.
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// `None` when the client has all its places.
    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let client = client_of(address);
        let mut taken = self.taken.lock();
        let mine = taken.get(&client).copied().unwrap_or_default();
        if mine >= self.most {
            return None;
        }
        taken.insert(client, mine + 1);
        drop(taken);
        Some(Place { places: self.clone(), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        if let Some(mine) = taken.get_mut(&self.client) {
            *mine -= 1;
            if *mine == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

/// A client with IPv6 has a whole network of addresses.
fn client_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_its_places_and_no_more_and_gets_them_back() {
        let places = Places::new(2);
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");

        let first = places.take(address("192.0.2.1"));
        let second = places.take(address("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(places.take(address("192.0.2.1")).is_none());
        assert!(places.take(address("192.0.2.2")).is_some());

        drop(first);
        assert!(places.take(address("192.0.2.1")).is_some());
        let network = [places.take(address("2001:db8::1")), places.take(address("2001:db8::2"))];
        assert!(network.iter().all(Option::is_some));
        assert!(places.take(address("2001:db8::3:4")).is_none());
        assert!(places.take(address("2001:db8:0:1::3")).is_some());
        drop((second, network));
        assert!(places.taken.lock().is_empty());
    }
}
