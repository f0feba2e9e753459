//! Measures the JSON reader: `json_scan FILE [seed|pack|all] [nofilter]`.
//!
//! Prints what was read, the processor time per gigabyte, and that of merely reading the file, which is what `cat` does.
//! `seed` wants logons (event code 4624) and looks at them as the reference query does; `pack` wants a dozen codes and a few
//! things that no code tells; `all` wants everything.

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatewatch_event::{Event, Field, Known, Value};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Needles, Placed, Problem};

struct Scan {
    codes: Option<Vec<String>>,
    categories: Vec<String>,
    needles: Option<Needles>,
    fields: [Field; 5],
    asked: u64,
    events: u64,
    hits: u64,
    problems: u64,
}

impl Scan {
    fn new(mode: &str) -> Self {
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let pack = [
            "4624", "4625", "4648", "4672", "4688", "4697", "4720", "4732", "4776", "4778", "1149",
            "7045",
        ];
        let (codes, categories) = match mode {
            "seed" => (Some(texts(&["4624"])), Vec::new()),
            "pack" => (Some(texts(&pack[3..])), texts(&["network", "registry"])),
            _ => (None, Vec::new()),
        };
        Self {
            needles: codes.clone().map(|codes| Needles {
                texts: [codes, categories.clone()].concat(),
            }),
            codes,
            categories,
            fields: [
                "event.code",
                "event.category",
                "winlog.event_data.LogonType",
                "source.ip",
                "winlog.event_data.TargetUserName",
            ]
            .map(Field::new),
            asked: 0,
            events: 0,
            hits: 0,
            problems: 0,
        }
    }
}

impl Consumer for Scan {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        self.asked += 1;
        let codes = self.codes.as_ref()?;
        let any = |field: Field, texts: &[String]| {
            known.known(field).is_none_or(|values| {
                values
                    .iter()
                    .any(|value| texts.iter().any(|text| *text == value.text()))
            })
        };
        let wanted = any(self.fields[0], codes)
            || (!self.categories.is_empty() && any(self.fields[1], &self.categories));
        wanted.then_some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        self.events += 1;
        let is = |field: Field, texts: &[&str]| {
            let mut found = false;
            event.visit(field, &mut |value| {
                found = matches!(&value, Value::Str(text) if texts.contains(&text.as_ref()));
                !found
            });
            found
        };
        let logon = is(self.fields[0], &["4624"])
            && is(self.fields[1], &["authentication"])
            && is(self.fields[2], &["3", "10"])
            && event.first(self.fields[3]).is_some()
            && !is(self.fields[4], &["-", ""]);
        self.hits += u64::from(logon);
    }

    fn problem(&mut self, _: Problem) {
        self.problems += 1;
    }

    fn needles(&self) -> Option<&Needles> {
        self.needles.as_ref()
    }
}

/// The time this thread has spent on a processor.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split_whitespace().next().unwrap_or("0").parse()?;
    Ok(Duration::from_nanos(nanos))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("usage: json_scan FILE [seed|pack|all] [nofilter]")?;
    let mode = arguments.next().unwrap_or_else(|| "seed".to_owned());
    let prefilter = arguments.next().as_deref() != Some("nofilter");
    let name: Arc<str> = Arc::from(path.as_str());
    let mut out = std::io::stdout().lock();
    let mut best: Option<(f64, f64)> = None;
    for _ in 0..std::env::var("JSON_SCAN_RUNS")
        .ok()
        .and_then(|runs| runs.parse().ok())
        .unwrap_or(5)
    {
        let before = processor_time()?;
        let mut buffer = vec![1; 128 << 10];
        let mut file = File::open(&path)?;
        while file.read(&mut buffer)? > 0 {}
        let cat = (processor_time()? - before).as_secs_f64();

        let mut scan = Scan::new(&mode);
        let before = processor_time()?;
        let start = Instant::now();
        let counts =
            JsonReader::new()
                .prefilter(prefilter)
                .read(&mut File::open(&path)?, &name, &mut scan);
        let wall = start.elapsed().as_secs_f64();
        let used = (processor_time()? - before).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let gigabytes = counts.bytes as f64 / 1e9;
        writeln!(
            out,
            "{counts:?} kinds {} events {} hits {} problems {}: {:.3} s/GB, wall {:.3}, reading {:.3} s/GB, {:.2} x",
            scan.asked,
            scan.events,
            scan.hits,
            scan.problems,
            used / gigabytes,
            wall / gigabytes,
            cat / gigabytes,
            used / cat
        )?;
        best = Some(best.map_or((used, cat), |(a, b)| (a.min(used), b.min(cat))));
    }
    if let Some((used, cat)) = best {
        writeln!(
            out,
            "best: {used:.3} s against {cat:.3} s of reading: {:.2} x",
            used / cat
        )?;
    }
    Ok(())
}
