//! Roles of a line.

use super::{Line, NEAR, Role, Style};
use crate::mention::names::{Entry, Hit};

/// The roles of a line. A role takes the body that it is held in along: `Trưởng Ban Đối ngoại Trung ương`.
pub fn roles(line: &Line, style: Style, found: &mut Vec<Role>) {
    let mut free_from = 0;
    for hit in line.hits.0 {
        let Entry::Role(_) = hit.entry else { continue };
        if hit.at < free_from {
            continue;
        }
        let Some(Hit { at, end, entry: Entry::Role(role) }) =
            line.hits.longest(hit.at, |entry| matches!(entry, Entry::Role(_)))
        else {
            continue;
        };
        // A longer name holds it: `Đoàn Chủ tịch`.
        let holds = |other: &Hit| {
            let name = matches!(other.entry, Entry::NoOrg | Entry::Mask | Entry::OrgHead | Entry::OrgTail);
            name && other.end >= end && other.end - other.at > end - at
        };
        if (at.saturating_sub(NEAR)..=at).any(|at| line.hits.at(at).iter().any(holds)) {
            continue;
        }
        let mut end = end;
        if style == Style::FamilyFirst {
            end = line.org_words(end, style);
        }
        let mut reach = end;
        for _ in 0..3 {
            if let Some(party) = line.party_at(reach) {
                reach = party.end;
            } else if let Some(place) = line.place_at(reach) {
                reach = place.end;
            } else if style == Style::FamilyFirst {
                let further = line.org_words(reach, style);
                if further == reach {
                    break;
                }
                reach = further;
            } else {
                break;
            }
        }
        // A party's own wing: `Đảng Cộng sản Peru-Tổ quốc đỏ`.
        found.push(Role { at, end, role, reach });
        free_from = end;
    }
}
