//! A Postfix of a test's own, set with the files of `contrib/postfix`, that gives what comes to `bounces@kurve.nl` to the program.
//!
//! It needs a Debian Postfix and root, since Postfix changes users; where either is missing the test says so and is
//! skipped. It listens on this machine only, and stops when it is dropped.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use tempfile::TempDir;

use super::switch::skip;

/// The user that the program runs as: neither root nor Postfix's own.
const NOBODY: &str = "nobody";

/// How long a delivery may take, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(120);

const MAIN: &str = "\
compatibility_level = 3.6
queue_directory = {DIR}/spool
data_directory = {DIR}/lib
maillog_file = {DIR}/log/mail
maillog_file_prefixes = {DIR}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.kurve.nl
mydestination = kurve.nl
{CONTRIB}";

const MASTER: &str = "\
127.0.0.1:{PORT} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
{CONTRIB}";

/// What the test has elsewhere than an operator, in the files of `contrib/postfix`.
const ELSEWHERE: [(&str, &str); 8] = [
    ("proxy:unix:passwd.byname $alias_maps ", ""),
    ("hash:/etc/postfix/koppelklaar", "texthash:{DIR}/recipients"),
    ("hash:/etc/postfix/transport", "texthash:{DIR}/transport"),
    ("user=koppelklaar", "user={USER}"),
    ("/usr/local/bin/koppelklaar-mail", "{DIR}/koppelklaar-mail"),
    ("/etc/koppelklaar/koppelklaar.env", "{DIR}/koppelklaar.env"),
    ("example.nl", "kurve.nl"),
    // With the code that it ended with, for the test.
    (
        "exec /usr/local/bin/koppelklaar mail \"$1\" --to \"$2\"",
        "{DIR}/koppelklaar mail \"$1\" --to \"$2\"\ncode=$?\necho $code > {DIR}/codes\nexit $code",
    ),
];

/// A file of `contrib/postfix`, for the test.
fn contrib(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/postfix").join(name);
    let text = fs::read_to_string(path).expect("it is there");
    ELSEWHERE.iter().fold(text, |text, (there, here)| text.replace(there, here))
}

/// A running Postfix.
pub(crate) struct Postfix {
    folder: TempDir,
    port: u16,
    /// The codes with which the program ended.
    codes: Receiver<String>,
}

impl Postfix {
    /// A Postfix that runs the program with these settings; `None`, after a word to whoever runs the tests, where that
    /// is not possible.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Option<Self> {
        if !Path::new("/usr/sbin/postfix").exists() || !is_root() {
            skip("no Postfix (Debian's package postfix), or not root, as which it must be started");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("kk-postfix-").tempdir().expect("a temporary folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let (ended, codes) = mpsc::channel();
        let postfix = Self { folder, port, codes };
        postfix.write_files(settings);
        // Open for both: so it never ends, and nobody waits for the other side.
        let pipe = fs::OpenOptions::new().read(true).write(true).open(postfix.folder.path().join("codes"));
        let pipe = BufReader::new(pipe.expect("it was made"));
        // The test may be over by then.
        std::thread::spawn(move || pipe.lines().map_while(Result::ok).try_for_each(|code| ended.send(code)));
        postfix.control("start");
        Some(postfix)
    }

    fn write_files(&self, settings: &[(&str, &str)]) {
        let folder = self.folder.path();
        let settings: String = settings.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect();
        let [dir, port] = [folder.display().to_string(), self.port.to_string()];
        let put = |name: &str, text: &str, mode: u32| {
            let path = folder.join(name);
            let text = text.replace("{DIR}", &dir).replace("{PORT}", &port).replace("{USER}", NOBODY);
            fs::write(&path, text).expect("it can be written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
        };
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
        for name in ["spool", "lib", "log"] {
            fs::create_dir(folder.join(name)).expect("a fresh folder");
        }
        run(Command::new("chown").arg("postfix").arg(folder.join("lib")));
        put("main.cf", &MAIN.replace("{CONTRIB}", &contrib("main.cf")), 0o644);
        put("master.cf", &MASTER.replace("{CONTRIB}", &contrib("master.cf")), 0o644);
        put("transport", &contrib("transport"), 0o644);
        put("recipients", &contrib("koppelklaar"), 0o644);
        put("koppelklaar-mail", &contrib("koppelklaar-mail"), 0o755);
        put("koppelklaar.env", &settings, 0o644);
        run(Command::new("mkfifo").args(["-m", "666"]).arg(folder.join("codes")));
        // The folder that it was built in may be closed to others.
        let program = Path::new(env!("CARGO_BIN_EXE_koppelklaar"));
        let own = folder.join("koppelklaar");
        fs::hard_link(program, &own).or_else(|_| fs::copy(program, &own).map(drop)).expect("the program is there");
    }

    fn control(&self, command: &str) {
        run(Command::new("/usr/sbin/postfix").arg("-c").arg(self.folder.path()).arg(command));
    }

    /// Brings a message by SMTP; what Postfix answered to each step, up to the one that it refused.
    pub(crate) fn bring(&self, from: &str, to: &[&str], message: &str) -> Vec<String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let mut stream = BufReader::new(stream);
        let mut steps = vec!["EHLO test.example\r\n".to_owned(), format!("MAIL FROM:<{from}>\r\n")];
        steps.extend(to.iter().map(|to| format!("RCPT TO:<{to}>\r\n")));
        steps.push("DATA\r\n".to_owned());
        steps.push(format!("{}\r\n.\r\n", message.trim_end().replace('\n', "\r\n")));
        let mut answers = vec![answer(&mut stream)];
        for step in steps {
            stream.get_mut().write_all(step.as_bytes()).expect("it reads");
            answers.push(answer(&mut stream));
            if answers.last().is_some_and(|last| last.starts_with(['4', '5'])) {
                break;
            }
        }
        answers
    }

    /// Waits for so many runs of the program; the codes that they ended with.
    pub(crate) fn codes(&self, count: usize) -> Vec<String> {
        let next = || self.codes.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing came:\n{}", self.log()));
        (0..count).map(|_| next()).collect()
    }

    /// What it wrote into its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log/mail")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // Its own errors would hide those of the test.
        let _ = Command::new("/usr/sbin/postfix").arg("-c").arg(self.folder.path()).arg("stop").output();
    }
}

/// Gives a file, and what stands beside it under the same name, to the user that the program runs as.
pub(crate) fn hand_over(folder: &Path) {
    run(Command::new("chown").arg("-R").arg(NOBODY).arg(folder));
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) {
    let ended = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command:?}: {said}");
}

fn answer(stream: &mut BufReader<TcpStream>) -> String {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("it answers");
        if line.is_empty() || line.as_bytes().get(3) != Some(&b'-') {
            return line;
        }
    }
}
