//! `airwarden-node`: see help.txt.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use airwarden_node::args::{self, Request};
use airwarden_node::run;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Exit code of a wrong command line.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let request = match args::parse(std::env::args_os().skip(1)) {
        Ok(request) => request,
        Err(wrong) => {
            say(&wrong);
            return ExitCode::from(USAGE);
        }
    };
    let args = match request {
        Request::Show(text) => {
            let written = std::io::stdout().write_all(text.as_bytes());
            return if written.is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
        Request::Run(args) => args,
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // The second one ends the process at once, should the first not be heeded.
        let second = signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop));
        let first = second.and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)));
        if let Err(error) = first {
            say(&format!("signals cannot be caught: {error}"));
        }
    }
    match run::run(&args, &stop, &mut say) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            say(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Counts are JSON and stand alone on their line; all else says who speaks.
fn say(text: &str) {
    if text.starts_with('{') {
        eprintln!("{text}");
    } else {
        eprintln!("airwarden-node: {text}");
    }
}
