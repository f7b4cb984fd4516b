//! A mail server that takes everything: at once, or after it was made to last in a file.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// The argument with which this program is the server.
pub(crate) const ARGUMENT: &str = "mail-server";

/// Serves until it is killed; prints where.
pub(crate) fn serve(is_lasting: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr().expect("a bound port")).expect("somebody reads");
    for stream in listener.incoming().map_while(Result::ok) {
        std::thread::spawn(move || {
            let spool = is_lasting.then(|| tempfile::tempfile().expect("a spool"));
            // Whoever hangs up has said enough.
            let _ = talk(&stream, spool);
        });
    }
}

fn talk(stream: &TcpStream, mut spool: Option<File>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream;
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    out.write_all(b"220 server ESMTP\r\n")?;
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4) {
            Some(b"EHLO") => b"250-server\r\n250 8BITMIME\r\n",
            Some(b"QUIT") => return out.write_all(b"221 2.0.0 bye\r\n"),
            Some(b"DATA") => {
                out.write_all(b"354 go on\r\n")?;
                take(&mut reader, spool.as_mut())?;
                b"250 2.0.0 taken\r\n"
            }
            _ => b"250 2.0.0 ok\r\n",
        };
        out.write_all(answer)?;
    }
}

fn take(reader: &mut impl BufRead, spool: Option<&mut File>) -> std::io::Result<()> {
    let mut message = Vec::new();
    while !message.ends_with(b"\r\n.\r\n") {
        if reader.read_until(b'\n', &mut message)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    if let Some(spool) = spool {
        spool.write_all(&message)?;
        spool.sync_data()?;
    }
    Ok(())
}
