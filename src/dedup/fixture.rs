//! The configuration that the tests of this stage share.

use crate::config::{DedupAction, DedupConfig};

/// The defaults.
pub(crate) fn config() -> DedupConfig {
    DedupConfig {
        action: DedupAction::Drop,
        short_text_chars: 200,
        min_units: 40,
        drop_containment: 0.8,
        near_jaccard: 0.65,
        syndicated_containment: 0.5,
        series_figure_share: 0.4,
    }
}
