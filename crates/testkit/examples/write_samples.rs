//! Writes one log for each layout that the writer knows, for an independent reader to check:
//! `cargo run -p gatewatch-testkit --example write_samples -- DIR`.

use std::error::Error;
use std::path::PathBuf;

use gatewatch_testkit::evtx::{
    Element, Event, EvtxFile, FileTime, Guid, Nested, Payload, Shape, Sid, Style, Value,
};

fn main() -> Result<(), Box<dyn Error>> {
    let directory: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("give the directory to write to")?
        .into();
    std::fs::create_dir_all(&directory)?;
    for (shape, shape_name) in [
        (Shape::Shared, "shared"),
        (Shape::PerProvider, "per-provider"),
        (Shape::Single, "single"),
        (Shape::Literal, "literal"),
    ] {
        for (nested, nested_name) in [
            (Nested::Fragment, "fragment"),
            (Nested::Bare, "bare"),
            (Nested::Literal, "literal"),
        ] {
            for (all_text, values) in [(false, "typed"), (true, "text")] {
                let style = Style {
                    shape,
                    nested,
                    all_text,
                    nul_terminated: all_text,
                };
                let name = format!("{shape_name}-{nested_name}-{values}.evtx");
                let bytes = EvtxFile::new().style(style).events(events()).finish()?;
                std::fs::write(directory.join(name), bytes)?;
            }
        }
    }
    Ok(())
}

/// Enough events for several chunks.
fn events() -> impl Iterator<Item = Event> {
    let start = FileTime::at("2026-03-01T08:00:00.5Z");
    (0..300_u32).map(move |index| {
        let event = Event::new("Example-Provider", u16::try_from(index % 5).unwrap_or(0))
            .guid(Guid::of("{54849625-5478-4994-a5ba-3e3b0328c30d}"))
            .channel("Security")
            .computer("lab1.example.test")
            .process(index, index + 4)
            .user(Sid::of("S-1-5-18"))
            .time(start.plus_seconds(index.into()));
        match index % 5 {
            0 => event.data([
                ("Text", "203.0.113.9".into()),
                ("Number", Value::U32(index)),
                ("Flag", Value::Bool(index.is_multiple_of(2))),
                ("Pointer", Value::pointer(index.into())),
                ("Sid", Sid::of("S-1-5-21-1-2-3-500").into()),
                ("Guid", Guid([7; 16]).into()),
                ("Time", start.into()),
                ("Bytes", Value::Binary(vec![1, 2, 3])),
                ("Hex", Value::Hex32(0xc000_006d)),
                ("Nothing", Value::Null),
            ]),
            1 => event.user_data(
                Element::new("EventXML")
                    .attribute("xmlns", "Event_NS")
                    .with("User", format!("LAB\\user{index}"))
                    .with("SessionID", Value::U32(index))
                    .with("Address", "198.51.100.7"),
            ),
            2 => Event {
                qualifiers: Some(0x8000),
                payload: Payload::Classic {
                    strings: vec!["one".into(), format!("{index}").into()],
                    binary: vec![0xff; 4],
                },
                ..event
            },
            3 => event.data([("Text", "\u{43c}\u{438}\u{440} \u{1f30d}")]),
            _ => event,
        }
    })
}
