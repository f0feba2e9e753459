//! Order of `version` fields.

/// The sort key of a version: keys compare, byte by byte, as Elasticsearch orders versions. Versions are semantic, with
/// any number of leading parts; what is no version sorts after all versions, as text.
pub fn version_key(text: &str) -> Vec<u8> {
    valid_key(text).unwrap_or_else(|| {
        let mut key = vec![INVALID];
        key.extend_from_slice(text.as_bytes());
        key
    })
}

const VALID: u8 = 0;
const INVALID: u8 = 1;
/// A version ends here; longer ones go on with a dot, which is greater.
const PRE_RELEASE: u8 = 2;
const RELEASE: u8 = 3;
/// Stands before a number among the identifiers of a pre-release; below every character of an identifier.
const NUMERIC: u8 = 1;

fn valid_key(text: &str) -> Option<Vec<u8>> {
    let (version, build) = match text.split_once('+') {
        Some((version, build)) => (version, Some(build)),
        None => (text, None),
    };
    let (main, pre_release) = match version.split_once('-') {
        Some((main, pre_release)) => (main, Some(pre_release)),
        None => (version, None),
    };
    let mut key = vec![VALID];
    for (index, part) in main.split('.').enumerate() {
        if index > 0 {
            key.push(b'.');
        }
        push_number(&mut key, part)?;
    }
    match pre_release {
        None => key.push(RELEASE),
        Some(pre_release) => {
            key.push(PRE_RELEASE);
            for (index, part) in pre_release.split('.').enumerate() {
                if index > 0 {
                    key.push(b'.');
                }
                if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
                    key.push(NUMERIC);
                    push_number(&mut key, part)?;
                } else {
                    push_identifier(&mut key, part)?;
                }
            }
        }
    }
    if let Some(build) = build {
        key.push(b'+');
        for (index, part) in build.split('.').enumerate() {
            if index > 0 {
                key.push(b'.');
            }
            push_identifier(&mut key, part)?;
        }
    }
    Some(key)
}

/// Digits without leading zeros, longer numbers after shorter ones.
fn push_number(key: &mut Vec<u8>, digits: &str) -> Option<()> {
    let plain = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    if !plain {
        return None;
    }
    // The length byte stays above the markers and the dot, so that it never looks like one of them.
    let length = u8::try_from(digits.len())
        .ok()
        .filter(|&length| length < 128)?;
    key.push(0x80 | length);
    key.extend_from_slice(digits.as_bytes());
    Some(())
}

fn push_identifier(key: &mut Vec<u8>, part: &str) -> Option<()> {
    let plain = !part.is_empty()
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then(|| key.extend_from_slice(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::version_key;

    #[test]
    fn versions_are_ordered_as_documented() {
        let ordered = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.2.4-SNAPSHOT",
            "1.2.4",
            "1.5.0",
            "1.11.3",
            "2",
            "2.0",
            "2.0.0",
            "1.02.3",
            "bad",
        ];
        for pair in ordered.windows(2) {
            assert!(
                version_key(pair[0]) < version_key(pair[1]),
                "{} < {}",
                pair[0],
                pair[1]
            );
        }
        assert_ne!(version_key("1.0"), version_key("1.0.0"));
    }
}
