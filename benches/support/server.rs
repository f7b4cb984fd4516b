//! A mail server that takes everything: at once, or after it was made to last in a file.
//!
//! It acknowledges every segment when it comes. The mail library writes a message and its final dot apart, and waits with
//! the second for the acknowledgement of the first, which Linux holds back for 40 ms; measured so, a bare loop would be a
//! measure of that pause.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
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

/// What comes in, acknowledged at once.
struct Prompt<'a>(&'a TcpStream);

impl Read for Prompt<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut stream = self.0;
        let read = stream.read(buffer)?;
        // The kernel forgets it now and then.
        #[cfg(target_os = "linux")]
        std::os::linux::net::TcpStreamExt::set_quickack(stream, true)?;
        Ok(read)
    }
}

fn talk(stream: &TcpStream, mut spool: Option<File>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream;
    #[cfg(target_os = "linux")]
    std::os::linux::net::TcpStreamExt::set_quickack(stream, true)?;
    let mut reader = BufReader::new(Prompt(stream));
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
