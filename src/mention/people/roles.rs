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
        // `吉林省|长春市`: a town's name begins with the end of the word.
        let cut = style == Style::Han
            && end - at == 2
            && line.tokens.get(end + 1).is_some_and(|behind| line.names.towns.contains(behind.of(line.text)))
            && line.tokens.get(end).is_some_and(|next| next.is_han());
        if cut {
            continue;
        }
        // A longer name holds it: `Đoàn Chủ tịch`.
        let holds = |other: &Hit| {
            let name = matches!(other.entry, Entry::NoOrg | Entry::Mask | Entry::OrgHead | Entry::OrgTail);
            name && other.end >= end && other.end - other.at > end - at
        };
        if (at.saturating_sub(NEAR)..=at).any(|at| line.hits.at(at).iter().any(holds)) {
            continue;
        }
        let phrase = end;
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
        // `nguyên Tổng Giám đốc`, `co-CEO`
        let at = match at.checked_sub(1) {
            Some(before) if before >= free_from && line.is_one_of(before, &line.names.before_roles) => before,
            Some(hyphen)
                if hyphen > free_from
                    && line.sign(hyphen) == "-"
                    && !line.tokens[hyphen].space_before()
                    && !line.tokens[at].space_before()
                    && line.is_one_of(hyphen - 1, &line.names.before_roles) =>
            {
                hyphen - 1
            }
            _ => at,
        };
        // A party's own wing: `Đảng Cộng sản Peru-Tổ quốc đỏ`.
        found.push(Role { at, phrase, end, role, reach });
        free_from = end;
    }
}
