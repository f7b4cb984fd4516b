//! How large a file may be. Each is checked before the memory for it is taken.

/// Bytes of a file.
pub const FILE_BYTES: usize = 20 * 1024 * 1024;
/// Rows with something in them, below the header.
pub const ROWS: usize = 20_000;
/// Columns of a sheet.
pub const COLUMNS: usize = 200;
/// Bytes of all parts of a workbook together, unpacked.
pub const UNPACKED_BYTES: u64 = 100 * 1024 * 1024;
/// Signs of one value that is kept; an address has at most 254.
pub const VALUE_SIGNS: usize = 500;
/// Bytes of all values that are kept.
pub const KEPT_BYTES: usize = 24 * 1024 * 1024;
/// In how many rows from the top the header is looked for.
pub const HEADER_ROWS: u32 = 20;
/// Rows of a sheet, blank ones too; Excel has no more.
pub(crate) const SHEET_ROWS: u32 = 1_048_576;
/// Columns of a sheet, blank ones too; Excel has no more.
pub(crate) const SHEET_COLUMNS: usize = 16_384;
/// Parts of a workbook; a large one has some hundreds.
pub(crate) const PARTS: usize = 4_096;
/// Sheets of a workbook.
pub(crate) const SHEETS: usize = 256;
/// Strings in the table that the cells of a workbook share.
pub(crate) const SHARED_STRINGS: usize = 2_000_000;
/// Bytes of one piece of XML: a tag, or a text between two.
pub(crate) const PIECE_BYTES: usize = 1024 * 1024;
/// Digits of a stamnr.
pub(crate) const STAMNR_DIGITS: usize = 20;
