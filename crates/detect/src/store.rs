//! Keeps the documents of matched events until the alerts are written.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// Where a document lies in a [`DocumentStore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentRef {
    pub(crate) offset: u64,
    pub(crate) length: u32,
}

/// Serialised documents, in memory up to a budget and in an unnamed temporary file beyond it, so that a log full of
/// hits does not fill the memory.
#[derive(Debug)]
pub struct DocumentStore {
    budget: usize,
    memory: Vec<u8>,
    spilled: u64,
    file: Option<Mutex<File>>,
}

impl DocumentStore {
    /// A store that holds `budget` bytes in memory.
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            memory: Vec::new(),
            spilled: 0,
            file: None,
        }
    }

    /// Keeps a document.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be written.
    pub fn push(&mut self, document: &[u8]) -> io::Result<DocumentRef> {
        if !self.memory.is_empty() && self.memory.len() + document.len() > self.budget {
            self.spill()?;
        }
        let length = u32::try_from(document.len())
            .map_err(|_| io::Error::other("a document is larger than 4 GiB"))?;
        let offset = self.spilled + self.memory.len() as u64;
        self.memory.extend_from_slice(document);
        Ok(DocumentRef { offset, length })
    }

    /// Moves what is in memory to the end of the file.
    fn spill(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(Mutex::new(tempfile::tempfile()?));
        }
        let file = self.file.as_mut().expect("just made");
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.spilled))?;
        file.write_all(&self.memory)?;
        self.spilled += self.memory.len() as u64;
        self.memory.clear();
        Ok(())
    }

    /// A document that was kept here.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub fn get(&self, at: DocumentRef) -> io::Result<Vec<u8>> {
        let length = at.length as usize;
        if let Some(start) = at.offset.checked_sub(self.spilled) {
            let start = usize::try_from(start).map_err(io::Error::other)?;
            return self
                .memory
                .get(start..start + length)
                .map(<[u8]>::to_vec)
                .ok_or_else(|| io::Error::other("no such document in this store"));
        }
        let Some(file) = &self.file else {
            return Err(io::Error::other("no such document in this store"));
        };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at.offset))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::DocumentStore;

    #[test]
    fn documents_come_back_from_memory_and_from_disk() {
        let mut store = DocumentStore::new(64);
        let documents: Vec<String> = (0..50).map(|n| format!("document {n}")).collect();
        let places: Vec<_> = documents
            .iter()
            .map(|document| store.push(document.as_bytes()).expect("writable"))
            .collect();
        for (document, place) in documents.iter().zip(places) {
            assert_eq!(store.get(place).expect("readable"), document.as_bytes());
        }
        assert!(store.file.is_some());
    }
}
