//! The time and memory of programs.
//!
//! Each measurement runs in a process of its own, since the system adds up what all children of a
//! process have used and keeps only the largest peak. That process is this program once more; its
//! own memory, some 4 MiB, is the least that a peak can show.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value as Json, json};

/// What commands used together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// From the start of the first to the end of the last.
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    /// The most memory that one of them had, in KiB.
    pub peak_kib: u64,
    /// The lines that they wrote, when asked for.
    pub lines: u64,
}

/// What to run: commands, one after the other, each with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub commands: Vec<Vec<String>>,
    /// Count the lines of the output, which costs time, or throw it away.
    pub count_lines: bool,
}

impl Job {
    /// Runs the commands in a process of their own.
    pub fn run(&self) -> anyhow::Result<Usage> {
        let program = std::env::current_exe().context("cannot find this program")?;
        let mut child = Command::new(program)
            .arg("measure")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let job = json!({"commands": self.commands, "count_lines": self.count_lines});
        child
            .stdin
            .take()
            .context("the child has no input")?
            .write_all(job.to_string().as_bytes())?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "{} failed",
                self.commands.first().unwrap_or(&Vec::new()).join(" ")
            );
        }
        let usage: Json = serde_json::from_slice(&output.stdout)?;
        let number = |name: &str| {
            usage[name]
                .as_u64()
                .with_context(|| format!("no {name} in {usage}"))
        };
        Ok(Usage {
            wall: Duration::from_micros(number("wall")?),
            cpu: Duration::from_micros(number("cpu")?),
            peak_kib: number("peak_kib")?,
            lines: number("lines")?,
        })
    }

    /// The other end of [`Self::run`]: reads the job, runs it, and gives what it used as JSON.
    pub fn serve() -> anyhow::Result<String> {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        let job: Json = serde_json::from_str(&text)?;
        let count_lines = job["count_lines"] == true;
        let mut lines = 0;
        let start = Instant::now();
        for command in job["commands"].as_array().into_iter().flatten() {
            let words: Vec<&str> = command
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            lines += run_one(&words, count_lines)?;
        }
        let wall = start.elapsed();
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let cpu = usage.user_time() + usage.system_time();
        let cpu = cpu.tv_sec() * 1_000_000 + cpu.tv_usec();
        Ok(json!({
            "wall": u64::try_from(wall.as_micros())?,
            "cpu": cpu,
            "peak_kib": usage.max_rss(),
            "lines": lines,
        })
        .to_string())
    }
}

fn run_one(words: &[&str], count_lines: bool) -> anyhow::Result<u64> {
    let (program, arguments) = words.split_first().context("an empty command")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(if count_lines {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let output = child.stdout.take();
    let errors = child.stderr.take();
    // Both pipes must be read at once: a full one stops the child.
    let (lines, complaint) = std::thread::scope(|scope| {
        let complaint = scope.spawn(move || {
            let mut complaint = Vec::new();
            if let Some(mut errors) = errors {
                errors.read_to_end(&mut complaint)?;
            }
            anyhow::Ok(complaint)
        });
        let lines = output.map_or(Ok(0), count)?;
        let complaint = complaint.join();
        anyhow::Ok((lines, complaint.unwrap_or_else(|_| Ok(Vec::new()))?))
    })?;
    let status = child.wait()?;
    if !status.success() {
        let complaint = String::from_utf8_lossy(&complaint);
        bail!("{}: {status}\n{complaint}", words.join(" "));
    }
    Ok(lines)
}

fn count(output: impl Read) -> anyhow::Result<u64> {
    let mut output = BufReader::with_capacity(1 << 16, output);
    let mut lines = 0;
    while output.skip_until(b'\n')? > 0 {
        lines += 1;
    }
    Ok(lines)
}
