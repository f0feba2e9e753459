//! The Windows part of the repository's `corpus/`: a small network, and two break-ins.

mod scenario;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::evtx::{Element, Event, EvtxFile, Shape, Style, WriteError};
use crate::{oracle, winlogbeat};

/// A file of the corpus, and where it goes below `corpus/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusFile {
    /// The path, with slashes.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Something that a scan of a file should find.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expected {
    check: &'static str,
    path: String,
    /// A record id, or the offset of a line.
    place: u64,
    time: String,
    user: String,
    address: String,
}

/// All files that are made from the scenario.
///
/// # Errors
///
/// When an event cannot be written, which is a mistake in the scenario.
pub fn files() -> Result<Vec<CorpusFile>, WriteError> {
    let mut events = scenario::events();
    events.sort_by_key(|event| event.time);
    let mut files = Vec::new();
    let mut expected = Vec::new();

    let mut logs: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    let mut records = Vec::new();
    for event in &events {
        let host = event.computer.split('.').next().unwrap_or_default();
        let path = format!("windows/{host}/{}.evtx", event.channel.replace('/', "%4"));
        let log = logs.entry(path.clone()).or_default();
        // Each log has a past that is no longer in it.
        let id = 1001 + log.len() as u64;
        log.push(event.clone());
        records.push((path, id));
    }
    for (path, log) in logs {
        let bytes = write_log(&log)?;
        files.push(CorpusFile { path, bytes });
    }
    let all: Vec<&Event> = events.iter().collect();
    expect(&all, |index| records[index].clone(), &mut expected);

    let exported: Vec<&Event> = all
        .iter()
        .copied()
        .filter(|event| event.channel == "Security" && event.computer.starts_with("gw01"))
        .filter(|event| scenario::is_of_the_break_in(event.time))
        .collect();
    let path = "windows/export/gw01-security-all-text.evtx".to_owned();
    let bytes = EvtxFile::new()
        .style(Style::of(Shape::Literal))
        .events(exported.iter().map(|event| (*event).clone()))
        .finish()?;
    expect(
        &exported,
        |index| (path.clone(), 1 + index as u64),
        &mut expected,
    );
    files.push(CorpusFile { path, bytes });

    let forwarded = scenario::forwarded(&events);
    let path = "windows/collector/ForwardedEvents.evtx".to_owned();
    let bytes = EvtxFile::new()
        .style(Style::of(Shape::Literal))
        .events(forwarded.iter().map(with_rendering))
        .finish()?;
    let all: Vec<&Event> = forwarded.iter().collect();
    expect(
        &all,
        |index| (path.clone(), 1 + index as u64),
        &mut expected,
    );
    files.push(CorpusFile { path, bytes });

    let (ndjson, offsets) = winlogbeat_lines(&events, &records);
    let path = "json/winlogbeat.ndjson".to_owned();
    let all: Vec<&Event> = events.iter().collect();
    expect(&all, |index| (path.clone(), offsets[index]), &mut expected);
    files.push(CorpusFile {
        path,
        bytes: ndjson.into_bytes(),
    });

    files.push(CorpusFile {
        path: "EXPECTED.tsv".to_owned(),
        bytes: table(&expected).into_bytes(),
    });
    Ok(files)
}

fn write_log(events: &[Event]) -> Result<Vec<u8>, WriteError> {
    let mut file = EvtxFile::new().next_record_id(1001);
    for event in events {
        // The event log service writes its own events with a template of its own.
        file.set_style(if event.provider == "Microsoft-Windows-Eventlog" {
            Style::of(Shape::PerProvider)
        } else if event
            .channel
            .starts_with("Microsoft-Windows-RemoteDesktopServices")
        {
            Style::default().nul_terminated()
        } else {
            Style::default()
        });
        file.push(event)?;
    }
    file.finish()
}

/// A forwarded event carries the texts that its own host had for its numbers.
fn with_rendering(event: &Event) -> Event {
    let mut event = event.clone();
    event.extra.push(
        Element::new("RenderingInfo")
            .attribute("Culture", "en-US")
            .with("Message", format!("Event {}.", event.event_id))
            .with("Level", "Information")
            .with("Channel", event.channel.clone()),
    );
    event
}

fn winlogbeat_lines(events: &[Event], records: &[(String, u64)]) -> (String, Vec<u64>) {
    let mut lines = String::new();
    let mut offsets = Vec::with_capacity(events.len());
    for (event, (_, id)) in events.iter().zip(records) {
        offsets.push(lines.len() as u64);
        lines.push_str(&winlogbeat::document(event, *id).to_string());
        lines.push('\n');
    }
    (lines, offsets)
}

/// Adds what a scan of these events should find.
fn expect(events: &[&Event], place: impl Fn(usize) -> (String, u64), expected: &mut Vec<Expected>) {
    let mut add = |check, index: usize| {
        let event = events[index];
        let (path, place) = place(index);
        let text = |names: [&str; 2]| {
            names
                .into_iter()
                .find_map(|name| event.value(name))
                .map(|value| value.to_text().into_owned())
                .unwrap_or_default()
        };
        expected.push(Expected {
            check,
            path,
            place,
            time: event.time.to_string(),
            user: text(["TargetUserName", "User"]),
            address: text(["IpAddress", "Address"]),
        });
    };
    for (index, event) in events.iter().enumerate() {
        if oracle::is_external_logon(event) {
            add("seed", index);
        }
    }
    for index in oracle::failures_then_success(events) {
        add("fail_then_success", index);
    }
    for index in oracle::remote_desktop_chains(events, 21) {
        add("rdp_chain", index);
    }
    for index in oracle::remote_desktop_chains(events, 25) {
        add("rdp_reconnect_chain", index);
    }
}

fn table(expected: &[Expected]) -> String {
    let mut text = "check\tfile\tplace\ttime\tuser\taddress\n".to_owned();
    for row in expected {
        writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}",
            row.check, row.path, row.place, row.time, row.user, row.address
        )
        .expect("a String takes every write");
    }
    text
}
