//! Pages of schools as a workbook: one row in memory at a time, the others in files without a name, which are gone with
//! whoever holds them, however that ends.

use std::fs::File;
use std::io::{BufWriter, Seek};

use axum::BoxError;
use axum::body::{Body, Bytes};
use futures_util::stream;
use rust_xlsxwriter::{Format, Workbook, XlsxError, cell_autofit_width};
use tokio::io::AsyncReadExt;
use tokio::task;

use super::cells::{Cells, HEADINGS};
use super::pages::{self, Pages};

/// How much of the file is sent at a time, in bytes.
const PART: usize = 64 * 1024;

enum Stage {
    Making(Pages),
    Sending(tokio::fs::File),
}

/// The file, once it is whole.
pub(super) fn body(pages: Pages) -> Body {
    let request = pages.request().to_owned();
    let parts = stream::try_unfold(Stage::Making(pages), |stage| async move {
        let mut file = match stage {
            Stage::Making(pages) => tokio::fs::File::from_std(make(pages).await?),
            Stage::Sending(file) => file,
        };
        let mut part = vec![0; PART];
        let read = file.read(&mut part).await?;
        part.truncate(read);
        Ok::<_, BoxError>((read > 0).then(|| (Bytes::from(part), Stage::Sending(file))))
    });
    pages::logged(request, parts)
}

async fn make(mut pages: Pages) -> Result<File, BoxError> {
    let mut book = task::spawn_blocking(Book::begin).await??;
    while let Some(rows) = pages.next().await? {
        book = task::spawn_blocking(move || book.with(&rows)).await??;
    }
    Ok(task::spawn_blocking(|| book.save()).await??)
}

/// A workbook in the making.
struct Book {
    book: Workbook,
    /// The row that is next.
    line: u32,
    /// How wide each column is, in pixels.
    widths: [u32; HEADINGS.len()],
}

impl Book {
    fn begin() -> Result<Self, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?.set_name("Scholen")?;
        sheet.set_freeze_panes(1, 1)?;
        let bold = Format::new().set_bold();
        for (column, heading) in (0..).zip(HEADINGS) {
            sheet.write_string_with_format(0, column, heading, &bold)?;
        }
        Ok(Self { book, line: 1, widths: HEADINGS.map(cell_autofit_width) })
    }

    fn with(mut self, rows: &[Cells]) -> Result<Self, XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        for (line, row) in (self.line..).zip(rows) {
            for ((column, cell), width) in (0..).zip(row).zip(&mut self.widths) {
                sheet.write_string(line, column, cell)?;
                *width = cell_autofit_width(cell).max(*width);
            }
            self.line = line + 1;
        }
        Ok(self)
    }

    fn save(mut self) -> Result<File, XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, width) in (0..).zip(self.widths) {
            sheet.set_column_autofit_width(column, width)?;
        }
        let mut file = BufWriter::new(tempfile::tempfile()?);
        self.book.save_to_writer(&mut file)?;
        let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_holds_texts_and_no_formulas() {
        use calamine::{Data, Reader, Xlsx};
        let mut row: [String; HEADINGS.len()] = Default::default();
        row[0] = "=1+1".to_owned();
        row[1] = "00AB".to_owned();

        let file = Book::begin().and_then(|book| book.with(&[row])?.save()).expect("it can be written");

        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::BufReader::new(file)).expect("a workbook");
        let sheet = book.worksheet_range("Scholen").expect("the sheet");
        assert_eq!(sheet.get((0, 0)), Some(&Data::String("School".to_owned())));
        assert_eq!(sheet.get((1, 0)), Some(&Data::String("=1+1".to_owned())));
        assert_eq!(sheet.get((1, 1)), Some(&Data::String("00AB".to_owned())));
        assert!(book.worksheet_formula("Scholen").expect("the sheet").is_empty());
    }
}
