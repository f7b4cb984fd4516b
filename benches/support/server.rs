//! A mail server that takes everything.
//!
//! The mail library writes a message and its final dot apart, and the kernel sends the second only after the
//! acknowledgement of the first, which Linux holds back for 40 ms. A server can ask its kernel not to wait; most do not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The argument with which this program is the server.
pub(crate) const ARGUMENT: &str = "mail-server";

/// How a server treats who brings it a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    /// Answers at once; the kernel acknowledges when it sees fit.
    Delayed,
    /// Acknowledges and answers at once.
    Prompt,
    /// Acknowledges at once, and answers when the message was made to last in a file.
    Lasting,
}

impl Manners {
    pub(crate) const ALL: [Self; 3] = [Self::Delayed, Self::Prompt, Self::Lasting];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Delayed => "delayed acknowledgement",
            Self::Prompt => "prompt acknowledgement",
            Self::Lasting => "prompt, and makes each mail last",
        }
    }

    pub(crate) fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|manners| manners.as_str() == name).expect("a name of one")
    }
}

/// Serves until it is killed; prints where.
pub(crate) fn serve(manners: Manners) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr().expect("a bound port")).expect("somebody reads");
    for stream in listener.incoming().map_while(Result::ok) {
        std::thread::spawn(move || {
            // Whoever hangs up has said enough.
            let _ = talk(&stream, manners);
        });
    }
}

/// What comes in, acknowledged at once where that is the server's manner.
struct Incoming<'a>(&'a TcpStream, Manners);

impl Read for Incoming<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Self(mut stream, manners) = *self;
        let read = stream.read(buffer)?;
        // The kernel forgets it now and then.
        #[cfg(target_os = "linux")]
        std::os::linux::net::TcpStreamExt::set_quickack(stream, manners != Manners::Delayed)?;
        Ok(read)
    }
}

fn talk(stream: &TcpStream, manners: Manners) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut spool = (manners == Manners::Lasting).then(tempfile::tempfile).transpose()?;
    let mut out = stream;
    let mut reader = BufReader::new(Incoming(stream, manners));
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
