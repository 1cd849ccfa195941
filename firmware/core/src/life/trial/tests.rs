use super::*;
use crate::messages::Configuration;
use crate::store::tests::Memory;
use crate::store::{SECTOR, Store};
use proptest::prelude::*;

const SECOND: u64 = 1_000_000;

fn settings(ssid: &str, name: &str) -> Settings {
    let change = Configuration {
        ssid: Some(ssid),
        psk: Some("correct horse"),
        hub: Some("hub.local:4729"),
        key: Some([7; 32]),
        name: Some(name),
        uplink: Some("wifi"),
        ..Configuration::default()
    };
    Settings::default().with(&change).unwrap()
}

fn record(tries: u8) -> Record {
    Record {
        boot_id: 9,
        failures: 0,
        trial: None,
        tries,
    }
}

fn settled(ssid: &str) -> Kept {
    Kept {
        settings: settings(ssid, "hall"),
        former: None,
    }
}

fn written(kept: &Kept) -> Vec<u8> {
    let mut octets = [0; VALUE];
    let length = kept.write(&mut octets);
    octets[..length].to_vec()
}

/// A node that keeps settings, starts, and has its power cut.
struct Flash {
    memory: Memory,
    record: Record,
}

impl Flash {
    fn kept(&mut self) -> Kept {
        let mut out = [0; VALUE];
        let (_, length) = Store::open(&mut self.memory, &mut out);
        length.map_or(Kept::default(), |length| Kept::read(&out[..length]))
    }

    /// Gives `budget` octets until the power is cut.
    fn keep(&mut self, kept: &Kept, budget: usize) {
        let (mut store, _) = Store::open(&mut self.memory, &mut [0; VALUE]);
        self.memory.budget = budget;
        let _ = match kept.is_settled() {
            true => store.save_alone(&mut self.memory, &written(kept)),
            false => store.save(&mut self.memory, &written(kept)),
        };
        self.memory.budget = usize::MAX;
    }

    fn start(&mut self) -> (Kept, Standing) {
        let kept = self.kept();
        let standing = kept.begin(&mut self.record);
        (kept, standing)
    }
}

#[test]
fn what_is_kept_is_read_again() {
    let longest = |letter: &str| {
        let change = Configuration {
            ssid: Some(&letter.repeat(32)),
            psk: Some(&letter.repeat(63)),
            hub: Some(&format!("{}:65535", letter.repeat(90))),
            name: Some(&letter.repeat(32)),
            country: Some("DE"),
            key: Some([7; 32]),
            uplink: Some("serial"),
        };
        Settings::default().with(&change).unwrap()
    };
    let both = Kept {
        settings: longest("a"),
        former: Some(longest("b")),
    };
    for kept in [Kept::default(), settled("Home"), both] {
        assert_eq!(Kept::read(&written(&kept)), kept);
    }
    let mut alone = [0; VALUE];
    let length = settings("Home", "hall").write(&mut alone);
    assert_eq!(
        Kept::read(&alone[..length]),
        settled("Home"),
        "as firmware before kept it"
    );
    assert_eq!(
        Settings::read(&written(&both)),
        both.settings,
        "as firmware before reads it"
    );
}

#[test]
fn what_comes_over_the_air_is_on_trial_and_what_comes_over_the_cable_is_not() {
    let (old, new) = (settled("Old"), settings("New", "hall"));
    for (over, former) in [(Uplink::Wifi, Some(old.settings)), (Uplink::Serial, None)] {
        let kept = old.with(Standing::Settled, new, over);
        assert_eq!(kept, Kept { settings: new, former });
    }
    let renamed = settings("Old", "attic");
    let kept = old.with(Standing::Settled, renamed, Uplink::Wifi);
    assert!(
        kept.is_settled() && kept.settings == renamed,
        "a name leads nowhere else"
    );
}

#[test]
fn only_what_the_hub_has_answered_is_gone_back_to() {
    let (old, new) = (settled("Old"), settings("New", "hall"));
    let trial = old.with(Standing::Settled, new, Uplink::Wifi);
    let newer = trial.with(Standing::Trial, settings("Newer", "hall"), Uplink::Wifi);
    assert_eq!(newer.former, Some(old.settings));
    let renamed = trial.with(Standing::Trial, settings("New", "attic"), Uplink::Serial);
    assert_eq!((renamed.former, renamed.settings.name()), (Some(old.settings), "attic"));
    let back = renamed.in_use(Standing::WentBack);
    assert_eq!((back.network().unwrap().0, back.name()), ("Old", "attic"));
    assert!(trial.with(Standing::Trial, old.settings, Uplink::Wifi).is_settled());
    let again = trial.with(Standing::WentBack, settings("Newer", "hall"), Uplink::Wifi);
    assert_eq!(again.former, Some(old.settings));
    assert!(
        trial
            .with(Standing::WentBack, settings("Old", "attic"), Uplink::Wifi)
            .is_settled()
    );
}

#[test]
fn settings_that_do_not_lead_to_the_hub_have_three_starts_and_the_former_ones_the_next() {
    let trial = settled("Old").with(Standing::Settled, settings("New", "hall"), Uplink::Wifi);
    let mut record = record(0);
    let turns: Vec<_> = (0..8).map(|_| trial.begin(&mut record)).collect();
    use Standing::{Trial, WentBack};
    assert_eq!(turns, [Trial, Trial, Trial, WentBack, WentBack, WentBack, Trial, Trial]);
    let mut record = turned(record);
    assert_eq!(trial.begin(&mut record), WentBack);
    let mut record = turned(record);
    assert_eq!(trial.begin(&mut record), Trial);
    let mut record = anew(turned(record));
    assert_eq!((trial.begin(&mut record), record.tries), (Trial, 1));
    assert_eq!(
        (settled("New").begin(&mut record), record.tries),
        (Standing::Settled, 0)
    );
    assert_eq!(WentBack.capabilities() | Trial.capabilities(), capability::WENT_BACK);
}

#[test]
fn a_trial_ends_once_by_an_answer_or_by_time() {
    for (standing, answered, expected) in [
        (Standing::Settled, false, None),
        (Standing::Settled, true, None),
        (Standing::Trial, true, Some((0, Step::Settle))),
        (Standing::Trial, false, Some((180, Step::Turn))),
        (Standing::WentBack, true, Some((0, Step::Settle))),
        (Standing::WentBack, false, Some((600, Step::Turn))),
    ] {
        let mut trial = super::Trial::new(standing, 5 * SECOND);
        let steps: Vec<_> = (0..1000)
            .map(|second| (second, trial.look((5 + second) * SECOND, answered)))
            .filter(|&(_, step)| step != Step::Wait)
            .collect();
        assert_eq!(steps, Vec::from_iter(expected), "{standing:?}");
        assert_eq!(trial.standing(), standing);
    }
}

#[test]
fn the_log_names_networks_and_no_secrets() {
    let trial = settled("Old").with(Standing::Settled, settings("New", "hall"), Uplink::Wifi);
    assert_eq!(
        trial.words().as_str(),
        "the Wi-Fi “New” could not be used: back to “Old”"
    );
    let other = Configuration {
        psk: Some("battery staple"),
        ..Configuration::default()
    };
    let other = settled("Old").settings.with(&other).unwrap();
    let same = settled("Old").with(Standing::Settled, other, Uplink::Wifi);
    assert_eq!(
        same.words().as_str(),
        "the new settings for “Old” could not be used: back to the former ones"
    );
    let long = settled(&"ö".repeat(16)).with(Standing::Settled, settings(&"ü".repeat(16), "hall"), Uplink::Wifi);
    assert!(long.words().as_str().ends_with("ö”"));
}

proptest! {
    #[test]
    fn any_octets_are_read(octets in proptest::collection::vec(any::<u8>(), 0..VALUE)) {
        let kept = Kept::read(&octets);
        prop_assert_eq!(Kept::read(&written(&kept)), kept);
    }

    /// Settings come over the air and the power is cut at any write: the node always has settings that led to the hub
    /// once, or has them beside those it tries, and comes to them within four starts.
    #[test]
    fn the_way_back_is_never_lost(
        steps in proptest::collection::vec((0u8..4, 0usize..3 * SECTOR as usize), 1..30)
    ) {
        let mut flash = Flash { memory: Memory::new(2), record: record(0) };
        flash.keep(&settled("Home"), usize::MAX);
        for (step, budget) in steps {
            let (kept, standing) = flash.start();
            let home = kept.in_use(standing).network().unwrap().0 == "Home";
            match step {
                // Only who is heard can be told.
                0 if home => {
                    flash.keep(&kept.with(standing, settings("Nowhere", "hall"), Uplink::Wifi), budget);
                    flash.record = anew(flash.record);
                }
                1 if home => flash.keep(&kept.settled(standing), budget),
                2 => flash.record = turned(flash.record),
                // The power is cut.
                _ => {}
            }
            let (kept, mut aside) = (flash.kept(), flash.record);
            let starts = (0..4).map(|_| kept.in_use(kept.begin(&mut aside)));
            prop_assert!(starts.into_iter().any(|used| used.network().unwrap().0 == "Home"));
        }
    }
}
