//! Which files may be cut into ranges.

use super::Index;

/// So many lines at the start of a file must hold one object each.
const LINES: usize = 8;

/// Does a file that begins with these bytes hold one JSON object a line, so that ranges of it can be read apart with
/// [`JsonReader::read_range`](super::JsonReader::read_range)? `head` should be some tens of thousands of bytes, or the whole of
/// a smaller file. Files in UTF-16, arrays, wrapped lists and objects over several lines are not.
pub fn is_splittable(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut index = Index::new();
    let mut seen = 0;
    // The last line may be cut, so it says nothing.
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n").map(<[u8]>::trim_ascii) else {
            break;
        };
        if line.is_empty() {
            continue;
        }
        let whole = std::str::from_utf8(line).is_ok_and(|text| index.build(text).is_ok());
        if !whole || super::wrapper::begins(line) {
            return false;
        }
        seen += 1;
        if seen == LINES {
            break;
        }
    }
    seen > 0
}

#[cfg(test)]
mod tests {
    use super::is_splittable;

    #[test]
    fn only_files_of_lines_may_be_cut() {
        assert!(is_splittable(b"{\"a\":1}\n{\"b\":2}\n{\"c\":"));
        assert!(is_splittable(b"\xEF\xBB\xBF\r\n{\"a\":1}\r\n"));
        for head in [
            "",
            "{\"a\":1}",
            "[\n{\"a\":1}\n]",
            "{\n\"a\":1}\n",
            "{\"Records\":[{}]}\n",
            "{\"a\":1}\nplain\n",
            "{\0\"\0",
        ] {
            assert!(!is_splittable(head.as_bytes()), "{head}");
        }
    }
}
