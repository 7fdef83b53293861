//! The table of features of one or more records: columns of small numbers, one row a line.
//!
//! Every value is 1 to 126; 0 means *outside the record*, so that the feature of a neighbour is the same column read a few rows
//! further up or down. Columns of bytes keep the trees fast: one comparison of a column works on sixteen lines at a time.

/// Names columns: an enum of them, and a list of name and meaning in the same order.
macro_rules! columns {
    ($(#[$about:meta])* pub enum $columns:ident $list:ident; $($name:ident $meaning:literal;)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum $columns { $($name),* }
        /// Name and meaning of every column, in order.
        pub const $list: &[(&str, &str)] = &[$((stringify!($name), $meaning)),*];
    };
}
pub(super) use columns;

/// Rows of zeros around the lines of a record: the furthest neighbour that a feature may look at.
pub const REACH: usize = 8;
/// Largest value.
pub const MAX_VALUE: u8 = 126;

/// Lines that the trees look at together.
pub const GROUP: usize = 8;
/// Lines that the trees look at in one step at most. Columns can be read up to a whole number of steps, the last one too: behind the
/// last column stand as many zeros.
const LANES: usize = 4 * GROUP;

/// Columns of bytes with [`REACH`] rows of zeros in front of and behind the record.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    columns: usize,
    rows: usize,
    stride: usize,
    cells: Vec<u8>,
}

impl Matrix {
    /// A table of ones.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Matrix {
        let mut matrix = Matrix::default();
        matrix.reset(columns, rows);
        matrix
    }

    /// Empties the table for another record, and keeps its memory.
    pub fn reset(&mut self, columns: usize, rows: usize) {
        self.columns = columns;
        self.rows = rows;
        self.stride = rows + 2 * REACH;
        self.cells.clear();
        self.cells.resize(columns * self.stride + LANES, 0);
    }

    /// Number of lines.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// A column as read `offset` lines further down (up, where negative): one value a line.
    #[must_use]
    pub fn column(&self, column: usize, offset: i8) -> &[u8] {
        let start = (column * self.stride + REACH).saturating_add_signed(isize::from(offset));
        &self.cells[start..start + self.rows()]
    }

    /// The values of some groups of lines from a line on, in a column as read `offset` lines further down; zeros where there is no such
    /// column. What stands behind the last line means nothing.
    #[must_use]
    #[inline]
    pub fn lanes<const GROUPS: usize>(&self, column: usize, offset: i8, from: usize) -> &[[u8; GROUP]; GROUPS] {
        let start = (column * self.stride + from).wrapping_add_signed(REACH as isize + isize::from(offset));
        let groups = self.cells.get(start..).and_then(|cells| cells.as_chunks().0.first_chunk());
        groups.unwrap_or(&[[0; GROUP]; GROUPS])
    }

    /// The value of one line in a column, as read `offset` lines further down; 0 where there is no such column or line.
    #[must_use]
    pub fn value(&self, column: usize, offset: i8, row: usize) -> u8 {
        let at = (column * self.stride + REACH + row).saturating_add_signed(isize::from(offset));
        self.cells.get(at).copied().unwrap_or(0)
    }

    /// Empties the columns from a number on.
    pub fn clear_from(&mut self, column: usize) {
        self.cells[column * self.stride..].fill(0);
    }

    /// A column with the rows of zeros around it.
    #[must_use]
    pub fn padded(&self, column: usize) -> &[u8] {
        &self.cells[column * self.stride..][..self.rows + 2 * REACH]
    }

    /// The values of a column, to be written.
    pub fn column_mut(&mut self, column: usize) -> &mut [u8] {
        let start = column * self.stride + REACH;
        let rows = self.rows();
        &mut self.cells[start..start + rows]
    }

    /// Writes one value, given from 0; it is cut to the range.
    pub fn set(&mut self, column: usize, row: usize, value: u8) {
        self.cells[column * self.stride + REACH + row] = value.min(MAX_VALUE - 1) + 1;
    }
}

/// A count on a logarithmic scale, eight steps an octave, from 0; exact for small counts.
#[must_use]
pub fn log(count: usize) -> u8 {
    let count = count as u32 + 1;
    let exponent = count.ilog2();
    let mantissa = if exponent >= 3 { (count >> (exponent - 3)) & 7 } else { (count << (3 - exponent)) & 7 };
    ((exponent << 3) | mantissa).min(u32::from(MAX_VALUE) - 1) as u8
}

/// A share in hundredths, 0 where the whole is 0.
#[must_use]
pub fn share(part: f32, whole: f32) -> u8 {
    if whole > 0.0 { (part / whole * 100.0).clamp(0.0, 125.0) as u8 } else { 0 }
}

/// A signed distance on the scale of [`log`], 62 for 0.
#[must_use]
pub fn signed_log(distance: isize) -> u8 {
    let size = log(distance.unsigned_abs()).min(61);
    if distance < 0 { 62 - size } else { 62 + size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_their_order() {
        let values: Vec<u8> = (0..100_000).map(log).collect();
        assert!(values.is_sorted());
        assert_eq!((values[0], values[1], values[2], values[3], values[7]), (0, 8, 12, 16, 24));
        assert!((-40..40).map(signed_log).collect::<Vec<_>>().is_sorted());
        assert_eq!(log(usize::MAX >> 33), 125);
    }

    #[test]
    fn neighbours_outside_the_record_are_zero() {
        let mut matrix = Matrix::new(2, 3);
        for row in 0..3 {
            matrix.set(1, row, row as u8 + 10);
        }
        assert_eq!(matrix.column(1, 0), [11, 12, 13]);
        assert_eq!(matrix.column(1, -1), [0, 11, 12]);
        assert_eq!(matrix.column(1, 2), [13, 0, 0]);
        assert_eq!(matrix.column(0, 0), [0, 0, 0]);
    }
}
