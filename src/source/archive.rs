//! Archives: the members of a tar or zip file, each read like a file of its own.
//!
//! Nothing is unpacked to disk. A member's `file_path` is that of the archive, `!`, its number in the archive in eight digits, `/` and
//! its name: the number keeps rows in the order of the archive, and tells members of one name apart.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use super::names::{member_path, named_kind};
use super::open::{Body, Context, Place};
use super::stream::{Fault, Part, Stream};
use super::{tar, zip};
use crate::document::{RawRecord, Reason, Rejection};

/// Form of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Tar,
    Zip,
}

/// A member that may hold text.
pub(super) struct Entry {
    /// As it stands in the archive.
    pub(super) name: Vec<u8>,
    /// Bytes it takes in the archive; nothing where only its end tells.
    pub(super) size: Option<u64>,
    /// Bytes behind it.
    pub(super) padding: u64,
    pub(super) held: Held,
    /// How to see that it is whole.
    pub(super) check: Option<Check>,
}

/// How a member is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Stored,
    Deflate,
    Bzip2,
    Zstd,
    /// In a way that is not read; the words name the way out.
    Refused(&'static str),
}

/// Where a member's checksum stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Nowhere that is known.
    None,
    /// In front of it.
    Known(u32),
    /// Behind it, with sizes of 8 bytes or of 4.
    Behind { is_long: bool },
}

/// Reads the members of one archive.
pub(super) struct Archive<'a> {
    form: Form,
    shared: Rc<RefCell<Stream>>,
    context: Context<'a>,
    /// Members seen.
    count: u64,
    member: Option<Member<'a>>,
    is_done: bool,
    /// Whether damage was reported of which the archive's own end may be a consequence.
    is_damaged: bool,
}

struct Member<'a> {
    body: Box<Body<'a>>,
    left: Rc<Cell<u64>>,
    padding: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn new(form: Form, stream: Stream, context: &Context<'a>) -> Archive<'a> {
        Archive {
            form,
            shared: Rc::new(RefCell::new(stream)),
            context: context.inside(),
            count: 0,
            member: None,
            is_done: false,
            is_damaged: false,
        }
    }

    /// Decompressed bytes of the archive so far.
    pub(super) fn given(&self) -> u64 {
        self.shared.borrow().given()
    }

    pub(super) fn next(&mut self, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        while !self.is_done {
            if let Some(member) = &mut self.member {
                if let Some(item) = member.body.next() {
                    self.is_damaged |= item.as_ref().is_err_and(|rejection| rejection.reason.is_damage());
                    return Some(item);
                }
                if let Err(error) = self.close_member() {
                    return self.end_damaged(&error, place);
                }
            }
            match self.open_member(place) {
                Ok(None) => {}
                Ok(Some(rejection)) => return Some(Err(rejection)),
                Err(error) => return self.end_damaged(&error, place),
            }
        }
        None
    }

    /// Ends the archive. What has been reported is not reported again.
    fn end_damaged(&mut self, error: &io::Error, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        self.is_done = true;
        self.member = None;
        if self.is_damaged {
            return None;
        }
        let place = place.member(&member_path(self.count, b""));
        Some(Err(place.fault(0, &Fault::of(error), &[])))
    }

    /// Passes over what the member's reader has left.
    fn close_member(&mut self) -> io::Result<()> {
        let Some(Member { mut body, left, padding }) = self.member.take() else { return Ok(()) };
        if left.get() == u64::MAX {
            body.drain()?;
        }
        drop(body);
        let rest = if left.get() == u64::MAX { 0 } else { left.get() };
        let whole = rest.saturating_add(padding);
        if self.shared.borrow_mut().skip(whole)? < whole {
            return Err(Fault::Damaged("the archive is cut; what came before was read".to_owned()).into_error());
        }
        Ok(())
    }

    /// Opens the next member, or ends; gives what is wrong with a member that is not opened.
    fn open_member(&mut self, place: &Place) -> io::Result<Option<Rejection>> {
        let next = match self.form {
            Form::Tar => tar::next(&mut self.shared.borrow_mut())?,
            Form::Zip => zip::next(&mut self.shared.borrow_mut())?,
        };
        let Some(entry) = next else {
            self.is_done = true;
            return Ok(None);
        };
        let limit = self.context.config.limits.max_archive_members;
        if self.count >= limit {
            let words = format!("more than `limits.max_archive_members` = {limit} members; those before were read");
            return Err(Fault::OverLimit(words).into_error());
        }
        let path = member_path(self.count, &entry.name);
        self.count += 1;
        let place = place.member(&path);
        let left = Rc::new(Cell::new(entry.size.unwrap_or(u64::MAX)));
        let file_name = entry.name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let file_name = String::from_utf8_lossy(file_name).into_owned();
        let is_wanted = named_kind(&file_name).is_some() && !self.is_passed_over(&entry.name);
        let mut refused = None;
        let mut opened = None;
        match entry.held {
            Held::Refused(words) if is_wanted => {
                refused = Some(place.fault(0, &Fault::Unreadable(words.to_owned()), &[]));
            }
            // Its length is told by its decoder alone, so that it must be decompressed to find the next one.
            _ if is_wanted || entry.size.is_none() => opened = Some(self.content(&entry, &left)?),
            _ => {}
        }
        if matches!(entry.held, Held::Refused(_)) && entry.size.is_none() {
            // Nothing tells where the next member begins.
            self.is_done = true;
        }
        let body = match opened {
            Some(stream) if is_wanted => Body::of_stream(place, stream, &file_name, &self.context),
            Some(stream) => Body::passed_over(place, stream),
            None => Body::empty(place, &self.context),
        };
        self.member = Some(Member { body: Box::new(body), left, padding: entry.padding });
        Ok(refused)
    }

    /// Hidden names and those of `input.ignore`, as in folders.
    fn is_passed_over(&self, name: &[u8]) -> bool {
        let ignored = &self.context.config.input.ignore;
        name.split(|&byte| byte == b'/')
            .filter(|part| !matches!(*part, b"." | b".." | b""))
            .any(|part| part.starts_with(b".") || ignored.iter().any(|ignored| part == ignored.as_bytes()))
    }

    fn content(&self, entry: &Entry, left: &Rc<Cell<u64>>) -> io::Result<Stream> {
        let part = Part::new(&self.shared, left);
        let taken = part.taken();
        let limits = &self.context.limits;
        let (reader, compression): (Box<dyn Read>, _) = match self.form {
            Form::Tar => (Box::new(part), None),
            Form::Zip => zip::open(entry, part, &self.shared)?,
        };
        Ok(match compression {
            Some(name) => Stream::of_decoder(reader, name, taken, limits).decoded(),
            None => Stream::new(reader, entry.size, limits),
        })
    }
}

/// The rejection of an archive inside of too many others.
pub(super) fn too_deep(place: &Place, limit: u64) -> Rejection {
    let detail = format!("an archive inside of {limit} others, over `limits.max_archive_depth`; unpack the outer ones");
    place.rejection(0, Reason::OverLimit, detail, &[])
}
