//! Every log of the development corpus, mapped: the seed's question and the Remote Desktop chain have the known answers,
//! and each field says the same on demand as in the document.

#[path = "windows_support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatewatch_event::{Cidr, CidrSet, Event, Known, Timestamp, parse_ip};
use gatewatch_ingest::format::evtx::EvtxFile;
use gatewatch_ingest::source::windows::{Options, read_evtx, read_evtx_stream};
use gatewatch_ingest::{Consumer, Placed, Problem, ProblemKind};
use support::{Keeper, assert_same, shared, texts};

/// One event of the chain that Remote Desktop leaves.
struct Step {
    code: String,
    time: Timestamp,
    host: String,
    address: String,
}

/// Asks the questions of each event.
struct Asking {
    private: CidrSet,
    seed: BTreeSet<String>,
    /// Hits without a user name: in EQL `!=` holds for them, the answers of the shared corpus leave them out.
    nameless: BTreeSet<String>,
    steps: Vec<Step>,
    records: u64,
}

fn private() -> CidrSet {
    [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
    ]
    .iter()
    .filter_map(|block| Cidr::parse(block))
    .collect()
}

impl Asking {
    fn is_hit(&self, event: &dyn Event) -> bool {
        let one = |field| texts(event, field).pop().unwrap_or_default();
        let user = one("winlog.event_data.TargetUserName");
        one("event.category") == "authentication"
            && one("event.code") == "4624"
            && matches!(one("winlog.event_data.LogonType").as_str(), "3" | "10")
            && parse_ip(&one("source.ip"))
                .is_some_and(|address| !address.is_loopback() && !self.private.contains(address))
            && user != "-"
            && !user.ends_with('$')
    }
}

impl Consumer for Asking {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        self.records += 1;
        assert_same(event, &event.document());
        if self.is_hit(event) {
            self.seed.extend(texts(event, "winlog.record_id"));
            if texts(event, "winlog.event_data.TargetUserName").is_empty() {
                self.nameless.extend(texts(event, "winlog.record_id"));
            }
        }
        let one = |field| texts(event, field).pop().unwrap_or_default();
        let code = one("event.code");
        if one("winlog.channel").starts_with("Microsoft-Windows-TerminalServices-")
            && matches!(code.as_str(), "1149" | "21" | "25")
        {
            self.steps.push(Step {
                code,
                time: event.timestamp().expect("every record has a time"),
                host: one("host.name").to_lowercase(),
                address: one("source.ip"),
            });
        }
    }

    fn problem(&mut self, _: Problem) {}
}

fn ask(file: &Path) -> Asking {
    let bytes = fs::read(file).expect("the log is there");
    let log = EvtxFile::open(bytes.as_slice()).expect("memory can be read");
    let mut asking = Asking {
        private: private(),
        seed: BTreeSet::new(),
        nameless: BTreeSet::new(),
        steps: Vec::new(),
        records: 0,
    };
    let path: Arc<str> = Arc::from(file.to_string_lossy());
    let chunks = 0..log.chunk_count();
    read_evtx(&path, &log, chunks, Options::default(), &mut asking);
    asking
}

/// The known answers to one question: record ids by file. The columns are file, question and record id, in this order.
fn truth(table: &Path, columns: [usize; 3], question: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(table).expect("the answers are there");
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, asked, record] = columns.map(|column| cells[column]);
        if asked == question {
            let records = answers.entry(file.to_owned()).or_default();
            records.push(record.to_owned());
        }
    }
    answers
}

/// Where the shared corpus keeps its answers.
const SHARED: [usize; 3] = [0, 1, 2];
/// Where the corpus of this repository keeps them.
const OWN: [usize; 3] = [1, 0, 2];

fn logs(corpus: &Path) -> Vec<PathBuf> {
    let mut logs: Vec<PathBuf> = fs::read_dir(corpus.join("evtx"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    logs.sort();
    logs
}

#[test]
fn the_seed_finds_what_it_should_in_every_log() {
    let Some(corpus) = shared("corpus") else {
        return;
    };
    let truth = truth(&corpus.join("HITS.tsv"), SHARED, "seed");
    let mut differences = Vec::new();
    for file in logs(&corpus) {
        let name = file.file_name().expect("a file").to_string_lossy();
        let asked = ask(&file);
        let found = &asked.seed - &asked.nameless;
        let expected: BTreeSet<String> = truth
            .get(&format!("evtx/{name}"))
            .map(|ids| ids.iter().cloned().collect())
            .unwrap_or_default();
        // What a damaged log still gives is not for this test to say.
        if !name.starts_with("bad__") && found != expected {
            let more: Vec<_> = found.difference(&expected).collect();
            let less: Vec<_> = expected.difference(&found).collect();
            differences.push(format!("{name}: more {more:?}, less {less:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The session events that follow an authentication on the same host from the same address within five minutes.
fn chains(steps: &[Step], code: &str) -> usize {
    const WITHIN: i64 = 300_000_000_000;
    let follows = |session: &Step, authentication: &Step| {
        let gap = session.time.nanos() - authentication.time.nanos();
        authentication.code == "1149"
            && (0..=WITHIN).contains(&gap)
            && authentication.host == session.host
            && authentication.address == session.address
    };
    steps
        .iter()
        .filter(|session| session.code == code && !session.address.is_empty())
        .filter(|session| steps.iter().any(|step| follows(session, step)))
        .count()
}

#[test]
fn remote_desktop_sessions_follow_their_authentications() {
    let Some(corpus) = shared("corpus") else {
        return;
    };
    let answers = corpus.join("HITS.tsv");
    let sessions = truth(&answers, SHARED, "rdp_chain");
    let reconnects = truth(&answers, SHARED, "rdp_reconnect_chain");
    for file in logs(&corpus) {
        let name = format!(
            "evtx/{}",
            file.file_name().expect("a file").to_string_lossy()
        );
        let steps = ask(&file).steps;
        let known =
            |answers: &BTreeMap<String, Vec<String>>| answers.get(&name).map_or(0, Vec::len);
        assert_eq!(chains(&steps, "21"), known(&sessions), "{name}");
        assert_eq!(chains(&steps, "25"), known(&reconnects), "{name}");
    }
}

/// The logs that ship with the project, so that this is tested on any machine.
#[test]
fn own_logs_have_their_known_answers() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let answers = corpus.join("EXPECTED.tsv");
    let asked = ["seed", "rdp_chain", "rdp_reconnect_chain"];
    let [seed, sessions, reconnects] = asked.map(|question| truth(&answers, OWN, question));
    let files: BTreeSet<&String> = [&seed, &sessions, &reconnects]
        .into_iter()
        .flat_map(BTreeMap::keys)
        .filter(|file| file.ends_with(".evtx"))
        .collect();
    assert!(files.len() > 2);
    for file in files {
        let found = ask(&corpus.join(file));
        let known = |answers: &BTreeMap<String, Vec<String>>| -> Vec<String> {
            answers.get(file).cloned().unwrap_or_default()
        };
        let hits: BTreeSet<String> = known(&seed).into_iter().collect();
        assert_eq!(found.seed, hits, "{file}");
        // Authentications lie in a log of their own, beside that of the sessions.
        let beside = file.replace("LocalSessionManager", "RemoteConnectionManager");
        let mut steps = found.steps;
        if beside != *file {
            steps.extend(ask(&corpus.join(&beside)).steps);
        }
        assert_eq!(chains(&steps, "21"), known(&sessions).len(), "{file}");
        assert_eq!(chains(&steps, "25"), known(&reconnects).len(), "{file}");
    }
}

/// Numbers that look random and are the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).expect("it is below a usize")
    }
}

#[test]
fn damaged_logs_are_read_without_a_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/windows/gw01");
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for name in [
        "Microsoft-Windows-Sysmon%4Operational.evtx",
        "Microsoft-Windows-TerminalServices-LocalSessionManager%4Operational.evtx",
    ] {
        let whole = fs::read(corpus.join(name)).expect("the log is there");
        let path: Arc<str> = Arc::from(name);
        for round in 0..60 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(noise.next(whole.len()));
            }
            for _ in 0..round {
                let at = noise.next(bytes.len().max(1));
                let value = u8::try_from(noise.next(256)).expect("a byte");
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            let mut keeper = Keeper::default();
            let counts = read_evtx_stream(&path, bytes.as_slice(), Options::default(), &mut keeper);
            let delivered = keeper.documents.len() as u64;
            assert_eq!(
                counts.records,
                delivered + counts.unreadable,
                "{name} {round}"
            );
            let unreadable = keeper.problems.iter();
            let unreadable = unreadable.filter(|problem| problem.kind == ProblemKind::Record);
            assert_eq!(
                unreadable.count() as u64,
                counts.unreadable,
                "{name} {round}"
            );
        }
    }
}
